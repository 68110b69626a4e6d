"""Which organisations there are on a day, what each is, and what stands below what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.organisation import CellKind, Organisation, OrganisationKind
from projections.asked import AsOf, literal, sql
from projections.folded import Folded, facts_of, spells
from projections.names import search_key
from projections.view import FOREVER, View


class Row(NamedTuple):
    """What an organisation is for some time."""

    kind: OrganisationKind | None
    cell_kind: CellKind | None
    name: str
    name_key: str
    parent: Id | None
    place: str | None
    serves: str | None
    code: str | None
    since: date
    ended_on: date | None
    successor: Id | None
    """Who took over its open matters when it ended."""
    from_on: date
    to_on: date


def rows(state: Organisation) -> Sequence[Row]:
    """One organisation's: from its establishment to its end, one for each name and each edge to a parent."""
    since = state.established_on
    if since is None:
        return ()
    successor = next(iter(state.successors), None)
    days = [span.since for span in state.names.spans()] + [span.since for span in state.parents.spans()]
    end = state.ended_on or FOREVER
    found = [
        (max(from_on, since), min(to_on, end), name, parent)
        for from_on, to_on, (name, parent) in spells(
            (day for day in days if day >= since), lambda day: (state.name_on(day) or "", state.parent_on(day))
        )
        if from_on < end
    ]
    return [
        Row(
            state.kind, state.cell_kind, name, search_key(name), parent, state.place, state.serves, state.code,
            since, state.ended_on, successor, from_on, to_on,
        )
        for from_on, to_on, name, parent in found or [(since, end, state.name, state.parent_on(since))]
    ]  # fmt: skip


VIEW = View(
    name="tree",
    columns={
        "kind": "text NOT NULL",
        "cell_kind": "text",
        "name": "text NOT NULL",
        "name_key": "text NOT NULL",
        "parent": "uuid",
        "place": "text",
        "serves": "text",
        "code": "text",
        "since": "date NOT NULL",
        "ended_on": "date",
        "successor": "uuid",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("organisation"),
    subject=lambda: Folded(Organisation(), rows),
    indexes=(
        "(parent)",
        "(code)",
        "(serves)",
        "(successor) WHERE successor IS NOT NULL",
        "(ended_on) WHERE ended_on IS NOT NULL",
        "(from_on) WHERE from_on > since",
        "(from_on) WHERE from_on > since",
        "(ended_on) WHERE ended_on IS NOT NULL",
    ),
)


class Found(NamedTuple):
    """An organisation as of a day; `ended_on` and `successor` only where it had ended by then."""

    id: Id
    kind: OrganisationKind
    cell_kind: CellKind | None
    name: str
    parent: Id | None
    place: str | None
    serves: str | None
    code: str | None
    since: date
    ended_on: date | None
    successor: Id | None
    name_key: str


SELECT = """
SELECT t.stream::text, t.kind, t.cell_kind, t.name, t.parent::text, t.place, t.serves, t.code, t.since,
       CASE WHEN t.ended_on <= %(day)s THEN t.ended_on END,
       CASE WHEN t.ended_on <= %(day)s THEN t.successor END::text, t.name_key
"""
ONE = sql(
    SELECT
    + """
FROM views.tree t WHERE t.stream = %(organisation)s::uuid AND t.from_on <= %(day)s AND {known:t}
ORDER BY t.from_on DESC LIMIT 1"""
)
CARRIED = (
    "t.kind, t.cell_kind, t.name, t.parent, t.place, t.serves, t.code, t.since, t.ended_on, t.successor, t.name_key"
)
# As `{below}`, with all that is told of each on the way down, so that nothing is looked up twice.
ALL_BELOW = sql(
    f"""
WITH RECURSIVE below AS (
    SELECT scope.id AS stream, 0 AS depth, {CARRIED}
    FROM (SELECT %(scope)s::uuid AS id) scope LEFT JOIN views.tree t ON t.stream = scope.id AND {{holds:t}}
    UNION ALL
    SELECT t.stream, below.depth + 1, {CARRIED}
    FROM below JOIN views.tree t ON t.parent = below.stream AND {{holds:t}} WHERE below.depth < 16
)
{SELECT} FROM below t WHERE t.kind IS NOT NULL ORDER BY t.depth, t.name_key, t.stream"""  # noqa: S608  # fixed text
)
IDS_BELOW = sql("WITH RECURSIVE {below} SELECT below.id::text FROM below")
# The name of the day; of what begins later its first one.
NAMES = sql("""
SELECT DISTINCT ON (t.stream) t.stream::text, t.name FROM views.tree t
WHERE t.stream = ANY (%(ids)s::uuid[]) AND {known:t}
ORDER BY t.stream, t.from_on <= %(day)s DESC, abs(t.from_on - %(day)s::date)
""")
LINEAGE = sql("""
WITH RECURSIVE lineage (id) AS (
    SELECT unnest(%(organisations)s::uuid[])
    UNION
    SELECT t.stream FROM lineage JOIN views.tree t ON t.successor = lineage.id AND t.ended_on <= %(day)s AND {known:t}
)
SELECT id::text FROM lineage
""")
TOPS = sql("SELECT t.stream::text FROM views.tree t WHERE t.parent IS NULL AND {holds:t} LIMIT 2")
HEIR = sql("""
SELECT t.successor::text FROM views.tree t
WHERE t.stream = %(organisation)s::uuid AND t.ended_on <= %(day)s AND t.successor IS NOT NULL AND {known:t} LIMIT 1
""")
ABOVE = sql("""
SELECT CASE WHEN t.ended_on <= %(day)s AND t.successor IS NOT NULL THEN t.successor ELSE t.parent END::text
FROM views.tree t WHERE t.stream = %(organisation)s::uuid AND {known:t}
ORDER BY t.from_on <= %(day)s DESC, abs(t.from_on - %(day)s::date) LIMIT 1
""")
CHILDREN = sql("""
SELECT t.stream::text, greatest(min(t.from_on), %(day)s) FROM views.tree t
WHERE t.parent = %(organisation)s::uuid AND %(day)s < t.to_on AND {known:t} GROUP BY t.stream
""")
# What is only called otherwise has not moved.
MOVED = sql("""
SELECT DISTINCT t.from_on FROM views.tree t JOIN views.tree b ON b.stream = t.stream AND b.to_on = t.from_on
WHERE t.from_on > t.since AND t.from_on > %(after)s AND t.from_on <= %(day)s AND {known:t}
AND b.parent IS DISTINCT FROM t.parent AND {known:b}
""")
ENDED = sql("""
SELECT DISTINCT t.stream::text, t.ended_on FROM views.tree t
WHERE t.ended_on IS NOT NULL AND t.ended_on > %(after)s AND t.ended_on <= %(day)s AND {known:t}
""")
LONGEST = 32
"""Successors in a row; more would be a circle."""
FILTERS = {
    "code": "t.code = %(code)s",
    "kind": "t.kind = %(kind)s",
    "parent": "t.parent = %(parent)s::uuid",
    "place": "t.place = %(place)s",
    "name": "position(%(name)s IN t.name_key) > 0",
}


def one(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> Found | None:
    """An organisation, also one that has ended; None before its establishment."""
    row = connection.execute(ONE, {"organisation": organisation, **as_of._asdict()}).fetchone()
    return None if row is None else Found._make(row)


def below(connection: psycopg.Connection[Any], scope: Id, as_of: AsOf) -> list[Found]:
    """All that stands below an organisation, itself first, and everything after what it stands below."""
    return list(map(Found._make, connection.execute(ALL_BELOW, {"scope": scope, **as_of._asdict()}).fetchall()))


def ids_below(connection: psycopg.Connection[Any], scope: Id, as_of: AsOf) -> list[Id]:
    """The ids of all that stands below an organisation, and its own.

    Other questions take them as a list: a database that sees how many they are finds a cell's members by the index and
    a province's by reading all, where it could only guess at the size of a recursion.
    """
    return [row[0] for row in connection.execute(IDS_BELOW, {"scope": scope, **as_of._asdict()})]


def names(connection: psycopg.Connection[Any], ids: Iterable[Id], as_of: AsOf) -> dict[Id, str]:
    """What organisations are called on a day, or were last; an id of something else is missing."""
    return dict(connection.execute(NAMES, {"ids": list(ids), **as_of._asdict()}).fetchall())


def lineage(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> list[Id]:
    """An organisation, and all those that have ended by a day and whose open matters have come to it."""
    return with_lineage(connection, [organisation], as_of)


def with_lineage(connection: psycopg.Connection[Any], organisations: Sequence[Id], as_of: AsOf) -> list[Id]:
    """The same of many."""
    params = {"organisations": literal(organisations), **as_of._asdict()}
    return [row[0] for row in connection.execute(LINEAGE, params).fetchall()]


def top(connection: psycopg.Connection[Any], as_of: AsOf) -> Id | None:
    """The one organisation above which nothing stands on a day; None where there are several, or none."""
    found = connection.execute(TOPS, as_of._asdict()).fetchall()
    return found[0][0] if len(found) == 1 else None


class Moves(NamedTuple):
    """The days on which anything came to stand below something else, and who ended on which day."""

    days: frozenset[date]
    ended: Mapping[Id, date]


def moves(connection: psycopg.Connection[Any], days: tuple[date, date], known: int) -> Moves:
    """What moved or ended anywhere after a day and until another, as known at a position."""
    params = {"after": days[0], "day": days[1], "known": known}
    moved = frozenset(day for (day,) in connection.execute(MOVED, params))
    return Moves(moved, dict(connection.execute(ENDED, params).fetchall()))


def children_from(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> dict[Id, date]:
    """What stands directly below an organisation on a day or any later one, and from which of these days on."""
    return dict(connection.execute(CHILDREN, {"organisation": organisation, **as_of._asdict()}).fetchall())


def heir(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> Id:
    """Who has an organisation's open matters on a day: it itself while it is there, else the last of its successors."""
    for _ in range(LONGEST):
        row = connection.execute(HEIR, {"organisation": organisation, **as_of._asdict()}).fetchone()
        if row is None:
            break
        organisation = row[0]
    return organisation


def above(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> Id | None:
    """Whose word holds for an organisation: its parent's or, where it has ended and has one, its successor's."""
    row = connection.execute(ABOVE, {"organisation": organisation, **as_of._asdict()}).fetchone()
    return None if row is None else row[0]


def find(
    connection: psycopg.Connection[Any], asked: Mapping[str, str], as_of: AsOf, after: tuple[str, str], limit: int
) -> list[Found]:
    """The organisations of a day, by name; `asked` are some of `FILTERS`, and `scope` for all below one.

    `after` is the name's key and the id of the last one of the page before.
    """
    said = {**asked, "name": search_key(asked["name"])} if "name" in asked else dict(asked)
    where = [FILTERS[name] for name in said if name != "scope"]
    where += ["t.stream IN (SELECT id FROM below)"] if "scope" in said else []
    query = "WITH RECURSIVE {below}" if "scope" in said else ""
    query += f"{SELECT} FROM views.tree t WHERE {{holds:t}} AND (t.name_key, t.stream) > (%(key)s, %(id)s::uuid)"
    query += "".join(f" AND {condition}" for condition in where) + " ORDER BY t.name_key, t.stream LIMIT %(limit)s"
    key, last = after
    params = {**said, **as_of._asdict(), "key": key, "id": last, "limit": limit}
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))

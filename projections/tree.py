"""Which organisations there are on a day, what each is, and what stands below what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.organisation import CellKind, Organisation, OrganisationKind
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
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
    from_on: date
    to_on: date


def rows(state: Organisation) -> Sequence[Row]:
    """One organisation's: one from its establishment to its end."""
    if state.established_on is None:
        return ()
    return [
        Row(
            state.kind, state.cell_kind, state.name, search_key(state.name), state.parent, state.place, state.serves,
            state.code, state.established_on, state.ended_on or FOREVER,
        )
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
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("organisation"),
    subject=lambda: Folded(Organisation(), rows),
    indexes=("(parent)", "(code)", "(serves)"),
)


class Found(NamedTuple):
    """An organisation as of a day; `ended_on` only where it had ended by then."""

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
    name_key: str


SELECT = """
SELECT t.stream::text, t.kind, t.cell_kind, t.name, t.parent::text, t.place, t.serves, t.code, t.from_on,
       CASE WHEN t.to_on <= %(day)s THEN t.to_on END, t.name_key
"""
ONE = sql(
    SELECT
    + """
FROM views.tree t WHERE t.stream = %(organisation)s::uuid AND t.from_on <= %(day)s AND {known:t}
ORDER BY t.from_on DESC LIMIT 1"""
)
ALL_BELOW = sql(
    "WITH RECURSIVE {below}"
    + SELECT
    + "FROM below JOIN views.tree t ON t.stream = below.id AND {holds:t} ORDER BY below.depth, t.name_key, t.stream"
)
IDS_BELOW = sql("WITH RECURSIVE {below} SELECT below.id::text FROM below")
NAMES = sql("SELECT t.stream::text, t.name FROM views.tree t WHERE t.stream = ANY (%(ids)s::uuid[]) AND {known:t}")
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


def names(connection: psycopg.Connection[Any], ids: Iterable[Id], known: int) -> dict[Id, str]:
    """What organisations are called; an id of something else is missing."""
    return dict(connection.execute(NAMES, {"ids": list(ids), "known": known}).fetchall())


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

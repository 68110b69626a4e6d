"""Members in lines, by given name: the roll of a day, where each lives, and who lives with us and works elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.member import Standing, Status
from projections import tree
from projections.asked import AsOf, sql
from projections.names import search_key
from projections.tree import ids_below

VIEWS = ("residents", "roll", "tree")


class Line(NamedTuple):
    """A member on a day. Whoever is a guest with those who are asked is so in `standing`, and since when in `since`."""

    id: Id
    name: str
    card: str | None
    code: str | None
    status: Status | None
    cell: Id | None
    standing: Standing
    since: date | None
    committee: Id | None
    place: str | None
    address: str | None
    sort_key: str
    cell_name: str | None
    cell_since: date | None


Place = tuple[str, str]
"""The sort key and the id of the last line of the page before."""
FIRST: Place = ("", "00000000-0000-0000-0000-000000000000")

ANYWHERE = "seen AS (SELECT r.*, r.standing AS stands, r.since AS here FROM views.roll r WHERE {holds:r})"
BELOW = """
seen AS (
    SELECT r.*, r.standing AS stands, r.since AS here
    FROM views.roll r WHERE r.cell = ANY (%(cells)s::uuid[]) AND {holds:r}
    UNION ALL
    SELECT r.*, CASE r.standing WHEN 'temporary_out' THEN 'temporary_in' ELSE r.standing END, r.from_on
    FROM views.roll r WHERE r.away_to = ANY (%(cells)s::uuid[]) AND {holds:r} AND r.cell <> ALL (%(cells)s::uuid[])
)
"""
# Of a cell, those whom it was given to follow; of any other organisation, those who live with it or in its commune.
# Those of the organisations that it took over from are its own.
# Each once, since the first of what brings him there: a page that ends between two lines of one would lose the second.
LIVING_THERE = """
home (stream, since) AS (
    SELECT lives.stream, min(lives.since) FROM (
        SELECT h.stream, h.from_on AS since FROM views.residents h
        WHERE {holds:h} AND (h.committee = ANY (%(lineage)s::uuid[]) OR h.committee IS NULL AND h.place IN (
            SELECT t.serves FROM views.tree t WHERE t.stream = ANY (%(lineage)s::uuid[]) AND {known:t}
            AND ({holds:t} OR t.stream <> %(scope)s::uuid)))
        UNION ALL
        SELECT l.member, l.from_on FROM views.liaisons l
        WHERE {holds:l} AND l.cell = ANY (%(lineage)s::uuid[]) AND l.state = 'accepted'
    ) lives GROUP BY lives.stream
), seen AS (
    SELECT r.*, r.standing AS stands, home.since AS here
    FROM home JOIN views.roll r ON r.stream = home.stream AND {holds:r}
    WHERE r.cell IS NOT NULL AND (%(own)s OR r.cell <> ALL (%(cells)s::uuid[]))
)
"""
LINES = """
SELECT s.stream::text, s.name, s.card, s.code, s.status, s.cell::text, s.stands, s.here,
       h.committee::text, h.place, h.address, s.sort_key, c.name, s.since
FROM seen s LEFT JOIN views.residents h ON h.stream = s.stream AND {holds:h}
LEFT JOIN views.tree c ON c.stream = s.cell AND {holds:c}
WHERE (s.sort_key, s.stream) > (%(key)s COLLATE "C", %(id)s::uuid)
"""
ORDER = " ORDER BY s.sort_key, s.stream LIMIT %(limit)s"
FILTERS = {
    "card": "s.card = %(card)s",
    "code": "s.code = %(code)s",
    "name": "position(%(name)s IN s.name_key) > 0",
    "strength": """EXISTS (SELECT FROM views.liaisons l WHERE l.member = s.stream AND {holds:l}
                   AND l.state = 'accepted' AND %(strength)s = ANY (l.strengths))""",
}
ONE = sql(f"WITH {ANYWHERE} {LINES} AND s.stream = %(member)s::uuid LIMIT 1")
LAST_CELL = sql("""
SELECT r.cell::text FROM views.roll r WHERE r.stream = %(member)s::uuid AND {known:r} AND r.cell IS NOT NULL
AND r.from_on <= %(day)s ORDER BY r.from_on DESC LIMIT 1
""")
LISTED_DAYS = sql("""
SELECT d FROM unnest(%(days)s::date[]) d WHERE EXISTS (SELECT FROM views.roll r WHERE r.stream = %(member)s::uuid
AND {known:r} AND r.cell IS NOT NULL AND r.from_on <= d AND d < r.to_on)
""")
NAMES = sql("""
SELECT DISTINCT r.stream::text, r.name FROM views.roll r WHERE r.stream = ANY (%(ids)s::uuid[]) AND {known:r}
""")


def one(connection: psycopg.Connection[Any], member: Id, as_of: AsOf) -> Line | None:
    """A member, also one who is out by then; None before his admission."""
    key, last = FIRST
    row = connection.execute(ONE, {"member": member, "key": key, "id": last, **as_of._asdict()}).fetchone()
    return None if row is None else Line._make(row)


def last_cell(connection: psycopg.Connection[Any], member: Id, as_of: AsOf) -> Id | None:
    """The cell in which he counts, or counted last."""
    row = connection.execute(LAST_CELL, {"member": member, **as_of._asdict()}).fetchone()
    return None if row is None else Id(row[0])


def listed_days(connection: psycopg.Connection[Any], member: Id, days: Sequence[date], known: int) -> set[date]:
    """On which of these days he was on a roll, as it is known at a position."""
    asked = {"member": member, "days": list(days), "known": known}
    return {row[0] for row in connection.execute(LISTED_DAYS, asked).fetchall()}


def names(connection: psycopg.Connection[Any], ids: list[Id], known: int) -> dict[Id, str]:
    """What members are called; an id of something else is missing."""
    return dict(connection.execute(NAMES, {"ids": ids, "known": known}).fetchall())


def listed(
    connection: psycopg.Connection[Any], asked: Mapping[str, str], as_of: AsOf, after: Place, limit: int
) -> list[Line]:
    """Those of `asked`: some of `FILTERS`, and `scope` for the members of all cells below one, and their guests."""
    return _lines(connection, BELOW if "scope" in asked else ANYWHERE, dict(asked), as_of, after, limit)


def residents(
    connection: psycopg.Connection[Any], asked: Mapping[str, str], as_of: AsOf, after: Place, limit: int, *, own: bool
) -> list[Line]:
    """Those whom `scope` follows where they live, since when; with `own`, those of its own cells, too."""
    lineage = tree.lineage(connection, Id(asked["scope"]), as_of)
    return _lines(connection, LIVING_THERE, {**asked, "own": own, "lineage": lineage}, as_of, after, limit)


def _lines(
    connection: psycopg.Connection[Any], seen: str, asked: dict[str, Any], as_of: AsOf, after: Place, limit: int
) -> list[Line]:
    if "name" in asked:
        asked["name"] = search_key(asked["name"])
    if "scope" in asked:
        asked["cells"] = ids_below(connection, Id(asked["scope"]), as_of)
    conditions = "".join(f" AND {FILTERS[name]}" for name in asked if name in FILTERS)
    params = {**asked, **as_of._asdict(), "key": after[0], "id": after[1], "limit": limit}
    query = sql(f"WITH {seen} {LINES}{conditions}{ORDER}")
    return list(map(Line._make, connection.execute(query, params).fetchall()))

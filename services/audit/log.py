"""The questions that may be put to the log: by position, about whom, which fact, by whom, recorded when."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from events.ledger import COLUMNS
from projections.asked import position_before

NAMES = "SELECT name, no FROM ledger.names"
ACTOR = "SELECT no FROM ledger.actors WHERE actor = %s"
HEAD = "SELECT position FROM ledger.counter"
# What the view has not read yet cannot be said to concern nobody.
READ = "SELECT least(c.position, p.position) FROM ledger.counter c, views.positions p WHERE p.view = 'concerns'"
CONCERN = """
SELECT position FROM views.concerns
WHERE subject = %(about)s::uuid AND position > %(after)s AND position <= %(last)s ORDER BY position LIMIT %(limit)s
"""
FILTERS = """AND (%(names)s::smallint[] IS NULL OR l.name = ANY (%(names)s::smallint[]))
AND (%(by)s::int IS NULL OR l.by = %(by)s)"""
BETWEEN = f"SELECT {COLUMNS} WHERE l.position > %(after)s AND l.position <= %(last)s {FILTERS} ORDER BY l.position"
THESE = f"SELECT {COLUMNS} WHERE l.position = ANY (%(these)s) {FILTERS} ORDER BY l.position"
LIMIT = " LIMIT %(limit)s"
# In the order of the index and no further than the page needs, whatever the planner takes a filter to be worth.
IN_ORDER = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
STRETCH = 1_000_000
"""Positions that are looked through for one page, at most: a fact that is rare in a long log is found over several."""
CHUNK = 1000
"""Positions about one subject that are looked at in one statement."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked; None: does not matter. `names` are those of the facts that are wanted."""

    after: int
    limit: int
    about: Id | None = None
    names: Collection[str] | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Page(NamedTuple):
    """The records; where to go on, None at the end; and up to which position the log has been looked through."""

    records: list[Record]
    next: int | None
    position: int


def meant(connection: psycopg.Connection[Any], pattern: str, names: Collection[str]) -> list[str]:
    """The names of facts that a pattern means, of those given and those in the log; `*` stands for any letters."""
    return sorted(name for name in {*names, *_numbers(connection)} if fnmatchcase(name, pattern))


def find(connection: psycopg.Connection[Any], asked: Filter) -> Page:
    """The next records after a position that fit, in order; a page may be short, and even empty, before the end."""
    with connection.transaction():
        connection.execute(IN_ORDER)
        after, last = _bounds(connection, asked)
        reach = min(last, after + STRETCH) if asked.about is None else last
        found: list[Record] = []
        for query, params in _parts(connection, asked, after, reach):
            with connection.cursor(binary=True) as cursor:
                wanted = {**params, "limit": asked.limit + 1 - len(found)}
                found += map(Record._make, cursor.execute(query, wanted))
            if len(found) > asked.limit:
                end = found[asked.limit - 1].position
                return Page(found[: asked.limit], end, end)
    return Page(found, reach if reach < last else None, max(after, reach))


def _bounds(connection: psycopg.Connection[Any], asked: Filter) -> tuple[int, int]:
    """After which position to look and up to which: no record is recorded earlier than the one before it."""
    row = connection.execute(HEAD if asked.about is None else READ).fetchone()
    after, last = asked.after, int(row[0]) if row else 0
    if asked.since is not None:
        after = max(after, position_before(connection, asked.since))
    if asked.until is not None:
        last = min(last, position_before(connection, asked.until))
    return after, last


def _parts(
    connection: psycopg.Connection[Any], asked: Filter, after: int, last: int
) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """The questions that together answer, in the order of the log; whoever has enough asks no further."""
    wanted: dict[str, Any] = {"names": None, "by": None}
    if asked.names is not None:
        numbers = _numbers(connection)
        wanted["names"] = [numbers[name] for name in asked.names if name in numbers]
    if asked.by is not None:
        actor = connection.execute(ACTOR, [asked.by]).fetchone()
        if actor is None:
            return
        wanted["by"] = actor[0]
    if asked.about is None:
        yield (BETWEEN + LIMIT).encode(), {**wanted, "after": after, "last": last}
        return
    picks = asked.names is not None or asked.by is not None
    place = {"about": asked.about, "last": last, "limit": CHUNK if picks else asked.limit + 1}
    while these := [row[0] for row in connection.execute(CONCERN, {**place, "after": after}).fetchall()]:
        yield (THESE + LIMIT).encode(), {**wanted, "these": these}
        after = these[-1]


def _numbers(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(connection.execute(NAMES).fetchall())

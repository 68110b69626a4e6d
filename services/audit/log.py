"""The questions that may be put to the log: by position, about whom, which fact, by whom, recorded when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from events.fact import Id, Record
from events.ledger import COLUMNS


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked; None: does not matter. `name` may end in `*`."""

    after: int
    limit: int
    about: Id | None = None
    name: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find(connection: psycopg.Connection[Any], asked: Filter) -> list[Record]:
    """The next records after a position that fit, in order; one more than the limit tells of a next page."""
    where = ["l.position > %(after)s"]
    if asked.about is not None:
        where.append("l.position IN (SELECT position FROM views.concerns WHERE subject = %(about)s::uuid)")
    if asked.name is not None:
        where.append("starts_with(n.name, %(name)s)" if asked.name.endswith("*") else "n.name = %(name)s")
    if asked.by is not None:
        where.append("a.actor = %(by)s")
    if asked.since is not None:
        where.append("l.recorded >= %(since)s")
    if asked.until is not None:
        where.append("l.recorded < %(until)s")
    query = f"SELECT {COLUMNS} WHERE {' AND '.join(where)} ORDER BY l.position LIMIT %(limit)s"
    params = {
        "after": asked.after,
        "limit": asked.limit + 1,
        "about": asked.about,
        "name": asked.name.removesuffix("*") if asked.name is not None else None,
        "by": asked.by,
        "since": _microseconds(asked.since),
        "until": _microseconds(asked.until),
    }
    with connection.cursor(binary=True) as cursor:
        # Only the fixed texts above make the query; what is asked goes in as parameters.
        return [Record._make(row) for row in cursor.execute(query.encode(), params).fetchall()]


def _microseconds(instant: datetime | None) -> int | None:
    return round(instant.timestamp() * 1_000_000) if instant is not None else None

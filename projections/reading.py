"""The log as views read it: pages by position, the pasts of many streams in one question, and nothing missing."""

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg

from events.fact import Id, Record
from events.ledger import AFTER, HEAD, STREAMS
from events.pages import Pages

STREAMS_AT_ONCE = 2000
"""Pasts are asked for that many streams at a time, which bounds what is in memory."""


class Hole(Exception):
    """A position is missing: nobody may go on as if nothing had happened there."""


COUNT = "SELECT count(*) FROM ledger.log WHERE position > %s AND position <= %s"
MISSING = """
SELECT min(p) FROM generate_series(%s::bigint + 1, %s) p
WHERE NOT EXISTS (SELECT FROM ledger.log l WHERE l.position = p)
"""
STRETCH = 25_000
"""Positions that are read in one statement."""


class Log:
    """Reads a whole log, all of it or the facts that somebody looks at, on a connection of its own. For one thread."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._pages = Pages(connection)

    def pages(self, after: int, upto: int, names: Collection[str] | None = None) -> Generator[list[Record], None, None]:
        """The records after a position and up to another, in order, some hundred at a time; all, or those of names.

        Close the iterator before asking again.

        Raises:
            Hole: a position is missing, whatever its name was.
        """
        for first in range(after, upto, STRETCH):
            last = min(first + STRETCH, upto)
            self._must_be_whole(first, last)
            with closing(self._pages.read(first, last, names)) as pages:
                yield from pages

    def _must_be_whole(self, after: int, upto: int) -> None:
        """Positions are unique: so many of them between here and there leave no gap, whichever are then looked at."""
        row = self.connection.execute(COUNT, (after, upto)).fetchone()
        if row is None or row[0] != upto - after:
            missing = self.connection.execute(MISSING, (after, upto)).fetchone()
            raise Hole(f"position {missing[0] if missing else after + 1} is missing")


def page(connection: psycopg.Connection[Any], after: int, limit: int) -> list[Record]:
    """The records after a position, `limit` at most, in order."""
    with connection.cursor(binary=True) as cursor:
        return list(map(Record._make, cursor.execute(AFTER, (after, after + limit)).fetchall()))


def last_position(connection: psycopg.Connection[Any]) -> int:
    """Where the log ends; 0 where it is empty."""
    row = connection.execute(HEAD).fetchone()
    return int(row[0]) if row else 0


def pasts(connection: psycopg.Connection[Any], streams: Iterable[Id], upto: int) -> Iterator[dict[Id, list[Record]]]:
    """The records of streams up to a position, some streams at a time."""
    wanted = sorted(streams)
    for first in range(0, len(wanted), STREAMS_AT_ONCE):
        part = wanted[first : first + STREAMS_AT_ONCE]
        found: dict[Id, list[Record]] = {stream: [] for stream in part}
        with connection.cursor(binary=True) as cursor:
            for row in cursor.execute(STREAMS, (part, upto)):
                found[row[1]].append(Record._make(row))
        yield found


def following(records: Sequence[Record], after: int) -> Sequence[Record]:
    """Those that have not been read yet, where all up to `after` have.

    Raises:
        Hole: one is missing between them, or before them.
    """
    unread = [record for record in records if record.position > after]
    for number, record in enumerate(unread, after + 1):
        if record.position != number:
            return _without_repeats(unread, after)
    return unread


def _without_repeats(records: Iterable[Record], after: int) -> list[Record]:
    kept: list[Record] = []
    for record in records:
        if record.position == after + 1:
            kept.append(record)
            after += 1
        elif record.position > after:
            raise Hole(f"position {after + 1} is missing: {record.position} comes after {after}")
    return kept

"""The log as views read it: pages by position, the pasts of many streams in one question, and nothing missing."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import psycopg

from events.fact import Id, Record
from events.ledger import AFTER, HEAD, STREAMS

STREAMS_AT_ONCE = 2000
"""Pasts are asked for that many streams at a time, which bounds what is in memory."""


class Hole(Exception):
    """A position is missing: nobody may go on as if nothing had happened there."""


# Without the joins of the ledger's own question: what stands for a name, and who acted, is known here already.
BARE = """
SELECT l.position, l.stream::text, l.version, l.name, l.effective_on, l.recorded, l.by, l.reason, l.command::text,
       l.cause, l.data
FROM ledger.log l WHERE l.position > %s AND l.position <= %s ORDER BY l.position
"""
# In the order of the index, never gathered and sorted.
IN_ORDER = "SET enable_bitmapscan = off; SET enable_seqscan = off"
NAMES = "SELECT no, name FROM ledger.names"
ACTORS = "SELECT no, actor FROM ledger.actors"
STRETCH = 1_000_000
"""Positions that are read in one statement."""
CHUNK = 500
"""Rows that are taken from the connection at once; the server goes on meanwhile."""


class Log:
    """Reads a whole log, at twice the speed of `page`, on a connection of its own. For one thread."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        connection.execute(IN_ORDER)

    def pages(self, after: int, upto: int, size: int) -> Generator[Sequence[Record], None, None]:
        """All records after a position and up to another, in order; close the iterator before asking again.

        Raises:
            Hole: one is missing.
        """
        for first in range(after, upto, STRETCH):
            last = min(first + STRETCH, upto)
            with closing(self._records(first, last)) as records:
                while page := list(islice(records, size)):
                    # They come in the order of a unique key, so that counting them is enough.
                    if page[-1].position != first + len(page):
                        following(page, first)
                    first += len(page)  # noqa: PLW2901  # how far the stretch has been read
                    yield page
            if first < last:
                raise Hole(f"position {first + 1} is missing: the log ends before {upto}")

    def _records(self, after: int, upto: int) -> Generator[Record, None, None]:
        names = dict(self.connection.execute(NAMES).fetchall())
        actors = dict(self.connection.execute(ACTORS).fetchall())
        make = Record._make
        with self.connection.cursor(binary=True) as cursor:
            rows = cursor.stream(BARE, (after, upto), size=CHUNK)
            for at, stream, version, name, on, recorded, by, reason, command, cause, data in rows:
                yield make((at, stream, version, names[name], on, recorded, actors[by], reason, command, cause, data))


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

"""The log as hashes: a stretch of it is read and hashed at once, in this process or in several beside it."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

from events.canonical import leaf, leaf_hash
from events.fact import Record
from projections.merkle.growing import FULL
from projections.merkle.hashing import HASH, fold

STRETCH = 65_536
"""Records of a stretch; all of its tiles but the log's last are full."""
CHUNK = 500
"""Rows that are taken from the connection at once; the server goes on meanwhile."""
NONE = bytes(HASH)
"""Stands where there is no record, or one that cannot be written down."""

# A name or an actor that is gone must not take its records away: no joins. A day that is none must not stop the reader.
RECORDS = """
SELECT l.position, l.stream::text, l.version, l.name, l.effective_on::text, l.recorded, l.by, l.reason, l.command::text,
       l.cause, l.data
FROM ledger.log l WHERE l.position > %s AND l.position <= %s ORDER BY l.position
"""
NAMES = "SELECT no, name FROM ledger.names"
ACTORS = "SELECT no, actor FROM ledger.actors"
# In the order of the index, never gathered and sorted.
SESSION = """SET application_name = 'caunoi verify'; SET datestyle = iso; SET jit = off; SET enable_bitmapscan = off;
SET enable_seqscan = off"""


class Known(dict[int, str]):
    """Names by number; one that is gone has none that anybody could have recorded."""

    def __missing__(self, number: int) -> str:
        return f"?{number}"


class Stretch(NamedTuple):
    """Hashes of the records after a position, joined; `nodes` are those above each full tile."""

    after: int
    hashes: bytes
    nodes: bytes
    missing: list[int]
    back: list[int]
    """Positions whose instant is before that of the record that they follow, in the stretch."""
    first: int
    last: int
    """Instants of the first and the last record; 0 of none."""


class Reading:
    """One connection that reads a snapshot."""

    def __init__(self, conninfo: str, snapshot: str | None = None) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(conninfo, autocommit=True, connect_timeout=15)
        self.connection.execute(SESSION)
        self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if snapshot is not None:
            self.connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'".encode())
        self._names = Known(self.connection.execute(NAMES).fetchall())
        self._actors = Known(self.connection.execute(ACTORS).fetchall())

    def close(self) -> None:
        """Let the snapshot go."""
        self.connection.close()

    def records(self, after: int, upto: int) -> Generator[Record, None, None]:
        """The records between two positions, to the end or closed; their days are texts, as they are written."""
        names, actors, make = self._names, self._actors, Record._make
        with self.connection.cursor(binary=True) as cursor:
            rows = cursor.stream(RECORDS, (after, upto), size=CHUNK)
            for position, stream, version, name, on, recorded, by, reason, command, cause, data in rows:
                yield make(
                    (position, stream, version, names[name], on, recorded, actors[by], reason, command, cause, data)
                )

    def stretch(self, after: int, upto: int) -> Stretch:
        """The hashes of the records after a position and up to another, and what is odd about their order."""
        hashes: list[bytes] = []
        missing: list[int] = []
        back: list[int] = []
        first = last = 0
        due = after + 1
        with closing(self.records(after, upto)) as records:
            for record in records:
                if record[0] != due:
                    missing += range(due, record[0])
                    hashes += [NONE] * (record[0] - due)
                if record[5] < last:
                    back.append(record[0])
                last = record[5]
                first = first or last
                due = record[0] + 1
                hashes.append(hashed(record))
        gap = range(due, upto + 1)
        joined = b"".join([*hashes, *[NONE] * len(gap)])
        nodes = b"".join(fold(joined[at : at + FULL]) for at in range(0, len(joined) // FULL * FULL, FULL))
        return Stretch(after, joined, nodes, [*missing, *gap], back, first, last)


def hashed(record: Record) -> bytes:
    """The hash of a record's leaf; `NONE` of one that nobody can have recorded."""
    try:
        return leaf_hash(leaf(record))
    except (OverflowError, ValueError):
        return NONE


def stretches(reading: Reading, conninfo: str, last: int, workers: int) -> Iterator[Stretch]:
    """The whole log up to its last position, stretch by stretch, in order; by so many processes where that is not 0."""
    parts = ((after, min(after + STRETCH, last)) for after in range(0, last, STRETCH))
    if not workers:
        for after, upto in parts:
            yield reading.stretch(after, upto)
        return
    row = reading.connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None, "a snapshot has a name"
    # Not forked: connections and locks are not for children.
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (conninfo, row[0])) as pool:
        waiting: deque[Future[Stretch]] = deque()
        for after, upto in parts:
            waiting.append(pool.submit(_stretch, after, upto))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_reading: list[Reading] = []
"""The one of a process beside."""


def _begin(conninfo: str, snapshot: str) -> None:
    _reading.append(Reading(conninfo, snapshot))


def _stretch(after: int, upto: int) -> Stretch:
    return _reading[0].stretch(after, upto)

"""Much at once: the ledger's COPY with all its promises, beside binary COPY of the same rows into a bare table."""

import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg

from bench.callers import prepared
from bench.facts import BYTES, requests
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.profiling import costs, every_thread, processors, report
from bench.server import Database, Server
from events.copying import copy
from events.request import Request

NAME = "copy"
MOST_A_SECOND = {1: 150_000, 100: 300_000}
MOST_ROWS_A_SECOND = 400_000
CHUNK_FACTS = 10_000
COLUMNS = {
    "position": "int8", "recorded": "int8", "cause": "int8", "digest": "int8", "version": "int4",
    "effective_on": "date", "by": "int4", "name": "int2", "stream": "uuid", "command": "uuid",
    "reason": "text", "data": "bytea",
}  # fmt: skip
TABLE = f"CREATE TABLE IF NOT EXISTS bare ({', '.join(f'{name} {kind} NOT NULL' for name, kind in COLUMNS.items())})"
STATEMENT = f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
SAID = {
    OURS: "events.copying.copy: versions, commands, heads, gapless positions, every index",
    "copy": f"psycopg's binary COPY (write_row) into a table of these columns, no index; {CHUNK_FACTS} rows a commit",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """One fact a request, and a hundred."""
    for facts in (1, 100):
        with server.database() as own, server.database(installed=False) as plain:
            sides = {
                OURS: partial(_ours, own, facts, sizes.seconds),
                "copy": partial(_bare, plain, facts, sizes.seconds),
            }
            samples = interleave(sides, sizes.rounds)
            made = _ready(facts, sizes.seconds)
            cost = costs(partial(_ours, own, facts, sizes.seconds, made))
        settings = {
            "costs": cost,
            "fact_bytes": BYTES,
            "seconds": sizes.seconds,
            "rounds": sizes.rounds,
            **SAID,
            **server.settings,
        }
        case = Case(NAME, {"facts": facts}, 0.0, "facts/s", settings=settings, targets=(Target("copy", least=0.4),))
        yield summed_up(case, samples)


def profile(server: Server, sizes: Sizes) -> None:
    """Where the time of ours goes."""
    for facts in (1, 100):
        with server.database() as own:
            made = _ready(facts, sizes.seconds)
            with processors() as shares:
                sample = _ours(own, facts, sizes.seconds, made)
            report(f"copy, {facts} facts a request", sample, shares)
            made = _ready(facts, sizes.seconds)
            with every_thread(sys.stdout):
                _ours(own, facts, sizes.seconds, made)


def _ready(facts: int, seconds: float) -> Iterator[Request]:
    return prepared(requests(facts), int(MOST_A_SECOND[facts] * seconds / facts))


def _ours(database: Database, facts: int, seconds: float, made: Iterator[Request] | None = None) -> Sample:
    """Whole chunks, until the time is over."""
    supply = made or _ready(facts, seconds)
    stored = 0
    start = time.perf_counter()
    for request, outcome in copy(database.app, _until(supply, start + seconds)):
        if isinstance(outcome, Exception):
            raise outcome
        stored += request.size
    return Sample(stored / (time.perf_counter() - start))


def _until(supply: Iterator[Request], end: float) -> Iterator[Request]:
    """A chunk's requests at a time, so that none is left half full."""
    while time.perf_counter() < end:
        chunk: list[Request] = []
        facts = 0
        while facts < CHUNK_FACTS and (request := next(supply, None)) is not None:
            chunk.append(request)
            facts += request.size
        if not chunk:
            return
        yield from chunk


def _bare(database: Database, facts: int, seconds: float) -> Sample:
    supply = prepared((row for request in requests(facts) for row in _rows(request)), int(MOST_ROWS_A_SECOND * seconds))
    stored = 0
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute(TABLE.encode())
        start = time.perf_counter()
        while time.perf_counter() - start < seconds and (rows := list(islice(supply, CHUNK_FACTS))):
            _copied(connection, rows)
            stored += len(rows)
        return Sample(stored / (time.perf_counter() - start))


def _rows(request: Request) -> Iterator[tuple[Any, ...]]:
    command = UUID(request.command)
    for stream, expected, entries in request.writes:
        key = UUID(stream)
        for version, (_, on, data) in enumerate(entries, expected + 1):
            yield (version, 0, 0, 0, version, on, 1, 1, key, command, "", data)


def _copied(connection: psycopg.Connection[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(STATEMENT.encode()) as copying:
        copying.set_types(list(COLUMNS.values()))
        for row in rows:
            copying.write_row(row)

"""The board's months and the sums of their years as the log gives them, shown or compared with those that are kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from projections import cell_months, cell_years
from projections.asked import AsOf
from projections.cell_months import Month
from projections.hashes import CHUNK, first, hash_of
from projections.parked import parked
from projections.positions import positions
from projections.rebuild import Comparison, Replayed
from projections.view import FOREVER
from services.scoring.boards.board_feed import BoardFeeder
from services.scoring.boards.board_making import Failed, made
from services.scoring.boards.board_touched import known

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
ROWS = "SELECT * FROM {schema}.{table}"
ANEW = "pg_temp"
AT_ONCE = 5000
"""Months that are written at once."""
EMPTY = "CREATE TEMPORARY TABLE {table} (LIKE views.{table}) ON COMMIT DROP"
COPY = f"COPY pg_temp.{cell_months.NAME} ({cell_months.COLUMNS}) FROM STDIN"
SUMS = cell_years.OF_ALL.replace("views.", "pg_temp.")
# No single fact is behind a month, so the month itself is named; the position is that of the comparison.
DIFFERENCE = """
WITH live AS ({live}), anew AS ({anew}),
     l AS (TABLE live EXCEPT ALL TABLE anew), a AS (TABLE anew EXCEPT ALL TABLE live)
SELECT {position}, {of}::text, cell::text, to_jsonb(l), to_jsonb(a) FROM l FULL JOIN a USING (cell, {of})
ORDER BY cell, {of} LIMIT 1
"""
SHOWN = "SELECT to_jsonb(r) FROM ({rows}) r ORDER BY cell, {of}"


class Kept(StrEnum):
    """Which of the two tables is meant."""

    MONTHS = cell_months.NAME
    YEARS = cell_years.NAME


OF = {Kept.MONTHS: "month", Kept.YEARS: "year"}
"""What a row is of, beside its cell."""


def replace(conninfo: str, table: Kept, zone: ZoneInfo) -> Replayed:
    """Make both anew from the log, to serve from then on; whoever asks meanwhile sees what there was.

    Raises:
        Busy: another process moves them on all the time.
    """
    cell_months.install(conninfo)
    feeder = BoardFeeder(conninfo, zone)
    try:
        feeder.anew()
    finally:
        feeder.close()
    return standing(conninfo, table)


def standing(conninfo: str, table: Kept) -> Replayed:
    """What is kept: to where it has read, its hash, and how many cells could not be worked out."""
    with _still(conninfo) as connection:
        position = positions(connection, [cell_months.NAME])[cell_months.NAME].position
        return Replayed(position, hash_of(connection, _rows("views", table)), _let_be(connection))


def replay(
    conninfo: str,
    table: Kept,
    zone: ZoneInfo,
    upto: int,
    day: date | None = None,
    show: Callable[[dict[str, Any]], None] | None = None,
) -> Replayed:
    """Make them as known at a position, where nobody sees them; with a day, of facts that held by then."""
    with _still(conninfo) as connection:
        failed = _make(connection, zone, AsOf(day or FOREVER, upto))
        rows = _rows(ANEW, table)
        if show is not None:
            with connection.cursor() as cursor:
                for (row,) in cursor.stream(SHOWN.format(rows=rows, of=OF[table]).encode(), size=CHUNK):
                    show(row)
        return Replayed(upto, hash_of(connection, rows), failed)


def compare(conninfo: str, table: Kept, zone: ZoneInfo, upto: int | None = None, day: date | None = None) -> Comparison:
    """Compare what is kept with what the log gives; nobody waits for it.

    Raises:
        ValueError: of any other moment than now nothing is kept.
    """
    with _still(conninfo) as connection:
        position = positions(connection, [cell_months.NAME])[cell_months.NAME].position
        if day is not None or (upto is not None and upto < position):
            raise ValueError(f"{table} keeps only what is known now: compare it without --as-of and --known-at")
        _make(connection, zone, AsOf(FOREVER, position))
        live, anew = _rows("views", table), _rows(ANEW, table)
        hashes = hash_of(connection, live), hash_of(connection, anew)
        query = DIFFERENCE.format(live=live, anew=anew, position=position, of=OF[table])
        return Comparison(position, *hashes, None if hashes[0] == hashes[1] else first(connection, query))


def _make(connection: psycopg.Connection[Any], zone: ZoneInfo, as_of: AsOf) -> int:
    """Both tables where nobody else sees them; how many cells could not be worked out."""
    for table in Kept:
        connection.execute(EMPTY.format(table=table).encode())
    failed = 0
    some: list[Month] = []
    for one in made(connection, zone, known(connection), as_of):
        if isinstance(one, Failed):
            failed += 1
            continue
        some.append(one)
        if len(some) >= AT_ONCE:
            _write(connection, some)
            some = []
    _write(connection, some)
    connection.execute(SUMS.encode())
    return failed


def _write(connection: psycopg.Connection[Any], months: Sequence[Month]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY.encode()) as copy:
        for month in months:
            copy.write_row(month)


def _rows(schema: str, table: Kept) -> str:
    return ROWS.format(schema=schema, table=table)


def _let_be(connection: psycopg.Connection[Any]) -> int:
    return len(parked(connection, [cell_months.NAME]).get(cell_months.NAME, set()))


@contextmanager
def _still(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which all views stand still."""
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.transaction():
        connection.execute(SNAPSHOT)
        yield connection

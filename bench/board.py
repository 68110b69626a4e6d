"""The board of a province from its views, beside 1, 10 and 34 provinces' years in the same tables."""

import time
from collections.abc import Iterator
from datetime import date

import psycopg

from bench.cells import YEAR
from bench.figure import FULL, Case, Sizes, Target, percentile
from bench.province import CELLS, FEW, ZONE, Province, beside, boarded, collecting_as_served
from bench.server import Server
from projections.asked import AsOf
from services.scoring.boards import board
from services.scoring.boards.formulas import FORMULAS
from services.scoring.boards.indicators import compute
from services.scoring.period import Period

NAME = "board"
PROVINCES = (1, 10, 34)
ASKED, WARMED = 50, 5
TODAY = date(YEAR, 12, 31)
SAID = {
    "asked": f"all {len(FORMULAS)} indicators of the year, {ASKED} times after {WARMED} more, on one connection",
    "copies": "other provinces are copies of the first one's rows under other ids",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The same question while the tables grow."""
    with server.database() as database, collecting_as_served():
        province, there = boarded(database, CELLS if sizes == FULL else FEW), 1
        with psycopg.connect(database.app, autocommit=True) as connection:
            for many in PROVINCES:
                if many > there:
                    beside(database, there + 1, many)
                    there = many
                for _ in range(WARMED):
                    _asked(connection, province)
                latencies = sorted(_asked(connection, province) for _ in range(ASKED))
                p50 = percentile(latencies, 0.5)
                assert p50 is not None, "it was asked"
                yield Case(
                    NAME,
                    {"provinces": many, "cells": len(province.cells), "months": 12 * len(province.cells) * many},
                    p50,
                    "ms",
                    p50_ms=p50,
                    p99_ms=percentile(latencies, 0.99),
                    settings={"best_ms": round(latencies[0] * 1000, 1), **SAID, **server.settings},
                    targets=(Target("p50_ms", most=100.0),),
                )


def _asked(connection: psycopg.Connection[tuple[object, ...]], province: Province) -> float:
    """Seconds until every indicator is known."""
    start = time.perf_counter()
    with connection.transaction():
        found = board.read(connection, province.id, Period.of_year(YEAR), AsOf(TODAY), TODAY, ZONE)
        values = {name: compute(formula, found) for name, formula in FORMULAS.items()}
    taken = time.perf_counter() - start
    if values["attendance"].value is None or values["regular-rhythm"].denominator != len(province.cells):
        raise RuntimeError("the board does not tell of all cells")
    return taken

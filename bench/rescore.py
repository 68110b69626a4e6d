"""A province's year scored anew: every meeting of its cells read from the log and judged, on one core."""

import gc
from collections.abc import Iterator
from datetime import date
from time import perf_counter, process_time

import psycopg

from bench.cells import MEETINGS, YEAR
from bench.figure import FULL, OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.province import CELLS, FEW, ZONE, settled
from bench.server import Database, Server
from events.fact import Id
from projections.asked import AsOf
from services.scoring.cell_year import cell_years, score_year
from services.scoring.rules_in_force import RulesInForce

NAME = "rescore"
TARGETS = (Target("ours", least=5000),)


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """Meetings a second, from the first question to the last score; reading is in it."""
    with server.database() as database:
        cells = settled(database, CELLS if sizes == FULL else FEW).cells
        samples = interleave({OURS: lambda: _ours(database, cells)}, sizes.rounds)
        cost = _cost(database, cells)
    case = Case(
        NAME,
        {"cells": len(cells), "meetings": len(cells) * MEETINGS},
        0.0,
        "meetings/s",
        settings={"processor_us_a_meeting": round(cost * 1e6, 1), "rounds": sizes.rounds, **server.settings},
        targets=TARGETS,
    )
    yield summed_up(case, samples)


def score_all(database: Database, cells: list[Id]) -> int:
    """Every meeting of the year, by the rules in force; how many there are."""
    # As the process that answers questions has it.
    gc.set_threshold(100_000, 50, 1_000)
    with psycopg.connect(database.app, autocommit=True) as connection:
        rules, scored = RulesInForce.read(connection), 0
        for year in cell_years(connection, cells, [YEAR], ZONE, AsOf(date.max)):
            scored += len(score_year(year, rules))
        return scored


def _ours(database: Database, cells: list[Id]) -> Sample:
    began = perf_counter()
    scored = score_all(database, cells)
    if scored != len(cells) * MEETINGS:
        raise RuntimeError(f"{scored} meetings were scored")
    return Sample(scored / (perf_counter() - began))


def _cost(database: Database, cells: list[Id]) -> float:
    """Seconds of our processor a meeting, without the database's."""
    began = process_time()
    scored = score_all(database, cells)
    return (process_time() - began) / scored

"""A province's year scored anew: every meeting of its cells read from the log and judged, on one core."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from time import perf_counter, process_time

import psycopg

from bench.cells import YEAR
from bench.figure import FULL, OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.province import CELLS, FEW, ZONE, Province, collecting_as_served, settled
from bench.server import Database, Server
from events.fact import Id
from projections.asked import AsOf
from services.scoring.meetings.cell_year import cell_years
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_score import score_in_force, worth_in_force
from services.scoring.rules.rules_in_force import RulesInForce

NAME = "rescore"
TARGETS = (Target("ours", least=5000),)
Look = Callable[[MeetingFacts, RulesInForce], object]
LOOKS: Mapping[str, Look] = {"points and bands": worth_in_force, "with every line in words": score_in_force}
"""As boards and trials look at meetings, and as one score is answered."""
SAID = {"at_work": "one core: while the database reads we wait for it"}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """Meetings a second, from the first question to the last score; reading is in it."""
    with server.database() as database, collecting_as_served():
        province = settled(database, CELLS if sizes == FULL else FEW)
        for told, look in LOOKS.items():
            samples = interleave({OURS: partial(_ours, database, province, look)}, sizes.rounds)
            case = Case(
                NAME,
                {"told": told, "cells": len(province.cells), "meetings": province.meetings},
                0.0,
                "meetings/s",
                settings={
                    "processor_us_a_meeting": round(_cost(database, province, look) * 1e6, 1),
                    "rounds": sizes.rounds,
                    "best": round(max(sample.value for sample in samples[OURS])),
                    **SAID,
                    **server.settings,
                },
                targets=TARGETS,
            )
            yield summed_up(case, samples)


def score_all(database: Database, cells: list[Id], look: Look) -> int:
    """Every meeting of the year, by the rules in force; how many there are."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        rules, scored = RulesInForce.read(connection), 0
        for year in cell_years(connection, cells, [YEAR], ZONE, AsOf(date.max)):
            scored += sum(look(facts, rules) is not None for facts in year.meetings)
        return scored


def _ours(database: Database, province: Province, look: Look) -> Sample:
    began = perf_counter()
    scored = score_all(database, province.cells, look)
    if scored != province.meetings:
        raise RuntimeError(f"{scored} meetings were scored")
    return Sample(scored / (perf_counter() - began))


def _cost(database: Database, province: Province, look: Look) -> float:
    """Seconds of our processor a meeting, without the database's."""
    began = process_time()
    scored = score_all(database, province.cells, look)
    return (process_time() - began) / scored

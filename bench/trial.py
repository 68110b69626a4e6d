"""A rule pack tried on a whole province's year, beside the packs that held: as long as the asker waits."""

import time
from collections.abc import Iterator
from datetime import date
from statistics import median

import psycopg

from bench.cells import YEAR
from bench.figure import FULL, Case, Sizes, Target
from bench.province import CELLS, FEW, ZONE, Province, collecting_as_served, settled
from bench.server import Server
from projections.asked import LATEST, AsOf
from services.scoring.period import Period
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import shipped
from services.scoring.why.trials import Outcome, trial

NAME = "trial"
ROUNDS = 3
TARGETS = (Target("ours", most=15.0),)
SAID = {"tried": "the national frame, good from 95 points on, and the ward's table", "at_work": "one core"}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """A pack like the one in force, and one with other items."""
    with server.database() as own, collecting_as_served():
        province = settled(own, CELLS if sizes == FULL else FEW)
        with psycopg.connect(own.app, autocommit=True) as connection:
            for pack in (stricter(), shipped().versions("meeting-ward")[0]):
                times = [seconds(connection, province, pack) for _ in range(ROUNDS)]
                many = province.meetings
                case = {"pack": pack.id, "cells": len(province.cells), "meetings": many}
                settings = {"rounds": ROUNDS, "best_s": round(min(times), 2), **SAID}
                yield Case(NAME, case, median(times), "s", settings={**settings, **server.settings}, targets=TARGETS)


def stricter() -> Pack:
    """The national frame with a higher bar."""
    frame = shipped().versions("meeting-national")[0]
    good, fair, *rest = frame.bands
    bands = (good.model_copy(update={"at_least": 95}), fair.model_copy(update={"below": 95}), *rest)
    return frame.model_copy(update={"id": "meeting-stricter", "bands": bands})


def seconds(connection: psycopg.Connection[tuple[object, ...]], province: Province, pack: Pack) -> float:
    """How long one trial takes, from its first question to all that moved."""
    start = time.perf_counter()
    rules = RulesInForce.read(connection)
    *_, last = trial(connection, rules, pack, (province.id, Period.of_year(YEAR)), AsOf(date.max, LATEST), ZONE)
    if not isinstance(last, Outcome) or last.meetings != province.meetings:
        raise RuntimeError(f"not all of {province.meetings} meetings were looked at")
    return time.perf_counter() - start

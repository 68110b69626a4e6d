"""A rule pack tried on a whole province's year, beside the packs that held: as long as the asker waits."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from statistics import median
from zoneinfo import ZoneInfo

import psycopg

from bench.cells import MEETINGS, YEAR, years
from bench.facts import ACTOR
from bench.figure import FULL, Case, Sizes, Target
from bench.filling import fill
from bench.server import Database, Server
from events import wire
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.organisation import CellKind, OrganisationEstablished, OrganisationKind
from events.request import Entry, Request, Write
from projections import absences, meetings, offices, roll, rules, tree
from projections.asked import LATEST, AsOf
from projections.rebuild import rebuild
from services.ingest.asked import new_id
from services.scoring.period import Period
from services.scoring.rulebook import Pack
from services.scoring.rules_in_force import RulesInForce
from services.scoring.shelf import shipped
from services.scoring.trials import Outcome, trial

NAME = "trial"
CELLS, FEW = 2618, 40
"""Of a province, and for a quick look."""
A_SUPERIOR = 30
"""Cells of one."""
ROUNDS = 3
FOUNDED = date(2020, 1, 1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
VIEWS = (absences.VIEW, meetings.VIEW, offices.VIEW, roll.VIEW, rules.VIEW, tree.VIEW)
TARGETS = (Target("ours", most=15.0),)
SAID = {"tried": "the national frame, good from 95 points on, and the ward's table", "at_work": "one core"}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """A pack like the one in force, and one with other items."""
    with server.database() as own, collecting_as_served():
        province = settled(own, CELLS if sizes == FULL else FEW)
        with psycopg.connect(own.app, autocommit=True) as connection:
            for pack in (stricter(), shipped().versions("meeting-ward")[0]):
                times = [seconds(connection, province, pack) for _ in range(ROUNDS)]
                many = province.cells * MEETINGS
                case = {"pack": pack.id, "cells": province.cells, "meetings": many}
                settings = {"rounds": ROUNDS, "meetings_per_second": round(many / median(times)), **SAID}
                yield Case(NAME, case, median(times), "s", settings={**settings, **server.settings}, targets=TARGETS)


@contextmanager
def collecting_as_served() -> Iterator[None]:
    """Memory is looked through for what is left over as seldom as in the HTTP process, where trials are made."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@dataclass(frozen=True)
class Province:
    """Its id, and how many cells it has."""

    id: Id
    cells: int


def settled(database: Database, cells: int) -> Province:
    """A province with so many cells and a year of meetings of each, and the views that a score asks."""
    province, ids = new_id(), [new_id() for _ in range(cells)]
    superiors = [new_id() for _ in range(0, cells, A_SUPERIOR)]
    with Ledger(database.app) as ledger:
        fill(ledger, _tree(province, superiors, ids))
        fill(ledger, years(ids))
    for view in VIEWS:
        rebuild(database.app, view)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return Province(province, cells)


def _tree(province: Id, superiors: list[Id], cells: list[Id]) -> Iterator[Request]:
    yield _of(province, OrganisationEstablished(name="Đảng bộ tỉnh", kind=OrganisationKind.PROVINCE))
    for number, superior in enumerate(superiors):
        name, kind = f"Đảng bộ xã {number}", OrganisationKind.SUPERIOR
        yield _of(superior, OrganisationEstablished(name=name, kind=kind, parent=province))
    for number, cell in enumerate(cells):
        name, kind, parent = f"Chi bộ {number}", OrganisationKind.CELL, superiors[number // A_SUPERIOR]
        yield _of(cell, OrganisationEstablished(name=name, kind=kind, cell_kind=CellKind.VILLAGE, parent=parent))


def _of(stream: Id, fact: Fact) -> Request:
    return Request(new_id(), ACTOR, [Write(stream, 0, [Entry(stored_name(fact), FOUNDED, wire.encode(fact))])])


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
    if not isinstance(last, Outcome) or last.meetings != province.cells * MEETINGS:
        raise RuntimeError(f"not all of {province.cells * MEETINGS} meetings were looked at")
    return time.perf_counter() - start

"""From a change to the score and the board that tell of it: over HTTP, through the real processes, in a province."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import httpx2
import psycopg

from bench.cells import JUDGED, YEAR
from bench.facts import ACTOR
from bench.figure import FULL, Case, Sizes, Target, percentile
from bench.processes import HOST, free_port, process, serving
from bench.province import CELLS, FEW, Province, boarded
from bench.served import SERVE, environment
from bench.server import Database, Server, place
from events import wire
from events.fact import Id, stored_name
from events.ledger import Ledger
from events.meeting import SelfScored
from events.request import Entry, Request, Write
from services import access
from services.ingest.asked import new_id

NAME = "score_live"
CHANGES = {True: 300, False: 20}
"""In full, and for a quick look: a p99 wants some hundred."""
ON = date(YEAR, 11, 1)
MEETINGS = "SELECT stream::text, cell::text FROM views.meetings WHERE meets_on < %s ORDER BY stream"
SAID = {
    "measured": "from the append's answer until the answer that tells of it; the first tenth is not counted",
    "processes": "caunoi serve http and caunoi serve scoring",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """A meeting's score, its cell's board and the province's, after a committee has scored itself anew."""
    with server.database() as database, place() as folder:
        province = boarded(database, CELLS if sizes == FULL else FEW)
        _, token = access.issue(database.owner, organisation=None, role="operator", name="bench")
        port = free_port()
        said = environment(database, port, folder)
        with (
            process(("-m", "services.program", "serve", "scoring"), said, folder / "scoring.log"),
            serving(SERVE, said, port, folder / "http.log"),
            httpx2.Client(base_url=f"http://{HOST}:{port}", headers={"authorization": f"Bearer {token}"}) as client,
            Ledger(database.app) as ledger,
        ):
            changes = CHANGES[sizes == FULL]
            paths: dict[str, Callable[[Id, Id], str]] = {
                "score": lambda meeting, _: f"/scores/meetings/{meeting}",
                "cell": lambda _, cell: f"/indicators/{cell}?period={YEAR}",
                "province": lambda *_: f"/indicators/{province.id}?period={YEAR}",
            }
            for told, path in paths.items():
                times = _times(database, ledger, client, path, changes)
                yield _case(server, told, province, sorted(times[changes // 10 :]))


def _case(server: Server, told: str, province: Province, latencies: list[float]) -> Case:
    p50 = percentile(latencies, 0.5)
    assert p50 is not None, "something was changed"
    case = {"told": told, "cells": len(province.cells), "meetings": province.meetings}
    targets = (Target("p99_ms", most=100.0),) if told == "score" else ()
    settings = {"changes": len(latencies), **SAID, **server.settings}
    return Case(
        NAME, case, p50, "ms", p50_ms=p50, p99_ms=percentile(latencies, 0.99), settings=settings, targets=targets
    )


def _times(
    database: Database, ledger: Ledger, client: httpx2.Client, path: Callable[[Id, Id], str], changes: int
) -> list[float]:
    with psycopg.connect(database.app) as connection:
        meetings = connection.execute(MEETINGS, [ON]).fetchall()
    dice, found = random.Random(changes), []
    for number in range(changes):
        meeting, cell = dice.choice(meetings)
        items = {item: Decimal(points) for item, points in JUDGED.items()}
        again = SelfScored(items={**items, "last-resolution": Decimal(20 + number % 10)})
        last = ledger.append(_change(ledger, Id(meeting), again)).first
        began = time.perf_counter()
        answer = client.get(path(Id(meeting), Id(cell)), headers={"Caunoi-At-Least": str(last)}, timeout=60)
        if answer.status_code != httpx2.codes.OK:
            raise RuntimeError(answer.text)
        found.append(time.perf_counter() - began)
    return found


def _change(ledger: Ledger, meeting: Id, fact: SelfScored) -> Request:
    stands = ledger.versions([meeting])[meeting]
    entry = Entry(stored_name(fact), ON, wire.encode(fact))
    return Request(new_id(), ACTOR, [Write(meeting, stands, [entry])])

"""Catching up: the whole log read by pages, each record in Python's hands with its position and its data."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

from eventsourcing.postgres import PostgresApplicationRecorder
from umadb import Client

from bench import stock, uma
from bench.facts import BYTES, requests_on_streams
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.filling import fill
from bench.profiling import costs
from bench.server import Server, place
from events import bus
from events.ledger import Ledger
from services.ingest.asked import new_id

NAME = "read"
TARGETS = (Target("eventsourcing", least=4), Target("umadb", least=0.8))
FACTS_A_FILL = 100
PAGE = 1000
"""Of the others."""


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The one case: one reader, from the beginning."""
    with (
        server.database() as own,
        server.database(installed=False) as library,
        place() as folder,
        Ledger(own.app) as ledger,
        stock.recorder(library, 1) as recorder,
        uma.running(folder / "uma") as client,
    ):
        records = sizes.records
        fill(ledger, requests_on_streams(records, FACTS_A_FILL))
        stock.fill(recorder, records, [UUID(new_id()) for _ in range(records // 10)])
        uma.fill(client, records, FACTS_A_FILL)
        sides: dict[str, Callable[[], Sample]] = {
            OURS: lambda: _timed(_ours, own.app, records),
            "eventsourcing": lambda: _timed(_stock, recorder, records),
            "umadb": lambda: _timed(_uma, client, records),
        }
        samples = interleave(sides, sizes.rounds)
        cost = costs(sides[OURS])
    said = {
        OURS: f"the reader of EmbeddedBus, pages of {bus.PAGE}",
        "eventsourcing": f"PostgresApplicationRecorder.select_notifications, pages of {PAGE}",
        "umadb": f"Client.read, batches of {PAGE}",
    }
    settings = {"costs": cost, "fact_bytes": BYTES, "rounds": sizes.rounds, **said, **server.settings}
    yield summed_up(
        Case(NAME, {"records": sizes.records}, 0.0, "records/s", settings=settings, targets=TARGETS), samples
    )


def _timed(read: Callable[..., int], source: object, records: int) -> Sample:
    start = time.perf_counter()
    found = read(source)
    if found != records:
        raise RuntimeError(f"{found} records were read, {records} are there")
    return Sample(found / (time.perf_counter() - start))


def _ours(conninfo: str) -> int:
    size = 0
    reader = bus.EmbeddedBus(conninfo).read(NAME, 0)
    while page := reader.take(0):
        for record in page:
            size += len(record.data)
    reader.close()
    return size // BYTES


def _stock(recorder: PostgresApplicationRecorder) -> int:
    position = size = 0
    while page := recorder.select_notifications(position, PAGE, inclusive_of_start=False):
        for notification in page:
            size += len(notification.state)
        position = page[-1].id
    return size // BYTES


def _uma(client: Client) -> int:
    size = 0
    response = client.read()
    while page := response.next_batch():
        for sequenced in page:
            size += len(sequenced.event.data)
    return size // BYTES

"""A view made anew from the whole log, with its table, keys and swap: the sanctions of every member."""

import sys
from collections.abc import Iterator
from dataclasses import replace

from bench import stock_view
from bench.facts import BYTES, STREAM_LENGTH
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.filling import fill
from bench.logs import LOGS
from bench.profiling import costs, every_thread, processors, report
from bench.server import Database, Server
from events.ledger import Ledger
from projections.rebuild import rebuild
from projections.sanctions import VIEW

NAME = "rebuild"
SHARE = 30
"""One in so many of our records is what the stock library is given: at its pace, all would take minutes a round."""
TARGETS = (Target("eventsourcing", least=120), Target(OURS, least=150_000))
SAID = {
    OURS: "projections.rebuild of the view `sanctions`, from its first record to the swap",
    "eventsourcing": "its ProjectionRunner, PostgresTrackingRecorder: row and tracking in a transaction an event",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """A log of nothing else, beside the stock library's; and a log in which one record in ten is of this view."""
    with server.database() as own, server.database(installed=False) as library:
        _filled(own, "sanctions", sizes.records)
        last = stock_view.fill(library, max(sizes.records // SHARE, 1000))
        sides = {OURS: lambda: _ours(own), "eventsourcing": lambda: Sample(last / stock_view.rebuild(library, last))}
        samples = interleave(sides, sizes.rounds)
        cost = costs(sides[OURS])
    settings = {"stream": STREAM_LENGTH, "rounds": sizes.rounds, **SAID, **server.settings}
    case = Case(NAME, {"log": "sanctions", "records": sizes.records}, 0.0, "records/s", targets=TARGETS)
    yield summed_up(
        replace(case, settings={"costs": cost, "fact_bytes": BYTES, "events of eventsourcing": last, **settings}),
        samples,
    )
    with server.database() as own:
        _filled(own, "lives", sizes.records)
        samples = interleave({OURS: lambda: _ours(own)}, sizes.rounds)
        settings["costs"] = costs(lambda: _ours(own))
    yield summed_up(replace(case, case={**case.case, "log": "lives"}, settings=settings, targets=TARGETS[1:]), samples)


def profile(server: Server, sizes: Sizes) -> None:
    """Where the time of ours goes."""
    for log in LOGS:
        with server.database() as own:
            _filled(own, log, sizes.records)
            with processors() as shares:
                sample = _ours(own)
            report(f"rebuild from {log}", sample, shares)
            with every_thread(sys.stdout):
                _ours(own)


def _filled(database: Database, log: str, records: int) -> None:
    with Ledger(database.app) as ledger:
        fill(ledger, LOGS[log](records))


def _ours(database: Database) -> Sample:
    done = rebuild(database.app, VIEW)
    if done.parked:
        raise RuntimeError(f"{done.parked} streams could not be read")
    return Sample(done.position / done.seconds)

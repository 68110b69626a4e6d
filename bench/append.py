"""One fact a request, durable, with expected version and command: one caller alone, sixteen, sixty-four."""

import sys
from collections.abc import Iterator

from bench import pgbench, stock
from bench.callers import alone, prepared, together
from bench.facts import BYTES, requests
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.profiling import costs, every_thread, processors, report
from bench.server import Server
from events.ledger import Ledger
from events.recorder import LedgerApplicationRecorder
from events.request import Request

NAME = "append"
CALLERS = (1, 16, 64)
MOST_A_SECOND = 40_000
TARGETS = {
    1: [Target("pgbench", least=0.5)],
    16: [Target("pgbench", least=0.8), Target("eventsourcing", least=10)],
    64: [Target("pgbench", least=1.1), Target("eventsourcing", least=16), Target("p99_ms", most=10)],
}
ON_OURS = "eventsourcing-on-caunoi"
ON_OURS_SAID = "the same calls of the library, into our recorder (events.recorder); a thread for each caller"
OURS_SAID = {
    1: "Ledger.append, synchronous",
    16: "Ledger.append_all of one request, asyncio callers of one process on uvloop",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """A case for each number of callers."""
    for callers in CALLERS:
        yield measure(server, sizes, callers)


def ready(seconds: float) -> Iterator[Request]:
    """More requests than can be appended in the time."""
    return prepared(requests(), int(MOST_A_SECOND * seconds))


def ours(ledger: Ledger, callers: int, ready: Iterator[Request], seconds: float) -> Sample:
    """Facts a second of ours."""
    if callers == 1:
        return alone(ledger, ready, seconds)
    return together(ledger, ready, seconds, callers)


def measure(server: Server, sizes: Sizes, callers: int) -> Case:
    """Ours, pgbench and the stock library, in rounds."""
    with (
        server.database() as own,
        server.database(installed=False) as plain,
        server.database(installed=False) as library,
        server.database() as shared,
        Ledger(own.app) as ledger,
        Ledger(shared.app) as below,
        pgbench.pgbench(plain, callers) as engine,
        stock.recorder(library, callers) as recorder,
    ):
        on_ours = LedgerApplicationRecorder(below, "bench")
        samples = interleave(
            {
                OURS: lambda: ours(ledger, callers, ready(sizes.seconds), sizes.seconds),
                "pgbench": lambda: engine.round(sizes.seconds),
                "eventsourcing": lambda: stock.appending(recorder, callers, 1, sizes.seconds),
                ON_OURS: lambda: stock.appending(on_ours, callers, 1, sizes.seconds, MOST_A_SECOND),
            },
            sizes.rounds,
        )
        made = ready(sizes.seconds)
        cost = costs(lambda: ours(ledger, callers, made, sizes.seconds))
    said = {
        OURS: OURS_SAID[min(callers, 16)],
        "pgbench": pgbench.SAID,
        "eventsourcing": stock.SAID,
        ON_OURS: ON_OURS_SAID,
    }
    case = Case(
        NAME,
        {"callers": callers},
        0.0,
        "facts/s",
        settings={
            "costs": cost,
            "fact_bytes": BYTES,
            "seconds": sizes.seconds,
            "rounds": sizes.rounds,
            **said,
            **server.settings,
        },
        targets=TARGETS[callers],
    )
    return summed_up(case, samples)


def profile(server: Server, sizes: Sizes) -> None:
    """Where the time of ours goes."""
    for callers in CALLERS:
        with server.database() as own, Ledger(own.app) as ledger:
            ours(ledger, callers, ready(0.2), 0.2)
            made = ready(sizes.seconds)
            with processors() as shares:
                sample = ours(ledger, callers, made, sizes.seconds)
        report(f"append, {callers} callers", sample, shares)
        made = ready(sizes.seconds)
        with server.database() as own, every_thread(sys.stdout), Ledger(own.app) as ledger:
            ours(ledger, callers, made, sizes.seconds)

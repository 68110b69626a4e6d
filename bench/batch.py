"""A hundred facts a request at sixteen callers, durable: the same guarantees, far fewer commits."""

import sys
from collections.abc import Iterator

from bench import pgbench, stock, uma
from bench.callers import prepared, together
from bench.facts import BYTES, requests
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.profiling import costs, every_thread, processors, report
from bench.server import Server, place
from events.ledger import Ledger
from events.request import Request

NAME = "batch"
CALLERS = 16
FACTS = 100
MOST_A_SECOND = 250_000
TARGETS = (Target("pgbench", least=0.5), Target("umadb", least=0.5))


def ready(seconds: float) -> Iterator[Request]:
    """More requests than can be appended in the time."""
    return prepared(requests(FACTS), int(MOST_A_SECOND * seconds / FACTS))


def ours(ledger: Ledger, made: Iterator[Request], seconds: float) -> Sample:
    """Facts a second of ours."""
    return together(ledger, made, seconds, CALLERS)


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The one case."""
    with (
        server.database() as own,
        server.database(installed=False) as plain,
        server.database(installed=False) as library,
        place() as folder,
        Ledger(own.app) as ledger,
        pgbench.pgbench(plain, CALLERS, FACTS) as engine,
        stock.recorder(library, CALLERS) as recorder,
        uma.running(folder / "uma") as client,
    ):
        samples = interleave(
            {
                OURS: lambda: ours(ledger, ready(sizes.seconds), sizes.seconds),
                "pgbench": lambda: engine.round(sizes.seconds),
                "umadb": lambda: uma.appending(client, CALLERS, FACTS, sizes.seconds),
                "eventsourcing": lambda: stock.appending(recorder, CALLERS, FACTS, sizes.seconds),
            },
            sizes.rounds,
        )
        made = ready(sizes.seconds)
        cost = costs(lambda: ours(ledger, made, sizes.seconds))
    said = {
        OURS: "Ledger.append_all of one request on one new stream, asyncio callers of one process on uvloop",
        "pgbench": f"{pgbench.SAID}, here INSERT … SELECT of {FACTS} rows of one constant: no data to bind",
        "umadb": uma.SAID,
        "eventsourcing": stock.SAID,
    }
    case = Case(
        NAME,
        {"callers": CALLERS, "facts": FACTS},
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
        targets=TARGETS,
    )
    yield summed_up(case, samples)


def profile(server: Server, sizes: Sizes) -> None:
    """Where the time of ours goes."""
    with server.database() as own, Ledger(own.app) as ledger:
        ours(ledger, ready(0.2), 0.2)
        made = ready(sizes.seconds)
        with processors() as shares:
            sample = ours(ledger, made, sizes.seconds)
    report(f"batch, {CALLERS} callers", sample, shares)
    made = ready(sizes.seconds)
    with server.database() as own, every_thread(sys.stdout), Ledger(own.app) as ledger:
        ours(ledger, made, sizes.seconds)

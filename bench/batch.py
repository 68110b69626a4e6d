"""A hundred facts a request at sixteen callers, durable: the same guarantees, far fewer commits."""

from collections.abc import Iterator

from bench import pgbench, stock, uma
from bench.callers import prepared, together
from bench.facts import BYTES, requests
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.server import Server, place
from events.ledger import Ledger

NAME = "batch"
CALLERS = 16
FACTS = 100
MOST_A_SECOND = 250_000
TARGETS = (Target("pgbench", least=0.5), Target("umadb", least=0.5))


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

        def ours() -> Sample:
            ready = prepared(requests(FACTS), int(MOST_A_SECOND * sizes.seconds / FACTS))
            return together(ledger, ready, sizes.seconds, CALLERS)

        samples = interleave(
            {
                OURS: ours,
                "pgbench": lambda: engine.round(sizes.seconds),
                "umadb": lambda: uma.appending(client, CALLERS, FACTS, sizes.seconds),
                "eventsourcing": lambda: stock.appending(recorder, CALLERS, FACTS, sizes.seconds),
            },
            sizes.rounds,
        )
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
        settings={"fact_bytes": BYTES, "seconds": sizes.seconds, "rounds": sizes.rounds, **said, **server.settings},
        targets=TARGETS,
    )
    yield summed_up(case, samples)

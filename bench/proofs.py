"""A proof, asked for over HTTP: that a record is in a log of a million, and that the log has only grown."""

import http.client
import random
import time
from collections.abc import Callable, Iterator

from bench import signed
from bench.facts import BYTES
from bench.figure import Case, Sample, Sizes, Target, percentile
from bench.processes import HOST, free_port, serving
from bench.profiling import costs
from bench.served import SERVE, environment
from bench.server import Server, place
from services import access

NAME = "proofs"
LOGS = 10 / 3
"""Times the records of other figures: a million, where those have 300,000."""
WARM = 50
"""Requests before the clock runs."""
SAID = {
    "measured": "from sending a GET on one keep-alive connection to the last byte of its answer, random positions",
    "process": "caunoi serve http, which reads the tiles for each proof and checks it before it goes out",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """One caller, one question after the other, on a tree of all that was recorded."""
    with server.database() as own, place() as folder:
        leaves, fed = signed.fill(own, int(sizes.records * LOGS))
        _, token = access.issue(own.owner, organisation=None, role="operator", name="bench")
        port, dice = free_port(), random.Random(1)
        paths: dict[str, Callable[[], str]] = {
            "inclusion": lambda: f"/proofs/inclusion?position={dice.randint(1, leaves)}",
            "consistency": lambda: f"/proofs/consistency?from={dice.randint(1, leaves)}",
        }
        with serving(SERVE, environment(own, port, folder), port, folder / "http.log"):
            for proof, path in paths.items():
                latencies = sorted(_ask(port, token, path, sizes.seconds))
                cost = costs(lambda path=path: _rate(_ask(port, token, path, sizes.seconds)))  # type: ignore[misc]
                p50, p99 = percentile(latencies, 0.50), percentile(latencies, 0.99)
                assert p50 is not None, "something was proven"
                case = {"proof": proof, "leaves": leaves}
                settings = {
                    "costs": cost,
                    "asked": len(latencies),
                    "tree": f"fed at {fed:,.0f} records/s",
                    "fact_bytes": BYTES,
                    **SAID,
                    **server.settings,
                }
                yield Case(NAME, case, p50, "ms", settings=settings, p50_ms=p50, p99_ms=p99, targets=TARGETS)


TARGETS = (Target("p50_ms", most=3),)


def _rate(latencies: list[float]) -> Sample:
    return Sample(len(latencies) / sum(latencies), seconds=sum(latencies))


def _ask(port: int, token: str, path: Callable[[], str], seconds: float) -> list[float]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) <= WARM:
        start = time.perf_counter()
        connection.request("GET", path(), headers={"authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        said = answer.read()
        taken.append(time.perf_counter() - start)
        if answer.status != http.client.OK:
            raise RuntimeError(f"not proven: {answer.status} {said.decode()}")
    connection.close()
    return taken[WARM:]

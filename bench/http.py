"""Rewards over HTTP: one a request from 64 clients, and many a request as NDJSON."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import stock_app
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.load import Plan
from bench.processes import HOST, load
from bench.profiling import costs, processors, report
from bench.served import Served, lines, other, ours, rewards, stock_members
from bench.server import Server, place

NAME = "http"
CLIENTS = 64
BATCH_CLIENTS = 4
LINES = 1000
MOST_A_SECOND = {OURS: 20_000, "noop": 20_000, "starlette": 40_000, "fastapi-eventsourcing": 2_000}
MOST_FACTS_A_SECOND = 60_000
NDJSON = "application/x-ndjson"
SAID = {
    OURS: "caunoi serve http, one process (uvicorn, uvloop), a clerk's token; a reward is durable when answered",
    "noop": "a FastAPI endpoint (async) that checks path and body and does nothing, same server and settings",
    "starlette": "a bare Starlette route that reads the body, same server and settings",
    "fastapi-eventsourcing": "a FastAPI endpoint (sync) over the stock library: get, change, save; "
    f"same server and settings, {stock_app.POOL} connections",
    "client": "a process of its own, asyncio protocols on uvloop, keep-alive, requests prepared before the clock runs",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """Single rewards beside the others; then batches: plain, with keys, and with many lines to the same stream."""
    with _fresh(server, sizes) as (mine, folder), server.database(installed=False) as library, ExitStack() as stack:
        known = stock_members(library, sizes.members)
        sides = {
            OURS: mine,
            "noop": stack.enter_context(other("noop", mine.members, None, folder)),
            "starlette": stack.enter_context(other("starlette", mine.members, None, folder)),
            "fastapi-eventsourcing": stack.enter_context(other("fastapi-eventsourcing", known, library, folder)),
        }
        yield _single(server, sizes, sides, folder)
    for keys, each in ((False, 1), (True, 1), (False, 8)):
        with _fresh(server, sizes) as (mine, folder):
            yield _batch(server, sizes, mine, keys, each, folder)


@contextmanager
def _fresh(server: Server, sizes: Sizes) -> Iterator[tuple[Served, Path]]:
    """Ours with members who were rewarded once each: a member with hundreds of rewards is nobody's."""
    with server.database() as own, place() as folder, ours(own, sizes.members, folder) as mine:
        warm_up(mine, folder)
        yield mine, folder


def _single(server: Server, sizes: Sizes, sides: dict[str, Served], folder: Path) -> Case:
    calls: dict[str, Callable[[], Sample]] = {
        name: lambda name=name, side=side: posting(
            side, int(MOST_A_SECOND[name] * sizes.seconds), sizes.seconds, folder
        )  # type: ignore[misc]  # mypy cannot type defaults of a lambda
        for name, side in sides.items()
    }
    samples = interleave(calls, sizes.rounds)
    cost = costs(calls[OURS], without="callers")
    case = Case(
        NAME,
        {"endpoint": "/members/{id}/rewards", "clients": CLIENTS},
        0.0,
        "requests/s",
        settings={**_settings(server, sizes), "costs": cost},
        targets=(Target("noop", least=0.5), Target("fastapi-eventsourcing", least=8)),
    )
    return summed_up(case, samples)


def _batch(server: Server, sizes: Sizes, mine: Served, keys: bool, each: int, folder: Path) -> Case:
    samples = interleave({OURS: lambda: batches(mine, sizes.seconds, folder, keys, each)}, sizes.rounds)
    cost = costs(lambda: batches(mine, sizes.seconds, folder, keys, each), without="callers")
    case = Case(
        NAME,
        {"endpoint": "/facts", "clients": BATCH_CLIENTS, "lines": LINES, "keys": keys, "lines_a_stream": each},
        0.0,
        "facts/s",
        settings={**_settings(server, sizes), "costs": cost},
        targets=(Target(OURS, least=30_000),) if each == 1 else (),
    )
    return summed_up(case, samples)


def warm_up(mine: Served, folder: Path) -> None:
    """Each member once, so that his stream is in memory."""
    made = [mine.post("/facts", lines(mine, len(mine.members)), NDJSON)]
    _loaded(mine, 1, 60.0, made, folder)


def posting(side: Served, number: int, seconds: float, folder: Path) -> Sample:
    """Requests a second."""
    made = [side.post(path, body) for path, body in rewards(side, number)]
    return _loaded(side, CLIENTS, seconds, made, folder)


def batches(mine: Served, seconds: float, folder: Path, keys: bool = False, each: int = 1) -> Sample:
    """Facts a second."""
    number = int(MOST_FACTS_A_SECOND * seconds / LINES)
    made = [mine.post("/facts", lines(mine, LINES, keys=keys, each=each), NDJSON) for _ in range(number)]
    return _loaded(mine, BATCH_CLIENTS, seconds, made, folder)


def _loaded(side: Served, clients: int, seconds: float, requests: list[bytes], folder: Path) -> Sample:
    result = load(Plan(HOST, side.port, clients, seconds, requests), folder)
    return Sample(result.made / result.seconds, result.latencies, result.seconds)


def _settings(server: Server, sizes: Sizes) -> dict[str, object]:
    own = {"members": sizes.members, "streams": "in memory, each member rewarded once before", "seconds": sizes.seconds}
    return {**own, "rounds": sizes.rounds, **SAID, **server.settings}


def profile(server: Server, sizes: Sizes) -> None:
    """Where the time of ours goes: one reward a request, then many."""
    number = int(MOST_A_SECOND[OURS] * sizes.seconds)
    calls: dict[str, Callable[[Served, Path], Sample]] = {
        f"http, {CLIENTS} clients": lambda mine, folder: posting(mine, number, sizes.seconds, folder),
        f"http, batches of {LINES}": lambda mine, folder: batches(mine, sizes.seconds, folder),
    }
    for title, call in calls.items():
        with _fresh(server, sizes) as (mine, folder):
            with processors() as shares:
                sample = call(mine, folder)
            report(title, sample, shares)
        with server.database() as own, place() as folder:
            with ours(own, sizes.members, folder, ("-m", "bench.watched", str(folder / "profile"))) as mine:
                warm_up(mine, folder)
                call(mine, folder)
            print((folder / "profile").read_text())

"""Callers: one that waits in its own thread, many in one event loop, and, of anything that blocks, many in threads."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from threading import Thread
from typing import TypeVar

import uvloop

from bench.figure import Sample
from events.ledger import Ledger
from events.request import Request

T = TypeVar("T")


def prepared(supply: Iterator[T], number: int) -> Iterator[T]:
    """The next `number`, made before the clock runs and out of the garbage collector's sight."""
    made = list(islice(supply, number))
    gc.collect()
    gc.freeze()
    return iter(made)


def alone(ledger: Ledger, requests: Iterator[Request], seconds: float) -> Sample:
    """Facts a second of one synchronous caller."""
    latencies: list[float] = []
    facts = 0
    start = before = time.perf_counter()
    for request in requests:
        ledger.append(request)
        now = time.perf_counter()
        latencies.append(now - before)
        facts += request.size
        before = now
        if now - start >= seconds:
            break
    return Sample(facts / (before - start), latencies)


def together(ledger: Ledger, requests: Iterator[Request], seconds: float, callers: int) -> Sample:
    """Facts a second of many callers on one event loop (uvloop, as the http process has)."""
    latencies: list[float] = []
    facts = 0
    start = time.perf_counter()

    async def caller() -> None:
        nonlocal facts
        before = time.perf_counter()
        for request in requests:
            (outcome,) = await ledger.append_all([request])
            if isinstance(outcome, Exception):
                raise outcome
            now = time.perf_counter()
            latencies.append(now - before)
            facts += outcome.facts
            before = now
            if now - start >= seconds:
                break

    async def all_of_them() -> None:
        await asyncio.gather(*(caller() for _ in range(callers)))

    uvloop.run(all_of_them())
    return Sample(facts / (time.perf_counter() - start), latencies)


def threads(calls: Sequence[Callable[[], int]], seconds: float) -> Sample:
    """Facts a second of a thread for each call, repeated until the time is over; it answers how many facts it wrote."""
    counts = [0] * len(calls)
    broken: list[BaseException] = []
    start = time.perf_counter()

    def work(number: int) -> None:
        try:
            while time.perf_counter() - start < seconds and not broken:
                counts[number] += calls[number]()
        except StopIteration:
            return  # all that was prepared is written
        except BaseException as error:  # noqa: BLE001  # it is raised again below, in the thread that asked
            broken.append(error)

    workers = [Thread(target=work, args=(number,)) for number in range(len(calls))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if broken:
        raise broken[0]
    return Sample(sum(counts) / (time.perf_counter() - start))

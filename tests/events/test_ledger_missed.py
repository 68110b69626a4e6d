"""Whoever follows the log while sixteen write misses nothing, sees nothing twice, and nothing out of order."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from time import monotonic, sleep

import pytest

from events.bus import EmbeddedBus
from events.copying import copy
from events.fact import Record
from events.ledger import Ledger
from tests.database import Database
from tests.events import writers
from tests.events.appending import everything, must_be_whole, new, to

Take = Callable[[], list[Record]]


@contextmanager
def by_bus(database: Database) -> Iterator[Take]:
    reader = EmbeddedBus(database.app, page=50).read("test", 0)
    yield lambda: reader.take(0.05)
    reader.close()


@contextmanager
def by_pages(database: Database) -> Iterator[Take]:
    """As simple as can be: the page after the last position that was seen."""
    last = 0

    def take() -> list[Record]:
        nonlocal last
        records = ledger.read(last, 50)
        last = records[-1].position if records else last
        if not records:
            sleep(0.001)
        return records

    with Ledger(database.app) as ledger:
        yield take


@pytest.mark.parametrize("rounds", [1, pytest.param(40, marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
def test_a_follower_misses_nothing(database: Database, rounds: int) -> None:
    done = Event()

    def follow(way: Callable[[Database], AbstractContextManager[Take]]) -> list[Record]:
        found: list[Record] = []
        with way(database) as take:
            while not done.is_set():
                found += take()
            until = monotonic() + 60
            while monotonic() < until:
                more = take()
                found += more
                until = until if more else min(until, monotonic() + 0.3)
        return found

    with ThreadPoolExecutor(2) as pool:
        followers = [pool.submit(follow, way) for way in (by_bus, by_pages)]
        for round_ in range(rounds):
            started = [
                writers.Writer(database.app, threads=4, requests=60, seed=round_ * 10 + n, pause=0.01) for n in range(4)
            ]
            assert sum(1 for _ in copy(database.app, [to(new(), facts=n % 5) for n in range(1000)])) == 1000
            heard = writers.hear(started)
            assert len(heard.done) == 16 * 60
        done.set()
        found = [follower.result(120) for follower in followers]
    with Ledger(database.app) as ledger:
        records = everything(ledger)
    must_be_whole(records)
    assert len(records) > rounds * 4000
    for each in found:
        assert [record.position for record in each] == list(range(1, len(records) + 1))
        assert each == records

"""Appending from an event loop: in order where it matters, and a caller that leaves takes nothing along."""

import asyncio
import gc
from time import monotonic
from typing import Any
from weakref import ref

import psycopg
import pytest

from events.appender import Appender
from events.fact import Id
from events.group import MOST_LATER
from events.ledger import Ledger
from events.request import Appended, Conflict, Request, Unstorable, Write
from tests.database import Database
from tests.events.appending import entries, everything, must_be_whole, new, silent, to


def test_requests_for_one_stream_go_in_in_the_order_given(ledger: Ledger) -> None:
    stream = new()
    chain = [to(stream, version) for version in range(MOST_LATER + 100)]
    mixed = [request for each in chain for request in (each, to(new()))]
    said = asyncio.run(ledger.append_all(mixed))
    assert all(isinstance(outcome, Appended) for outcome in said)
    assert [record.command for record in ledger.stream(stream)] == [request.command for request in chain]
    must_be_whole(everything(ledger))


def test_what_comes_while_a_group_is_on_its_way_is_judged_as_any_other(database: Database) -> None:
    told: list[Any] = []
    appender = Appender(database.app)
    appender.append(to(exists := new()))
    with psycopg.connect(database.owner) as owner:
        owner.execute("SELECT FROM ledger.counter FOR UPDATE")
        appender.submit([to(exists, 1)], told.extend)
        until = monotonic() + 60
        while not appender._turn.locked():
            assert monotonic() < until
        requests = [
            to(new(), facts=3), to(exists, 1), to(Id("nobody")), to(new(), reason="\0"), silent(digest=5),
            Request(new(), "another office", [Write(new(), 0, entries())]), to(exists, 2), to(new()),
        ]  # fmt: skip
        pendings = appender.submit(requests, told.extend)
        early = [pending.parcel is not None for pending in pendings]
    appender.close()
    assert early == [True, True, False, True, True, False, True, True]
    assert [type(pending.outcome) for pending in pendings] == [
        Appended, Conflict, Unstorable, Unstorable, Appended, Appended, Appended, Appended,
    ]  # fmt: skip
    assert len(told) == 1 + len(requests)
    with Ledger(database.app) as ledger:
        must_be_whole(everything(ledger))
        assert ledger.head() == 2 + 3 + 1 + 1 + 1


def test_an_event_loop_that_is_over_is_not_kept(ledger: Ledger) -> None:
    async def call() -> "ref[asyncio.AbstractEventLoop]":
        assert await ledger.append_all([to(new())])
        return ref(asyncio.get_running_loop())

    loop = asyncio.run(call())
    until = monotonic() + 60
    # The appender's thread holds it for the moment in which it calls it.
    while loop() is not None:
        gc.collect()
        assert monotonic() < until


def test_no_requests_have_no_outcomes(ledger: Ledger) -> None:
    assert asyncio.run(ledger.append_all([])) == []


def test_many_callers_at_once_each_get_their_own_outcomes(ledger: Ledger) -> None:
    stream = new()

    async def call(number: int) -> list[Appended | Exception]:
        return await ledger.append_all(
            [to(new(), facts=number % 3 + 1), to(stream), to(new(), takes=[("held:x", stream)])]
        )

    async def all_of_them() -> list[list[Appended | Exception]]:
        return await asyncio.gather(*map(call, range(64)))

    said = asyncio.run(all_of_them())
    assert [outcomes[0].facts for outcomes in said if isinstance(outcomes[0], Appended)] == [
        n % 3 + 1 for n in range(64)
    ]
    assert sum(isinstance(outcomes[1], Appended) for outcomes in said) == 1
    assert sum(isinstance(outcomes[1], Conflict) for outcomes in said) == 63
    assert sum(isinstance(outcomes[2], Appended) for outcomes in said) == 1
    must_be_whole(everything(ledger))


@pytest.mark.parametrize("delay", [0.0, 0.0005, 0.002, 0.01])
def test_a_cancelled_caller_loses_and_doubles_nothing(ledger: Ledger, delay: float) -> None:
    requests = [to(new()) for _ in range(20)]

    async def leave() -> None:
        task = asyncio.create_task(ledger.append_all(requests))
        await asyncio.sleep(delay)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def once_more() -> list[Appended | Exception]:
        return await ledger.append_all(requests)

    async def both() -> list[Appended | Exception]:
        await leave()
        return await once_more()

    said = asyncio.run(both())
    assert all(isinstance(outcome, Appended) for outcome in said)
    # The loop that they left is closed by now, and another one is served all the same.
    asyncio.run(leave())
    assert asyncio.run(once_more()) == [
        outcome._replace(replayed=True) for outcome in said if isinstance(outcome, Appended)
    ]
    records = everything(ledger)
    assert sorted(record.command for record in records) == sorted(request.command for request in requests)
    must_be_whole(records)


def test_threads_and_event_loops_share_a_ledger(ledger: Ledger) -> None:
    async def both() -> None:
        threads = [asyncio.to_thread(ledger.append, to(new())) for _ in range(20)]
        loops = [ledger.append_all([to(new())]) for _ in range(20)]
        await asyncio.gather(*threads, *loops)

    asyncio.run(both())
    assert ledger.head() == 40
    must_be_whole(everything(ledger))

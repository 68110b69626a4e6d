"""When the database goes, freezes or comes back, and when callers leave: every fact once, and nobody waits for ever."""

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest

from events.appender import Appender
from events.ledger import Ledger
from events.request import Appended, Entry, LedgerAway, Request, Unstorable, Write
from tests.database import Database, waiting_for_locks
from tests.events import writers
from tests.events.appending import DAY, entries, everything, must_agree, must_be_whole, new, to
from tests.program.places import eventually

TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caunoi appender' AND datname = %s"
)
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'caunoi appender' AND datname = %s"


def backends(database: Database) -> list[int]:
    with psycopg.connect(database.owner) as owner:
        return [pid for (pid,) in owner.execute(BACKENDS, [database.name]).fetchall()]


def test_terminated_connections_lose_and_double_nothing(database: Database) -> None:
    started = [writers.Writer(database.app, threads=6, requests=120, seed=n) for n in range(2)]
    dice = random.Random(5)
    killed = 0
    with psycopg.connect(database.owner, autocommit=True) as owner:
        while any(writer.running for writer in started):
            killed += owner.execute(TERMINATE, [database.name]).rowcount
            sleep(dice.random() * 0.05)
    heard = writers.hear(started)
    assert [writer.process.returncode for writer in started] == [0, 0]
    assert killed > 3, "or nothing was tried"
    assert len(heard.done) == 2 * 6 * 120
    with Ledger(database.app) as ledger:
        records = everything(ledger)
    must_be_whole(records)
    writers.must_be_kept(heard, records)
    assert len(records) == sum(heard.asked.values())
    must_agree(database.app)


def test_a_database_that_stays_away_is_said_in_time() -> None:
    with Ledger("host=/nonexistent dbname=none", patience=0.5) as ledger, ThreadPoolExecutor(8) as pool:
        started = monotonic()
        said = [pool.submit(ledger.append, to(new())) for _ in range(8)]
        assert all(isinstance(each.exception(60), LedgerAway) for each in said)
        assert 0.4 < monotonic() - started < 30


REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'at the last moment' USING ERRCODE = 'check_violation'; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON ledger.heads DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.mark.parametrize("facts", [1, 2])
def test_nothing_is_acknowledged_before_it_is_committed(database: Database, facts: int) -> None:
    """The rows of the answer come before the commit; whoever believes them has lost what was refused there."""
    with psycopg.connect(database.owner) as owner:
        owner.execute(REFUSE_AT_COMMIT)
    with Ledger(database.app) as ledger:
        with pytest.raises(Unstorable):
            ledger.append(to(new(), facts=facts))
        assert ledger.head() == 0


@contextmanager
def frozen(database: Database) -> Iterator[None]:
    """The appender's backend stands still, as a machine that swaps or a disc that hangs."""
    (pid,) = backends(database)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("facts", [1, 2])
def test_a_frozen_database_is_said_in_time_and_the_same_command_asks_safely_again(
    database: Database, facts: int
) -> None:
    request = to(new(), facts=facts)
    with Ledger(database.app, patience=0.7) as ledger:
        ledger.append(to(new()))
        with frozen(database):
            started = monotonic()
            with pytest.raises(LedgerAway):
                ledger.append(request)
            assert 0.6 < monotonic() - started < 30
        done = append_at_last(ledger, request)
        records = everything(ledger)
    assert [r.position for r in records if r.command == request.command] == list(range(done.first, done.first + facts))
    must_be_whole(records)


SMALL_PARTS = """
DROP TABLE ledger.log_0, ledger.log_1;
UPDATE ledger.counter SET partition_size = 4;
SELECT ledger.extend(0);
"""


@pytest.mark.parametrize(
    "request_",
    [
        Request(new(), "a new office", [Write(new(), 0, entries())]),
        Request(new(), "an office", [Write(new(), 0, [Entry("thing.renamed", DAY, b"{}")])]),
        to(new(), facts=9),
    ],
    ids=["an actor's number", "a name's number", "parts of the log"],
)
def test_a_database_that_freezes_before_it_comes_to_the_facts_is_said_in_time(
    database: Database, request_: Request
) -> None:
    with psycopg.connect(database.owner) as owner:
        owner.execute(SMALL_PARTS)
    with Ledger(database.app, patience=0.7) as ledger:
        ledger.append(to(new()))
        with frozen(database):
            started = monotonic()
            with pytest.raises(LedgerAway):
                ledger.append(request_)
            assert 0.6 < monotonic() - started < 30
        done = append_at_last(ledger, request_)
        assert (done.first, done.facts) == (2, request_.size)
        must_be_whole(everything(ledger))


def append_at_last(ledger: Ledger, request: Request) -> Appended:
    until = monotonic() + 60
    while True:
        try:
            return ledger.append(request)
        except LedgerAway:
            assert monotonic() < until


def test_whoever_holds_the_counter_too_long_is_not_waited_for(database: Database) -> None:
    request = to(new())
    with Ledger(database.app, patience=0.5) as ledger, psycopg.connect(database.owner) as owner:
        owner.execute("SELECT FROM ledger.counter FOR UPDATE")
        with pytest.raises(LedgerAway):
            ledger.append(request)
        owner.rollback()
        assert append_at_last(ledger, request).first == 1
        assert ledger.head() == 1


def test_a_ledger_that_was_not_installed_is_away_and_not_the_requests_fault(database: Database) -> None:
    with psycopg.connect(database.owner) as owner:
        owner.execute("ALTER FUNCTION ledger.append_one RENAME TO elsewhere")
    with Ledger(database.app, patience=0.2) as ledger:
        with pytest.raises(LedgerAway):
            ledger.append(to(new()))
        with psycopg.connect(database.owner) as owner:
            owner.execute("ALTER FUNCTION ledger.elsewhere RENAME TO append_one")
        assert ledger.append(to(new())).first == 1


# Closing, and callers that leave


def test_close_writes_what_waits(database: Database) -> None:
    appender = Appender(database.app)
    requests = [to(new()) for _ in range(300)] + [to(stream := new(), 0), to(stream, 1), to(stream, 2)]
    told: list[Any] = []
    pendings = appender.submit(requests, told.extend)
    appender.close()
    assert all(isinstance(pending.outcome, Appended) for pending in pendings)
    assert len(told) == len(requests)
    # The server ends a session a moment after the client has.
    eventually(lambda: not backends(database))


def test_close_writes_for_those_who_wait_in_threads(database: Database) -> None:
    appender = Appender(database.app)
    appender.append(to(new()))
    with ThreadPoolExecutor(16) as pool:
        with psycopg.connect(database.owner) as owner:
            owner.execute("SELECT FROM ledger.counter FOR UPDATE")
            said = [pool.submit(appender.append, to(new()))]
            eventually(lambda: waiting_for_locks(database) == 1)
            said += [pool.submit(appender.append, to(new())) for _ in range(15)]
            eventually(lambda: len(appender._waiting) == 15)
            closing = pool_free_close(appender)
            eventually(lambda: appender._closing)
        assert all(isinstance(each.result(60), Appended) for each in said)
    closing.join(60)
    assert not closing.is_alive()


def pool_free_close(appender: Appender) -> Thread:
    closing = Thread(target=appender.close)
    closing.start()
    return closing


def test_a_closed_ledger_says_so_and_connects_no_more(database: Database) -> None:
    ledger = Ledger(database.app)
    ledger.append(to(new()))
    ledger.close()
    ledger.close()
    for attempt in (lambda: ledger.append(to(new())), lambda: ledger._appender.submit([to(new())], lambda _: None)):
        with pytest.raises(LedgerAway):
            attempt()
    # The server ends a session a moment after the client has.
    eventually(lambda: not backends(database))


def test_closing_does_not_wait_for_a_database_that_is_away() -> None:
    appender = Appender("host=/nonexistent dbname=none")
    pendings = appender.submit([to(new())], lambda _: None)
    started = monotonic()
    appender.close()
    assert monotonic() - started < 12, "its patience, which is longer, was not waited for"
    assert isinstance(pendings[0].outcome, LedgerAway)


def test_when_the_one_who_writes_for_all_is_interrupted_the_others_hear_of_it(database: Database) -> None:
    appender = Appender(database.app)
    execute, interrupted = appender._execute, Event()

    def interrupt(group: list[Any]) -> list[Any]:
        if not interrupted.is_set() and len(group) > 1:
            interrupted.set()
            execute(group)
            raise KeyboardInterrupt
        return execute(group)

    appender._execute = interrupt  # type: ignore[method-assign]  # as if a signal came in the middle
    requests = [to(new()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        appender._turn.acquire()
        said = [pool.submit(appender.append, request) for request in requests]
        eventually(lambda: len(appender._waiting) == len(requests))
        appender._turn.release()
        outcomes = [_outcome(each) for each in said]
    assert set(map(type, outcomes)) == {KeyboardInterrupt, LedgerAway}
    again = [appender.append(request) for request in requests]
    appender.close()
    assert all(done.replayed for done in again)
    assert sorted(done.first for done in again) == list(range(1, 9))


def _outcome(said: "Future[Appended]") -> Any:
    return said.exception(10) or said.result()

"""A copy whose database is away, frozen or cut off: each request's outcome is said, and nothing is lost or doubled."""

import os
import signal
from itertools import islice
from time import monotonic

import psycopg
import pytest

from events import chunk
from events.copying import copy
from events.ledger import Ledger
from events.request import (
    Appended,
    LedgerAway,
)
from tests.database import Database
from tests.events.appending import copied, everything, must_be_whole, new, to


def test_an_interrupted_copy_starts_again_from_the_beginning(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "CHUNK_FACTS", 50)
    stream = new()
    requests = [to(stream, version) for version in range(300)]
    first = list(islice(copy(database.app, requests), 120))
    assert 120 <= ledger.head() < 300
    again = copied(database, *requests)
    assert [o for o in again if isinstance(o, Appended) and o.replayed][:120] == [
        outcome._replace(replayed=True) for _, outcome in first if isinstance(outcome, Appended)
    ]
    assert all(isinstance(outcome, Appended) for outcome in again)
    must_be_whole(everything(ledger))
    assert ledger.head() == 300


BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'caunoi appender' AND datname = %s"
SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'caunoi appender' AND datname = %s"""


def test_a_terminated_copy_goes_on_and_doubles_nothing(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "CHUNK_FACTS", 100)
    requests = [to(new(), facts=2) for _ in range(1000)]
    said = []
    with psycopg.connect(database.owner, autocommit=True) as owner:
        for number, (_, outcome) in enumerate(copy(database.app, requests)):
            said.append(outcome)
            if number % 100 == 50:
                owner.execute(SEVER, [database.name])
    assert all(isinstance(outcome, Appended) for outcome in said)
    records = everything(ledger)
    must_be_whole(records)
    assert sorted(r.command for r in records) == sorted(request.command for request in requests for _ in range(2))


def test_a_database_that_is_away_is_said_of_each() -> None:
    said = list(copy("host=/nonexistent dbname=none", [to(new()) for _ in range(3)], patience=0.2))
    assert [type(outcome) for _, outcome in said] == [LedgerAway] * 3


def test_a_copy_whose_database_freezes_ends_in_time_and_is_safely_asked_again(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "CHUNK_FACTS", 50)
    requests = [to(new()) for _ in range(400)]
    copying = copy(database.app, requests, patience=0.5)
    said = [next(copying)]
    with psycopg.connect(database.owner, autocommit=True) as owner:
        backends = [pid for (pid,) in owner.execute(BACKENDS, [database.name]).fetchall()]
    assert len(backends) == 2
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = monotonic()
        said += copying
        assert monotonic() - started < 60
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)
    assert {type(outcome) for _, outcome in said} <= {Appended, LedgerAway}
    again = list(copy(database.app, requests))
    assert all(isinstance(outcome, Appended) for _, outcome in again)
    records = everything(ledger)
    must_be_whole(records)
    assert sorted(r.command for r in records) == sorted(request.command for request in requests)

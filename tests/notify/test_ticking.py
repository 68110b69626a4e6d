"""Who looks at the clock: one of however many processes, another one when it has gone, and nobody for ever."""

from collections.abc import Callable
from datetime import UTC, datetime
from queue import Queue
from typing import Any

import psycopg

from services.notify.ticking import Tick, Ticker
from tests.database import Database

PATIENCE = 30.0
END_SESSIONS = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'caunoi ticker'"""


def telling(said: "Queue[str]", name: str) -> Callable[[psycopg.Connection[Any], datetime], None]:
    def run(_: psycopg.Connection[Any], now: datetime) -> None:
        assert now.tzinfo is UTC
        said.put(name)

    return run


def test_a_tick_comes_again_and_again(database: Database) -> None:
    said: Queue[str] = Queue()
    with Ticker(database.app, [Tick("clock", 0.05, telling(said, "one"))]):
        assert [said.get(timeout=PATIENCE) for _ in range(3)] == ["one"] * 3


def test_of_two_processes_one_ticks_and_the_other_takes_over(database: Database) -> None:
    said: Queue[str] = Queue()
    with Ticker(database.app, [Tick("clock", 0.05, telling(said, "first"))]):
        assert said.get(timeout=PATIENCE) == "first"
        with Ticker(database.app, [Tick("clock", 0.05, telling(said, "second"))]) as second:
            assert [said.get(timeout=PATIENCE) for _ in range(10)] == ["first"] * 10
            assert second._connection is None
    with Ticker(database.app, [Tick("clock", 0.05, telling(said, "third"))]):
        _wait_for(said, "third")


def test_a_process_whose_session_was_ended_ticks_on(database: Database) -> None:
    said: Queue[str] = Queue()

    def run(connection: psycopg.Connection[Any], _: datetime) -> None:
        connection.execute("SELECT 1")
        said.put("ticked")

    with Ticker(database.app, [Tick("clock", 0.05, run)]):
        said.get(timeout=PATIENCE)
        with psycopg.connect(database.owner, autocommit=True) as owner:
            assert owner.execute(END_SESSIONS).fetchone() == (1,)
        while not said.empty():
            said.get()
        assert [said.get(timeout=PATIENCE) for _ in range(2)] == ["ticked"] * 2


def test_one_tick_that_fails_stops_no_other_and_is_tried_again(database: Database) -> None:
    said: Queue[str] = Queue()

    def fail(_: psycopg.Connection[Any], __: datetime) -> None:
        said.put("failed")
        raise ValueError("no such day")

    ticks = [Tick("bad", 0.05, fail), Tick("good", 0.05, telling(said, "good"))]
    with Ticker(database.app, ticks):
        heard = {said.get(timeout=PATIENCE) for _ in range(20)}
    assert heard == {"failed", "good"}


def _wait_for(said: "Queue[str]", name: str) -> None:
    for _ in range(1000):
        if said.get(timeout=PATIENCE) == name:
            return
    raise AssertionError(f"{name} never ticked")

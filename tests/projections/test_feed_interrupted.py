"""A feeder that is cut off or fails, or whose view a crash set back: nothing is written twice, and nothing skipped."""

import random
from threading import Thread
from time import sleep
from typing import Any

import psycopg
import pytest

from events.bus import EmbeddedBus, Reader, Stand
from events.ledger import Ledger
from projections import feed
from projections.feed import Feeder
from projections.view import STANDS
from tests.database import Database
from tests.examples import HOA, LAN, MINH
from tests.projections.conftest import Hire
from tests.projections.odd import EVEN, ODD, log_of, now, rows, stands, tell


class Cutting:
    """Cuts the feeder's own connection whenever it has handed out records, now and then in the middle of the batch."""

    def __init__(self, conninfo: str, owner: str) -> None:
        self._bus = EmbeddedBus(conninfo, page=5)
        self._owner = owner
        self.dice = random.Random(3)

    def cut(self) -> None:
        with psycopg.connect(self._owner, autocommit=True) as connection:
            connection.execute("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'caunoi views'""")

    def read(self, group: str, after: int, stand: Stand | None = None) -> "CuttingReader":
        return CuttingReader(self, self._bus.read(group, after, stand))


class CuttingReader:
    def __init__(self, bus: Cutting, reader: Reader) -> None:
        self._bus = bus
        self._reader = reader

    def take(self, wait: float) -> list[Any]:
        found = self._reader.take(wait)
        if found:
            Thread(target=self._cut_soon).start()
        return found

    def close(self) -> None:
        self._reader.close()

    def _cut_soon(self) -> None:
        sleep(self._bus.dice.random() * 0.01)
        self._bus.cut()


def test_killed_in_the_middle_of_any_batch_it_writes_nothing_twice_and_skips_nothing(
    ledger: Ledger, database: Database
) -> None:
    for number in range(20):
        tell(ledger, (LAN, HOA, MINH)[number % 3], [number, number + 3], [number + 3])
    feeder = Feeder(database.app, [ODD, EVEN], Cutting(database.app, database.owner))
    feeder.open()
    while feeder.step(0.2):
        pass
    feeder.close()
    assert stands(database) == stands(database, "even") == 40
    assert rows(database.app) == rows(database.app, EVEN)
    assert now(database.app) == {LAN: [21], HOA: [22], MINH: [20]}
    assert len(rows(database.app)) == 3 + 20


def test_a_batch_that_fails_leaves_no_trace(
    ledger: Ledger, hire: Hire, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeder = hire()
    tell(ledger, LAN, [1])

    def broken(*_: object) -> None:
        raise RuntimeError("the light went out")

    monkeypatch.setattr(feed, "advance", broken)
    with pytest.raises(RuntimeError):
        feeder.step(1)
    assert (stands(database), rows(database.app)) == (0, [])
    monkeypatch.undo()
    feeder.feed(log_of(database))
    assert rows(database.app) == [(LAN, 1, 1, None, 1)]


def test_what_a_crash_took_from_a_view_is_read_again(ledger: Ledger, hire: Hire, database: Database) -> None:
    feeder = hire([ODD, EVEN], page=2)
    tell(ledger, LAN, [1], [2])
    tell(ledger, HOA, [3])
    while feeder.step(0.1):
        pass
    before = rows(database.app)
    with psycopg.connect(database.app) as connection:
        connection.execute("DELETE FROM views.odd WHERE known_from > 1")
        connection.execute(f"UPDATE views.odd SET known_to = {STANDS}")
        connection.execute("UPDATE views.positions SET position = 1 WHERE view = 'odd'")
    tell(ledger, HOA, [3])
    for _ in range(5):
        feeder.step(0.1)
    assert rows(database.app) == before
    assert stands(database, "odd") == stands(database, "even") == 4

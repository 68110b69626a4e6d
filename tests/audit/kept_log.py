"""A log that was kept in all ways, for those who change it and look what a stranger finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from events.ledger import Ledger
from services.audit import kept
from services.audit.notes import SignerKey
from services.audit.verifying.report import Report
from services.audit.verifying.whole import Evidence, verify
from services.audit.worker import Worker
from tests.audit.signing import ORIGIN, a_key, a_worker, sign_all
from tests.audit.test_signing import change
from tests.database import Database
from tests.events.appending import new, to

SIGNED, ALL = 600, 640
"""What the last checkpoint covers, what the tree has."""


@dataclass
class Kept:
    """A log of 640 records on some streams, all in the tree; checkpoints cover 1, 300 and 600 of them."""

    database: Database
    key: SignerKey
    worker: Worker
    ledger: Ledger

    def verify(self, **more: Any) -> Report:
        return verify(self.database.app, Evidence(ORIGIN, **more))

    def change(self, *statements: str) -> None:
        change(self.database, ";".join(statements))

    def found(self, **more: Any) -> list[tuple[int, str]]:
        """Position and what is wrong, the first first."""
        said = self.verify(**more).said()
        assert said["ok"] == (not said["findings"])
        return [(one["position"], one["wrong"]) for one in said["findings"]]

    def first(self, **more: Any) -> tuple[int | None, str | None]:
        said = self.verify(**more).said()
        return said["first_wrong"], said["wrong"]

    def brought(self) -> bytes:
        """The latest checkpoint, as somebody keeps it who trusts nobody."""
        with psycopg.connect(self.database.app) as connection:
            found = kept.latest(connection)
        assert found is not None
        return found.note.encode()


TABLES = ("ledger.log", "ledger.counter", "ledger.heads", "ledger.actors", "ledger.names", "merkle.tiles",
          "merkle.checkpoints", "merkle.keys", "views.positions")  # fmt: skip
SAVE = ["CREATE SCHEMA saved", *(f"CREATE TABLE saved.{table.replace('.', '_')} AS TABLE {table}" for table in TABLES)]
RESTORE = ["DROP TABLE IF EXISTS ledger.aside"]
RESTORE += [f"DELETE FROM {table}" for table in TABLES]
RESTORE += [f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE saved.{table.replace('.', '_')}" for table in TABLES]


def a_log(database: Database) -> Iterator[Kept]:
    """One on this database, saved as it was made."""
    key = a_key(database)
    worker = a_worker(database, key)
    streams = [new() for _ in range(5)]
    with Ledger(database.app) as ledger:
        ledger.append(to(streams[0], reason="làm tốt"))
        sign_all(worker)
        for version, facts in ((0, 99), (0, 100), (0, 100)):
            ledger.append(to(new(), version, facts))
        sign_all(worker)
        for turn in range(6):
            for stream in streams:
                ledger.append(to(stream, 10 * turn + (stream == streams[0]), 10))
        sign_all(worker)
        ledger.append(to(new(), facts=40))
        while worker.feeder.step(0.05):
            pass
        assert (worker.feeder.size, ledger.head()) == (ALL, ALL)
        one = Kept(database, key, worker, ledger)
        one.change(*SAVE)
        yield one
    worker.feeder.close()

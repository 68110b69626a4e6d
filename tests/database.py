"""A database of its own for each test, copied from one that has everything installed, while the test before it runs."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from services.program.postgres import Postgres
from services.program.schemas import install

TEMPLATE = "caunoi_template"
AHEAD = 2
"""Databases that are made before anybody asks for them: a copy takes a tenth of a second."""


WAITING_FOR_LOCKS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""


@dataclass(frozen=True)
class Database:
    """How to reach it: as the owner of its tables, and as the application with the application's rights."""

    name: str
    owner: str
    app: str


class Stock:
    """Makes databases ahead and drops them afterwards, in a thread of its own."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._thread = ThreadPoolExecutor(1)
        self._made = deque(self._thread.submit(self._make) for _ in range(AHEAD))
        self._dropped: list[Future[None]] = []

    def take(self) -> str:
        """The name of one that is nobody's."""
        self._made.append(self._thread.submit(self._make))
        return self._made.popleft().result()

    def give_back(self, name: str) -> None:
        """It is dropped soon, with whoever is still connected."""
        self._dropped.append(self._thread.submit(_run, self._server, f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        """Wait until all is dropped, and say what could not be."""
        for future in self._made:
            future.cancel()
        self._thread.shutdown()
        for dropped in self._dropped:
            dropped.result()

    def _make(self) -> str:
        # File by file, and not block by block through the server's memory and its log.
        name = f"test_{uuid4().hex[:12]}"
        _run(self._server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return name


_stocks: dict[str, Stock] = {}


@contextmanager
def stocked(server: Postgres) -> Iterator[Postgres]:
    """A server on which `fresh` finds databases; once a session."""
    _run(server, f"CREATE DATABASE {TEMPLATE}")
    install(server.dsn(database=TEMPLATE))
    stock = _stocks[server.dsn()] = Stock(server)
    try:
        yield server
    finally:
        del _stocks[server.dsn()]
        stock.close()


@contextmanager
def fresh(server: Postgres) -> Iterator[Database]:
    """A copy of the template."""
    stock = _stocks[server.dsn()]
    name = stock.take()
    try:
        yield Database(name, server.dsn(database=name), server.dsn("caunoi_app", name))
    finally:
        stock.give_back(name)


def waiting_for_locks(database: Database) -> int:
    """How many of its sessions wait for a lock that another one holds, at this moment."""
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(WAITING_FOR_LOCKS).fetchone()
    assert row is not None
    return int(row[0])


def _run(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.dsn(database="postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())

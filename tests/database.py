"""A database of its own for each test, copied from one that has everything installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from services.program.postgres import Postgres
from services.program.schemas import install

TEMPLATE = "caunoi_template"


@dataclass(frozen=True)
class Database:
    """How to reach it: as the owner of its tables, and as the application with the application's rights."""

    name: str
    owner: str
    app: str


def make_template(server: Postgres) -> None:
    """Once a session: nobody may be connected to it while it is copied."""
    _run(server, f"CREATE DATABASE {TEMPLATE}")
    install(server.dsn(database=TEMPLATE))


@contextmanager
def fresh(server: Postgres) -> Iterator[Database]:
    """A copy of the template, dropped afterwards with whoever is still connected."""
    name = f"test_{uuid4().hex[:12]}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield Database(name, server.dsn(database=name), server.dsn("caunoi_app", name))
    finally:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _run(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.dsn(database="postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())

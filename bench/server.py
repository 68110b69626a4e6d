"""The one PostgreSQL on which every side of a figure is measured, with its durability on and its settings said."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from services.program.postgres import Postgres, prepare
from services.program.schemas import install

SHOWN = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "data_checksums", "shared_buffers",
    "wal_compression", "max_wal_size", "checkpoint_timeout", "max_connections",
)  # fmt: skip

LOCAL = "max_connections = 250\n"
"""Sixty-four callers of one side wait idly, connected, while those of another one work."""


@dataclass(frozen=True)
class Database:
    """A database of one side: as the owner of its tables, and as the application."""

    name: str
    owner: str
    app: str
    socket_dir: Path


class Server:
    """An embedded server of the product's own making and settings; databases come and go."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self.settings = _settings(postgres)

    @contextmanager
    def database(self, *, installed: bool = True) -> Iterator[Database]:
        """A fresh database, with the product's tables in it or bare."""
        name = f"bench_{uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name}")
        made = Database(
            name, self.postgres.dsn(database=name), self.postgres.dsn("caunoi_app", name), self.postgres.socket_dir
        )
        try:
            if installed:
                install(made.owner)
            yield made
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.postgres.dsn(database="postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def place() -> Iterator[Path]:
    """A directory that an unprivileged user can enter, removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="caunoi-bench-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextmanager
def running() -> Iterator[Server]:
    """A server on a new data directory, stopped and removed afterwards."""
    with place() as path:
        data = path / "data"
        prepare(data)
        (data / "etc").mkdir(mode=0o755)
        (data / "etc" / "local.conf").write_text(LOCAL)
        postgres = Postgres.start(data)
        try:
            yield Server(postgres)
        finally:
            postgres.stop()


def _settings(postgres: Postgres) -> dict[str, Any]:
    with psycopg.connect(postgres.dsn(database="postgres")) as connection:
        shown = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in SHOWN}
    settings: dict[str, Any] = {name: row[0] for name, row in shown.items() if row is not None}
    settings["cores"] = os.cpu_count()
    settings["fdatasync_ms"] = _fdatasync_ms(postgres.cluster.parent)
    return settings


def _fdatasync_ms(folder: Path) -> float:
    """What a small write to the disc under the data costs, the median of fifty."""
    path = folder / "fdatasync"
    taken = []
    with path.open("wb", buffering=0) as file:
        file.write(bytes(1 << 20))
        for number in range(50):
            file.seek(number * 8192)
            file.write(bytes(8192))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - start)
    path.unlink()
    return round(sorted(taken)[25] * 1000, 3)

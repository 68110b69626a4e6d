"""What every test may ask for: one PostgreSQL a session, and a fresh database a test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program.kafka import Kafka
from services.program.postgres import Postgres
from tests.database import Database, fresh, make_template


def pytest_configure(config: pytest.Config) -> None:
    """kafka-python reads its own schemas in a way that Python 3.11 deprecates, and 3.13 no longer does."""
    config.addinivalue_line("filterwarnings", r"ignore:(read|open)_text is deprecated\. Use files:DeprecationWarning")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """An embedded server with its durability on, below a directory that an unprivileged user can enter."""
    place = Path(tempfile.mkdtemp(prefix="caunoi-test-"))
    place.chmod(0o755)
    server = Postgres.start(place / "data")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Postgres:
    """The server, with the database that `database` copies."""
    make_template(postgres)
    return postgres


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """A broker of our own, below a directory that an unprivileged user can enter; its jars are fetched once."""
    place = Path(tempfile.mkdtemp(prefix="caunoi-test-"))
    place.chmod(0o755)
    broker = Kafka.start(place / "data", note=lambda _: None)
    try:
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(place)


@pytest.fixture
def database(template: Postgres) -> Iterator[Database]:
    """A database of this test alone, with the schemas installed: `.owner` and `.app` are its conninfos."""
    with fresh(template) as made:
        yield made

"""What every test may ask for: one PostgreSQL a session, and a fresh database a test."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program.kafka import Kafka
from services.program.postgres import Postgres
from tests.database import Database, fresh, stocked
from tests.program.places import room


def pytest_configure(config: pytest.Config) -> None:
    """kafka-python reads its schemas in a way that is deprecated, and forgets sockets that never were connected."""
    config.addinivalue_line("filterwarnings", r"ignore:(read|open)_text is deprecated\. Use files:DeprecationWarning")
    never_connected = r"unclosed <socket\.socket fd=\d+, family=\d+, type=1, proto=6, laddr=\('0\.0\.0\.0',"
    config.addinivalue_line("filterwarnings", f"ignore:{never_connected}:ResourceWarning")
    # And after the last test, when what is left is collected.
    warnings.filterwarnings("ignore", never_connected, ResourceWarning)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """An embedded server with its durability on, below a directory that an unprivileged user can enter."""
    place = Path(tempfile.mkdtemp(prefix="caunoi-test-", dir=room()))
    place.chmod(0o755)
    server = Postgres.start(place / "data")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Iterator[Postgres]:
    """The server, with the database that `database` copies."""
    with stocked(postgres) as server:
        yield server


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

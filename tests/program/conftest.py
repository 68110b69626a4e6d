"""A data directory with a cluster that was made once: initdb takes a second, a copy a tenth of it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program.postgres import Postgres
from tests.program.places import place


@pytest.fixture(scope="session")
def seed() -> Iterator[Path]:
    with place() as made:
        Postgres.start(made / "data").stop()
        yield made / "data"


@pytest.fixture
def nowhere() -> Iterator[Path]:
    """A data directory that is not there yet, where another user may come."""
    with place() as made:
        yield made / "data"


@pytest.fixture
def data(seed: Path, nowhere: Path) -> Path:
    """One with a cluster that ran before and was stopped."""
    subprocess.run(["cp", "--archive", str(seed), str(nowhere)], check=True)
    return nowhere

"""A log that was kept in all ways, made once a file and set right before each test."""

from collections.abc import Iterator

import pytest

from services.program.postgres import Postgres
from tests.audit.kept_log import RESTORE, Kept, a_log
from tests.database import fresh


@pytest.fixture(scope="module")
def made(template: Postgres) -> Iterator[Kept]:
    with fresh(template) as database:
        yield from a_log(database)


@pytest.fixture
def log(made: Kept) -> Kept:
    """As it was made, whatever the test before has done to it."""
    made.change(*RESTORE)
    made.worker.feeder.close()
    return made

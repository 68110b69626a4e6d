"""A ledger on a fresh database, whose tables must agree with each other when a test is over."""

from collections.abc import Iterator

import pytest

from events.ledger import Ledger
from tests.database import Database
from tests.events.appending import must_agree


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened
    must_agree(database.app)

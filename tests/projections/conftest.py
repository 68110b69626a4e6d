"""A ledger, and feeders that are sent home afterwards."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from events.bus import PAGE, EmbeddedBus
from events.ledger import Ledger
from projections.feed import Feeder
from projections.view import View
from tests.database import Database
from tests.projections.odd import ODD, install

Hire = Callable[..., Feeder]


@pytest.fixture
def database(database: Database) -> Database:
    install(database.owner)
    return database


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@pytest.fixture
def hire(database: Database) -> Iterator[Hire]:
    """Makes feeders, each standing where its views do."""
    hired: list[Feeder] = []

    def one(views: Sequence[View] = (ODD,), page: int = PAGE, warm: int = 5000) -> Feeder:
        feeder = Feeder(database.app, views, EmbeddedBus(database.app, page=page), warm=warm)
        hired.append(feeder)
        feeder.open()
        return feeder

    yield one
    for feeder in hired:
        feeder.close()

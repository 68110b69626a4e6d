"""A ledger, and feeders that are sent home afterwards."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from events.bus import PAGE, EmbeddedBus
from events.ledger import Ledger
from projections.catalogue import VIEWS
from projections.feed import Feeder
from projections.view import View
from tests.database import Database
from tests.projections.log import Said, put
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


Tell = Callable[..., int]
Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with psycopg.connect(database.app, autocommit=True) as opened:
        yield opened


@pytest.fixture
def tell_and_feed(ledger: Ledger, hire: Hire) -> Tell:
    """Appends facts and lets all views read them; the position of the last."""
    feeder = hire(VIEWS)

    def tell(*said: Said) -> int:
        last = put(ledger, *said)
        while feeder.step(0.05):
            pass
        return last

    return tell

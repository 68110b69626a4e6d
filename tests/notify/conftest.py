"""A fresh database with the table of notices, a log in it, and workers that are sent home afterwards."""

from collections.abc import Callable, Iterator

import pytest

from events.bus import PAGE, EmbeddedBus
from events.ledger import Ledger
from projections import notices
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services.notify.policy import Policies
from services.notify.worker import Worker
from tests.database import Database
from tests.notify.commune import SHIPPED, Log

Hire = Callable[..., Worker]
ReadViews = Callable[[], None]


@pytest.fixture
def database(database: Database) -> Database:
    notices.install(database.owner)
    return database


@pytest.fixture
def log(database: Database) -> Iterator[Log]:
    with Ledger(database.app) as ledger:
        yield Log(ledger)


@pytest.fixture
def hire(database: Database) -> Iterator[Hire]:
    """Makes workers, each standing where the notices do."""
    hired: list[Worker] = []

    def one(policies: Policies = SHIPPED, page: int = PAGE) -> Worker:
        worker = Worker(database.app, EmbeddedBus(database.app, page=page), "local", policies)
        hired.append(worker)
        worker.open()
        return worker

    yield one
    for worker in hired:
        worker.close()


@pytest.fixture
def read_views(database: Database) -> ReadViews:
    """Lets the plain views read all there is: the tree then says who stands above whom."""

    def read() -> None:
        feeder = Feeder(database.app, VIEWS, EmbeddedBus(database.app))
        try:
            feeder.open()
            while feeder.step(0.2):
                pass
        finally:
            feeder.close()

    return read

"""A fresh database with the table of notices, a log in it, workers that are sent home afterwards, and who asks."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg_pool import ConnectionPool

from events.bus import PAGE, EmbeddedBus
from events.ledger import Ledger
from projections import notices
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services import access
from services.access import Tokens
from services.notify import api
from services.notify.policies_in_force import Policies
from services.notify.worker import Worker
from services.settings import Settings
from services.web import asking
from services.web.context import Context
from services.web.problem import handle_problems
from tests.database import Database
from tests.examples import COMMUNE, a_reprimand
from tests.keys import keyring
from tests.notify.commune import NAM, SHIPPED, Log, tell_all

Hire = Callable[..., Worker]
ReadViews = Callable[[], None]
As = Callable[..., TestClient]


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


@pytest.fixture
def ask(database: Database, log: Log, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """Makes clients, each with a token of a role and an organisation."""
    monkeypatch.setattr(asking, "PATIENCE", 0.3)
    app = FastAPI()
    handle_problems(app)
    app.include_router(api.router)
    with ConnectionPool[psycopg.Connection[Any]](database.app, kwargs={"autocommit": True}) as pool:
        app.state.context = Context(Settings.read(database=database.app), log.ledger, pool, Tokens(pool), keyring())

        def client(role: str = "operator", organisation: str | None = None) -> TestClient:
            _, token = access.issue(database.owner, organisation=organisation, role=role, name=role)
            return TestClient(app, headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False)

        yield client


@pytest.fixture
def reprimanded(log: Log, hire: Hire) -> int:
    """Nam, who lives in the commune, was reprimanded, and it was told: the position."""
    log.put_organisations()
    log.put_member()
    at = log.put(NAM, a_reprimand(), date(2026, 3, 2))
    tell_all(hire())
    return at


def items(client: TestClient, **asked: Any) -> list[dict[str, Any]]:
    """What stands in the commune's inbox."""
    answer = client.get("/inbox", params={"organisation": COMMUNE, **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found

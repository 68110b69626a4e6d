"""PostgreSQL is stopped and started again while changes are told: the telling goes on by itself."""

from datetime import date
from threading import Event, Thread

import pytest

from events.bus import EmbeddedBus
from events.ledger import Ledger
from projections import notices
from services.notify.worker import Worker
from services.program.postgres import Postgres
from services.program.schemas import install
from tests.database import Database
from tests.examples import COMMUNE, a_certificate
from tests.notify.commune import NAM, SHIPPED, Log, rows
from tests.program.places import eventually, place


@pytest.mark.timeout(120)
def test_the_telling_goes_on_after_a_restart_of_the_database() -> None:
    with place() as where:
        server = Postgres.start(where)
        try:
            database = Database("caunoi", server.dsn(), server.dsn("caunoi_app"))
            install(database.owner)
            notices.install(database.owner)
            stop = Event()
            worker = Worker(database.app, EmbeddedBus(database.app), "local", SHIPPED)
            telling = Thread(target=worker.run, args=(stop,))
            telling.start()
            try:
                with Ledger(database.app) as ledger:
                    log = Log(ledger)
                    log.put_organisations()
                    log.put_member()
                    before = log.put(NAM, a_certificate(), date(2026, 3, 2))
                    eventually(lambda: len(rows(database, "id")) == 1)
                    server.stop()
                    server = Postgres.start(where)
                    after = log.put(NAM, a_certificate(), date(2026, 3, 3))
                    eventually(lambda: len(rows(database, "id")) == 2)
                assert rows(database, "position, organisation::text") == [(before, COMMUNE), (after, COMMUNE)]
                assert telling.is_alive()
            finally:
                stop.set()
                telling.join(60)
        finally:
            server.stop()

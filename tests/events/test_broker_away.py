"""A broker that is away for a while holds up nobody who writes, and nothing is missing when it is back."""

import os
import signal

import psycopg
import structlog

from events.appender import Appender
from events.kafka import KafkaBus
from events.topic import ensure
from services.program.kafka import Kafka
from tests.database import Database
from tests.events.kafka import on_topic, relaying
from tests.events.test_bus import append, appender, positions, take_upto  # noqa: F401  # appender is a fixture
from tests.program.places import eventually, place


def quiet(_: str) -> None:
    pass


def test_all_arrives_when_the_broker_is_back(database: Database, appender: Appender) -> None:  # noqa: F811
    """Killed, so that it recovers its own log as well; and the worker that had the topic goes on from the ledger."""
    with place() as nowhere:
        broker = Kafka.start(nowhere / "data", note=quiet)
        ensure(broker.address, "local")
        reader = KafkaBus(database.app, broker.address, "local", lag=0.5).read("test", 0)
        try:
            with structlog.testing.capture_logs() as logs, relaying(database, broker.address, "local") as relay:
                last = append(appender, 10)
                found = take_upto(reader, last)
                os.kill(broker.pid, signal.SIGKILL)
                eventually(lambda: broker.poll() is not None)
                for _ in range(20):
                    last = append(appender, 3)
                found += take_upto(reader, last)
                eventually(lambda: "cannot publish" in {line["event"] for line in logs}, seconds=60)
                with psycopg.connect(database.app) as connection:
                    assert connection.execute("SELECT position FROM ledger.counter").fetchone() == (70,)
                broker = Kafka.start(nowhere / "data", ports=broker.ports, note=quiet)
                last = append(appender, 5)
                found += take_upto(reader, last, seconds=60)
                eventually(lambda: relay.published == last, seconds=60)
                topic = positions(on_topic(broker.address, "local", last))
            assert positions(found) == list(range(1, last + 1))
            assert list(dict.fromkeys(topic)) == list(range(1, last + 1))
        finally:
            reader.close()
            broker.stop()

"""The one Kafka broker on which both sides of a figure are measured: the product's own, on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from bench.server import place
from events.topic import ensure
from services.program.kafka import Kafka
from services.program.kafka_files import JVM
from services.program.kafka_jars import VERSION

SETTINGS = {"kafka": f"{VERSION}, one broker, {' '.join(JVM[:4])}", "acks": "all", "idempotence": True}


@contextmanager
def running() -> Iterator[Kafka]:
    """A broker on a new data directory, stopped and removed afterwards."""
    with place() as folder:
        broker = Kafka.start(folder / "data", note=lambda _: None)
        try:
            yield broker
        finally:
            broker.stop()


def a_ledger(broker: Kafka) -> str:
    """The name of a ledger whose topic is new and empty."""
    name = f"bench-{uuid4().hex[:12]}"
    ensure(broker.address, name)
    return name

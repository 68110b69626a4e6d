"""A ledger's topic in a test: a name of its own, a relay that runs in a thread, and what a stranger reads there."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition  # type: ignore[import-untyped]

from events.fact import Record
from events.message import record_of, topic_of
from events.relay import Relay
from events.topic import CONNECTION, administration
from tests.database import Database


def a_ledger() -> str:
    """A name that no other test has."""
    return f"test-{uuid4().hex[:12]}"


@contextmanager
def relaying(database: Database, brokers: str, ledger: str) -> Iterator[Relay]:
    """A relay in a thread of its own, stopped afterwards; what it raised is raised here."""
    relay, stop = Relay(database.app, brokers, ledger), Event()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            relay.run(stop)
        except BaseException as error:  # noqa: BLE001  # it is raised where it is seen
            raised.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield relay
    finally:
        stop.set()
        thread.join(60)
    if raised:
        raise raised[0]


def on_topic(brokers: str, ledger: str, last: int, seconds: float = 60) -> list[Record]:
    """The records from the beginning of the topic until the one at position `last`, as a stranger reads them."""
    partition = TopicPartition(topic_of(ledger), 0)
    consumer = KafkaConsumer(bootstrap_servers=brokers, group_id=None, auto_offset_reset="earliest", **CONNECTION)
    consumer.assign([partition])
    found: list[Record] = []
    until = monotonic() + seconds
    while monotonic() < until and not (found and found[-1].position >= last):
        messages = consumer.poll(timeout_ms=500).get(partition, ())
        found += [record_of(message.key, message.value, message.headers) for message in messages]
    consumer.close()
    return found


def delete(brokers: str, ledger: str) -> None:
    """The topic, as an operator would."""
    with administration(brokers) as admin:
        admin.delete_topics([topic_of(ledger)])


def topics(brokers: str) -> list[str]:
    """What there is."""
    admin: Any = KafkaAdminClient(bootstrap_servers=brokers)
    try:
        return list(map(str, admin.list_topics()))
    finally:
        admin.close()

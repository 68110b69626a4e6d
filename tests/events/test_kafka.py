"""The bus over Kafka keeps what every bus promises, and what only a topic can put to the test."""

from collections.abc import Iterator
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
import structlog
from kafka import TopicPartition  # type: ignore[import-untyped]

from events.appender import Appender
from events.bus import Bus
from events.fact import Record
from events.kafka import KafkaBus
from events.ledger import Ledger
from events.message import headers_of, key_of, topic_of
from events.relay import Relay
from events.topic import TopicRefused, administration, ensure
from services.program.kafka import Kafka
from tests.database import Database
from tests.events.kafka import a_ledger, delete, relaying

# What every bus promises, asked of this one: the fixture `bus` below is the one that these tests get here.
from tests.events.test_bus import (  # noqa: F401
    append,
    appender,
    positions,
    take_upto,
    test_a_lost_connection_loses_no_record,
    test_a_reader_starts_after_any_position,
    test_a_reader_takes_what_was_there_in_order_and_in_bounded_pieces,
    test_a_waiting_reader_is_woken,
    test_nothing_is_missed_while_sixteen_writers_come_and_go,
    test_records_come_as_they_were_stored,
    test_two_readers_do_not_take_from_each_other,
    test_waiting_in_vain_ends_in_time_and_with_nothing,
)
from tests.program.places import eventually


@pytest.fixture
def ledger(kafka: Kafka) -> str:
    name = a_ledger()
    ensure(kafka.address, name)
    return name


@pytest.fixture
def bus(database: Database, kafka: Kafka, ledger: str) -> Iterator[Bus]:
    with relaying(database, kafka.address, ledger):
        yield KafkaBus(database.app, kafka.address, ledger, page=100)


def publish(database: Database, kafka: Kafka, ledger: str, which: list[int], *others: Record) -> None:
    """Messages on the topic, as a relay would not send them; `others` are in no ledger."""
    with Ledger(database.app) as log:
        records = log.read(0, 10_000)
    relay = Relay(database.app, kafka.address, ledger)
    assert relay.alone()
    relay.begin()
    for record in [*(records[position - 1] for position in which), *others]:
        relay._producer.send(topic_of(ledger), record.data, key_of(record), headers_of(record, ledger))
    relay._producer.flush(timeout=60)
    relay.close()


def events_of(logs: list[Any]) -> set[str]:
    return {line["event"] for line in logs}


def test_of_two_in_a_group_one_reads_and_the_other_takes_over(
    bus: Bus,
    appender: Appender,  # noqa: F811
) -> None:
    append(appender, 30)
    one, other = bus.read("same", 0), bus.read("same", 0)
    stop = Event()
    idle: list[Record] = []

    def wait() -> None:
        while not stop.is_set():
            idle.extend(other.take(0.2))

    assert positions(take_upto(one, 30)) == list(range(1, 31))
    waiter = Thread(target=wait)
    waiter.start()
    last = append(appender, 5)
    assert positions(take_upto(one, last)) == [31, 32, 33, 34, 35]
    assert idle == []
    one.close()
    eventually(lambda: len(idle) >= last)
    stop.set()
    waiter.join()
    assert positions(idle) == list(range(1, last + 1))
    other.close()


def test_a_gap_on_the_topic_is_filled_from_the_ledger_and_said_aloud(
    database: Database,
    kafka: Kafka,
    ledger: str,
    appender: Appender,  # noqa: F811
) -> None:
    append(appender, 20)
    publish(database, kafka, ledger, [1, 2, 3, 3, 2, 9, 10, 10, 11, 15])
    reader = KafkaBus(database.app, kafka.address, ledger, page=4).read("test", 0)
    with structlog.testing.capture_logs() as logs:
        assert positions(take_upto(reader, 15))[:15] == list(range(1, 16))
    assert "a gap on the topic" in events_of(logs)
    reader.close()


def test_a_topic_without_its_beginning_is_begun_in_the_ledger(
    database: Database,
    kafka: Kafka,
    ledger: str,
    appender: Appender,  # noqa: F811
) -> None:
    """As its retention leaves it."""
    append(appender, 50)
    publish(database, kafka, ledger, list(range(1, 51)))

    with administration(kafka.address) as admin:
        admin.delete_records({TopicPartition(topic_of(ledger), 0): 40})
    reader = KafkaBus(database.app, kafka.address, ledger, page=7).read("test", 12)
    with structlog.testing.capture_logs() as logs:
        assert positions(take_upto(reader, 50)) == list(range(13, 51))
    assert "the topic begins later; reading the ledger" in events_of(logs)
    reader.close()


def test_whoever_is_far_behind_reads_the_ledger_first(
    database: Database,
    kafka: Kafka,
    ledger: str,
    appender: Appender,  # noqa: F811
) -> None:
    append(appender, 100)
    publish(database, kafka, ledger, [*range(1, 61), *range(1, 101)])
    reader = KafkaBus(database.app, kafka.address, ledger, page=30, far=50).read("test", 0)
    with structlog.testing.capture_logs() as logs:
        assert positions(take_upto(reader, 100)) == list(range(1, 101))
    assert "far behind; reading the ledger" in events_of(logs)
    publish(database, kafka, ledger, [append(appender)])
    assert positions(take_upto(reader, 101)) == [101]
    reader.close()


def test_a_topic_that_lags_is_left_for_the_ledger_until_it_goes_on(
    database: Database,
    kafka: Kafka,
    ledger: str,
    appender: Appender,  # noqa: F811
) -> None:
    """No relay runs."""
    append(appender, 5)
    reader = KafkaBus(database.app, kafka.address, ledger, lag=0.3).read("test", 0)
    with structlog.testing.capture_logs() as logs:
        assert positions(take_upto(reader, 5)) == [1, 2, 3, 4, 5]
        append(appender, 5)
        assert positions(take_upto(reader, 10)) == [6, 7, 8, 9, 10]
        with relaying(database, kafka.address, ledger):
            last, until = 10, monotonic() + 60
            while "the topic goes on" not in events_of(logs) and monotonic() < until:
                last = append(appender)
                assert positions(take_upto(reader, last)) == [last]
    assert {"the topic lags; reading the ledger", "the topic goes on"} <= events_of(logs)
    reader.close()


@pytest.mark.parametrize("more", [0, 7], ids=["before it goes on", "after it went on beyond the topic"])
def test_facts_that_a_restored_ledger_no_longer_has_are_not_read(
    database: Database,
    kafka: Kafka,
    ledger: str,
    appender: Appender,  # noqa: F811
    more: int,
) -> None:
    """The topic has facts of a past that the backup did not have."""
    append(appender, 5)
    with Ledger(database.app) as log:
        lost = [record._replace(position=record.position + 5, by="lost") for record in log.read(0)]
    publish(database, kafka, ledger, [1, 2, 3, 4, 5], *lost)
    append(appender, more)
    reader = KafkaBus(database.app, kafka.address, ledger).read("test", 5)
    with structlog.testing.capture_logs() as logs, pytest.raises(TopicRefused, match="restored from a backup"):
        take_upto(reader, 10)
    assert "the topic is refused" in events_of(logs)
    reader.close()


def test_a_topic_that_is_deleted_and_made_anew_loses_no_record(
    database: Database,
    kafka: Kafka,
    ledger: str,
    bus: Bus,
    appender: Appender,  # noqa: F811
) -> None:
    reader = bus.read("test", 0)
    last = append(appender, 50)
    found = take_upto(reader, last)
    delete(kafka.address, ledger)
    for _ in range(3):
        last = append(appender, 3)
        found += take_upto(reader, last, seconds=40)
    assert positions(found) == list(range(1, last + 1))
    reader.close()

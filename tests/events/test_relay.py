"""The relay: in order, nothing skipped, one a ledger, and a topic that is not as it must be is refused."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from kafka.admin import NewTopic  # type: ignore[import-untyped]

from events.appender import Appender
from events.fact import Id, Record
from events.ledger import Ledger
from events.message import headers_of, key_of, topic_of
from events.relay import BATCH_BYTES, Relay, batches
from events.request import Entry, Request, Write
from events.topic import LARGEST, TopicRefused, administration, ensure, extent, require
from services.program.kafka import Kafka
from tests.database import Database
from tests.events.kafka import a_ledger, delete, on_topic, relaying, topics
from tests.program.places import eventually

DAY = date(2026, 10, 1)


@pytest.fixture
def appender(database: Database) -> Iterator[Appender]:
    made = Appender(database.app)
    yield made
    made.close()


def append(appender: Appender, facts: int = 1) -> int:
    entries = [Entry("thing.happened", DAY, b'{"what":"something"}')] * facts
    done = appender.append(Request(Id(str(uuid4())), "test", [Write(Id(str(uuid4())), 0, entries)], reason="vì"))
    return done.first + done.facts - 1


def the_log(database: Database) -> list[Record]:
    with Ledger(database.app) as ledger:
        return ledger.read(0, 10_000)


def positions(records: list[Record]) -> list[int]:
    return [record.position for record in records]


def test_the_topic_has_the_log_in_its_order(database: Database, kafka: Kafka, appender: Appender) -> None:
    ledger = a_ledger()
    append(appender, 700)
    with relaying(database, kafka.address, ledger):
        for _ in range(20):
            last = append(appender, 3)
        found = on_topic(kafka.address, ledger, last)
    assert found == the_log(database)
    assert len(found) == 760


def test_one_that_starts_again_goes_on_where_the_topic_ends(
    database: Database, kafka: Kafka, appender: Appender
) -> None:
    ledger = a_ledger()
    for facts in (3, 1, 400):
        last = append(appender, facts)
        with relaying(database, kafka.address, ledger) as relay:
            eventually(lambda relay=relay, last=last: relay.published == last)  # type: ignore[misc]
    assert positions(on_topic(kafka.address, ledger, last)) == list(range(1, 405))


SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'caunoi relay'"""


def test_of_two_relays_one_publishes_and_the_other_waits(database: Database, kafka: Kafka, appender: Appender) -> None:
    ledger = a_ledger()
    append(appender, 5)
    with relaying(database, kafka.address, ledger) as first:
        eventually(lambda: first.published == 5)
        with relaying(database, kafka.address, ledger) as second:
            last = append(appender, 5)
            eventually(lambda: first.published == last)
            assert second.published == 0
            with psycopg.connect(database.owner, autocommit=True) as owner:
                owner.execute(SEVER)
            append(appender)
            eventually(lambda: 11 in (first.published, second.published))
    found = positions(on_topic(kafka.address, ledger, 11))
    assert list(dict.fromkeys(found)) == list(range(1, 12))


def test_the_second_takes_over_when_the_first_ends(database: Database, kafka: Kafka, appender: Appender) -> None:
    ledger = a_ledger()
    append(appender, 5)
    with ExitStack() as first_stack, ExitStack() as second_stack:
        first = first_stack.enter_context(relaying(database, kafka.address, ledger))
        eventually(lambda: first.published == 5)
        second = second_stack.enter_context(relaying(database, kafka.address, ledger))
        first_stack.close()
        last = append(appender)
        eventually(lambda: second.published == last)
    assert positions(on_topic(kafka.address, ledger, last)) == [1, 2, 3, 4, 5, 6]


def test_a_topic_that_was_deleted_is_filled_anew(database: Database, kafka: Kafka, appender: Appender) -> None:
    ledger = a_ledger()
    last = append(appender, 50)
    with relaying(database, kafka.address, ledger) as relay:
        eventually(lambda: relay.published == last)
        delete(kafka.address, ledger)
        eventually(lambda: topic_of(ledger) not in topics(kafka.address))
        last = append(appender, 2)
        eventually(lambda: positions(on_topic(kafka.address, ledger, last, 2))[-1:] == [last], seconds=60)
        found = positions(on_topic(kafka.address, ledger, last))
    assert found[-52:] == list(range(1, 53))


def test_a_topic_that_has_lost_its_beginning_is_filled_anew(
    database: Database, kafka: Kafka, appender: Appender
) -> None:
    """Made again while somebody still wrote to it: it begins with a later position."""
    ledger = a_ledger()
    last = append(appender, 10)
    ensure(kafka.address, ledger)
    put(database, kafka, ledger, [4, 5, 6])
    assert extent(kafka.address, ledger).published == 0
    with relaying(database, kafka.address, ledger) as relay:
        eventually(lambda: relay.published == last)
    assert positions(on_topic(kafka.address, ledger, last)) == [4, 5, 6, *range(1, 11)]
    assert extent(kafka.address, ledger).published == last


@pytest.mark.parametrize(
    ("there", "then"),
    [
        ([1, 2, 3, 6, 7], [4, 5, 6, 7, 8, 9, 10]),
        ([1, 2, 2, 3, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10]),
        ([1, 2, 3, 5, 4, 5], [6, 7, 8, 9, 10]),
    ],
    ids=["a gap", "repeats", "a gap that was mended"],
)
def test_what_is_missing_at_the_end_is_published_again(
    database: Database, kafka: Kafka, appender: Appender, there: list[int], then: list[int]
) -> None:
    ledger = a_ledger()
    last = append(appender, 10)
    ensure(kafka.address, ledger)
    put(database, kafka, ledger, there)
    with relaying(database, kafka.address, ledger) as relay:
        eventually(lambda: relay.published == last)
    assert positions(on_topic(kafka.address, ledger, last)) == [*there, *then]


def put(database: Database, kafka: Kafka, ledger: str, which: list[int]) -> None:
    """Messages that a relay would not have sent so."""
    log = the_log(database)
    relay = Relay(database.app, kafka.address, ledger)
    assert relay.alone()
    relay.begin()
    for position in which:
        record = log[position - 1]
        relay._producer.send(topic_of(ledger), record.data, key_of(record), headers_of(record, ledger))
        relay._producer.flush(timeout=60)
    relay.close()


def test_another_ledgers_topic_is_refused(database: Database, kafka: Kafka, appender: Appender) -> None:
    ledger = a_ledger()
    append(appender, 3)
    ensure(kafka.address, ledger)
    stranger = the_log(database)[2]._replace(by="somebody else")
    relay = Relay(database.app, kafka.address, ledger)
    assert relay.alone()
    relay.begin()
    relay._producer.send(topic_of(ledger), stranger.data, key_of(stranger), headers_of(stranger, ledger))
    relay._producer.flush(timeout=60)
    relay.close()
    relay = Relay(database.app, kafka.address, ledger)
    assert relay.alone()
    with pytest.raises(TopicRefused, match="another ledger's, or this ledger was restored"):
        relay.begin()
    relay.close()


@pytest.mark.parametrize(
    ("partitions", "settings", "why"),
    [
        (3, {}, "has 3 partitions"),
        (1, {"cleanup.policy": "compact"}, "is compacted"),
        (1, {"min.insync.replicas": "2"}, "has 1 replicas, and min.insync.replicas is 2"),
        (1, {"max.message.bytes": "1000"}, "takes no message of"),
    ],
    ids=["partitions", "compacted", "replication", "small messages"],
)
def test_a_topic_that_is_not_as_it_must_be_is_refused(
    kafka: Kafka, partitions: int, settings: dict[str, str], why: str
) -> None:
    ledger = a_ledger()
    with administration(kafka.address) as admin:
        chosen = {"max.message.bytes": str(LARGEST), **settings}
        admin.create_topics([NewTopic(topic_of(ledger), partitions, 1, topic_configs=chosen)])
        admin.wait_for_topics([topic_of(ledger)])
    with pytest.raises(TopicRefused, match=why):
        ensure(kafka.address, ledger)


def test_enough_replicas_are_well() -> None:
    found = {"partitions": [{"replica_nodes": [1, 2, 3]}]}
    require("t", found, {"cleanup.policy": "delete", "min.insync.replicas": "2", "max.message.bytes": str(LARGEST)})


def test_a_batch_is_never_larger_than_the_producers() -> None:
    small = Record(1, Id("s"), 1, "thing.happened", DAY, 0, "by", "", "c", 0, bytes(300))
    records = [small._replace(position=n, data=bytes(n % 7 * 50_000)) for n in range(1, 40)]
    found = list(batches(records, 3))
    assert [record for batch in found for record in batch] == records[3:]
    assert all(sum(len(record.data) for record in batch) < BATCH_BYTES or len(batch) == 1 for batch in found)
    assert all(len(batch) > 1 for batch in batches([small] * 5000, 0))

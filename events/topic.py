"""The topic of a ledger: made when it is missing, refused when it is not as it must be, and how far it goes."""

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic  # type: ignore[import-untyped]
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from events.fact import Record
from events.ledger import AFTER
from events.message import position_of, record_of, topic_of

ANSWER_MS = 8_000
LARGEST = 4 * 1024 * 1024
"""Bytes of the largest message, and of the largest request."""
TAIL = 4_000
"""Messages before the end that are looked through for a gap: more than may have been on their way at once."""
PEEK_MS = 10_000
FOR_EVER = "-1"

_PATIENCE: dict[str, Any] = {
    "bootstrap_timeout_ms": 5_000,
    "request_timeout_ms": ANSWER_MS,
    "reconnect_backoff_max_ms": 1_000,
}
CONNECTION: dict[str, Any] = {**_PATIENCE, "allow_auto_create_topics": False, "metrics_enabled": False}
"""Of every producer and consumer: it waits not long for a broker that is away, and makes no topic by asking."""


class TopicRefused(Exception):
    """The topic cannot carry this ledger's facts; the text says why, and what to type."""


class Extent(NamedTuple):
    """What is on the topic: offsets from `begin` to before `end`, and the records at both ends."""

    begin: int
    end: int
    first: int
    """The position of the first record; 0 where there is none."""
    last: Record | None
    published: int
    """Up to which position nothing is missing at the end of the topic; 0 where the ledger is to be published anew."""


def ensure(brokers: str, ledger: str) -> None:
    """Make the topic where it is missing, keeping all for ever, and look whether it is as it must be.

    Raises:
        TopicRefused: it is not, and why.
        KafkaError: the brokers do not answer.
    """
    name = topic_of(ledger)
    with administration(brokers) as admin:
        found = _described(admin, name)
        if found is None:
            settings = {
                "cleanup.policy": "delete", "max.message.bytes": str(LARGEST),
                "retention.ms": FOR_EVER, "retention.bytes": FOR_EVER,
            }  # fmt: skip
            with contextlib.suppress(kafka_errors.TopicAlreadyExistsError):
                admin.create_topics([NewTopic(name, 1, -1, topic_configs=settings)])
            admin.wait_for_topics([name], timeout_ms=ANSWER_MS)
            found = _described(admin, name)
        require(name, found or {}, _settings(admin, name))


def is_there(brokers: str, ledger: str) -> bool:
    """Whether there is such a topic; nothing is made.

    Raises:
        TopicRefused: it is there, and not as it must be.
        KafkaError: the brokers do not answer.
    """
    name = topic_of(ledger)
    with administration(brokers) as admin:
        found = _described(admin, name)
        if found is not None:
            require(name, found, _settings(admin, name))
    return found is not None


def require(name: str, found: Mapping[str, Any], settings: Mapping[str, str]) -> None:
    """Raises TopicRefused for a topic whose facts could lose their order, or some of themselves."""
    partitions = found.get("partitions", [])
    if len(partitions) != 1:
        raise TopicRefused(
            f"{name} has {len(partitions)} partitions, and a ledger's order is that of one: "
            f"delete the topic (kafka-topics.sh --delete --topic {name}), and it is made and filled anew"
        )
    if settings.get("cleanup.policy") != "delete":
        raise TopicRefused(
            f"{name} is compacted, which takes facts out of the middle: kafka-configs.sh --alter --topic {name} "
            "--add-config cleanup.policy=delete, then delete the topic if it was compacted already"
        )
    replicas, least = len(partitions[0]["replica_nodes"]), int(settings.get("min.insync.replicas", 1))
    if replicas < least:
        raise TopicRefused(
            f"{name} has {replicas} replicas, and min.insync.replicas is {least}, so that nothing can be written: "
            f"kafka-reassign-partitions.sh to {least} replicas or more, or a smaller min.insync.replicas"
        )
    if int(settings.get("max.message.bytes", LARGEST)) < LARGEST:
        raise TopicRefused(
            f"{name} takes no message of {LARGEST} bytes, and a fact may be as large: kafka-configs.sh --alter "
            f"--topic {name} --add-config max.message.bytes={LARGEST}"
        )


def require_ours(connection: psycopg.Connection[Any], name: str, last: Record) -> None:
    """Whether the topic's last record is the one that the ledger has at its position.

    Raises:
        TopicRefused: it is not: whoever went on from there would have facts that the ledger has not.
    """
    with connection.cursor(binary=True) as cursor:
        row = cursor.execute(AFTER, (last.position - 1, last.position)).fetchone()
    if row is None or Record._make(row) != last:
        raise TopicRefused(
            f"{name} has other facts than this ledger at position {last.position}: it is another ledger's, "
            "or this ledger was restored from a backup. Name the ledger otherwise (CAUNOI_LEDGER), or delete the "
            f"topic (kafka-topics.sh --delete --topic {name}), and it is filled anew"
        )


def extent(brokers: str, ledger: str) -> Extent:
    """What is on the topic.

    Raises:
        NoRecord: there is something else than records.
        KafkaError: the brokers do not answer.
    """
    partition = TopicPartition(topic_of(ledger), 0)
    consumer = KafkaConsumer(bootstrap_servers=brokers.split(","), group_id=None, **CONNECTION)
    try:
        consumer.assign([partition])
        begin = consumer.beginning_offsets([partition], timeout_ms=ANSWER_MS)[partition]
        end = consumer.end_offsets([partition], timeout_ms=ANSWER_MS)[partition]
        if begin == end:
            return Extent(begin, end, 0, None, 0)
        first = position_of(peek(consumer, partition, begin).headers)
        last, published = _tail(consumer, partition, max(begin, end - TAIL), end)
        # It was made anew under a writer: there is no room before the last record for all that came before it.
        headless = begin == 0 and first > 1 and last.position > end
        return Extent(begin, end, first, last, 0 if headless else published)
    finally:
        consumer.close(autocommit=False, timeout_ms=ANSWER_MS)


def peek(consumer: Any, partition: TopicPartition, offset: int) -> Any:
    """The first message from an offset on; where the consumer stands afterwards does not matter.

    Raises:
        KafkaTimeoutError: none came.
    """
    consumer.seek(partition, offset)
    for message in consumer.poll(timeout_ms=PEEK_MS, max_records=1).get(partition, ()):
        return message
    raise kafka_errors.KafkaTimeoutError("the topic says nothing")


def _tail(consumer: Any, partition: TopicPartition, start: int, end: int) -> tuple[Record, int]:
    """The last record before `end`, and up to which position those before it follow each other."""
    consumer.seek(partition, start)
    published, offset, last = 0, start - 1, None
    while offset < end - 1:
        messages = consumer.poll(timeout_ms=PEEK_MS, max_records=TAIL).get(partition, ())
        if not messages:
            raise kafka_errors.KafkaTimeoutError("the topic ends before its end")
        for message in messages:
            position = position_of(message.headers)
            # What comes after a gap does not count; what was published again counts from there.
            if published == 0 or position <= published + 1:
                published = position
        last, offset = messages[-1], messages[-1].offset
    assert last is not None, "there is something before the end"
    return record_of(last.key, last.value, last.headers), published


@contextmanager
def administration(brokers: str) -> Iterator[Any]:
    """A client that asks about topics. Raises KafkaError when the brokers do not answer."""
    admin = KafkaAdminClient(bootstrap_servers=brokers.split(","), **_PATIENCE)
    try:
        yield admin
    finally:
        admin.close()


def _described(admin: Any, name: str) -> dict[str, Any] | None:
    [found] = admin.describe_topics([name])
    if found["error_code"] == kafka_errors.UnknownTopicOrPartitionError.errno:
        return None
    if found["error_code"]:
        raise KafkaError(f"{name}: error {found['error_code']}")
    described: dict[str, Any] = found
    return described


def _settings(admin: Any, name: str) -> dict[str, str]:
    found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    return {setting: said["value"] for setting, said in found["topic"][name].items()}

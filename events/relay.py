"""Carries a ledger's log to its topic: in order, nothing skipped, one relay a ledger."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import Any

import psycopg
import structlog
from kafka import KafkaProducer  # type: ignore[import-untyped]
from kafka.errors import KafkaConfigurationError, KafkaError, KafkaTimeoutError  # type: ignore[import-untyped]

from events.bus import EmbeddedBus, EmbeddedReader
from events.fact import Record
from events.message import headers_of, key_of, topic_of
from events.topic import CONNECTION, LARGEST, ensure, extent, require_ours

PAGE = 1_000
BATCH_BYTES = 256_000
RECORD_BYTES = 700
"""Of a message beside its data, its reason and its author, and rather more than less."""
DELIVERY_MS = 10_000
SLICE = 0.5
"""Seconds after which a relay that waits for something looks whether it shall stop."""
STOPPING = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

SESSION = "SET application_name = 'caunoi relay'; SET jit = off"
ALONE = "SELECT pg_try_advisory_lock(hashtext('caunoi relay'), 0)"
STILL = "SELECT 1"

log = structlog.get_logger("relay")


class TopicAnew(Exception):
    """The topic was deleted and made again while something was being published."""


class Relay:
    """Publishes one ledger. For one thread.

    At any time at most one batch is on its way: with more of them a client that gives one up may still deliver those
    behind it, and a position would be missing on the topic.
    """

    def __init__(self, conninfo: str, brokers: str, ledger: str) -> None:
        self._conninfo = conninfo
        self._brokers = brokers
        self._ledger = ledger
        self._topic = topic_of(ledger)
        self._guard: psycopg.Connection[Any] | None = None
        self._producer: Any = None
        self._reader: EmbeddedReader | None = None
        self._under_way: tuple[list[Any], int] | None = None
        """What was sent and not yet acknowledged, and its last position."""
        self._offset = 0
        self.published = 0
        """The last position that the topic has acknowledged."""

    def run(self, stop: Event) -> None:
        """Publish until told to stop; over anything that is away, however long.

        Raises:
            TopicRefused: the topic cannot carry these facts.
            BusAway: the ledger has not answered for a minute.
        """
        pause, waiting = FIRST_PAUSE, False
        try:
            while not stop.is_set():
                try:
                    if not self.alone():
                        if not waiting:
                            log.warning("another relay publishes this ledger; waiting for it to end")
                        waiting = True
                        stop.wait(SLICE)
                        continue
                    waiting = False
                    if self._producer is None:
                        self.begin()
                    self.step(stop, SLICE)
                    pause = FIRST_PAUSE
                except KafkaConfigurationError:
                    raise
                except (KafkaError, psycopg.OperationalError, TopicAnew) as lost:
                    log.warning("cannot publish", error=type(lost).__name__, position=self.published)
                    self.let_go()
                    stop.wait(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self.close()

    def alone(self) -> bool:
        """Whether this is the ledger's one relay, for as long as its connection to the database holds.

        Raises:
            psycopg.OperationalError: the database does not answer.
        """
        if self._guard is not None:
            try:
                self._guard.execute(STILL)
            except psycopg.OperationalError:
                self._unguard()
                raise
            return True
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            connection.execute(SESSION)
            row = connection.execute(ALONE).fetchone()
            if row is not None and row[0]:
                self._guard = connection
        finally:
            if self._guard is None:
                connection.close()
        return self._guard is not None

    def begin(self) -> None:
        """Find out from the topic itself what it has, and go on after that.

        Raises:
            TopicRefused: it is not as it must be, or has another ledger's facts.
            KafkaError: the brokers do not answer.
        """
        ensure(self._brokers, self._ledger)
        found = extent(self._brokers, self._ledger)
        if found.last is not None:
            assert self._guard is not None, "alone first"
            require_ours(self._guard, self._topic, found.last)
        self.published, self._offset = found.published, found.end
        self._reader = EmbeddedBus(self._conninfo, page=PAGE).read("relay", self.published)
        self._producer = KafkaProducer(
            bootstrap_servers=self._brokers.split(","),
            acks="all",
            enable_idempotence=True,
            batch_size=2 * BATCH_BYTES,
            # A batch goes when it is flushed, whole; on its own it would leave in pieces.
            linger_ms=1_000,
            max_request_size=LARGEST,
            delivery_timeout_ms=DELIVERY_MS,
            max_block_ms=CONNECTION["request_timeout_ms"],
            **CONNECTION,
        )
        log.info("publishing", topic=self._topic, after=self.published)

    def step(self, stop: Event, wait: float) -> int:
        """Publish what is appended within `wait` seconds, a page of it at most; the number of records.

        Raises:
            KafkaError, TopicAnew: something was not acknowledged: begin again.
        """
        assert self._reader is not None, "begin first"
        records = self._reader.take(wait)
        for batch in batches(records, self.published):
            # Made while the batch before is on its way.
            messages = [(record.data, key_of(record), headers_of(record, self._ledger)) for record in batch]
            if not self._settled(stop):
                return 0
            send, topic = self._producer.send, self._topic
            self._under_way = [send(topic, *message, partition=0) for message in messages], batch[-1].position
            self._hurry()
        return len(records) if self._settled(stop) else 0

    def let_go(self) -> None:
        """Give up what is on its way; the topic says later what of it has arrived."""
        if self._reader is not None:
            self._reader.close()
        if self._producer is not None:
            # Closing waits for what is on its way, and closes nothing when that does not come; so it is ended first.
            sender = self._producer._sender  # noqa: SLF001
            sender.force_close()
            sender.join(STOPPING)
            with suppress(KafkaError):
                self._producer.close(timeout=0)
        self._reader = self._producer = self._under_way = None

    def close(self) -> None:
        """Let go of all; another relay may take over."""
        self.let_go()
        self._unguard()

    def _settled(self, stop: Event) -> bool:
        """Wait until what is on its way is acknowledged; False when told to stop before that."""
        if self._under_way is None:
            return True
        stopped_at = None
        while not self._hurry(SLICE):
            if stop.is_set():
                stopped_at = stopped_at or monotonic()
                if monotonic() > stopped_at + STOPPING:
                    return False
        (futures, position), self._under_way = self._under_way, None
        first = futures[0].get(timeout=0).offset
        for future in futures:
            last = future.get(timeout=0).offset
        if first < self._offset or last != first + len(futures) - 1:
            raise TopicAnew(f"{self._topic} goes on at {first}, and was at {self._offset}")
        self._offset, self.published = last + 1, position
        return True

    def _hurry(self, wait: float = 0.0) -> bool:
        """Have it sent now; whether it was acknowledged, or given up, within so many seconds."""
        try:
            self._producer.flush(timeout=wait)
        except KafkaTimeoutError:
            return False
        return True

    def _unguard(self) -> None:
        if self._guard is not None:
            self._guard.close()
            self._guard = None


def batches(records: Iterable[Record], after: int) -> Iterator[list[Record]]:
    """The records after a position in pieces that each fit into one batch of the producer."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if record.position <= after:
            continue
        weight = RECORD_BYTES + len(record.data) + 4 * len(record.reason) + len(record.by)
        if batch and size + weight > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch

"""The bus over Kafka: a ledger's topic, followed by a group of workers of which one at a time has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import psycopg
import structlog
from kafka import KafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from kafka.consumer.subscription_state import ConsumerRebalanceListener  # type: ignore[import-untyped]
from kafka.coordinator.assignors.cooperative_sticky import (  # type: ignore[import-untyped]
    CooperativeStickyAssignor,
)
from kafka.errors import KafkaError  # type: ignore[import-untyped]
from kafka.structs import OffsetAndMetadata  # type: ignore[import-untyped]

from events.bus import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, BusAway, EmbeddedBus, EmbeddedReader, Stand
from events.fact import Record
from events.ledger import END
from events.message import position_of, record_of, topic_of
from events.topic import ANSWER_MS, CONNECTION, LARGEST, TopicRefused, peek, require_ours

PAGE = 2_000
FAR = 20_000
"""Messages after which it is quicker to read the ledger first."""
LAG = 3.0
"""Seconds in which nothing came, after which the ledger is asked whether there is something all the same."""
NEAR = 100
"""Records by which the topic may still be behind the ledger when it is taken up again: it always is, by some."""
LOOK = 0.5
COMMIT = 5.0
CLOSE_MS = 3_000
SESSION_MS = 6_000
"""For so long a worker that was killed keeps its place in the group; operators' brokers allow no less."""

log = structlog.get_logger("bus")


@dataclass(frozen=True)
class KafkaBus:
    """Follows the ledger's topic; what the topic does not have, or no longer, comes from the ledger itself."""

    conninfo: str
    brokers: str
    ledger: str
    page: int = PAGE
    lag: float = LAG
    far: int = FAR

    def read(self, group: str, after: int, stand: Stand | None = None) -> "KafkaReader":
        """A reader that joins the group `caunoi.GROUP.LEDGER` when it is first asked.

        Of several in a group one gets the records, and the others nothing for as long as it lives.
        """
        return KafkaReader(self, group, after, stand)


class Place(ConsumerRebalanceListener):  # type: ignore[misc]
    """Whether the topic is ours to follow, and whether it has become so since we last looked."""

    def __init__(self) -> None:
        self.ours = self.anew = self.handed_over = False

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """It is handed to us; nothing new when it was ours before."""
        if assigned:
            self.ours = self.anew = self.handed_over = True

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """It is taken from us."""
        if revoked:
            self.ours = self.anew = self.handed_over = False

    def on_partitions_lost(self, lost: Sequence[TopicPartition]) -> None:
        """It was taken from us while we were away."""
        self.on_partitions_revoked(lost)


class KafkaReader:
    """Reads the topic while it is ours; goes back to the ledger for what is missing there, loudly."""

    def __init__(self, bus: KafkaBus, group: str, after: int, stand: Stand | None) -> None:
        self._stand = stand
        self.group = f"caunoi.{group}.{bus.ledger}"
        self._bus = bus
        self._partition = TopicPartition(topic_of(bus.ledger), 0)
        self._position = after
        self._consumer: Any = None
        self._place = Place()
        self._blind = False
        """Whether the group was joined before there was a topic to be handed out."""
        self._ledger: EmbeddedReader | None = None
        self._upto: int | None = None
        """Up to where the ledger is read; None: until the topic goes on."""
        self._caught_up = False
        self._heard = monotonic()
        self._offset: int | None = None
        self._committed = monotonic()
        self._away_since: float | None = None
        self._pause = FIRST_PAUSE

    def take(self, wait: float) -> list[Record]:
        """The next records, at most a page of them; [] while another of the group has the topic.

        Raises:
            BusAway: brokers or ledger have not answered for longer than the bus has patience.
            TopicRefused: the topic has facts that the ledger does not have.
        """
        until = monotonic() + wait
        while True:
            try:
                records = self._next(until)
                self._away_since, self._pause = None, FIRST_PAUSE
            except (KafkaError, psycopg.OperationalError) as lost:
                records = []
                self._lose(lost, until)
            except TopicRefused as refused:
                log.critical("the topic is refused", group=self.group, why=str(refused))
                raise
            if records:
                self._position = records[-1].position
                self._heard = monotonic()
                return records
            if monotonic() >= until:
                return []

    def close(self) -> None:
        """Leave the group, so that another may have the topic at once, and close the connections."""
        self._stand_down()
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            consumer.close(autocommit=False, timeout_ms=CLOSE_MS)
        self._place.ours = False

    def _next(self, until: float) -> list[Record]:
        consumer = self._joined()
        left = max(0.0, until - monotonic())
        # While the ledger is read, the topic is looked at all the same: it keeps our place in the group.
        slice_ms = 0 if self._ledger is not None else int(1000 * min(left, LOOK))
        messages = consumer.poll(timeout_ms=slice_ms, max_records=self._bus.page).get(self._partition, ())
        if not self._place.ours:
            self._stand_down()
            self._heard = monotonic()
            if self._blind and consumer.partitions_for_topic(self._partition.topic):
                # Whoever hands out the topic may never notice that it is there now: join anew.
                self.close()
            return []
        if self._place.handed_over and self._stand is not None:
            self._stand_down()
            self._position = self._stand()
        self._place.handed_over = False
        if self._place.anew:
            self._place.anew = False
            self._find_place(consumer)
            messages = ()
        lagged = self._ledger is not None and self._upto is None
        if lagged and messages and position_of(messages[-1].headers) + NEAR >= self._position:
            log.info("the topic goes on", group=self.group, position=self._position)
            self._stand_down()
        # Until the ledger has been read up to the topic, what comes from there is let go, and read again afterwards.
        if self._upto is None and (records := self._following(messages)):
            self._commit(consumer, messages[-1].offset)
            return records
        return self._from_the_ledger(min(left, LOOK))

    def _following(self, messages: Sequence[Any]) -> list[Record]:
        """The records that come next; after a gap none, but the ledger is read up to there."""
        found: list[Record] = []
        position = self._position
        for message in messages:
            here = position_of(message.headers)
            if here == position + 1:
                found.append(record_of(message.key, message.value, message.headers))
                position = here
            elif here > position + 1:
                if self._ledger is None and not found:
                    log.error("a gap on the topic", group=self.group, position=position + 1, before=here)
                    self._stand_in(here - 1)
                else:
                    self._place.anew = True
                break
        return found

    def _from_the_ledger(self, wait: float) -> list[Record]:
        if self._ledger is None:
            if monotonic() - self._heard < self._bus.lag:
                return []
            # Asked for nothing but whether there is something.
            self._heard = monotonic()
            self._stand_in(None)
            if records := self._ledger_take(0):
                log.warning("the topic lags; reading the ledger", group=self.group, position=records[0].position)
                return records
            self._stand_down()
            return []
        records = self._ledger_take(wait)
        if records or self._upto is None:
            if self._upto is not None and records[-1].position >= self._upto:
                self._stand_down()
                self._place.anew = True
        elif not self._caught_up:
            # Far behind: the ledger is read to its end, once, and where it ends the topic goes on.
            self._caught_up = True
            self._stand_down()
            self._place.anew = True
        elif monotonic() - self._heard > PATIENCE:
            raise TopicRefused(
                f"{self._partition.topic} has positions up to {self._upto}, and the ledger ends at {self._position}: "
                "it was restored from a backup, or the topic is another ledger's"
            )
        return records

    def _ledger_take(self, wait: float) -> list[Record]:
        assert self._ledger is not None, "stand in first"
        return self._ledger.take(wait)

    def _stand_in(self, upto: int | None) -> None:
        self._stand_down()
        self._upto = upto
        self._ledger = EmbeddedBus(self._bus.conninfo, page=self._bus.page).read(self.group, self._position)

    def _stand_down(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
        self._ledger = self._upto = None

    def _find_place(self, consumer: Any) -> None:
        """Go to the offset before which our next position cannot be; offsets of the group are only a hint.

        Positions on the topic grow by one a message or are repeats, so that a position is never before its distance
        from the first one. Where it is far, or before the first one, the ledger is read up to the topic's end.
        """
        partition, wanted = self._partition, self._position + 1
        begin = consumer.beginning_offsets([partition], timeout_ms=ANSWER_MS)[partition]
        end = consumer.end_offsets([partition], timeout_ms=ANSWER_MS)[partition]
        if begin == end:
            consumer.seek(partition, begin)
            return
        self._must_be_ours(peek(consumer, partition, end - 1))
        first = position_of(peek(consumer, partition, begin).headers)
        offset = min(end, max(begin, begin + wanted - first))
        if wanted < first:
            log.warning("the topic begins later; reading the ledger", group=self.group, position=wanted, upto=first - 1)
            self._stand_in(first - 1)
        elif not self._caught_up and end - offset > self._bus.far:
            log.info("far behind; reading the ledger", group=self.group, position=wanted)
            self._stand_in(END)
        else:
            self._caught_up = True
        consumer.seek(partition, offset)

    def _must_be_ours(self, last: Any) -> None:
        """A ledger that was restored numbers on from where the topic once was, and the views would have both pasts."""
        with psycopg.connect(self._bus.conninfo, autocommit=True, connect_timeout=5) as connection:
            require_ours(connection, last.topic, record_of(last.key, last.value, last.headers))

    def _joined(self) -> Any:
        if self._consumer is None:
            self._place = Place()
            self._consumer = KafkaConsumer(
                bootstrap_servers=self._bus.brokers.split(","),
                group_id=self.group,
                partition_assignment_strategy=(CooperativeStickyAssignor,),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=SESSION_MS,
                heartbeat_interval_ms=SESSION_MS // 4,
                max_poll_records=self._bus.page,
                fetch_max_bytes=2 * LARGEST,
                max_partition_fetch_bytes=LARGEST,
                # How soon a topic that is made later is found.
                metadata_max_age_ms=5_000,
                **CONNECTION,
            )
            self._blind = not self._consumer.partitions_for_topic(self._partition.topic)
            self._consumer.subscribe([self._partition.topic], listener=self._place)
        return self._consumer

    def _commit(self, consumer: Any, offset: int) -> None:
        """Tell the group how far we had read before, for those who look at its lag."""
        if self._offset is not None and monotonic() - self._committed > COMMIT:
            self._committed = monotonic()
            consumer.commit_async({self._partition: OffsetAndMetadata(self._offset + 1, "", -1)})
        self._offset = offset

    def _lose(self, lost: Exception, until: float) -> None:
        log.warning("cannot read the topic", group=self.group, error=type(lost).__name__)
        self.close()
        now = monotonic()
        self._away_since = self._away_since or now
        if now - self._away_since > PATIENCE:
            raise BusAway(f"brokers or ledger have not answered for {PATIENCE:.0f} s") from lost
        sleep(max(0.0, min(self._pause, until - now)))
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

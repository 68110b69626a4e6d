"""From the ledger to the topic: the whole log published, against a bare producer that sends the very same messages."""

import time
from collections.abc import Iterator, Mapping, Sequence
from threading import Event

from kafka import KafkaProducer  # type: ignore[import-untyped]

from bench import broker
from bench.facts import BYTES, requests_on_streams
from bench.figure import OURS, Case, Sample, Side, Sizes, Target, interleave, summed_up
from bench.filling import fill
from bench.server import Database, Server
from events.ledger import Ledger
from events.message import Headers, headers_of, key_of, topic_of
from events.relay import Relay
from services.program.kafka import Kafka

NAME = "relay"
MOST = 60_000
FACTS_A_FILL = 100
BATCH_BYTES = 256_000
LINGER_MS = 5
PATIENCE = 120.0
TARGETS = (Target("kafka-python", least=0.6),)

Message = tuple[bytes, bytes, Headers]


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The one case: from the beginning of the log to its end, on a topic of its own each round."""
    records = min(sizes.records, MOST)
    with broker.running() as kafka, server.database() as own, Ledger(own.app) as ledger:
        fill(ledger, requests_on_streams(records, FACTS_A_FILL))
        messages = _messages(ledger)
        bare: list[Message] = [(key, value, []) for key, value, _ in messages]
        sides: Mapping[str, Side] = {
            OURS: lambda: _relay(own, kafka, records),
            "kafka-python": lambda: _producer(kafka, messages),
            "kafka-python without headers": lambda: _producer(kafka, bare),
        }
        samples = interleave(sides, sizes.rounds)
    settings = {
        "fact_bytes": BYTES,
        "batch_bytes": BATCH_BYTES,
        "rounds": sizes.rounds,
        OURS: "Relay: the log read, made into messages, published, one batch at a time on its way",
        "kafka-python": f"KafkaProducer.send of the same messages, made before; linger {LINGER_MS} ms",
        "kafka-python without headers": "the same with key and value alone",
        **broker.SETTINGS,
        **server.settings,
    }
    yield summed_up(Case(NAME, {"records": records}, 0.0, "records/s", settings=settings, targets=TARGETS), samples)


def _messages(ledger: Ledger) -> list[Message]:
    made: list[Message] = []
    while page := ledger.read(len(made)):
        made += [(key_of(record), record.data, headers_of(record, "bench-000000000000")) for record in page]
    return made


def _relay(database: Database, kafka: Kafka, records: int) -> Sample:
    relay, stop = Relay(database.app, kafka.address, broker.a_ledger(kafka)), Event()
    try:
        while not relay.alone():  # the one of the round before has just let go
            time.sleep(0.01)
        relay.begin()
        start = time.perf_counter()
        while relay.published < records:
            relay.step(stop, 1.0)
            if time.perf_counter() - start > PATIENCE:
                raise RuntimeError(f"the relay stands at {relay.published} of {records}")
        return Sample(records / (time.perf_counter() - start))
    finally:
        relay.close()


def _producer(kafka: Kafka, messages: Sequence[Message]) -> Sample:
    topic = topic_of(broker.a_ledger(kafka))
    producer = KafkaProducer(
        bootstrap_servers=kafka.address, acks="all", enable_idempotence=True, linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES, metrics_enabled=False, max_block_ms=10_000,
    )  # fmt: skip
    try:
        producer.partitions_for(topic)
        start = time.perf_counter()
        futures = [producer.send(topic, value, key, headers, partition=0) for key, value, headers in messages]
        producer.flush(timeout=PATIENCE)
        for future in futures:
            future.get(timeout=0)
        return Sample(len(messages) / (time.perf_counter() - start))
    finally:
        producer.close(timeout=PATIENCE)

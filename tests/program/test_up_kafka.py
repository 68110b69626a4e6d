"""`caunoi up --bus kafka`: a broker of its own beside the rest, the topic made; or an operator's brokers."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from kafka.admin import NewTopic  # type: ignore[import-untyped]
from kafka.errors import KafkaError  # type: ignore[import-untyped]

from events.message import topic_of
from events.topic import administration, is_there
from services.program.kafka import Kafka
from tests.events.kafka import a_ledger
from tests.program.places import alive, eventually, words
from tests.program.test_up import Running
from tests.program.typed import typed


def a_broker(running: Running) -> int | None:
    for pid in running.family():
        if words(pid)[0].endswith("/bin/java") and "kafka.Kafka" in words(pid):
            return pid
    return None


def has_topic(address: str) -> bool:
    try:
        return is_there(address, "local")
    except KafkaError:
        return False


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as entered:
        yield entered


def test_a_broker_of_its_own_is_started_restarted_and_stopped(data: Path, stack: ExitStack) -> None:
    running = Running(data, "--bus", "kafka")
    stack.callback(running.stop)
    assert running.address().startswith("http://127.0.0.1:")
    address = (data / "kafka-address").read_text().strip()
    assert is_there(address, "local")
    assert running.child("relay")
    first = a_broker(running)
    assert first
    os.kill(first, signal.SIGKILL)
    eventually(lambda: a_broker(running) not in (None, first))
    second = a_broker(running)
    assert second
    os.kill(second, signal.SIGKILL)  # while it starts
    eventually(lambda: a_broker(running) not in (None, first, second))
    eventually(lambda: has_topic(address), seconds=60)
    assert (data / "kafka-address").read_text().strip() == address, "its clients know it from there"
    started = running.family()
    assert running.stop()[0] == 0
    assert not any(alive(pid) for pid in started)
    assert not (data / "kafka-address").exists()


def test_an_operators_brokers_are_used_and_doctor_looks_at_them(data: Path, kafka: Kafka, stack: ExitStack) -> None:
    ledger = a_ledger()
    running = Running(data, "--bus", "kafka", "--kafka", kafka.address, CAUNOI_LEDGER=ledger)
    stack.callback(running.stop)
    running.address()
    assert a_broker(running) is None
    assert is_there(kafka.address, ledger)
    assert not (data / "kafka").exists()
    found = json.loads(typed("doctor", "--json", "--data", str(data)).stdout)
    said = {finding["check"]: (finding["found"], finding["todo"]) for finding in found}
    assert said["kafka"] == (f"{kafka.address} answers, the topic is as it must be", "")
    assert said["relay"] == ("at 0 of 0", "")


def test_brokers_that_do_not_answer_are_said_so(data: Path) -> None:
    code, said = Running(data, "--bus", "kafka", "--kafka", "127.0.0.1:1").end()
    assert code == 1
    assert "no broker answers at 127.0.0.1:1" in said


def test_a_topic_that_cannot_carry_the_facts_is_said_so(data: Path, kafka: Kafka) -> None:
    ledger = a_ledger()
    with administration(kafka.address) as admin:
        admin.create_topics([NewTopic(topic_of(ledger), 2, 1)])
    code, said = Running(data, "--bus", "kafka", "--kafka", kafka.address, CAUNOI_LEDGER=ledger).end()
    assert code == 4
    assert "has 2 partitions, and a ledger's order is that of one: delete the topic" in said

"""`kill -9` of any part of a system that meets over Kafka: nothing is lost or doubled, and the topic is whole."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from events.ledger import Ledger
from tests.crash.load import Load
from tests.crash.test_whole_system import must_hold
from tests.crash.whole import PARTS, Whole, whole
from tests.events.kafka import on_topic
from tests.program.places import eventually

FOLLOWERS = {"scoring": "roll", "notify": "notices"}
"""Each with one of the views that it feeds."""
VICTIMS = ("kafka", "relay", *PARTS)


@pytest.mark.timeout(300)
def test_ten_kills_at_random_moments_lose_nothing_over_kafka() -> None:
    play(rounds=10)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_kills_at_random_moments_lose_nothing_over_kafka() -> None:
    play(rounds=200)


def play(rounds: int) -> None:
    seed = int(os.environ.get("CRASH_SEED", random.randrange(2**32)))
    chance = random.Random(seed)
    print(f"CRASH_SEED={seed}")  # noqa: T201  # shown where the test fails, to play it again
    with whole("--bus", "kafka") as system:
        load = Load(system.address, system.token)
        load.settle()
        load.start()
        for victim in [*VICTIMS, *(chance.choice(VICTIMS) for _ in range(rounds - len(VICTIMS)))]:
            load.wait_for(chance.randint(1, 60))
            system.kill(victim)
        load.wait_for(20)
        load.stop()
        must_hold(system, load)
        the_topic_must_be_whole(system)
        assert system.stop() == 0


def answers(address: Path) -> bool:
    """Whether a broker listens where the file says."""
    with suppress(OSError, ValueError):
        host, _, port = address.read_text().strip().rpartition(":")
        with socket.create_connection((host, int(port)), timeout=5):
            return True
    return False


def the_topic_must_be_whole(system: Whole) -> None:
    with Ledger(system.conninfo) as ledger:
        head = ledger.head()
        log = [record for after in range(0, head, 1000) for record in ledger.read(after)]
    address = system.data / "kafka-address"
    # The last kill may have been the broker's: what stands there is then of the one before, or of none.
    eventually(lambda: answers(address), seconds=60)
    found = on_topic(address.read_text().strip(), "local", head, seconds=60)
    assert list({record.position: record for record in found}.values()) == log, "nothing is missing, nothing is new"
    highest = 0
    for record in found:
        assert record.position <= highest + 1, "a repeat is all that may stand out of order"
        highest = max(highest, record.position)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_workers_that_were_frozen_for_longer_than_their_session_do_no_harm() -> None:
    """Others take their places meanwhile; woken, they are zombies, whose batches the database refuses."""
    with whole("--bus", "kafka") as system:
        load = Load(system.address, system.token)
        load.settle()
        load.start()
        load.wait_for(20)
        frozen = {worker: system.there(worker) for worker in FOLLOWERS}
        for pid in frozen.values():
            os.kill(pid, signal.SIGSTOP)
        with another(system, "scoring"), another(system, "notify"):
            load.wait_for(20)
            head = load.done[-1].position
            # The first ones are still in their groups until their sessions are over.
            eventually(lambda: min(stands(system, view) for view in FOLLOWERS.values()) >= head, seconds=60)
            for pid in frozen.values():
                os.kill(pid, signal.SIGCONT)
            load.wait_for(20)
            load.stop()
            must_hold(system, load)
        assert system.stop() == 0


@contextmanager
def another(system: Whole, worker: str) -> Iterator[None]:
    """A second process of that kind, started as the first was."""
    said = Path(f"/proc/{system.there(worker)}/environ").read_text().split("\0")
    environment = dict(entry.split("=", 1) for entry in said if "=" in entry)
    argv = [sys.executable, "-m", "services.program", "serve", worker]
    with (system.data / "logs" / f"{worker}-2.log").open("wb") as log:
        process = subprocess.Popen(argv, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def stands(system: Whole, view: str) -> int:
    with psycopg.connect(system.conninfo) as connection:
        row = connection.execute("SELECT position FROM views.positions WHERE view = %s", [view]).fetchone()
    assert row is not None
    return int(row[0])

"""The process that tells is killed at random moments while changes come in: every notice is there, once."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Self

import psycopg
import pytest

from events.fact import Id
from events.papers import Decision
from projections.steps import steps_of
from services.settings import Settings
from tests.crash.views import every_view_is_what_the_log_says
from tests.database import Database
from tests.examples import COMMUNE, a_certificate, an_id
from tests.keys import master_key_file
from tests.notify.commune import Log, position, rows, tell_all
from tests.notify.conftest import Hire
from tests.program.places import eventually

ROUNDS = 5
MEMBERS = [an_id(f"somebody {number}") for number in range(20)]


def a_process(database: Database, log: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")}
    environment |= {"CAUNOI_DATABASE": database.app, "CAUNOI_MASTER_KEY_FILE": str(master_key_file())}
    with log.open("ab") as said:
        return subprocess.Popen([sys.executable, "-m", "services.notify"], env=environment, stderr=said)


class Changes:
    """Changes that come in until `stop`: rewards of twenty people, some of them acknowledged when told."""

    def __init__(self, log: Log, pause: float) -> None:
        self.positions: list[int] = []
        self.appended_at: dict[int, float] = {}
        self._log = log
        self._pause = pause
        self._stop = Event()
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            number = len(self.positions)
            decision = Decision(number=str(number), on=date(2026, 3, 2), by=COMMUNE)
            fact = type(a_certificate())(form=a_certificate().form, decision=decision)
            at = self._log.put(MEMBERS[number % len(MEMBERS)], fact, date(2026, 3, 2))
            self.appended_at[at] = monotonic()
            self.positions.append(at)
            sleep(self._pause)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def until_read(database: Database, at: int, seconds: float = 20) -> None:
    deadline = monotonic() + seconds
    while position(database) < at:
        assert monotonic() < deadline, f"the notices stand at {position(database)}, not at {at}"
        sleep(0.02)


def test_killed_at_random_moments_it_loses_and_doubles_no_notice(database: Database, log: Log, tmp_path: Path) -> None:
    dice = random.Random(20261001)
    log.put_organisations()
    for member in MEMBERS:
        log.put_member(member)
    said = tmp_path / "notify.log"
    with Changes(log, pause=0.001) as changes:
        for _ in range(ROUNDS):
            process = a_process(database, said)
            until_read(database, position(database) + 1)
            sleep(dice.random() * 0.25)
            process.send_signal(signal.SIGKILL)
            process.wait()
    process = a_process(database, said)
    until_read(database, changes.positions[-1])
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert len(changes.positions) > 100
    expected = [(at, Id(COMMUNE), "residence") for at in changes.positions]
    assert rows(database, "position, organisation::text, role") == expected
    every_view_is_what_the_log_says(Settings.read(database=database.app, master_key_file=master_key_file()))
    assert "error" not in said.read_text(), "nothing but starts and stops is worth a word"


def test_killed_on_either_side_of_an_acknowledgement_it_is_there_once(
    database: Database, log: Log, hire: Hire, tmp_path: Path
) -> None:
    """The one who acknowledges is killed before and after his fact is stored, the one who reads it amid its rows."""
    dice = random.Random(20261123)
    log.put_organisations()
    for member in MEMBERS:
        log.put_member(member)
        for day in range(1, 5):
            log.put(member, a_certificate(), date(2026, 3, day))
    tell_all(hire())
    idents = [row[0] for row in rows(database, "id::text")]
    said: dict[str, int] = {}
    teller = a_process(database, tmp_path / "notify.log")
    for last in (False, False, True):
        for line in an_acknowledger(database, len(idents) if last else dice.randrange(1, len(idents))):
            ident, _, at = line.partition(" ")
            assert said.setdefault(ident, int(at)) == int(at), "the same key answers the same again"
        teller.send_signal(signal.SIGKILL)
        teller.wait()
        heard = tmp_path / f"notify.{len(said)}.log"
        teller = a_process(database, heard)
    until_read(database, log.ledger.head())
    # The one before may have read it all: this one is asked to stop when it knows what that means.
    eventually(lambda: "started" in heard.read_text())
    teller.send_signal(signal.SIGTERM)
    assert teller.wait(60) == 0
    assert list(said) == idents
    found = rows(database, "id::text, acknowledged_in")
    assert found == list(said.items())
    with psycopg.connect(database.app) as connection:
        for ident in idents:
            assert [record.position for record in log.ledger.stream(Id(ident))] == [said[ident]]
            states = [step.state for step in steps_of(connection, Id(ident))]
            assert states == ["delivered", "acknowledged"]


def an_acknowledger(database: Database, lines: int) -> list[str]:
    """Acknowledges until it has said so of so many notices; then it is killed, in the middle of the next one."""
    command = [sys.executable, "-m", "tests.notify.little_acknowledger", database.app]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = [process.stdout.readline().strip() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
    return [line for line in found if line]


def test_asked_to_stop_it_finishes_the_batch_and_ends_well(database: Database, log: Log, tmp_path: Path) -> None:
    log.put_organisations()
    process = a_process(database, tmp_path / "notify.log")
    until_read(database, log.ledger.head())
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert '"event": "stopped"' in (tmp_path / "notify.log").read_text()


def test_its_log_names_nobody(database: Database, log: Log, tmp_path: Path) -> None:
    log.put_organisations()
    log.put_member()
    log.put_raw(an_id("broken"), "member.admitted", '{"name":"Nguyễn Văn Bí Mật","cell":3}'.encode())
    process = a_process(database, tmp_path / "notify.log")
    until_read(database, log.ledger.head())
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    said = (tmp_path / "notify.log").read_text()
    assert '"parked"' in said
    assert "Bí Mật" not in said
    assert an_id("broken") not in said or "Nguyễn" not in said


@contextmanager
def running(hire: Hire) -> Iterator[None]:
    stop = Event()
    worker = hire()
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.long
def test_how_long_it_takes_from_a_change_to_its_notice(
    database: Database, log: Log, hire: Hire, record_property: object
) -> None:
    """Measured, not judged: the machine is shared."""
    log.put_organisations()
    for member in MEMBERS:
        log.put_member(member)
    seen: dict[int, float] = {}
    with running(hire), psycopg.connect(database.app, autocommit=True) as listener:
        listener.execute("LISTEN notices")
        with Changes(log, pause=0.02) as changes:
            for hint in listener.notifies(timeout=4):
                seen[int(hint.payload)] = monotonic()
        until_read(database, changes.positions[-1])
    assert len(rows(database, "id")) == len(changes.positions)
    told_at = sorted(seen.items())
    delays = sorted(
        next((instant for position, instant in told_at if position >= at), appended) - appended
        for at, appended in changes.appended_at.items()
        if told_at and at <= told_at[-1][0]
    )
    p50, p99 = (1000 * delays[int(len(delays) * share)] for share in (0.5, 0.99))
    print(f"\nchange to notice, {len(delays)} changes at 50/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms")  # noqa: T201
    assert p50 < 1000

"""`caunoi up` starts everything, keeps it running, stops all of it, and says what stands in the way."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from events.master import Master
from services import access
from services.program.lock import holder
from tests.database import Database
from tests.program.places import alive, eventually, family, words
from tests.program.typed import typed

CHILD = Path("tests/program/little_child.py").absolute()


def mind_the_terminal() -> None:
    """Whoever runs the tests under nohup has the end of the terminal ignored, which a child would inherit."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Running:
    """A `caunoi up` in a process of its own, asked to stop at the end of the test."""

    def __init__(self, data: Path, *arguments: str, **environment: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD.with_name("little_up.py")), str(data), *arguments],
            env={**os.environ, "PYTHONPATH": ".", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=mind_the_terminal,  # noqa: PLW1509  # no thread runs here
        )

    def address(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def stop(self, way: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.send_signal(way)
        said = self.process.communicate(timeout=60)[1]
        return self.process.returncode, said

    def end(self) -> tuple[int, str]:
        """For one that is expected to end by itself: its exit code and what it said."""
        said = self.process.communicate(timeout=60)[1]
        return self.process.returncode, said

    def family(self) -> list[int]:
        return family(self.process.pid)

    def child(self, name: str) -> int | None:
        """The pid of http, scoring, notify or the postmaster."""
        for pid in self.family():
            said = words(pid)
            if (said[-2:-1] == [str(CHILD)] and said[-1] == name) or (
                name == "postgres" and said[0].endswith("/bin/postgres")
            ):
                return pid
        return None


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as entered:
        yield entered


@pytest.fixture
def up(data: Path, stack: ExitStack) -> Running:
    running = Running(data)
    stack.callback(running.stop)
    assert running.address().startswith("http://127.0.0.1:")
    return running


def test_the_address_is_printed_and_kept_while_it_runs(up: Running) -> None:
    kept = (up.data / "address").read_text().strip()
    assert kept.startswith("http://127.0.0.1:")
    assert holder(up.data) == up.process.pid
    up.stop()
    assert not (up.data / "address").exists()
    assert holder(up.data) is None


def test_the_operators_token_is_private_and_stays_the_same(up: Running, stack: ExitStack) -> None:
    path = up.data / "admin-token"
    token = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    up.stop()
    again = Running(up.data)
    stack.callback(again.stop)
    again.address()
    assert path.read_text() == token


def test_the_children_are_the_application_and_no_owner(up: Running) -> None:
    eventually(lambda: (up.data / "logs" / "scoring.log").read_text().strip() != "")
    name, url = (up.data / "logs" / "scoring.log").read_text().split()
    assert name == "scoring"
    assert "caunoi_app@" in url


def test_it_keeps_what_a_replay_must_know(up: Running) -> None:
    kept = json.loads((up.data / "settings.json").read_text())
    assert (kept["ledger"], kept["timezone"]) == ("local", "Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_stops_all_and_ends_well(up: Running, way: signal.Signals) -> None:
    started = up.family()
    assert len(started) > 4
    assert up.stop(way) == (0, "stopping\n")
    assert not any(alive(pid) for pid in started)


def test_killed_it_leaves_nothing_running(up: Running) -> None:
    started = up.family()
    up.process.kill()
    eventually(lambda: not any(alive(pid) for pid in started))


def test_a_second_one_on_the_same_directory_says_who_is_there(up: Running) -> None:
    code, said = Running(up.data).end()
    assert code == 1
    assert f"process {up.process.pid} already runs on {up.data}" in said


def test_a_killed_child_is_started_again(up: Running) -> None:
    first = up.child("scoring")
    assert first
    os.kill(first, signal.SIGKILL)
    eventually(lambda: up.child("scoring") not in (None, first))


def test_logs_that_have_grown_too_long_begin_anew_while_it_runs(data: Path, stack: ExitStack) -> None:
    running = Running(data, LONGEST_LOG="10")
    stack.callback(running.stop)
    running.address()
    for name in ("scoring", "postgres"):
        eventually(lambda name=name: (data / "logs" / f"{name}.log.1").exists())  # type: ignore[misc]
    assert "scoring" in (data / "logs" / "scoring.log.1").read_text()
    assert running.process.poll() is None


def test_a_killed_postmaster_is_started_again(up: Running) -> None:
    first = up.child("postgres")
    assert first
    os.kill(first, signal.SIGKILL)

    eventually(lambda: up.child("postgres") not in (None, first))
    eventually(lambda: "ready" in (up.data / "postgres" / "postmaster.pid").read_text())
    assert up.process.poll() is None


def test_a_postmaster_that_is_killed_while_it_starts_is_started_again(up: Running) -> None:
    killed: list[int | None] = [None]
    for _ in range(3):
        eventually(lambda: up.child("postgres") not in killed)
        killed.append(up.child("postgres"))
        os.kill(killed[-1] or 0, signal.SIGKILL)
    eventually(lambda: up.child("postgres") not in killed)
    eventually(lambda: "ready" in (up.data / "postgres" / "postmaster.pid").read_text())
    assert up.process.poll() is None


def test_a_child_that_cannot_start_ends_it_with_what_it_said(data: Path) -> None:
    running = Running(data, BROKEN="http")
    code, said = running.end()
    assert code == 1
    assert "http ended while starting" in said
    assert "it is broken" in said


def test_a_port_that_is_taken_is_named(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = Running(data, "--port", str(port))
        code, said = running.end()
    assert code == 1
    assert f"127.0.0.1 port {port}" in said


def test_an_operators_database_is_used_with_the_applications_rights(
    database: Database, nowhere: Path, stack: ExitStack
) -> None:
    running = Running(nowhere, "--database", database.owner)
    stack.callback(running.stop)
    running.address()
    assert running.child("postgres") is None
    log = running.data / "logs" / "scoring.log"
    eventually(lambda: log.read_text().strip() != "")
    with psycopg.connect(log.read_text().strip().partition(" ")[2]) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row == ("caunoi_app",)
    assert access.valid(database.owner, (running.data / "admin-token").read_text().strip())


def test_an_operators_database_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    silent = "postgresql://somebody:secret@127.0.0.1:1/x"
    code, said = Running(tmp_path / "data", "--database", silent).end()
    assert code == 1
    assert "the database does not answer" in said
    assert "secret" not in said


def test_the_demonstration_is_loaded_once(data: Path, stack: ExitStack) -> None:
    said = []
    for _ in range(2):
        running = Running(data, "--demo")
        stack.callback(running.stop)
        running.address()
        eventually((data / "demo-loaded").exists)
        said.append(running.stop()[1])
    assert said == ["stopping\n", "stopping\n"]
    assert running.process.args


def test_a_demonstration_that_failed_is_said_so_and_not_taken_for_loaded(data: Path, stack: ExitStack) -> None:
    running = Running(data, "--demo", BROKEN="demo")
    stack.callback(running.stop)
    running.address()
    assert running.process.stderr
    assert any("the demonstration ended with 1" in line for line in running.process.stderr)
    assert not (data / "demo-loaded").exists()


def test_doctor_finds_all_well_while_it_runs_and_says_how_to_start_it_after(up: Running) -> None:
    doctor = ("doctor", "--json", "--data", str(up.data))
    found = json.loads(typed(*doctor).stdout)
    # The little http answers nothing but that it is ready.
    assert [finding["check"] for finding in found if not finding["todo"]] == [
        *("data", "up", "disk", "token", "postgres", "clock", "master key", "signing key", "http", "time")
    ]
    assert found[-1]["check"] == "http"
    (up.data / "master-key").write_text(Master.new())
    found = json.loads(typed(*doctor).stdout)
    (wrong,) = [finding for finding in found if finding["check"] == "master key"]
    assert "is not the one under which this database keeps the keys" in wrong["found"]
    assert "backups" in wrong["todo"]
    up.stop()
    found = json.loads(typed(*doctor).stdout)
    assert found[-1] == {"check": "up", "found": "nothing runs on it", "todo": f"caunoi up --data {up.data}"}

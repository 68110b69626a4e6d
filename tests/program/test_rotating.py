"""Logs begin anew when they have grown too long: at a start and while they are written, with nobody told."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program import rotating
from services.program.children import Child, Children
from services.program.rotating import KEEP, Rotation, rotate
from tests.program.places import eventually

WRITES = """import signal
def write(*_): print("line " * 20, flush=True)
signal.signal(signal.SIGUSR1, write); print("here", flush=True)
while True: signal.pause()"""
FULL = Path("/dev/full")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "MOST", 100)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def children(tmp_path: Path, heard: list[str]) -> Iterator[Children]:
    made = Children(tmp_path, heard.append)
    yield made
    made.stop(0.1)


def start(children: Children) -> Child:
    child = children.start("child", [sys.executable, "-c", WRITES], dict(os.environ))
    eventually(lambda: "here" in child.said())
    return child


def write(child: Child) -> None:
    before = child.log.stat().st_size
    child.process.send_signal(signal.SIGUSR1)
    eventually(lambda: child.log.stat().st_size > before)


def kept(log: Path) -> list[str]:
    return sorted(path.name for path in log.parent.iterdir() if path != log)


def test_a_log_that_is_short_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    assert not rotate(log)
    log.write_text("x" * 99)
    assert not rotate(log)
    assert kept(log) == []


def test_the_newest_are_kept_in_their_order(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    for number in range(KEEP + 2):
        log.write_text(f"{number} " * 100)
        assert rotate(log)
        assert log.read_bytes() == b""
    assert kept(log) == [f"child.log.{number}" for number in range(1, KEEP + 1)]
    assert [(tmp_path / name).read_text()[0] for name in kept(log)] == ["6", "5", "4", "3", "2"]


def test_a_rotated_log_is_as_private_as_the_log(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_text("x" * 100)
    log.chmod(0o600)
    rotate(log)
    assert (tmp_path / "child.log.1").stat().st_mode & 0o777 == 0o600


def test_a_child_goes_on_writing_into_the_log_that_began_anew(children: Children) -> None:
    child = start(children)
    for _ in range(2):
        write(child)
        children.watch()
        assert child.log.stat().st_size == 0
    assert kept(child.log) == ["child.log.1", "child.log.2"]
    child.process.send_signal(signal.SIGUSR1)
    eventually(lambda: child.said() != "")
    assert child.log.read_bytes().startswith(b"line line"), "at its beginning, with no hole before it"


def test_a_long_log_of_before_is_put_away_at_the_start(children: Children, tmp_path: Path) -> None:
    (tmp_path / "child.log").write_text("before " * 100)
    child = start(children)
    assert child.log.read_text() == "here\n"
    assert (tmp_path / "child.log.1").read_text().startswith("before")


def test_where_there_is_no_room_it_is_said_once_and_nothing_is_lost(
    tmp_path: Path, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "child.log"
    log.write_text("x" * 10_000)
    (tmp_path / "child.log.new").symlink_to(FULL)
    rotation = Rotation(log, heard.append)
    assert not rotation.look()
    assert not rotation.look()
    assert heard == [f"{log} has grown too long and cannot be copied away (No space left on device)"]
    assert log.stat().st_size == 10_000
    monkeypatch.setattr(rotation, "_due", 0.0)
    assert rotation.look(), "the next minute"

"""Children are watched, started again with patience, and stopped last to first."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program import patience
from services.program.children import Child, Children, GivenUp
from services.program.patience import KILLINGS, LONGEST_DELAY, OWN_FAILURES, Patience
from tests.program.places import alive, eventually

STAYS = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); print('here', flush=True)\nwhile True: signal.pause()"
ENDS = "import sys; sys.exit('it is broken')"


class Heard(list[str]):
    """What the children's keeper said."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def children(tmp_path: Path, heard: Heard) -> Iterator[Children]:
    made = Children(tmp_path, heard.append)
    yield made
    made.stop(0.1)


def start(children: Children, script: str, name: str = "child") -> Child:
    return children.start(name, [sys.executable, "-c", script], dict(os.environ))


def is_here(child: Child) -> bool:
    return "here" in child.said()


def test_what_a_child_prints_is_appended_to_its_log(children: Children, tmp_path: Path) -> None:
    (tmp_path / "child.log").write_text("before\n")
    child = start(children, STAYS)
    eventually(lambda: is_here(child))
    assert (tmp_path / "child.log").read_text() == "before\nhere\n"
    assert child.said() == "here"


def test_a_killed_child_is_started_again(children: Children, heard: Heard) -> None:
    child = start(children, STAYS)
    first = child.process.pid
    child.process.kill()

    def again() -> bool:
        children.watch()
        return child.running and child.process.pid != first

    eventually(again)
    assert heard == ["child ended (-9) and is started again"]


def test_a_child_that_keeps_ending_is_given_up_with_its_last_words(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_DELAY", 0.0)
    child = start(children, ENDS)

    def watch_for_ever() -> bool:
        children.watch()
        return False

    with pytest.raises(GivenUp, match="child ended too often") as given_up:
        eventually(watch_for_ever)
    assert "it is broken" in str(given_up.value)
    assert not child.running


def test_a_child_that_ends_while_starting_is_no_riddle(children: Children) -> None:
    child = start(children, ENDS)
    eventually(lambda: not child.running)
    with pytest.raises(GivenUp, match="it is broken"):
        children.require_all()


def test_the_last_started_is_stopped_first(children: Children, tmp_path: Path) -> None:
    script = f"""import signal, sys, pathlib
def end(*_):
    with open({str(tmp_path / "order")!r}, "a") as file: file.write(sys.argv[1] + " ")
    sys.exit()
signal.signal(15, end); print("here", flush=True); signal.pause()"""
    started = [
        children.start(name, [sys.executable, "-c", script, name], dict(os.environ)) for name in ("http", "notify")
    ]
    eventually(lambda: all(is_here(child) for child in started))
    children.stop()
    assert (tmp_path / "order").read_text() == "notify http "


def test_a_child_that_will_not_end_is_killed(children: Children, heard: Heard) -> None:
    child = start(children, STUBBORN)
    eventually(lambda: is_here(child))
    children.stop(0.1)
    assert child.process.returncode == -signal.SIGKILL
    assert heard == ["child did not end within 0 s and was killed"]


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal, pathlib; from services.program.children import Children\n"
        "children = Children(pathlib.Path(sys.argv[1]), print)\n"
        "child = children.start('child', [sys.executable, '-c', sys.argv[2]], dict(os.environ))\n"
        "print(child.process.pid, flush=True); signal.pause()"
    )
    argv = [sys.executable, "-c", script, str(tmp_path), STUBBORN]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        eventually(lambda: "here" in (tmp_path / "child.log").read_text())
        assert alive(pid)
        parent.kill()
    eventually(lambda: not alive(pid))


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_patience_waits_longer_each_time_and_has_an_end() -> None:
    waits = Patience(Clock())
    delays = [waits.delay(1) for _ in range(OWN_FAILURES)]
    assert delays[:3] == [0.1, 0.2, 0.4]
    assert delays[-1] == LONGEST_DELAY
    assert waits.delay(1) is None


def test_patience_returns_after_a_minute() -> None:
    clock = Clock()
    waits = Patience(clock)
    for _ in range(OWN_FAILURES):
        waits.delay(1)
    clock.now += 61
    assert waits.delay(1) == 0.1


def test_being_killed_is_not_held_against_it_for_long() -> None:
    waits = Patience(Clock())
    assert [waits.delay(-9) for _ in range(KILLINGS)] == [0.1] * KILLINGS
    assert waits.delay(-9) is None


def test_an_excused_end_is_not_its_own_failure() -> None:
    clock = Clock()
    waits = Patience(clock)
    waits.excuse(30)
    assert [waits.delay(1) for _ in range(OWN_FAILURES + 1)] == [0.1] * (OWN_FAILURES + 1)
    clock.now += 31
    assert waits.delay(1) == 0.1

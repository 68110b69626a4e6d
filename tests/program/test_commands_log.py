"""`caunoi log` as somebody at a terminal knows it: pages, filters, following, and a reader who goes away."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.program.little_system import RECORDS, Little, caunoi, little_system
from tests.program.places import eventually


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with little_system(tmp_path) as place:
        yield place


def test_the_log_goes_on_over_pages_up_to_its_limit(data: Path) -> None:
    _, said, _ = caunoi("log", "--after", "1", "--limit", "5", "--data", str(data), "--json")
    assert [json.loads(line)["position"] for line in said.splitlines()] == [2, 3, 4, 5, 6]


def test_the_log_ends_where_there_is_no_more(data: Path) -> None:
    _, said, _ = caunoi("log", "--data", str(data))
    assert len(said.splitlines()) == 7


def test_every_filter_is_asked_for(data: Path) -> None:
    filters = ["--about", "a", "--name", "member.*", "--by", "b", "--from", "2026-01-01T00:00:00Z"]
    code, _, _ = caunoi("log", *filters, "--to", "2027-01-01T00:00:00Z", "--data", str(data))
    asked = parse_qs(urlsplit(Little.asked[0][1]).query)
    named = {name: value for name, (value,) in asked.items()}
    assert code == 0
    assert named.pop("to") == "2027-01-01T00:00:00Z"
    assert named == {
        "about": "a", "name": "member.*", "by": "b", "from": "2026-01-01T00:00:00Z", "after": "0", "limit": "50",
    }  # fmt: skip


def test_a_filter_that_cannot_be_is_refused_with_its_place(data: Path) -> None:
    code, said, why = caunoi("log", "--name", "nobody", "--data", str(data))
    assert (code, said) == (4, "")
    assert "/name: none" in why


def mind_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def following(data: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One that has printed all there is, and waits for more."""
    argv = [sys.executable, "-m", "services.program", "log", "--follow", "--data", str(data), *arguments]
    # Whoever runs the tests in the background may have Ctrl-C ignored, which a child would inherit.
    with subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=mind_interrupts,  # noqa: PLW1509  # no thread runs here
    ) as process:
        assert process.stdout
        for _ in RECORDS:
            assert process.stdout.readline()
        yield process


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_the_log_is_followed_until_it_is_asked_to_stop(data: Path, way: signal.Signals) -> None:
    with following(data) as process:
        process.send_signal(way)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_following_goes_on_where_the_log_was_looked_through(data: Path) -> None:
    with following(data, "--json") as process:
        eventually(lambda: len(Little.asked) > 4)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    after = [parse_qs(urlsplit(path).query)["after"] for _, path, _ in Little.asked]
    assert after[:5] == [["0"], ["3"], ["6"], ["7"], ["7"]]


def test_it_ends_well_when_nobody_reads_it_any_more_though_nothing_comes(data: Path) -> None:
    with following(data) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("command", [["log", "--json"], ["views"]])
def test_a_closed_pipe_is_no_traceback(data: Path, command: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    argv = [sys.executable, "-m", "services.program", *command, "--data", str(data)]
    done = subprocess.run(argv, stdout=writes, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (0 if "log" in command else 1, "")

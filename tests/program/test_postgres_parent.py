"""The embedded PostgreSQL ends with whoever started it, and the next start waits for it."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from services.program.postgres import Postgres
from services.program.postgres_leftovers import occupants
from tests.program.places import alive, eventually


def start_elsewhere(data: Path) -> tuple[subprocess.Popen[str], int, str]:
    """A server whose parent is a process of its own: (the parent, the postmaster's pid, its URL)."""
    parent = subprocess.Popen(
        [sys.executable, "tests/program/starter.py", str(data)],
        env={**os.environ, "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent.stdout or open(os.devnull) as said:
        pid, _, url = said.readline().strip().partition(" ")
    return parent, int(pid), url


def kill(parent: subprocess.Popen[str]) -> None:
    parent.kill()
    parent.wait()


def test_it_ends_when_its_parent_is_killed(data: Path) -> None:
    parent, pid, _ = start_elsewhere(data)
    assert alive(pid)
    kill(parent)
    eventually(lambda: not alive(pid))
    assert not occupants(data / "postgres")


def test_a_start_waits_for_the_server_of_a_killed_parent(data: Path) -> None:
    parent, pid, url = start_elsewhere(data)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (what text)")
    os.kill(pid, signal.SIGSTOP)
    kill(parent)
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        os.kill(pid, signal.SIGCONT)

    server = Postgres.start(data, note=hear)
    try:
        assert str(pid) in heard[0]
        assert not alive(pid)
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("SELECT FROM kept")
    finally:
        server.stop()


def test_it_ends_when_its_parent_went_before_it_was_tied() -> None:
    script = (
        "import os, subprocess, sys; from services.program import tether;"
        "argv = tether.command(['/bin/sleep', '1000'], death_signal=9); argv[6] = '1' if os.getpid() != 1 else '2';"
        "sys.exit(subprocess.run(argv).returncode)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "the parent is gone already" in done.stderr


@pytest.mark.long
def test_a_start_that_was_killed_at_any_moment_is_no_hindrance(nowhere: Path) -> None:
    moments = random.Random(20261122)
    for _ in range(40):
        argv = [sys.executable, "tests/program/starter.py", str(nowhere)]
        with subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": "."}, stdout=subprocess.DEVNULL) as parent:
            time.sleep(moments.uniform(0.2, 2.5))
            parent.kill()
        if moments.random() < 0.2:
            Postgres.start(nowhere).stop()
    server = Postgres.start(nowhere)
    try:
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT count(*) FROM pg_database WHERE datname = 'caunoi'").fetchone() == (1,)
    finally:
        server.stop()
    assert not occupants(nowhere / "postgres")

"""`kill -9` in the middle of an import, of the command or of the process that takes it: sent again, nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from services import access
from tests.database import Database
from tests.imports.conftest import File, an_office, sheet
from tests.imports.test_imports import MEMBERS, TREE
from tests.ingest.feeding import feeding
from tests.keys import master_key_file
from tests.program.places import eventually

ROWS = 3_000
PATIENCE = 180.0
"""Seconds for a process to start and take its first rows: many start at the same time where tests are run."""
AMID = 600
"""Records after which it is killed: the tree and some batches are in, and most of the rows are not."""
HEAD = "SELECT position FROM ledger.counter"
ADMITTED = """SELECT count(*), count(DISTINCT stream) FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE n.name = 'member.admitted'"""
COMMANDS = """SELECT count(*) FROM (SELECT command FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE n.name LIKE 'member.%' GROUP BY command, n.name HAVING count(*) > 1) doubled"""
SPAN = "SELECT count(*), min(position), max(position) FROM ledger.log"
CARDS = "SELECT count(*), count(DISTINCT stream) FROM ledger.claims WHERE claim LIKE 'card:%'"


def roll() -> File:
    """A book of many members."""
    days = ("1/2/1980", "3/2/2010", "03/02/2011")
    rows = [(f"{number:012d}", f"Nguyễn Văn {number}", *days, "X-1", "", "") for number in range(1, ROWS + 1)]
    return sheet("dang-vien.csv", MEMBERS, *rows)


def is_amid(database: Database) -> bool:
    """Whether some of it is on record; that not all of it is, is seen when it is killed."""
    return one(database, HEAD)[0] >= AMID


def one(database: Database, query: str) -> tuple[int, ...]:
    with psycopg.connect(database.owner) as connection:
        row: tuple[int, ...] | None = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def must_be_whole(database: Database) -> None:
    """Each row once, with its card, and no hole in the log."""
    assert one(database, ADMITTED) == (ROWS, ROWS)
    assert one(database, COMMANDS) == (0,)
    assert one(database, CARDS) == (ROWS, ROWS)
    records, first, last = one(database, SPAN)
    assert (first, last) == (1, records)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    name, content = roll()
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def program(*arguments: str, **settings: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")} | settings
    argv = [sys.executable, "-m", "services.program", *arguments]
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)


def test_the_command_is_killed_and_typed_again(database: Database, book: Path) -> None:
    with an_office(database) as office:
        office.send(TREE)
        token = office.operator.headers["authorization"].removeprefix("Bearer ")
        typed = program("import", str(book), CAUNOI_URL=office.address, CAUNOI_TOKEN=token)
        try:
            eventually(lambda: is_amid(database), seconds=PATIENCE)
        finally:
            typed.kill()
            typed.wait(30)
        assert typed.returncode == -signal.SIGKILL, "it had ended before it was killed"
        (report,) = office.send((book.name, book.read_bytes()))
        assert (report["rows"], report["new"] + report["unchanged"], report["refusals"]) == (ROWS, ROWS, [])
        must_be_whole(database)


@contextmanager
def process(database: Database) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """A process of its own that takes imports, and who sends them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = str(master_key_file())
    running = program("serve", "http", CAUNOI_DATABASE=database.app, CAUNOI_PORT=str(port), CAUNOI_MASTER_KEY_FILE=key)
    _, token = access.issue(database.owner, organisation=None, role="operator", name="test")
    headers = {"authorization": f"Bearer {token}"}
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=250) as client:
            eventually(lambda: is_ready(client), seconds=PATIENCE)
            yield running, client
    finally:
        running.kill()
        running.wait(30)


def is_ready(client: httpx2.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def test_the_process_is_killed_and_another_one_takes_the_same_file(database: Database, book: Path) -> None:
    with feeding(database.app), process(database) as (first, client):
        assert client.post("/imports", files=[("file", TREE)]).status_code == 200
        file = (book.name, book.read_bytes())
        with ThreadPoolExecutor(1) as thread:
            sent = thread.submit(client.post, "/imports", files=[("file", file)])
            try:
                eventually(lambda: is_amid(database), seconds=PATIENCE)
            finally:
                first.kill()
            assert isinstance(sent.exception(60), httpx2.TransportError), "it had ended before it was killed"
    assert one(database, ADMITTED)[0] < ROWS
    with feeding(database.app), process(database) as (_, client):
        before = one(database, ADMITTED)[0]
        (report,) = client.post("/imports", files=[("file", file)]).json()["files"]
        assert (report["rows"], report["new"], report["unchanged"]) == (ROWS, ROWS - before, before)
        assert report["refusals"] == []
    must_be_whole(database)

"""A process that ends while the database keeps it waiting says so to whoever asked it: 503, and never a bare 500."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from services import access
from services.program import http_address
from services.settings import Settings
from services.web.problem import of_ledger
from tests.database import Database, waiting_for_locks
from tests.keys import master_key_file
from tests.program.places import eventually

LITTLE = Path(__file__).with_name("little_http.py")
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = %s)"
)
PROVINCE = {"name": "Đảng bộ tỉnh", "kind": "province", "effective_on": "2025-01-01"}


@contextmanager
def little_http(database: Database) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its address."""
    port = http_address.free_port("127.0.0.1", 0)
    settings = Settings.read(database=database.app, master_key_file=master_key_file(), port=port)
    process = subprocess.Popen([sys.executable, str(LITTLE)], env={**os.environ, **settings.environment()})
    try:
        eventually(lambda: process.poll() is not None or http_address.ready("127.0.0.1", port))
        yield process, http_address.address("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("held", ["access.tokens", "ledger.counter"])
def test_who_waits_for_the_database_when_the_process_ends_is_told_to_ask_again(database: Database, held: str) -> None:
    """Whether it is held at the door, or amid its append."""
    _, token = access.issue(database.owner, organisation=None, role="operator", name="operator")
    asked: list[dict[str, Any]] = [{"method": "POST", "url": "/organisations", "json": PROVINCE}]
    if held == "access.tokens":
        asked += [{"method": "GET", "url": "/organisations"}, {"method": "HEAD", "url": "/log"}]
        asked += [{"method": "POST", "url": "/facts", "content": b"{}"}]
    with (
        psycopg.connect(database.owner) as holder,
        little_http(database) as (process, address),
        httpx2.Client(base_url=address, headers={"authorization": f"Bearer {token}"}, timeout=30) as client,
        ThreadPoolExecutor() as callers,
    ):
        holder.execute(f"LOCK TABLE {held}".encode())
        answers = [callers.submit(client.request, **one) for one in asked]
        eventually(lambda: waiting_for_locks(database) == len(asked))
        process.terminate()
        for answer in [each.result() for each in answers]:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["content-type"] == "application/problem+json"
        assert answers[0].result().json()["type"] == "/problems/unavailable"
        holder.rollback()
        assert process.wait(30) == -signal.SIGTERM


def test_a_stream_ends_with_the_process_and_is_not_cut_off(database: Database) -> None:
    _, token = access.issue(database.owner, organisation=None, role="operator", name="operator")
    with (
        little_http(database) as (process, address),
        httpx2.Client(base_url=address, headers={"authorization": f"Bearer {token}"}, timeout=30) as client,
        client.stream("GET", "/stream") as answer,
    ):
        told = answer.iter_lines()
        assert next(told) == ": caunoi"
        process.terminate()
        # What is cut off is an error of the protocol here.
        assert "".join(told) == ""
        assert process.wait(30) == -signal.SIGTERM


def test_what_libpq_says_of_a_lost_connection_is_no_surprise(database: Database) -> None:
    """It knows no SQLSTATE, so that the library gives it no more than the most general of its errors."""
    with psycopg.connect(database.app) as connection:
        lost = psycopg.errors.error_from_result(connection.pgconn.make_empty_result(psycopg.pq.ExecStatus.FATAL_ERROR))
    problem = of_ledger(lost)
    assert problem is not None
    assert (problem.status, problem.rule) == (503, "unavailable")

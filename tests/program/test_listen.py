"""`caunoi listen` registers an endpoint, prints what arrives, verified, and ends the endpoint with itself."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest

from services import access
from services.notify.sending.running import Sending
from services.notify.sending.signing import headers
from services.program.listening import Arrived, Verifier
from services.settings import Settings
from services.webhook_keys import Keys
from tests.database import Database
from tests.examples import PROVINCE
from tests.keys import keyring
from tests.program.places import eventually
from tests.program.typed import typed
from tests.serving import client, serving

KEYS = Keys.derived(b"k" * 32, 1)


@pytest.fixture
def operator(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx2.Client]:
    """A system that may call this machine, with an organisation."""
    monkeypatch.setenv("CAUNOI_WEBHOOK_ALLOW", "127.0.0.0/8,http")
    with serving(database) as address, client(address, database) as one:
        made = {"id": PROVINCE, "name": "Đảng bộ tỉnh", "kind": "province", "effective_on": "2025-01-01"}
        assert one.post("/organisations", json=made).status_code == 201
        yield one


def environment(operator: httpx2.Client) -> dict[str, str]:
    token = operator.headers["authorization"].removeprefix("Bearer ")
    return {**os.environ, "CAUNOI_URL": str(operator.base_url), "CAUNOI_TOKEN": token}


@contextmanager
def listening(operator: httpx2.Client, folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the id of its endpoint."""
    argv = [sys.executable, "-m", "services.program", "listen", "--organisation", PROVINCE, *options]
    with (folder / "notes").open("w") as notes:
        process = subprocess.Popen(argv, env=environment(operator), stdout=subprocess.PIPE, stderr=notes, text=True)
    try:
        noted = folder / "notes"
        eventually(lambda: process.poll() is not None or "endpoint " in noted.read_text())
        assert process.poll() is None, noted.read_text()
        yield process, noted.read_text().partition("(endpoint ")[2].partition(")")[0]
    finally:
        process.kill()
        process.communicate(timeout=30)


def test_what_arrives_is_printed_verified_and_the_endpoint_ends_with_the_command(
    database: Database, operator: httpx2.Client, tmp_path: Path
) -> None:
    settings = Settings.read(database=database.app)
    with Sending(settings, keyring(), lambda: None), listening(operator, tmp_path, "--json") as (process, endpoint):
        assert operator.post(f"/endpoints/{endpoint}/pings", json={}).status_code == 201
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert (said["type"], said["signatures"], said["wrong"]) == ("caunoi.ping", ["v1a", "v1"], [])
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    with psycopg.connect(database.app) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM ledger.names")]
    assert "endpoint.ended" in names


def test_where_the_system_may_not_call_this_machine_it_is_said_what_to_do(
    database: Database, operator: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAUNOI_WEBHOOK_ALLOW")
    with serving(database) as address:
        _, token = access.issue(database.owner, organisation=None, role="operator", name="operator")
        here = {**os.environ, "CAUNOI_URL": address, "CAUNOI_TOKEN": token}
        done = typed("listen", "--organisation", PROVINCE, environment=here)
    assert done.returncode == 4, done.stderr
    assert "start the system with CAUNOI_WEBHOOK_ALLOW=127.0.0.0/8,http" in done.stderr


def test_what_is_not_signed_by_the_endpoints_keys_is_not_heard() -> None:
    verifier, now = Verifier(KEYS.shown_secret, KEYS.shown_public_key), datetime.now(UTC)
    body = b'{"type":"member.moved","data":{"number":1,"previous":""}}'
    heard = verifier.hear(Arrived(headers("msg_1", now, body, [KEYS]), body))
    assert heard is not None
    assert (heard.signatures, heard.wrong, heard.again) == (["v1a", "v1"], [], False)
    again = verifier.hear(Arrived(headers("msg_1", now, body, [KEYS]), body))
    assert again is not None
    assert again.again
    for wrong in (
        headers("msg_2", now, body, [Keys.derived(b"x" * 32, 1)]),
        headers("msg_2", now - timedelta(hours=1), body, [KEYS]),
        {**headers("msg_2", now, body, [KEYS]), "webhook-signature": "v1a v1, v2,x v1a,é"},
        {},
    ):
        assert verifier.hear(Arrived(wrong, body)) is None
    beat = b'{"type":"caunoi.heartbeat","data":{"number":3,"previous":"x","position":9}}'
    told = verifier.hear(Arrived(headers("msg_3", now, beat, [KEYS]), beat))
    assert told is not None
    assert told.wrong == ["missing: 2, 3"]

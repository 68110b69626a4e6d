"""The quickstart, walked through as it stands: once a bus, by bash, on a real system of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx2
import psycopg
import pytest

from services.program.directories import socket_place
from services.program.postgres_user import choose
from tests.docs.page import DOCS, Block, blocks
from tests.program.places import eventually, place

QUICKSTART = DOCS / "quickstart.md"
END = "=== the end of a block ==="
WALK_SECONDS, STOP_SECONDS = 180, 60

REFUSED = Path(__file__).with_name("refused.sh")
NEWS = {"name": "Đảng bộ tỉnh", "kind": "province", "reason": "Nguyễn Thị Lan, 000221248810"}


@dataclass(frozen=True)
class Walk:
    """What was run, what each block printed, how it ended, and what all processes have logged from start to stop.

    `refusals` are the answers to what people get wrong, one a line.
    """

    blocks: list[Block]
    printed: list[str]
    status: int
    complaints: str
    refusals: list[str]
    tokens: list[str]
    logs: dict[str, str] = field(repr=False)


@contextmanager
def a_system(below: Path, *options: str) -> Iterator[Path]:
    """A running `caunoi up` on DIR/caunoi-data, as the page has it; it has stopped when the `with` ends."""
    data = below / "caunoi-data"
    # At this level libraries would say what they are asked.
    chosen = {"CAUNOI_LOG_LEVEL": "debug", "CAUNOI_WEBHOOK_ALLOW": "127.0.0.0/8,http"}
    environment = {**os.environ, **chosen}
    argv = [sys.executable, "-m", "services.program", "up", "--data", str(data), "--port", "0", *options]
    with (below / "up.log").open("w") as said:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=said, text=True, env=environment)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://"), (below / "up.log").read_text()
        yield data
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOP_SECONDS)


def cut_all_connections(data: Path, token: str) -> None:
    """The database drops everybody, just before a change comes that concerns them all."""
    sockets = quote(str(socket_place(data, choose(data / "postgres", None))), safe="")
    with psycopg.connect(f"postgresql://caunoi_app@/caunoi?host={sockets}", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )
    headers = {"authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=(data / "address").read_text().strip(), headers=headers) as operator:
        eventually(lambda: operator.post("/organisations", json=NEWS).status_code == 201)
    eventually(lambda: "database away" in (data / "logs" / "scoring.log").read_text())


@pytest.fixture(scope="session", params=["embedded", "kafka"])
def walk(request: pytest.FixtureRequest) -> Iterator[Walk]:
    """The whole page, in order, in one shell that ends at the first command that fails; then some trouble."""
    found = blocks(QUICKSTART)
    script = "".join(f"{block.commands}echo '{END}'\n" for block in found) + REFUSED.read_text("utf-8")
    with place() as below:
        with a_system(below, "--bus", request.param) as data:
            here = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=below, env=here, capture_output=True, text=True, timeout=WALK_SECONDS, check=False,
            )  # fmt: skip
            *printed, last = done.stdout.replace("\r", "").split(f"{END}\n")
            *refusals, tokens = last.splitlines()
            if done.returncode == 0:
                cut_all_connections(data, tokens.split()[0])
        logs = {path.name: path.read_text() for path in (*(data / "logs").iterdir(), below / "up.log")}
        yield Walk(found, printed, done.returncode, done.stderr, refusals, tokens.split(), logs)

"""UmaDB, the event store to beat in batches: its own server and its own client, from the wheel."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from bench.callers import prepared, threads
from bench.facts import BYTES, DATA, NAME
from bench.figure import Sample
from services.ingest.asked import new_id
from services.program import http_address, tether

# Importing it takes SIGINT for itself; a benchmark is stopped as any other program.
_before = signal.getsignal(signal.SIGINT)
from umadb import AppendCondition, Client, Event, Query, QueryItem  # noqa: E402

signal.signal(signal.SIGINT, _before)

SERVER = "from umadb.umadb_server_cli import main; main()"
SAID = (
    f"umadb 0.7, its server with its defaults (one fdatasync or more a commit), its client over TCP; {BYTES} bytes, "
    "a tag for the stream, an id an event, append condition: no event of that stream yet"
)
START_SECONDS = 30.0
MOST_A_SECOND = 250_000

Append = tuple[list[Event], AppendCondition]


@contextmanager
def running(folder: Path) -> Iterator[Client]:
    """A server on a new folder, and a client of it (one for all callers is what is fastest)."""
    folder.mkdir()
    address = f"127.0.0.1:{http_address.free_port('127.0.0.1', 0)}"
    argv = [sys.executable, "-c", SERVER, "--listen", address, "--db-path", str(folder)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(tether.command(argv, death_signal=signal.SIGKILL), stdout=log, stderr=log)
    try:
        yield _connected(f"http://{address}")
    finally:
        server.terminate()
        server.wait(30)


def _connected(url: str) -> Client:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            client = Client(url)
            client.head()
            return client
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def appends(facts: int) -> Iterator[Append]:
    """Appends without end, each of so many facts for a new stream, refused where the stream exists."""
    while True:
        stream = str(new_id())
        events = [Event(NAME, DATA, [stream], UUID(new_id())) for _ in range(facts)]
        yield events, AppendCondition(Query([QueryItem(tags=[stream])]))


def appending(client: Client, callers: int, facts: int, seconds: float) -> Sample:
    """Facts a second of so many threads."""
    ready = prepared(appends(facts), int(MOST_A_SECOND * seconds / facts))

    def call() -> int:
        events, condition = next(ready)
        client.append(events, condition)
        return len(events)

    calls: list[Callable[[], int]] = [call] * callers
    return threads(calls, seconds)


def fill(client: Client, total: int, facts: int) -> None:
    """So many facts, one append after the other."""
    for _, (events, condition) in zip(range(0, total, facts), appends(facts), strict=False):
        client.append(events, condition)

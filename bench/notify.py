"""From a change to the notice in the inbox: fifty rewards a second through the real processes, over either bus."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import psycopg

from bench import broker
from bench.figure import Case, Sizes, Target, percentile
from bench.processes import HOST, process
from bench.served import Served, environment, ours, rewards
from bench.server import Database, Server, place

NAME = "notify"
A_SECOND = 50
LASTS = 8
"""Times the seconds of a round: a p99 wants a thousand changes."""
DROPPED = 1.0
"""Seconds at the beginning in which both processes see all this for the first time."""
PATIENCE = 60.0
STANDS = "SELECT p.position, c.position FROM views.positions p, ledger.counter c WHERE p.view = 'notices'"
ROWS = "SELECT position FROM exchange.notices WHERE position > %s ORDER BY position"
SAID = {
    "measured": "from the instant at which a request was due to be sent, on one keep-alive connection, "
    "to the notice's row being read by another connection, which LISTENs",
    "processes": "caunoi serve http and caunoi serve notify",
}
SERVE = ("-m", "services.program", "serve")


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The embedded bus, and Kafka with a broker and a relay of its own."""
    yield _case(server, sizes, "embedded", SAID, {}, Target("p99_ms", most=50))
    with broker.running() as kafka:
        chosen = {"CAUNOI_BUS": "kafka", "CAUNOI_KAFKA": kafka.address, "CAUNOI_LEDGER": broker.a_ledger(kafka)}
        said = {**SAID, "processes": f"{SAID['processes']}, caunoi serve relay", **broker.SETTINGS}
        yield _case(server, sizes, "kafka", said, chosen, Target("p99_ms", most=100))


def _case(
    server: Server, sizes: Sizes, bus: str, said: Mapping[str, Any], chosen: Mapping[str, str], target: Target
) -> Case:
    with (
        server.database() as own,
        place() as folder,
        ours(own, min(sizes.members, 1000), folder) as mine,
        ExitStack() as processes,
    ):
        settings = {**environment(own, mine.port, folder), **chosen}
        for name in ("notify", "relay") if chosen else ("notify",):
            processes.enter_context(process((*SERVE, name), settings, folder / f"{name}.log"))
        _wait_until_told(own, folder)
        latencies = sorted(_measure(own, mine, sizes.seconds * LASTS))
    p50, p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    assert p50 is not None and p99 is not None, "something was told"  # noqa: PT018  # one thought
    return Case(
        NAME,
        {"bus": bus, "changes_a_second": A_SECOND},
        p99,
        "ms",
        settings={"changes": len(latencies), **said, **server.settings},
        p50_ms=p50,
        p99_ms=p99,
        targets=(target,),
    )


class Watch:
    """Sees notices as they appear; `seen` says when, by their positions."""

    def __init__(self, database: Database) -> None:
        self.seen: dict[int, float] = {}
        self._connection: psycopg.Connection[Any] = psycopg.connect(database.app, autocommit=True)
        self._connection.execute("LISTEN notices")
        row = self._connection.execute("SELECT coalesce(max(position), 0) FROM exchange.notices").fetchone()
        self._position: int = row[0] if row is not None else 0
        self._stop = Event()
        self._thread = Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()

    def _look(self) -> None:
        while not self._stop.is_set():
            # All of the hints first: while they are being listed, the connection takes no question.
            list(self._connection.notifies(timeout=0.2, stop_after=1))
            rows = self._connection.execute(ROWS, [self._position]).fetchall()
            now = time.perf_counter()
            self.seen.update((row[0], now) for row in rows)
            self._position = rows[-1][0] if rows else self._position


def _measure(database: Database, mine: Served, seconds: float) -> list[float]:
    total = int((seconds + DROPPED) * A_SECOND)
    sent: dict[int, float] = {}
    with Watch(database) as watch, _connected(mine) as connection:
        start = time.perf_counter()
        for number, (path, body) in enumerate(rewards(mine, total)):
            due = start + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            sent[_posted(connection, mine, path, body)] = due
        until = time.monotonic() + PATIENCE
        while len(watch.seen) < total and time.monotonic() < until:
            time.sleep(0.05)
        late = start + DROPPED
        return [watch.seen[position] - due for position, due in sent.items() if due >= late]


@contextmanager
def _connected(mine: Served) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(HOST, mine.port, timeout=PATIENCE)
    try:
        yield connection
    finally:
        connection.close()


def _posted(connection: http.client.HTTPConnection, mine: Served, path: str, body: bytes) -> int:
    headers = {"Authorization": f"Bearer {mine.token}", "Content-Type": "application/json"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"a reward was refused: {said.decode()}")
    return int(json.loads(said)["position"])


def _wait_until_told(database: Database, folder: Path) -> None:
    """Until what was there before has been told."""
    until = time.monotonic() + PATIENCE
    with psycopg.connect(database.app, autocommit=True) as connection:
        while (row := connection.execute(STANDS).fetchone()) is None or row[0] < row[1]:
            if time.monotonic() > until:
                raise RuntimeError(f"notify does not read: {(folder / 'notify.log').read_text()[-2000:]}")
            time.sleep(0.05)

"""From a change to the webhook that tells of it, how many a sender sends, and what dead endpoints cost the others."""

import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, Self

import msgspec
import psycopg

from bench.facts import ACTOR
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, percentile, summed_up
from bench.filling import fill
from bench.notify import _connected, _posted, _wait_until_told
from bench.processes import HOST, process
from bench.receiver import Receiver
from bench.served import Served, environment, ours, rewards
from bench.server import Database, Server, place
from events import wire
from events.endpoint import EndpointRegistered
from events.fact import Id, personal_fields, stored_name
from events.keys import Keyring
from events.ledger import Ledger
from events.master import Master
from events.request import Entry, Request, Write
from events.sealing import seal
from projections.deliveries import HINT, Send, enqueue
from services.ingest.asked import new_id

NAME = "exchange"
A_SECOND = 100
DROPPED = 2.0
"""Seconds at the beginning in which all processes see this for the first time."""
LASTS = 6
"""Times the seconds of a round: a p99 wants a thousand messages."""
ENDPOINTS, DEAD, RATE = 10_000, 100, 200
BACKLOG = 5
"""Messages that wait for each dead endpoint from the beginning."""
PATIENCE = 120.0
ALLOW = {"CAUNOI_WEBHOOK_ALLOW": "127.0.0.0/8,http"}
HEARTBEAT = b'"caunoi.heartbeat"'
PLAIN = "LISTEN + plain HTTP post"
ROWS = "SELECT position FROM exchange.notices WHERE position > %s ORDER BY position"
SERVE = ("-m", "services.program", "serve", "notify")
_position = msgspec.json.Decoder(dict[str, Any]).decode


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The three of them."""
    yield _latency(server, sizes)
    yield _throughput(server, sizes)
    yield _dead(server, sizes)


def _latency(server: Server, sizes: Sizes) -> Case:
    """Changes at a steady rate through the real processes, to a receiver that notes when each is told."""
    case = Case(NAME, {"changes_a_second": A_SECOND}, 0, "ms", settings={
        "measured": "p99 from the instant at which a change was due to be sent over HTTP to the webhook's arrival",
        PLAIN: "a loop that LISTENs, reads the new notices and posts their positions one by one, unsigned",
        "processes": "caunoi serve http and caunoi serve notify", **server.settings,
    }, targets=(Target("p99_ms", most=50),))  # fmt: skip
    sides = {OURS: lambda: _told(server, sizes, plain=False), PLAIN: lambda: _told(server, sizes, plain=True)}
    return summed_up(case, interleave(sides, 1))


def _told(server: Server, sizes: Sizes, *, plain: bool) -> Sample:
    seen: dict[int, float] = {}

    def note(_path: bytes, body: bytes, at: float) -> bool:
        if HEARTBEAT not in body:
            seen.setdefault(_position(body)["data"]["position"], at)
        return True

    with (
        server.database() as own,
        place() as folder,
        ours(own, min(sizes.members, 1000), folder) as mine,
        Receiver(note) as receiver,
    ):
        if not plain:
            register(own, folder, [receiver.url("/told")], Id(mine.residence))
        with process(SERVE, environment(own, mine.port, folder) | ALLOW, folder / "notify.log"):
            _wait_until_told(own, folder)
            with Posting(own, receiver.port) if plain else _nothing():
                latencies = sorted(_changed(mine, seen, sizes.seconds * LASTS))
    p99 = percentile(latencies, 0.99)
    assert p99 is not None, "something was told"
    return Sample(p99, latencies)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _changed(mine: Served, seen: dict[int, float], seconds: float) -> list[float]:
    total = int((seconds + DROPPED) * A_SECOND)
    sent: dict[int, float] = {}
    with _connected(mine) as connection:
        start = time.perf_counter()
        for number, (path, body) in enumerate(rewards(mine, total)):
            due = start + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            sent[_posted(connection, mine, path, body)] = due
    _wait(lambda: len(seen) >= total, f"{len(seen)} of {total} were told")
    return [seen[position] - due for position, due in sent.items() if due >= start + DROPPED]


class Posting:
    """The plain loop that the exchange is measured against, in a thread."""

    def __init__(self, database: Database, port: int) -> None:
        self._connection = psycopg.connect(database.app, autocommit=True)
        self._http = http.client.HTTPConnection(HOST, port, timeout=15)
        self._stop = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._connection.execute("LISTEN notices")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()
        self._http.close()

    def _run(self) -> None:
        last = 0
        while not self._stop.is_set():
            for (position,) in self._connection.execute(ROWS, [last]).fetchall():
                body = msgspec.json.encode({"type": "notice", "data": {"position": position}})
                _post(self._http, b"/told", body)
                last = position
            list(self._connection.notifies(timeout=0.2, stop_after=1))


def _throughput(server: Server, sizes: Sizes) -> Case:
    """What waits is sent by one process to a receiver on the same machine; the plain loop posts as many bodies."""
    number = max(3_000, sizes.records // 30)
    times: list[float] = []

    def note(_path: bytes, body: bytes, at: float) -> bool:
        if HEARTBEAT not in body:
            times.append(at)
        return True

    def ours_() -> Sample:
        times.clear()
        with server.database() as own, place() as folder:
            endpoints = register(own, folder, [receiver.url(f"/{n}") for n in range(10)], new_id())
            queue(own, [endpoints[n % len(endpoints)] for n in range(number)])
            with process(SERVE, environment(own, 0, folder) | ALLOW, folder / "notify.log"):
                _wait(lambda: len(times) >= number, f"{len(times)} of {number} arrived")
        return Sample((number - 1) / (times[-1] - times[0]))

    def plain() -> Sample:
        times.clear()
        connection = http.client.HTTPConnection(HOST, receiver.port, timeout=15)
        for n in range(number):
            _post(connection, b"/plain", msgspec.json.encode({"type": "member.rewarded", "data": {"n": n}}))
        connection.close()
        return Sample((number - 1) / (times[-1] - times[0]))

    case = Case(NAME, {"deliveries": number}, 0, "deliveries/s", settings={
        "measured": "one caunoi serve notify, ten endpoints of a receiver on this machine, from the first arrival to "
        "the last; each is claimed, signed twice, posted and written down",
        PLAIN: "one connection, one after the other, unsigned, nothing written down", **server.settings,
    }, targets=(Target(OURS, least=1_000),))  # fmt: skip
    with Receiver(note) as receiver:
        return summed_up(case, interleave({OURS: ours_, PLAIN: plain}, min(sizes.rounds, 3)))


def _dead(server: Server, sizes: Sizes) -> Case:
    """Ten thousand endpoints, each told now and then; a hundred of them take connections and never answer."""
    seen: dict[int, float] = {}
    hangs = Event()

    def note(path: bytes, body: bytes, at: float) -> bool:
        if path.startswith(b"/dead"):
            return not hangs.is_set()
        if HEARTBEAT not in body:
            seen.setdefault(_position(body)["data"]["n"], at)
        return True

    def measured(*, dead: bool) -> Sample:
        seen.clear()
        (hangs.set if dead else hangs.clear)()
        with server.database() as own, place() as folder:
            urls = [receiver.url(f"/{'dead' if n < DEAD else 'live'}/{n}") for n in range(ENDPOINTS)]
            endpoints = register(own, folder, urls, new_id())
            with process(SERVE, environment(own, 0, folder) | ALLOW, folder / "notify.log"):
                queue(own, endpoints[:DEAD] * BACKLOG)
                latencies = sorted(_trickle(own, endpoints, seen, sizes.seconds * LASTS))
        p99 = percentile(latencies, 0.99)
        assert p99 is not None, "something arrived"
        return Sample(p99, latencies)

    case = Case(NAME, {"endpoints": ENDPOINTS, "dead": DEAD}, 0, "ms", settings={
        "measured": "p99 from queueing to arrival at the endpoints that live",
        "load": f"{RATE} messages a second to endpoints at random; {BACKLOG} wait for each dead one from the beginning",
        **server.settings,
    }, targets=(Target("none dead", most=1.2),))  # fmt: skip
    with Receiver(note) as receiver:
        sides = {OURS: lambda: measured(dead=True), "none dead": lambda: measured(dead=False)}
        return summed_up(case, interleave(sides, min(sizes.rounds, 3)))


def _trickle(database: Database, endpoints: Sequence[Id], seen: dict[int, float], seconds: float) -> list[float]:
    """Queue messages at a steady rate; how long each took that was not for a dead endpoint."""
    dice, sent = Random(7), {}
    with psycopg.connect(database.app, autocommit=True) as connection:
        start = time.perf_counter()
        for number in range(1, int((seconds + DROPPED) * RATE) + 1):
            time.sleep(max(0.0, start + number / RATE - time.perf_counter()))
            chosen = dice.randrange(len(endpoints))
            begun = time.perf_counter()
            with connection.transaction():
                enqueue(connection, [_send(endpoints[chosen], number)])
            connection.execute(HINT)
            if chosen >= DEAD:
                sent[number] = begun
    _wait(lambda: len(seen.keys() & sent.keys()) >= len(sent), f"{len(seen)} of {len(sent)} arrived")
    return [seen[number] - begun for number, begun in sent.items() if begun >= start + DROPPED]


def register(database: Database, folder: Path, urls: Sequence[str], organisation: Id) -> list[Id]:
    """Endpoints on record, their addresses sealed under the master key of the folder's processes."""
    environment(database, 0, folder)
    ring, idents = Keyring(Master.read(folder / "master-key")), [new_id() for _ in urls]
    with psycopg.connect(database.app, autocommit=True) as connection:
        for first in range(0, len(idents), 1000):
            ring.make(connection, idents[first : first + 1000])
    with Ledger(database.app) as ledger:
        fill(ledger, (_registered(ring, *one, organisation) for one in zip(idents, urls, strict=True)))
    return idents


def _registered(ring: Keyring, ident: Id, url: str, organisation: Id) -> Request:
    fact, key = EndpointRegistered(organisation=organisation, url=url), ring.key(ident)
    assert key is not None, "it was just made"
    data = seal(stored_name(fact), wire.encode(fact), personal_fields(type(fact)), (ident, 1), key, ident)
    return Request(new_id(), ACTOR, [Write(ident, 0, [Entry(stored_name(fact), datetime.now(UTC).date(), data)])])


_numbers = count(1_000_000)


def queue(database: Database, endpoints: Sequence[Id]) -> None:
    """A message to each, a thousand in a transaction."""
    with psycopg.connect(database.app) as connection:
        for first in range(0, len(endpoints), 1000):
            enqueue(connection, [_send(endpoint, next(_numbers)) for endpoint in endpoints[first : first + 1000]])
            connection.commit()
        connection.execute(HINT)


def _send(endpoint: Id, number: int) -> Send:
    now = datetime.now(UTC)
    data = {"n": number, "notice": endpoint, "position": number, "subject": endpoint, "organisation": endpoint}
    return Send(endpoint, "webhook", 0, endpoint, (), "member.rewarded", now, data, number, now)


def _post(connection: http.client.HTTPConnection, path: bytes, body: bytes) -> None:
    connection.request("POST", path.decode(), body, {"Content-Type": "application/json"})
    connection.getresponse().read()


def _wait(condition: Any, otherwise: str) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(otherwise)
        time.sleep(0.02)

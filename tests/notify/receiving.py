"""A receiver of webhooks on this machine, a real server in threads, and endpoints that lead to it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any, NamedTuple, Self

import psycopg

from events import wire
from events.endpoint import EndpointRegistered
from events.fact import Fact, Id, personal_fields, stored_name
from events.keys import Keyring
from events.ledger import Ledger
from events.request import Entry, Request, Write
from events.sealing import seal
from projections.deliveries import HINT, Send, enqueue
from services.ingest.asked import new_id
from tests.database import Database
from tests.examples import COMMUNE

PATIENCE = 60.0


class Got(NamedTuple):
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.body)["data"]
        return data


class Receiver:
    """Answers as it is told, by path: a status, with headers; holds what it shall hold until it is let go."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: dict[str, Callable[[int], tuple[int, dict[str, str]]]] = {}
        """By path, from how many came before to status and headers."""
        self.held: dict[str, Event] = {}
        self._lock = Lock()
        self._count: Counter[str] = Counter()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, headers = receiver.take(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                """Nothing: it would be lost among the tests."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A sender that was killed hangs up in the middle, which is the matter of a test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def take(self, got: Got) -> tuple[int, dict[str, str]]:
        with self._lock:
            self.got.append(got)
            before = self._count[got.path]
            self._count[got.path] += 1
        if got.path in self.held:
            self.held[got.path].wait(PATIENCE)
        answer = self.answers.get(got.path)
        return answer(before) if answer is not None else (200, {})

    def at(self, path: str) -> list[Got]:
        """What came there, in order."""
        with self._lock:
            return [one for one in self.got if one.path == path]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for held in self.held.values():
            held.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def an_endpoint(database: Database, ledger: Ledger, keyring: Keyring, url: str, *, fifo: bool = False) -> Id:
    """An endpoint of the commune, on record with its address sealed."""
    ident = new_id()
    with psycopg.connect(database.app, autocommit=True) as connection:
        keyring.make(connection, [ident])
    put(ledger, keyring, ident, EndpointRegistered(organisation=COMMUNE, url=url, fifo=fifo))
    return ident


def put(ledger: Ledger, keyring: Keyring, ident: Id, fact: Fact) -> None:
    """One more fact in an endpoint's stream."""
    version = len(ledger.stream(ident))
    name, data, key = stored_name(fact), wire.encode(fact), keyring.key(ident)
    assert key is not None
    data = seal(name, data, personal_fields(type(fact)), (ident, version + 1), key, ident)
    ledger.append(Request(new_id(), "test", [Write(ident, version, [Entry(name, date(2026, 3, 2), data)])]))


def a_send(endpoint: Id, number: int = 0, *, chain: Id | None = None, **more: Any) -> Send:
    """A message that carries no notice."""
    now = datetime.now(UTC)
    send = Send(endpoint, "webhook", 0, chain or endpoint, (), "member.rewarded", now, {"n": number}, 1, now)
    return send._replace(**more)


def queue(database: Database, *sends: Send) -> list[Id]:
    """Queue them as the follower does, and hint."""
    with psycopg.connect(database.app) as connection:
        made = enqueue(connection, sends)
        connection.commit()
        connection.execute(HINT)
        return made


def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait until it holds."""
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, what or "it did not come to be"
        sleep(0.01)


def states(database: Database) -> Counter[str]:
    """How many messages are in which state."""
    with psycopg.connect(database.app) as connection:
        return Counter(
            dict(connection.execute("SELECT state, count(*) FROM exchange.deliveries GROUP BY 1").fetchall())
        )

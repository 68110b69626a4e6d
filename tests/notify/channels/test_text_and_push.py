"""A gateway for text messages and a browser's push service get a count and a link, over real sockets."""

import asyncio
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import http_ece  # type: ignore[import-untyped]  # it says no types
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02  # type: ignore[import-untyped]  # the same

from services.hostile import Allowed
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.post import Poster
from services.notify.sending.push import Pusher
from services.notify.sending.text import ANYWHERE, Address, JsonGateway
from tests.notify.channels.receiver import Receiver, receiving, saying

ID = "0197c2a5-f3b8-7c6e-9d40-a1b2c3d4e5f6"
BODY = b'{"type":"member.moved","data":{"subject":"0198","link":"https://caunoi.example.vn/notices/0197"}}'
LAN = "+84912345678"
KEY = urlsafe_b64encode(b"\x01" * 32).decode().rstrip("=")


def answering(status: int, text: str = "{}") -> bytes:
    return f"HTTP/1.1 {status} x\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}".encode()


def text(there: Receiver, to: str = LAN, token: str = "its%2Ftoken@") -> Outcome:
    async def once() -> Outcome:
        async with Poster(ANYWHERE) as poster:
            url = f"http://{token}{there.host}:{there.port}/v1/messages"
            return await JsonGateway(poster, Address.read(url)).send(ID, to, BODY)

    return asyncio.run(asyncio.wait_for(once(), 60))


def test_a_gateway_is_posted_a_count_and_a_link_with_its_token() -> None:
    with receiving(saying(answering(202))) as there:
        assert text(there).taken
    head, _, body = there.met[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/messages HTTP/1.1"
    assert {"authorization: Bearer its/token", f"idempotency-key: {ID}"} <= set(lines)
    said = json.loads(body)
    assert (said["id"], said["to"]) == (ID, LAN)
    assert said["text"] == "Cầu nối: có 1 thông báo mới. https://caunoi.example.vn/notices/0197"


def test_a_gateway_without_a_token_is_posted_to_without_one() -> None:
    with receiving(saying(answering(200))) as there:
        assert text(there, token="").taken
    assert b"authorization" not in there.met[0].lower()


@pytest.mark.parametrize(
    ("status", "kind", "ended"),
    [
        (400, Kind.FINAL, True),
        (422, Kind.FINAL, True),
        (401, Kind.REFUSED, False),
        (404, Kind.REFUSED, False),
        (429, Kind.REFUSED, False),
        (503, Kind.BROKEN, False),
    ],
)
def test_what_a_gateway_answers_is_for_good_or_is_not(status: int, kind: Kind, ended: bool) -> None:
    with receiving(saying(answering(status, f'{{"error": "no {LAN}, nor {LAN[1:]}"}}'))) as there:
        outcome = text(there)
    assert (outcome.status, outcome.kind, outcome.ended) == (status, kind, ended)
    assert LAN[1:].encode() not in outcome.answer


@pytest.mark.parametrize("to", ["0912345678", "+84 912 345 678", "lan@phuong.vn", "+", ""])
def test_what_is_no_number_is_told_to_nobody(to: str) -> None:
    with receiving(saying(answering(200))) as there:
        assert text(there, to).kind == Kind.FINAL
    assert there.connections == 0


class Browser:
    """One that has subscribed, as the standard has it: what is sent to it can be read by it alone."""

    def __init__(self) -> None:
        self.private: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.auth = os.urandom(16)

    def subscription(self, url: str) -> str:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(point), "auth": _text(self.auth)}
        return json.dumps({"endpoint": url, "expirationTime": None, "keys": keys})

    def read(self, sent: bytes) -> bytes:
        found: bytes = http_ece.decrypt(sent, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        return found


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def push(to: str, allow: str = "127.0.0.0/8,http") -> Outcome:
    async def once() -> Outcome:
        async with Poster(Allowed.read(allow)) as poster:
            return await Pusher(poster, KEY, "cau-noi@tinh.example.vn").send(ID, to, BODY)

    return asyncio.run(asyncio.wait_for(once(), 60))


def test_a_browser_is_pushed_what_it_alone_can_read_in_the_name_of_the_operator() -> None:
    browser = Browser()
    with receiving(saying(answering(201))) as there:
        assert push(browser.subscription(there.url)).taken
    head, _, body = there.met[0].partition(b"\r\n\r\n")
    assert json.loads(browser.read(body)) == {
        "title": "Cầu nối: có 1 thông báo mới",
        "link": "https://caunoi.example.vn/notices/0197",
    }
    assert b"caunoi.example.vn" not in body
    headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
    assert (headers["content-encoding"], headers["topic"]) == ("aes128gcm", ID.replace("-", ""))
    assert int(headers["ttl"]) > 0
    said = next(line for line in head.decode().split("\r\n") if line.lower().startswith("authorization:"))
    token = said.partition(" t=")[2].partition(",")[0]
    claims = _claims(token)
    assert claims["sub"] == "mailto:cau-noi@tinh.example.vn"
    assert claims["aud"] == f"http://127.0.0.1:{there.port}"
    assert 0 < claims["exp"] - datetime.now(UTC).timestamp() <= 24 * 3600
    assert Vapid02.verify(said.partition(": ")[2])


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_has_gone_is_pushed_to_no_more(status: int) -> None:
    with receiving(saying(answering(status))) as there:
        outcome = push(Browser().subscription(there.url))
    assert (outcome.kind, outcome.ended) == (Kind.FINAL, True)


def test_a_subscription_that_names_a_private_address_is_called_by_nobody() -> None:
    with receiving(saying(answering(201))) as inside:
        outcome = push(Browser().subscription(inside.url), allow="")
    assert (outcome.kind, inside.connections) == (Kind.FORBIDDEN, 0)


@pytest.mark.parametrize(
    "to",
    ["", "{}", "https://push.example/", '{"endpoint": "https://push.example/", "keys": {"p256dh": "x", "auth": "y"}}'],
)
def test_what_is_no_subscription_of_a_browser_is_pushed_to_by_nobody(to: str) -> None:
    assert push(to).kind == Kind.FINAL

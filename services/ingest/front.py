"""The thin hot path: a POST to the noun of a change goes from the socket to the ledger and back, and nowhere else."""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.fact import Id
from services.access import Caller
from services.ingest.answer import Answer, Outcome
from services.ingest.asked import Asked, Change
from services.ingest.bodies import UUID_TEXT
from services.ingest.perform import Performer
from services.web.context import Context, unknown_token
from services.web.idempotency import command
from services.web.problem import MEDIA_TYPE, Problem, invalid, of_ledger, surprise

BODY_LIMIT = 1 << 20

Headers = list[tuple[bytes, bytes]]
Places = list[tuple[str, str]]
Found = tuple[Change[Any], Places]

_JSON = [(b"content-type", b"application/json")]


class Table:
    """The changes by their paths: `/members/{id}/rewards` is found by its fixed segments, without a search."""

    def __init__(self, changes: Sequence[Change[Any]]) -> None:
        self.changes = tuple(changes)
        self._found: dict[tuple[str, ...], Change[Any]] = {}
        self._shapes: dict[int, list[tuple[bool, ...]]] = {}
        for change in changes:
            segments = change.path.split("/")[1:]
            shape = tuple(segment[0] == "{" for segment in segments)
            self._found[tuple("" if open_ else segment for open_, segment in zip(shape, segments, strict=True))] = (
                change
            )
            shapes = self._shapes.setdefault(len(segments), [])
            if shape not in shapes:
                shapes.append(shape)
        self._places = {c.path: [part[1:-1] for part in c.path.split("/") if part.startswith("{")] for c in changes}

    def find(self, path: str) -> Found | None:
        """The change posted at a path, and what stands in the places of its `{…}`, by their names."""
        asked = path.split("/")[1:]
        for shape in self._shapes.get(len(asked), ()):
            change = self._found.get(tuple(["" if open_ else given for open_, given in zip(shape, asked, strict=True)]))
            if change is not None:
                values = [given for open_, given in zip(shape, asked, strict=True) if open_]
                return change, list(zip(self._places[change.path], values, strict=True))
        return None


class Front:
    """ASGI: answers changes itself and hands everything else on."""

    def __init__(self, app: ASGIApp, fastapi: FastAPI, table: Table) -> None:
        self._app = app
        self._fastapi = fastapi
        self._table = table
        self._performer: Performer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["method"] == "POST":
            found = self._table.find(scope["path"])
            if found is not None:
                await self._change(scope, receive, send, *found)
                return
        await self._app(scope, limited(receive, BODY_LIMIT), send)

    @property
    def performer(self) -> Performer:
        """The one that performs this process's changes."""
        if self._performer is None:
            here: Context = self._fastapi.state.context
            self._performer = Performer(here.ledger)
        return self._performer

    async def _change(self, scope: Scope, receive: Receive, send: Send, change: Change[Any], values: Places) -> None:
        try:
            headers = dict(scope["headers"])
            body = await read_body(receive, headers, BODY_LIMIT)
            caller = await self.caller(headers)
            must_be_json(headers)
            asked = self.asked(change, values, body, caller, headers)
            outcome = await self.performer.perform(asked)
        except Problem as problem:
            outcome = problem
        except Exception as error:  # noqa: BLE001  # the edge: nothing leaves as a stack trace
            outcome = of_ledger(error) or surprise(change.path, error)
        await send_outcome(send, outcome)

    async def caller(self, headers: dict[bytes, bytes]) -> Caller:
        """Who asks.

        Raises:
            Problem: 401.
        """
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(401, "unauthorized", "please send a bearer token", headers={"WWW-Authenticate": "Bearer"})
        tokens = self._fastapi.state.context.tokens
        found: Caller | None = tokens.remembered(token) or await asyncio.to_thread(tokens.find, token)
        if found is None:
            raise unknown_token()
        return found

    def asked(
        self,
        change: Change[Any],
        values: Places,
        body: bytes,
        caller: Caller,
        headers: dict[bytes, bytes] | None = None,
        key: str | None = None,
    ) -> Asked[Any]:
        """The change with its body checked.

        Raises:
            Problem: 400, 404 (an id in the path that is no id), 422.
        """
        headers = headers or {}
        path = tuple(_ident(value) for name, value in values if name == "id")
        numbers = tuple(_number(value) for name, value in values if name != "id")
        try:
            checked = change.body.model_validate_json(body or b"{}")
        except ValidationError as error:
            raise invalid(error) from None
        if b"idempotency-key" in headers:
            key = headers[b"idempotency-key"].decode("latin-1")
        here: Context = self._fastapi.state.context
        asked = Asked(change, path, checked, caller, here.now(), key, numbers=numbers)
        if key is not None:
            asked.command = command(caller, key)
            asked.digest = _digest(change.path, values, body)
        asked.if_match = _version(headers.get(b"if-match"))
        return asked


async def read_body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """The whole body.

    Raises:
        Problem: 413.
    """
    too_large = Problem(413, "too-large", f"a body has at most {limit} bytes")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "malformed", "the body ended early")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise too_large
        if not message.get("more_body"):
            return b"".join(chunks)


def limited(receive: Receive, limit: int) -> Receive:
    """The same for a body that somebody else reads, before he knows whose it is: beyond the limit it is 413."""
    size = 0

    async def take() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise HTTPException(413)
        return message

    return take


def must_be_json(headers: dict[bytes, bytes]) -> None:
    """A body without a type is taken for JSON, which is all that is taken.

    Raises:
        Problem: 415.
    """
    media = headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    if media != b"application/json" and not media.endswith(b"+json"):
        raise Problem(415, "media-type", "a change is sent as application/json")


async def send_outcome(send: Send, outcome: Outcome) -> None:
    """The answer as HTTP."""
    status, headers, body = rendered(outcome)
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def rendered(outcome: Outcome) -> tuple[int, Headers, bytes]:
    """Status, headers and body of an outcome."""
    if isinstance(outcome, Answer):
        headers = [
            *_JSON,
            (b"etag", b'"%d"' % outcome.version),
            (b"caunoi-position", b"%d" % outcome.position),
        ]
        if outcome.replayed:
            headers.append((b"idempotency-replayed", b"true"))
        return outcome.status, headers, msgspec.json.encode(outcome.body)
    extra = [(name.lower().encode(), value.encode()) for name, value in outcome.headers.items()]
    return outcome.status, [(b"content-type", MEDIA_TYPE.encode()), *extra], msgspec.json.encode(outcome.body())


def _ident(value: str) -> Id:
    if UUID_TEXT.fullmatch(value) is None:
        raise Problem(404, "not-found", "the path names no id")
    return Id(value.lower())


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Problem(404, "not-found", "the path names no number")
    return int(value)


def _digest(path: str, values: Places, body: bytes) -> int:
    """64 bits that differ for another body; the order of its fields and its white space do not matter."""
    plain = msgspec.json.encode(msgspec.json.decode(body or b"{}"), order="sorted")
    named = "\n".join([path, *(value for _, value in values)]).encode()
    return int.from_bytes(blake2b(named + b"\n" + plain, digest_size=8).digest(), "big", signed=True)


def _version(header: bytes | None) -> int | None:
    if header is None or header.strip() == b"*":
        return None
    bare = header.strip().removeprefix(b"W/").strip(b'"')
    if not (bare.isdigit() and len(bare) < 19):
        raise Problem(412, "stale", 'If-Match takes the ETag of an earlier answer, such as "3"')
    return int(bare)

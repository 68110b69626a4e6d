"""The thin hot path: a POST to the noun of a change goes from the socket to the ledger and back, and nowhere else."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access import Caller
from services.ingest.answer import Answer, Outcome
from services.ingest.asked import Asked, Change
from services.ingest.perform import Performer
from services.ingest.table import Asking, Table, Values, checked
from services.web.context import Context, unknown_token
from services.web.head import answer_head
from services.web.problem import MEDIA_TYPE, Problem, of_ledger, surprise

BODY_LIMIT = 1 << 20

Headers = list[tuple[bytes, bytes]]

_JSON = (b"content-type", b"application/json")
_encode = msgspec.json.Encoder().encode


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
        receive = limited(receive, BODY_LIMIT)
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await answer_head(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @property
    def performer(self) -> Performer:
        """The one that performs this process's changes."""
        if self._performer is None:
            here: Context = self._fastapi.state.context
            allow = here.settings.webhook_allow
            self._performer = Performer(here.ledger, here.keys, here.rules, allow)
        return self._performer

    async def _change(self, scope: Scope, receive: Receive, send: Send, change: Change[Any], values: Values) -> None:
        try:
            headers = dict(scope["headers"])
            body = await read_body(receive, headers, BODY_LIMIT)
            caller = await self.caller(headers)
            must_be_json(headers)
            key = headers.get(b"idempotency-key")
            asked = self.asked(change, values, body, caller, self.now(), _key(key) if key is not None else None)
            asked.if_match = _version(headers.get(b"if-match"))
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

    @property
    def here(self) -> Context:
        """What this process has open."""
        here: Context = self._fastapi.state.context
        return here

    def now(self) -> datetime:
        """This instant, where the committees are."""
        return self.here.now()

    def asked(
        self, change: Change[Any], values: Values, body: bytes, caller: Caller, now: datetime, key: str | None
    ) -> Asked[Any]:
        """The change with its body checked.

        Raises:
            Problem: 400, 404 (an id in the path that is no id), 422.
        """
        here: Context = self._fastapi.state.context
        return checked(change, values, body, Asking(caller, now, key, here.keys.master.digests))


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
    body = body_of(outcome)
    headers = [*_headers(outcome), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": outcome.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def body_of(outcome: Outcome) -> bytes:
    """The body of an outcome, the same alone and in a batch."""
    return _encode(outcome.body if isinstance(outcome, Answer) else outcome.body())


def _headers(outcome: Outcome) -> Headers:
    if isinstance(outcome, Answer):
        headers = [_JSON, (b"etag", b'"%d"' % outcome.version), (b"caunoi-position", b"%d" % outcome.position)]
        if outcome.replayed:
            headers.append((b"idempotency-replayed", b"true"))
        return headers
    extra = [(name.lower().encode(), value.encode()) for name, value in outcome.headers.items()]
    return [(b"content-type", MEDIA_TYPE.encode()), *extra]


def _key(header: bytes) -> str:
    """The key as a line of a batch would say it; bytes that are no UTF-8 are some key, too."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _version(header: bytes | None) -> int | None:
    if header is None or header.strip() == b"*":
        return None
    bare = header.strip().removeprefix(b"W/").strip(b'"')
    if not (bare.isdigit() and len(bare) < 19):
        raise Problem(412, "stale", 'If-Match takes the ETag of an earlier answer, such as "3"')
    return int(bare)

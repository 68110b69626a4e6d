"""`POST /facts`: one change a line, answered line by line in order, each as it would have been answered alone."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from services.access import Caller
from services.ingest.answer import Outcome
from services.ingest.asked import Asked
from services.ingest.front import Front, body_of, read_body, send_outcome
from services.ingest.table import Table
from services.web.problem import Problem, of_ledger, surprise

BATCH_LIMIT = 32 << 20
LINES_AT_ONCE = 1_000
MEDIA_TYPES = (b"application/x-ndjson", b"application/ndjson", b"application/jsonl")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A change in a batch; `key` is its Idempotency-Key."""

    post: str
    body: msgspec.Raw = msgspec.Raw(b"{}")
    key: str | None = None


_line = msgspec.json.Decoder(Line)


class Batch:
    """ASGI: takes `/facts` and hands everything else on."""

    def __init__(self, app: Front, table: Table) -> None:
        self._app = app
        self._table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != "/facts" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            headers = dict(scope["headers"])
            media = headers.get(b"content-type", MEDIA_TYPES[0]).partition(b";")[0].strip().lower()
            caller = await self._app.caller(headers)
            _must_be_ndjson(media)
            body = await read_body(receive, headers, BATCH_LIMIT)
        except Problem as problem:
            await send_outcome(send, problem)
            return
        except Exception as error:  # noqa: BLE001  # the edge: nothing leaves as a stack trace
            await send_outcome(send, of_ledger(error) or surprise("/facts", error))
            return
        await self._answer(body, caller, send)

    async def _answer(self, body: bytes, caller: Caller, send: Send) -> None:
        """Chunk by chunk: while the database writes one, the next is read and checked."""
        media = (b"content-type", MEDIA_TYPES[0])
        await send({"type": "http.response.start", "status": 200, "headers": [media]})
        lines = [line for line in body.split(b"\n") if line.strip()]
        writing: asyncio.Task[bytes] | None = None
        for start in range(0, len(lines), LINES_AT_ONCE):
            now = self._app.now()
            asked = [self._asked(line, caller, now) for line in lines[start : start + LINES_AT_ONCE]]
            if writing is not None:
                await send({"type": "http.response.body", "body": await writing, "more_body": True})
            writing = asyncio.create_task(self._perform(asked))
            await asyncio.sleep(0)  # lets it decide and hand over before the next chunk is read
        if writing is not None:
            await send({"type": "http.response.body", "body": await writing, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _perform(self, asked: list[Asked[Any] | Problem]) -> bytes:
        changes = [one for one in asked if not isinstance(one, Problem)]
        try:
            performed = iter(await self._app.performer.perform_all(changes))
        except Exception as error:  # noqa: BLE001  # the edge: nothing leaves as a stack trace
            performed = iter([of_ledger(error) or surprise("/facts", error)] * len(changes))
        return b"".join([_said(one if isinstance(one, Problem) else next(performed)) for one in asked])

    def _asked(self, line: bytes, caller: Caller, now: datetime) -> Asked[Any] | Problem:
        try:
            said = _line.decode(line)
            found = self._table.find(said.post)
            if found is None:
                return Problem(404, "not-found", "there is no such change", [("/post", "no change is posted there")])
            return self._app.asked(*found, bytes(said.body), caller, now, said.key)
        except msgspec.ValidationError as error:
            return Problem(422, "invalid", f"the line is not what a batch takes: {error}")
        except (msgspec.DecodeError, RecursionError):
            return Problem(400, "malformed", "the line is not JSON, or too deep")
        except Problem as problem:
            return problem
        except Exception as error:  # noqa: BLE001  # the edge: a line that surprises takes no other line with it
            return surprise("/facts", error)


def _must_be_ndjson(media: bytes) -> None:
    if media not in MEDIA_TYPES:
        raise Problem(415, "media-type", "a batch is sent as application/x-ndjson")


def _said(outcome: Outcome) -> bytes:
    return b'{"status":%d,"body":%s}\n' % (outcome.status, body_of(outcome))

"""`POST /imports`: files of offices, answered sheet by sheet; with `?dry_run=true` nothing is written."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from events import wire
from events.fact import Id
from events.ledger import Ledger
from events.oath_campaign import OathCampaign, OathCampaignOpened
from projections.asked import AsOf
from projections.serving import committees
from services.access import Caller
from services.ingest.front import Front, limited, send_outcome
from services.ingest.imports.known import Campaign, Known
from services.ingest.imports.lines import Lines
from services.ingest.imports.rehearsal import Rehearsal, Rehearser
from services.ingest.imports.running import Import
from services.ingest.imports.work import Asker, Upload
from services.ingest.table import Asking, Table
from services.web.context import Context
from services.web.problem import Problem, not_found, of_ledger, surprise, unprocessable

PATH = "/imports"
LIMIT = 32 << 20
FILES = 50
MEDIA_TYPE = b"multipart/form-data"
LINES = b"application/x-ndjson"
AT_ONCE = 4
"""Imports that one process runs at the same time."""

_encode = msgspec.json.Encoder().encode


class Imports:
    """ASGI: takes `/imports` and hands everything else on."""

    def __init__(self, app: ASGIApp, front: Front, table: Table) -> None:
        self._app = app
        self._front = front
        self._table = table
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        if self._running >= AT_ONCE:
            busy = Problem(429, "too-many-imports", "other imports are running", headers={"Retry-After": "5"})
            await send_outcome(send, busy)
            return
        self._running += 1
        try:
            await self._import(scope, receive, send)
        except Exception as error:  # noqa: BLE001  # the edge: nothing leaves as a stack trace
            await send_outcome(send, of_ledger(error) or surprise(PATH, error))
        finally:
            self._running -= 1

    async def _import(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        caller = await self._front.caller(headers)
        dry_run, campaign = _asked(scope)
        with ExitStack() as held:
            form = await _form(scope, receive, headers)
            uploads = await asyncio.to_thread(_kept, form, Path(held.enter_context(tempfile.TemporaryDirectory())))
            await form.close()
            named = form.get("campaign")
            if campaign is None and isinstance(named, str) and named:
                campaign = named
            started = await self._started(caller, dry_run, campaign, held)
            if headers.get(b"accept", b"").startswith(LINES):
                await _stream(send, started, started.run(uploads))
                return
            async for _ in started.run(uploads):
                pass
            await _whole(send, started)

    async def _started(self, caller: Caller, dry_run: bool, campaign: str | None, held: ExitStack) -> Import:
        here, now, performer = self._front.here, self._front.now(), self._front.performer
        ledger: Any = here.ledger
        if dry_run:
            ledger = rehearsal = Rehearsal(here.ledger)
            held.callback(rehearsal.close)
            performer = Rehearser(rehearsal, here.ledger, here.keys)

        def holders(claims: list[str]) -> dict[str, Id]:
            blind = {here.keys.master.blind(claim): claim for claim in claims}
            return {blind[claim]: stream for claim, stream in ledger.holders(list(blind)).items()}

        known = Known(
            holders, now, await asyncio.to_thread(_campaign, here.ledger, campaign) if campaign is not None else None
        )
        known.committees = await asyncio.to_thread(_committees, here, now.date())
        asking = Asking(caller, now, None, here.keys.master.digests)
        return Import(Asker(caller, now, performer, here.keys), known, Lines(performer, self._table, asking))


def _asked(scope: Scope) -> tuple[bool, str | None]:
    """Whether it is a dry run, and the id of the oath review that rows belong to."""
    said = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    unknown = next((name for name in said if name not in ("dry_run", "campaign")), None)
    if unknown is not None:
        raise unprocessable(f"/{unknown}", "there is no such parameter")
    dry_run, campaign = said.get("dry_run", ["false"])[-1], said.get("campaign", [None])[-1]
    if dry_run not in ("true", "false"):
        raise unprocessable("/dry_run", "true or false")
    return dry_run == "true", campaign


async def _form(scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> FormData:
    if not headers.get(b"content-type", b"").lower().startswith(MEDIA_TYPE):
        raise Problem(415, "media-type", "files are sent as multipart/form-data")
    too_large = Problem(413, "too-large", f"the files of an import have at most {LIMIT} bytes together")
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LIMIT:
        raise too_large
    try:
        return await Request(scope, limited(receive, LIMIT)).form(max_files=FILES, max_fields=10)
    except HTTPException as error:
        raise (too_large if error.status_code == too_large.status else _malformed()) from None
    except (MultiPartException, KeyError, ValueError):
        raise _malformed() from None


def _malformed() -> Problem:
    return Problem(400, "malformed", "the body is no multipart form")


def _kept(form: FormData, folder: Path) -> list[Upload]:
    """The files, under names of ours; what an office calls a file is only said again."""
    uploads: list[Upload] = []
    for _, part in form.multi_items():
        if isinstance(part, UploadFile):
            path = folder / str(len(uploads))
            with path.open("wb") as file:
                copyfileobj(part.file, file)
            uploads.append(Upload(Path(part.filename or "").name[:200], path))
    if not uploads:
        raise unprocessable("/file", "there is no file in the form")
    return uploads


def _campaign(ledger: Ledger, text: str) -> Campaign:
    try:
        ident = Id(str(UUID(text)))
    except ValueError:
        raise not_found("oath review") from None
    for record in ledger.stream(ident):
        fact = wire.decode(record.name, record.data) if record.kind == OathCampaign.KIND else None
        if isinstance(fact, OathCampaignOpened):
            return Campaign(ident, fact.title, fact.opens_on, fact.closes_on)
    raise not_found("oath review")


def _committees(here: Context, today: date) -> dict[str, Id]:
    with here.pool.connection() as connection:
        return committees(connection, AsOf(today))


async def _whole(send: Send, done: Import) -> None:
    body = _encode({"files": _files(done)})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: Send, started: Import, run: AsyncIterator[Any]) -> None:
    """A line whenever more rows are through, and the answer as the last one."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", LINES)]})
    try:
        async for report in run:
            line = _encode({"file": report.file, "sheet": report.sheet, "rows": report.rows})
            await send({"type": "http.response.body", "body": line + b"\n", "more_body": True})
        last: Any = {"files": _files(started)}
    except Exception as error:  # noqa: BLE001  # the edge: nothing leaves as a stack trace
        last = (of_ledger(error) or surprise(PATH, error)).body()
    await send({"type": "http.response.body", "body": _encode(last) + b"\n"})


def _files(done: Import) -> Sequence[dict[str, Any]]:
    return [report.said() for report in done.reports]

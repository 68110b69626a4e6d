"""A committee says that it knows: the one change that this service makes, a fact in the notice's own stream."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec

from events import wire
from events.fact import Id, Record, Refused, personal_fields, stored_name
from events.ledger import Ledger
from events.member.erasure import erased
from events.notice import Notice, NoticeAcknowledged, acknowledge
from events.request import Appended, CommandReused, Conflict, Entry, Request, Write
from events.sealing import Key, seal
from projections.inbox import Notice as Row
from services.access import Caller
from services.web.context import Context
from services.web.idempotency import command as command_of
from services.web.problem import Problem

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who acknowledges, how it was said, and when it holds."""

    caller: Caller
    on: date
    digest: int
    """Of the body: the same key with another one is refused."""
    reason: str = ""
    key: str | None = None
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of the answer; the same again where the key was known."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def perform(here: Context, row: Row, asked: Acknowledgement) -> Answer:
    """Acknowledge a notice, once. A reason is text about the member, and sealed with his key.

    Raises:
        Refused: `notice.history`, `member.erased` (a reason can be kept of nobody who was).
        Problem: 412, 422 (the key), 503 (too many at the same time).
        CommandReused, LedgerAway: nothing was stored.
    """
    if row.state == "history":
        raise Refused("notice.history", "it tells of what was entered as history, and waits for nobody")
    command = Id(str(uuid4())) if asked.key is None else command_of(asked.caller, asked.key)
    key, ledger = _key(here, row.subject) if asked.reason else None, here.ledger
    for _ in range(ROUNDS):
        records = ledger.stream(row.id)
        _must_match(asked, len(records))
        request = _request(row, records, asked, command, key)
        if not request.writes and asked.key is None:
            return Answer(200, msgspec.json.decode(request.answer))
        with suppress(Conflict):
            return _answer(ledger, row.id, len(records), request, ledger.append(request))
    raise Problem(503, "busy", "others acknowledge at the same time; please repeat", headers={"Retry-After": "1"})


def _key(here: Context, person: Id) -> Key:
    """The member's key, made where there never was one."""
    with here.pool.connection() as connection:
        here.keys.make(connection, [person])
    key = here.keys.key(person)
    if key is None:
        raise erased()
    return key


def _request(row: Row, records: list[Record], asked: Acknowledgement, command: Id, key: Key | None) -> Request:
    """What is to be appended; a request without facts is kept for its key, with the answer to give again."""
    state = Notice()
    for record in records:
        state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    facts = acknowledge(state, NoticeAcknowledged(organisation=row.organisation, position=row.position), asked.on)
    entries = []
    for version, fact in enumerate(facts, len(records) + 1):
        name, data = stored_name(fact), wire.encode(fact)
        if key is not None:
            place = (row.id, version)
            data = seal(name, data, personal_fields(type(fact)), place, key, row.subject, asked.reason)
        entries.append(Entry(name, asked.on, data))
    nothing = _body(row.id, len(records), records[-1].position if records else 0, [])
    return Request(
        command=command, by=asked.caller.id, cause=row.position, digest=asked.digest,
        writes=[Write(row.id, len(records), entries)] if entries else (),
        conditions=() if entries else [(row.id, len(records))],
        answer=b"" if entries else msgspec.json.encode(nothing),
    )  # fmt: skip


def _answer(ledger: Ledger, notice: Id, version: int, request: Request, done: Appended) -> Answer:
    if done.replayed:
        return _again(ledger, request)
    if not request.size:
        return Answer(200, msgspec.json.decode(request.answer))
    said = [
        {"name": entry.name, "position": done.first + number}
        for write in request.writes
        for number, entry in enumerate(write.entries)
    ]
    return Answer(201, _body(notice, version + request.size, done.first + request.size - 1, said))


def _again(ledger: Ledger, request: Request) -> Answer:
    """What the command came to when it was first asked."""
    known = ledger.known(request.command)
    assert known is not None, "what the ledger replays it knows"
    if known.digest != request.digest:
        raise CommandReused("the command is known with another body")
    if not known.records:
        return Answer(200, msgspec.json.decode(known.answer), replayed=True)
    last = known.records[-1]
    said = [{"name": record.name, "position": record.position} for record in known.records]
    return Answer(201, _body(last.stream, last.version, last.position, said), replayed=True)


def _body(notice: Id, version: int, position: int, facts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": notice, "stream": f"notice/{notice}", "version": version, "position": position, "facts": facts}


def _must_match(asked: Acknowledgement, version: int) -> None:
    if asked.if_match is not None and asked.if_match != version:
        detail = f"the stream stands at version {version}"
        raise Problem(412, "stale", detail, headers={"ETag": f'"{version}"'})

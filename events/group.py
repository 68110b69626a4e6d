"""Which requests go together into one transaction, and how the database is given them in one statement."""

import struct
from collections import deque
from collections.abc import Callable
from time import monotonic

import msgspec

from events import packed, rows
from events.fact import Id
from events.request import Appended, Claimed, CommandReused, Conflict, NotAppended, Request
from events.rows import Oids

Outcome = Appended | Exception
Done = Callable[[list[tuple["Pending", Outcome]]], None]

GROUP = b"SELECT head, at, refusals FROM ledger.append($1, $2, $3, $4, $5, $6)"
ONE = b"SELECT head, at, refusals FROM ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
GROUP_FACTS = 10_000
GROUP_BYTES = 8_000_000
MOST_LATER = 500
"""Requests that are passed over for one group, at most: thousands for one stream shall not be looked at each time."""


class Pending:
    """A request that waits for its turn; `done` is called with it and its outcome, from the thread that wrote it."""

    __slots__ = ("done", "outcome", "request", "since", "size", "ticket", "weight")

    def __init__(self, request: Request, done: Done | None, ticket: object = None) -> None:
        self.request = request
        self.done = done
        self.ticket = ticket
        self.outcome: Outcome | None = None
        self.since = monotonic()
        self.size = request.size
        self.weight = sum(len(entry.data) for write in request.writes for entry in write.entries)


def take_group(waiting: deque[Pending]) -> list[Pending]:
    """Those of the waiting that do not touch each other, first come first; the others wait for the next group."""
    group: list[Pending] = []
    later: list[Pending] = []
    written: set[str] = set()
    looked_at: set[str] = set()
    facts = weight = 0
    while waiting and facts < GROUP_FACTS and weight < GROUP_BYTES and len(later) < MOST_LATER:
        pending = waiting.popleft()
        request = pending.request
        touches: list[str] = [request.command, *[write.stream for write in request.writes]]
        touches += [claim for claim, _ in (*request.takes, *request.releases)]
        conditions = [stream for stream, _ in request.conditions]
        if not written.isdisjoint(touches) or not looked_at.isdisjoint(touches) or not written.isdisjoint(conditions):
            later.append(pending)
        else:
            group.append(pending)
            facts += pending.size
            weight += pending.weight
        written.update(touches)
        looked_at.update(conditions)
    waiting.extendleft(reversed(later))
    return group


class Refusal(msgspec.Struct, frozen=True):
    """What the database says of a request that is not in."""

    request: int
    why: str
    what: str
    stands: int
    digest: int
    facts: int
    recorded: int


read_refusals = msgspec.json.Decoder(list[Refusal]).decode


def refused(pending: Pending, refusal: Refusal) -> Outcome:
    """What the requester learns of it; a known command is no refusal, but its first answer again."""
    if refusal.why == "known":
        if refusal.digest != pending.request.digest:
            return CommandReused("the command is known with another body")
        return Appended(refusal.stands, refusal.facts, refusal.recorded, replayed=True)
    if refusal.why == "claimed":
        return Claimed(refusal.what)
    if refusal.why in ("version", "condition"):
        return Conflict(Id(refusal.what), refusal.stands)
    return NotAppended(refusal.why)


def is_plain(request: Request) -> bool:
    """One fact for one stream, with neither conditions nor claims."""
    return (
        len(request.writes) == 1
        and len(request.writes[0].entries) == 1
        and not (request.conditions or request.takes or request.releases)
    )


def pack_one(request: Request, names: dict[str, int], actors: dict[str, int]) -> list[bytes]:
    """The request as the ten values of `ledger.append_one`."""
    stream, expected, entries = request.writes[0]
    name, on, data = entries[0]
    return [
        struct.pack(">q", request.cause), struct.pack(">q", request.digest), struct.pack(">i", expected),
        struct.pack(">i", on.toordinal() - packed.PG_EPOCH), struct.pack(">i", actors[request.by]),
        struct.pack(">h", names[name]),
        uuid_bytes(stream), uuid_bytes(request.command), request.reason.encode(), data,
    ]  # fmt: skip


def pack_group(group: list[Pending], names: dict[str, int], actors: dict[str, int], oids: Oids) -> list[bytes]:
    """The group as the six values of `ledger.append`."""
    commands: list[bytes] = []
    heads: list[bytes] = []
    conditions: list[bytes] = []
    claims: list[bytes] = []
    facts: list[bytes] = []
    silent = False
    for number, pending in enumerate(group, 1):
        request = pending.request
        command = uuid_bytes(request.command)
        if pending.size:
            commands.append(rows.command(command))
        else:
            silent = True
            commands.append(rows.silent_command(command, request.digest, request.answer))
        reason, by = request.reason.encode(), actors[request.by]
        for stream, expected, entries in request.writes:
            key = uuid_bytes(stream)
            if not entries:
                conditions.append(rows.condition(number, key, expected))
                continue
            heads.append(rows.head(number, key, expected, expected + len(entries)))
            for version, (name, on, data) in enumerate(entries, expected + 1):
                facts.append(
                    rows.fact(
                        number,
                        request.cause,
                        request.digest,
                        version,
                        on.toordinal(),
                        by,
                        names[name],
                        key,
                        command,
                        reason,
                        data,
                    )
                )
        conditions += [rows.condition(number, uuid_bytes(stream), version) for stream, version in request.conditions]
        claims += [rows.claim(number, claim.encode(), uuid_bytes(stream), True) for claim, stream in request.takes]
        claims += [rows.claim(number, claim.encode(), uuid_bytes(stream), False) for claim, stream in request.releases]
    return [
        rows.array(oids.command, commands), rows.array(oids.head, heads), rows.array(oids.condition, conditions),
        rows.array(oids.claim, claims), rows.array(oids.fact, facts), b"\1" if silent else b"\0",
    ]  # fmt: skip


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an id in canonical text form.

    Raises:
        ValueError: it is no UUID.
    """
    found = bytes.fromhex(text.replace("-", ""))
    if len(found) != 16:
        raise ValueError("an id has 16 bytes")
    return found

"""Which requests go together into one transaction, and how the database is given them in one statement."""

import struct
from collections import deque
from collections.abc import Callable

import msgspec

from events import packed
from events.fact import Id
from events.request import Appended, Claimed, CommandReused, Conflict, NotAppended, Request

Outcome = Appended | Exception
Done = Callable[[list[tuple["Pending", Outcome]]], None]

GROUP = b"SELECT head, at, refusals FROM ledger.append(%s)" % b", ".join(b"$%d" % n for n in range(1, 26))
ONE = b"SELECT head, at, refusals FROM ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
GROUP_FACTS = 10_000
GROUP_BYTES = 8_000_000


class Pending:
    """A request that waits for its turn; `done` is called with it and its outcome, from the thread that wrote it."""

    __slots__ = ("done", "outcome", "request", "size", "weight")

    def __init__(self, request: Request, done: Done | None) -> None:
        self.request = request
        self.done = done
        self.outcome: Outcome | None = None
        self.size = request.size
        self.weight = sum(len(entry.data) for write in request.writes for entry in write.entries)


def take_group(waiting: deque[Pending]) -> list[Pending]:
    """Those of the waiting that do not touch each other, first come first; the others wait for the next group."""
    group: list[Pending] = []
    later: list[Pending] = []
    written: set[str] = set()
    looked_at: set[str] = set()
    facts = weight = 0
    while waiting and facts < GROUP_FACTS and weight < GROUP_BYTES:
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


read_refusals = msgspec.json.Decoder(list[Refusal]).decode


def refused(pending: Pending, refusal: Refusal) -> Outcome:
    """What the requester learns of it; a known command is no refusal, but its first answer again."""
    if refusal.why == "known":
        if refusal.digest != pending.request.digest:
            return CommandReused("the command is known with another body")
        return Appended(refusal.stands, pending.size, 0, replayed=True)
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


def pack_group(group: list[Pending], names: dict[str, int], actors: dict[str, int]) -> list[bytes]:
    """The group as the 25 arrays of `ledger.append`."""
    commands, silent, answers = [], [], []
    h_request, h_stream, h_expected, h_version = [], [], [], []
    c_request, c_stream, c_version = [], [], []
    k_request, k_claim, k_stream, k_take = [], [], [], []
    f_request, f_cause, f_digest, f_version, f_on, f_by = [], [], [], [], [], []
    f_name, f_stream, f_command, f_reason, f_data = [], [], [], [], []
    for number, pending in enumerate(group, 1):
        request = pending.request
        command = uuid_bytes(request.command)
        by = actors[request.by]
        commands.append(command)
        silent.append(None if pending.size else request.digest)
        answers.append(request.answer)
        for stream, expected, entries in request.writes:
            if not entries:
                c_request.append(number)
                c_stream.append(uuid_bytes(stream))
                c_version.append(expected)
                continue
            key = uuid_bytes(stream)
            h_request.append(number)
            h_stream.append(key)
            h_expected.append(expected)
            h_version.append(expected + len(entries))
            for version, (name, on, data) in enumerate(entries, expected + 1):
                f_request.append(number)
                f_cause.append(request.cause)
                f_digest.append(request.digest)
                f_version.append(version)
                f_on.append(on.toordinal())
                f_by.append(by)
                f_name.append(names[name])
                f_stream.append(key)
                f_command.append(command)
                f_reason.append(request.reason)
                f_data.append(data)
        for stream, version in request.conditions:
            c_request.append(number)
            c_stream.append(uuid_bytes(stream))
            c_version.append(version)
        for take, claims in ((True, request.takes), (False, request.releases)):
            for claim, stream in claims:
                k_request.append(number)
                k_claim.append(claim)
                k_stream.append(uuid_bytes(stream))
                k_take.append(take)
    p = packed
    return [
        p.uuids(commands), *(
            (p.int8s(silent), p.byteas(answers)) if any(s is not None for s in silent) else (p.int8s(()), p.byteas(()))
        ),
        p.int4s(h_request), p.uuids(h_stream), p.int4s(h_expected), p.int4s(h_version),
        p.int4s(c_request), p.uuids(c_stream), p.int4s(c_version),
        p.int4s(k_request), p.texts(k_claim), p.uuids(k_stream), p.bools(k_take),
        p.int4s(f_request), p.int8s(f_cause), p.int8s(f_digest), p.int4s(f_version), p.dates(f_on), p.int4s(f_by),
        p.int2s(f_name), p.uuids(f_stream), p.uuids(f_command), p.texts(f_reason), p.byteas(f_data),
    ]  # fmt: skip


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an id in canonical text form.

    Raises:
        ValueError: it is no UUID.
    """
    return bytes.fromhex(text.replace("-", ""))

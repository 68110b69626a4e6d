"""Which requests go together into one transaction, and what the database says of each."""

import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from time import monotonic

import msgspec

from events.fact import Id
from events.numbers import Numbers
from events.parcel import Parcel
from events.request import Appended, Claimed, CommandReused, Conflict, NotAppended, Request
from events.rows import uuid_bytes

Outcome = Appended | Exception
Done = Callable[[list[tuple["Pending", Outcome]]], None]

GROUP = b"SELECT head, at, refusals FROM ledger.append($1, $2, $3, $4, $5, $6, $7)"
ALONE = b"SELECT head, at, refusals FROM ledger.append_unless($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
ONE = b"SELECT head, at, refusals FROM ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
GROUP_FACTS = 1_000
"""Enough that its commit costs little beside it, and few enough that others are packed while it is on its way."""
GROUP_BYTES = 8_000_000
MOST_LATER = 500
"""Requests that are passed over for one group, at most: thousands for one stream shall not be looked at each time."""


class Pending:
    """A request that waits for its turn; `done` is called with it and its outcome, from the thread that wrote it."""

    __slots__ = ("done", "outcome", "parcel", "request", "since", "size", "ticket", "wake", "weight")

    def __init__(self, request: Request, done: Done | None, ticket: object = None) -> None:
        self.request = request
        self.done = done
        self.ticket = ticket
        self.outcome: Outcome | None = None
        self.parcel: Parcel | None = None
        self.wake: Event | None = None
        """Of a thread that waits: there is an outcome, or it is its turn."""
        self.since = monotonic()
        self.size = request.size
        self.weight = sum([len(entry.data) for write in request.writes for entry in write.entries])

    def pack_early(self, numbers: Numbers) -> None:
        """Pack it if that is possible; if not, whoever writes it will find out why."""
        with suppress(KeyError, ValueError, OverflowError, struct.error):
            self.parcel = Parcel(self.request, numbers.names, numbers.actors)

    def packed(self, numbers: Numbers) -> Parcel:
        """As it was packed, or packed now.

        Raises:
            ValueError, OverflowError, struct.error: it cannot be stored.
        """
        return self.parcel or Parcel(self.request, numbers.names, numbers.actors)


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
        if request.unless is not None:
            if group:
                waiting.appendleft(pending)
            else:
                group.append(pending)
            break
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

    command: str
    why: str
    what: str
    stands: int
    digest: int
    facts: int
    recorded: int


_read = msgspec.json.Decoder(list[Refusal]).decode


def read_refusals(said: bytes) -> dict[bytes, Refusal]:
    """What the database says, by the command's 16 bytes."""
    return {uuid_bytes(refusal.command): refusal for refusal in _read(said)}


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

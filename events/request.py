"""What is asked of the ledger in one append, and what it answers: all of it, or a reason."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from events.fact import Id, Record


class Entry(NamedTuple):
    """A fact ready to be stored: its stored name, the day it took effect, and its data as JSON bytes."""

    name: str
    effective_on: date
    data: bytes


class Write(NamedTuple):
    """Facts for one stream, which must stand at version `expected` (0: it does not exist yet)."""

    stream: Id
    expected: int
    entries: Sequence[Entry]


class Unless(NamedTuple):
    """That nothing on record after a position names one of `ids`, or is a fact of one of `names`, whatever it names.

    For what a decision asked of a view: who belongs to something is told by many streams, none of which could be looked
    at because nobody knows which ones will.
    """

    after: int
    ids: tuple[Id, ...]
    names: tuple[str, ...] = ()


class Request(Struct, frozen=True):
    """One append: every write, condition and claim holds, or nothing of it is stored.

    `command` makes it happen once: asked again, at any time, it answers what it answered first. `digest` (64 bits,
    signed) tells one body from another under the same command. `conditions` are versions of streams that the decision
    looked at; `takes` and `releases` are claims with the stream that holds them. `cause` is a position, 0 for none.
    """

    command: Id
    by: str
    writes: Sequence[Write]
    reason: str = ""
    cause: int = 0
    digest: int = 0
    conditions: Sequence[tuple[Id, int]] = ()
    takes: Sequence[tuple[str, Id]] = ()
    releases: Sequence[tuple[str, Id]] = ()
    answer: bytes = b""
    """What to answer again where there are no facts to answer from; kept only then."""
    unless: Unless | None = None
    """A request with it goes alone, so that all that comes before it is on record; it is rare."""

    @property
    def size(self) -> int:
        """The number of facts."""
        writes = self.writes
        return len(writes[0].entries) if len(writes) == 1 else sum(len(write.entries) for write in writes)


class Appended(NamedTuple):
    """Where the facts stand: `first` is the first one's position (0 where there were none), the others follow it."""

    first: int
    facts: int
    recorded: int
    replayed: bool = False
    """The command was known: nothing new was stored, and this is where its facts stand since the first time."""


class Known(NamedTuple):
    """What a command came to when it was first asked: its records, or the answer of one that had nothing new to say."""

    digest: int
    records: list[Record]
    answer: bytes


class NotAppended(Exception):
    """Nothing of the request was stored."""


class Conflict(NotAppended):
    """A stream is not at the version that the decision looked at; read it again and decide again."""

    def __init__(self, stream: Id, stands: int) -> None:
        super().__init__(f"stream {stream} stands at version {stands}")
        self.stream = stream
        self.stands = stands


class Claimed(NotAppended):
    """A claim is held by another stream (or, to be released, is not held by this one)."""

    def __init__(self, claim: str) -> None:
        super().__init__(f"{claim.partition(':')[0]} is claimed already")
        self.claim = claim


class CommandReused(NotAppended):
    """The command is known, with another body."""


class Unstorable(NotAppended):
    """The database cannot hold the request as it is: a NUL in a text, an id that is no UUID; its cause says why."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the request cannot be stored ({code})")
        self.code = code
        """PostgreSQL's SQLSTATE, or the name of a Python error; never a value, which might name a person."""


class LedgerAway(NotAppended):
    """The database did not answer in time, so nobody knows what is stored: the same command asks safely again."""

"""What was asked: one change, its body checked, and the plan of facts that a decision made of it."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from os import register_at_fork, urandom
from time import time_ns
from typing import Any, Generic, TypeVar, cast

import msgspec

from events.fact import Fact, Id, Refused
from events.request import Unless
from services.access import Caller, Relation
from services.ingest.bodies import Body
from services.ingest.stored import Seals
from services.ingest.streams import Question, Sight, Source
from services.web.problem import Problem, forbidden

B = TypeVar("B", bound=Body)

NOTHING_SEEN = cast("Sight", None)
"""Before the first attempt."""

Facts = Sequence[Fact]

IDS = frozenset({"{id}", "{member}"})
"""What is open in a path and is an id; anything else is a number."""

PACK = "{pack}"
"""What is open in a path and is the name of a rule pack."""

AHEAD = 256
"""Of how many ids the part that is left to chance is drawn at once."""


class Part(msgspec.Struct):
    """Facts for one stream; `on` and `body` where another request than this one said when and under which paper.

    `reason` is its own where it is not the request's.
    """

    stream: Id
    facts: Facts
    on: date | None = None
    body: Body | None = None
    then: "Part | None" = None
    """More facts for the same stream, with a day and a body of their own."""
    reason: str | None = None

    @property
    def pieces(self) -> "tuple[Part, ...]":
        """Itself and those that follow it in its stream."""
        return (self,) if self.then is None else (self, *self.then.pieces)

    @property
    def all_facts(self) -> Facts:
        """Those of all its pieces."""
        return self.facts if self.then is None else [fact for piece in self.pieces for fact in piece.facts]


class Plan(msgspec.Struct):
    """The facts that a change comes to, for one stream or for several that stand or fall together.

    `ident` is the id that the answer names (the stream's, unless something in it has an id of its own).
    """

    stream: Id
    kind: str
    parts: list[Part]
    ident: Id | None = None
    cause: int = 0
    against: Id | None = None
    """Whose version an `If-Match` is about, where it is not that of `stream`."""
    releases: list[tuple[str, Id]] = []
    """Claims that its facts give up, beside what each fact releases by itself."""
    reason: str = ""
    """Of what was proposed, where a second person who agrees says none."""
    seals: Seals = {}
    """With whose keys what is personal in its facts is sealed."""
    unless: Unless | None = None
    """That what views answered is so still."""

    @classmethod
    def one(cls, stream: Id, kind: str, facts: Facts, ident: Id | None = None) -> "Plan":
        """Facts for a single stream."""
        return cls(stream, kind, [Part(stream, facts)], ident)

    @property
    def has_facts(self) -> bool:
        """Whether there is anything new to say."""
        return bool(self.parts[0].facts) or any(part.facts for part in self.parts)


class Asked(msgspec.Struct, Generic[B]):
    """One change that somebody asks for. `sight` is new at every attempt; everything else stays the same.

    (Structs, as plans are, because they are made in a tenth of the time of a dataclass, thousands in a batch.)
    """

    change: "Change[B]"
    path: tuple[Id, ...]
    body: B
    caller: Caller
    now: datetime
    key: str | None = None
    digest: int = 0
    if_match: int | None = None
    numbers: tuple[int, ...] = ()
    """What else the path names: a year, a position."""
    pack: str = ""
    """The rule pack that the path names; its stream is the path's id."""
    looked_twice: bool = False
    approved: bool = False
    """A second person has agreed: what would be proposed is done."""
    new_id: Id = msgspec.field(default_factory=lambda: new_id())  # noqa: PLW0108  # defined below
    command: Id = Id("")
    """Of this request: a new one, unless the caller's key makes it the same for ever."""
    on: date = date.min
    """When it takes effect: as said, else the day of what is told, else today."""
    behind: Id = Id("")
    """The one stream that it would have written, had not an earlier one of its batch done so in the same round."""
    question: Question | None = None
    answers: dict[Question, Any] = {}
    sight: Sight = NOTHING_SEEN

    def __post_init__(self) -> None:
        self.command = self.new_id
        self.on = self.body.effective_on or self.body.natural_day(self.now) or self.now.date()

    def ident(self) -> Id:
        """The id of what is created: the caller's choice, else a new one."""
        return self.body.id if self.body.id is not None else self.new_id

    def must_reach(self, *organisations: Id | None, relation: Relation = Relation.RECORD) -> None:
        """The caller may act for one of these organisations.

        Raises:
            Problem: 403.
        """
        for organisation in organisations:
            if self.sight.reaches(self.caller, relation, organisation):
                return
        raise forbidden("your token does not reach this organisation, or its role does not allow this")


@dataclass(frozen=True, slots=True)
class Change(Generic[B]):
    """One line of the table of changes: where it is posted, what its body is, and who decides."""

    path: str
    """`/members/{id}/rewards`"""
    body: type[B]
    plan: Callable[[Asked[B]], Plan]
    """Pure but for what it sees: called again when a stream was not loaded or has moved on."""
    title: str
    ident: Callable[[Fact], Id] | None = None
    """The id that the answer names, from the first fact; None: the stream's."""
    shows: Callable[[Source, Id, Fact], dict[str, Any]] | None = None
    """What the answer says besides, of the stream and its first fact: it follows from a key, and is in no log."""
    ids: int = field(init=False)
    """How many of what is open in the path are ids, before the numbers: `{id}`, and `{member}` where one follows."""
    of_pack: bool = field(init=False)
    """Whether the path names a rule pack, by its name, from which the id of its stream follows."""
    writes_its_path: bool = field(init=False)
    """Whether the id in the path is the stream that is written; a transfer's, say, is in its member's."""

    def __post_init__(self) -> None:
        elsewhere = self.path.startswith(("/transfers/", "/collective-transfers/", "/proposals/", "/oath-reviews/"))
        object.__setattr__(self, "writes_its_path", not elsewhere)
        object.__setattr__(self, "of_pack", PACK in self.path)
        object.__setattr__(self, "ids", sum(segment in IDS for segment in self.path.split("/")))


class Nothing(Problem):
    """404: what the path names does not exist."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not-found", f"there is no such {what}")


def must_be_new(asked: Asked[Any], stream: Id, kind: str) -> None:
    """An id chosen by the caller is free, or is that of the same kind of thing (the decision then says what differs).

    Raises:
        Refused: `id.in_use`.
    """
    if asked.sight.warm(stream).kind not in ("", kind):
        raise Refused("id.in_use", "this id belongs to something of another kind", "/id")


_HISTORY = b'"backfill":true'
"""That it is entered afterwards, which most of what is entered by the thousand says, and nothing else."""


def marks(body: Body, fact: Fact) -> bytes:
    """What a body says of any fact, beside the fact's own fields: that history is entered, the paper behind it."""
    has_paper = body.decision is not None and "decision" not in fact.__struct_fields__
    if not has_paper:
        return _HISTORY if body.backfill else b""
    extra: dict[str, Any] = {}
    if body.backfill:
        extra["backfill"] = True
    if body.decision is not None:
        extra["decision"] = body.decision.paper()
    return msgspec.json.encode(extra)[1:-1]


def new_id() -> Id:
    """A new id that sorts by its time, to a quarter of a microsecond (UUIDv7, RFC 9562 section 6.2, method 3).

    Indexes by id then grow at their end, and their pages stay full.
    """
    millis, rest = divmod(time_ns(), 1_000_000)
    head = _head(millis)
    try:
        chance = _chance.popleft()
    except IndexError:
        chance, *more = _more()
        _chance.extend(more)
    return Id(f"{head}{0x7000 | (rest << 12) // 1_000_000:04x}-{chance}")


@lru_cache(2)
def _head(millis: int) -> str:
    """How the ids of a millisecond begin."""
    return f"{millis >> 16:08x}-{millis & 0xFFFF:04x}-"


_chance: deque[str] = deque()
"""The latter halves of ids to come: the system gives many at once for the price of one."""


def _more() -> list[str]:
    drawn = urandom(8 * AHEAD).hex()
    halves = [drawn[start : start + 16] for start in range(0, len(drawn), 16)]
    return [f"{'89ab'[int(half[0], 16) & 3]}{half[1:4]}-{half[4:]}" for half in halves]


register_at_fork(after_in_child=_chance.clear)  # a child shall not draw the same

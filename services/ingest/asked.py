"""What was asked: one change, its body checked, and the plan of facts that a decision made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from os import urandom
from time import time_ns
from typing import Any, Generic, TypeVar

import msgspec

from events.fact import Fact, Id, Refused
from events.organisation import Organisation
from services.access import Caller, Relation
from services.ingest.bodies import Body
from services.ingest.streams import Question, Sight
from services.web.problem import Problem, forbidden

B = TypeVar("B", bound=Body)

Facts = Sequence[Fact]


@dataclass(slots=True)
class Part:
    """Facts for one stream; `on` and `body` where another request than this one said when and under which paper."""

    stream: Id
    facts: Facts
    on: date | None = None
    body: Body | None = None


@dataclass(slots=True)
class Plan:
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
    releases: list[tuple[str, Id]] = field(default_factory=list)
    """Claims that its facts give up, beside what each fact releases by itself."""

    @classmethod
    def one(cls, stream: Id, kind: str, facts: Facts, ident: Id | None = None) -> "Plan":
        """Facts for a single stream."""
        return cls(stream, kind, [Part(stream, facts)], ident)

    @property
    def has_facts(self) -> bool:
        """Whether there is anything new to say."""
        return any(part.facts for part in self.parts)


@dataclass(slots=True)
class Asked(Generic[B]):
    """One change that somebody asks for. `sight` is new at every attempt; everything else stays the same."""

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
    looked_twice: bool = False
    approved: bool = False
    """A second person has agreed: what would be proposed is done."""
    new_id: Id = field(default_factory=lambda: new_id())  # noqa: PLW0108  # defined below
    command: Id = field(init=False)
    """Of this request: a new one, unless the caller's key makes it the same for ever."""
    on: date = field(init=False)
    """When it takes effect: as said, else the day of what is told, else today."""
    question: Question | None = None
    answers: dict[Question, Any] = field(default_factory=dict)
    sight: Sight = field(init=False)

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
        if not any(self.caller.can(relation, organisation, self._parent) for organisation in organisations):
            raise forbidden("your token does not reach this organisation, or its role does not allow this")

    def _parent(self, organisation: Id) -> Id | None:
        return self.sight.glance(Organisation, organisation).parent


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

    @property
    def writes_its_path(self) -> bool:
        """Whether the id in the path is the stream that is written; a transfer's, say, is in its member's."""
        return not self.path.startswith(("/transfers/", "/proposals/", "/oath-reviews/"))


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


def marks(body: Body, fact: Fact) -> bytes:
    """What a body says of any fact, beside the fact's own fields: that history is entered, the paper behind it."""
    extra: dict[str, Any] = {}
    if body.backfill:
        extra["backfill"] = True
    if body.decision is not None and "decision" not in fact.__struct_fields__:
        extra["decision"] = body.decision.paper()
    return msgspec.json.encode(extra)[1:-1] if extra else b""


def new_id() -> Id:
    """A new id that sorts by its time, to a quarter of a microsecond (UUIDv7, RFC 9562 section 6.2, method 3).

    Indexes by id then grow at their end, and their pages stay full.
    """
    millis, rest = divmod(time_ns(), 1_000_000)
    when, fraction = f"{millis:012x}", f"{rest * 4096 // 1_000_000:03x}"
    chance = urandom(8).hex()
    variant = "89ab"[int(chance[0], 16) & 3]
    return Id(f"{when[:8]}-{when[8:]}-7{fraction}-{variant}{chance[1:4]}-{chance[4:]}")

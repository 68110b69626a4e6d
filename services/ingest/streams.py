"""The streams that decisions look at, folded and kept warm; the ledger refuses whoever looked at a stale one."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from psycopg import Connection

from events import wire
from events.correction import effective
from events.fact import Fact, Id, Record, State
from events.keys import Keyring
from events.ledger import Ledger
from events.organisation import Organisation
from services.access import DEEPEST, Caller, Relation
from services.ingest.stored import fact_of
from services.web.rules import Rules

S = TypeVar("S", bound=State)

CAPACITY = 20_000


class Source(NamedTuple):
    """From what questions are answered: the database, the keys of persons, the rule packs that are at hand."""

    connection: Connection[Any]
    keys: Keyring
    rules: Rules | None
    webhook_allow: str = ""
    """What may be called although it is private (`CAUNOI_WEBHOOK_ALLOW`)."""


class Question(Protocol):
    """Something that a decision must know and that is in no stream; frozen, because it is its own key."""

    def ask(self, source: Source) -> Any:
        """The answer; called off the event loop."""


class NotLoaded(Exception):
    """A decision looked at what is not in memory yet: load it and ask the decision again, for it is pure."""

    def __init__(
        self, streams: Iterable[Id] = (), question: Question | None = None, persons: Iterable[Id] = ()
    ) -> None:
        super().__init__("not loaded")
        self.streams = tuple(streams)
        self.question = question
        self.persons = tuple(persons)
        """Whose keys are needed."""


@dataclass(frozen=True, slots=True)
class HolderOf:
    """Which stream holds a claim; None where nobody does."""

    claim: str

    def ask(self, source: Source) -> Id | None:
        """The holder, now."""
        asked = "SELECT stream::text FROM ledger.claims WHERE claim = %s"
        row = source.connection.execute(asked, (self.claim,)).fetchone()
        return Id(row[0]) if row is not None else None


class Warm:
    """One stream as of its last known version. `kind` is '' while it does not exist."""

    __slots__ = ("_state", "_unfolded", "kind", "position", "version")

    def __init__(self) -> None:
        self.kind = ""
        self.version = 0
        self.position = 0
        self._state: State | None = None
        self._unfolded: list[tuple[Fact, date, int]] = []

    @property
    def state(self) -> State | None:
        """What its facts say, folded when somebody looks: of thousands that are written at once hardly any is."""
        unfolded = self._unfolded
        while unfolded:
            if self._state is None:
                self._state = wire.state_of(self.kind)()
            self._state.see(*unfolded[0])
            # Only now: a fact that cannot be folded stays so, and is never passed over.
            del unfolded[0]
        return self._state

    def see(self, name: str, fact: Fact, on: date, position: int) -> None:
        """Take in the next fact, which is stored under that name."""
        if not self.kind:
            self.kind = name.partition(".")[0]
        self._unfolded.append((fact, on, position))
        self.version += 1
        self.position = position

    def copy(self) -> "Warm":
        """The same, of which nobody else knows."""
        found = Warm()
        found.kind, found.version, found.position = self.kind, self.version, self.position
        found._state, found._unfolded = deepcopy(self._state), list(self._unfolded)
        return found

    def pass_over(self, record: Record) -> None:
        """The next fact is of a kind that no decision looks at: there is something, and nothing to know of it."""
        self.kind, self.version, self.position = record.kind, self.version + 1, record.position


_nothing: dict[type[State], State] = {}


def nothing_said(state: type[S]) -> S:
    """The state of a stream without facts. It is everybody's: decisions are pure, and only a fold alters a state."""
    found = _nothing.get(state)
    if found is None:
        found = _nothing[state] = state()
    return cast("S", found)


class Streams:
    """The least recently used fall out. For one thread: the event loop's."""

    def __init__(self, ledger: Ledger, capacity: int = CAPACITY) -> None:
        self._ledger = ledger
        self._capacity = capacity
        self._warm: OrderedDict[Id, Warm] = OrderedDict()

    def get(self, stream: Id) -> Warm | None:
        """The stream, where it is in memory."""
        warm = self._warm.get(stream)
        if warm is not None:
            self._warm.move_to_end(stream)
        return warm

    def fetch(self, streams: Iterable[Id]) -> dict[Id, list[Record]]:
        """Their records, from the database: to be called off the event loop, and then given to `keep`."""
        return self._ledger.streams(streams)

    def keep(self, records: dict[Id, list[Record]]) -> None:
        """Fold what was fetched and keep it."""
        for stream, history in records.items():
            warm = Warm()
            for record in effective(history) if history else history:
                if record.kind not in wire.STATES:
                    warm.pass_over(record)
                    continue
                warm.see(record.name, fact_of(record), record.effective_on, record.position)
            if history:
                # What was struck counts for the version all the same.
                warm.kind, warm.version, warm.position = history[0].kind, history[-1].version, history[-1].position
            self._warm[stream] = warm
        while len(self._warm) > self._capacity:
            self._warm.popitem(last=False)

    def forget(self, streams: Iterable[Id]) -> None:
        """They are not what we thought: they are read anew when next looked at."""
        for stream in streams:
            self._warm.pop(stream, None)


Rights = dict[tuple[str, Relation, Id | None], tuple[bool, dict[Id, int]]]
"""Whether a token reaches an organisation, and the streams that say so; true for as long as no stream moves."""


class Sight:
    """What one attempt of one decision looked at; those versions become conditions of its append.

    `rights` is shared by attempts between which no stream moves: lines of a batch are about few organisations. They
    are those of the tree of `today`.
    """

    __slots__ = ("_answers", "_otherwise", "_rights", "_streams", "looked_at", "seen", "today")

    def __init__(self, streams: Streams, answers: dict[Question, Any], rights: Rights, today: date) -> None:
        self._streams = streams
        self._answers = answers
        self._rights = rights
        self.today = today
        self._otherwise: Mapping[Id, State] = {}
        self.looked_at: dict[Id, int] = {}
        self.seen: dict[Id, int] = {}
        """The versions of all that was seen, at a glance too: a refusal must hold for today's."""

    def of(self, state: type[S], stream: Id) -> S:
        """The state of a stream; a fresh one where it does not exist or is of another kind.

        Raises:
            NotLoaded: the driver loads it and asks again.
        """
        warm = self.warm(stream)
        self.looked_at[stream] = warm.version
        return self._state(state, stream, warm)

    def glance(self, state: type[S], stream: Id) -> S:
        """The same without a condition: for what may as well have been a moment older (who stands below whom)."""
        return self._state(state, stream, self.warm(stream))

    def where(self, otherwise: Mapping[Id, State]) -> "Sight":
        """The same sight, in which these streams are in other states than they are."""
        sight = Sight(self._streams, self._answers, self._rights, self.today)
        sight.looked_at, sight.seen, sight._otherwise = self.looked_at, self.seen, otherwise  # its own
        return sight

    def reaches(self, caller: Caller, relation: Relation, organisation: Id | None) -> bool:
        """Whether the caller may do that with an organisation, by the tree at a glance.

        Raises:
            NotLoaded: the driver loads what stands above it and asks again.
        """
        asked = (caller.id, relation, organisation)
        found = self._rights.get(asked)
        if found is None:
            above: dict[Id, int] = {}
            may = self._acting(caller, above).can(relation, organisation, lambda of: self._above(of, above))
            found = self._rights[asked] = (may, above)
        may, above = found
        self.seen.update(above)
        return may

    def _state(self, state: type[S], stream: Id, warm: Warm) -> S:
        known = self._otherwise.get(stream, warm.state)
        return known if isinstance(known, state) else nothing_said(state)

    def _above(self, organisation: Id, seen: dict[Id, int]) -> Id | None:
        warm = self.warm(organisation)
        seen[organisation] = warm.version
        return warm.state.above_on(self.today) if isinstance(warm.state, Organisation) else None

    def _acting(self, caller: Caller, seen: dict[Id, int]) -> Caller:
        """A token of an organisation that has ended is one of its successor."""
        organisation = caller.organisation
        for _ in range(DEEPEST):
            if organisation is None:
                break
            warm = self.warm(organisation)
            seen[organisation] = warm.version
            successor = warm.state.successor_on(self.today) if isinstance(warm.state, Organisation) else None
            if successor is None:
                return caller.acting_for(organisation)
            organisation = successor
        return caller

    def need(self, streams: Iterable[Id]) -> None:
        """Say in advance what will be looked at, so that a long list is loaded in one question.

        Raises:
            NotLoaded: with all that is missing.
        """
        missing = [stream for stream in streams if self._streams.get(stream) is None]
        if missing:
            raise NotLoaded(missing)

    def answer(self, question: Question) -> Any:
        """The answer to a question, asked once an attempt.

        Raises:
            NotLoaded: the driver asks it.
        """
        if question not in self._answers:
            raise NotLoaded(question=question)
        return self._answers[question]

    def warm(self, stream: Id) -> Warm:
        """The stream itself: its kind, its version and its last position.

        Raises:
            NotLoaded: it is not in memory yet.
        """
        warm = self._streams.get(stream)
        if warm is None:
            raise NotLoaded((stream,))
        self.seen[stream] = warm.version
        return warm

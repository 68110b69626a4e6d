"""Whom a record is about, for those who asked to be told: pure, and by both clocks, as recipients are.

A record is about its stream and all whom it names; about the organisations among them, and of whoever it is about
mostly (a member in his own stream, the resident of a liaison) about his cell of the day before and of the day; and
about all that stood above these on its day. What later records of a meeting or a paper are about, its first one says.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from types import NoneType
from typing import NamedTuple, get_args, get_type_hints

from events import wire
from events.fact import Fact, Id, Record
from events.liaison import Liaison
from events.member import Member
from events.mentions import mentions
from events.organisation import Organisation
from services.notify.recipients import DEEPEST, cell_before
from services.notify.states import Past, States
from services.notify.together import ALONE

ROOTS = 20_000
FOLDED = frozenset({Liaison.KIND, Member.KIND, Organisation.KIND})
"""Streams whose states say whom their records are about; of the others their first ones do."""
NO_STREAM = frozenset({"transfer"})
"""Fields with ids of what has no stream of its own."""


class Circle(NamedTuple):
    """`people` are those whom it is about mostly, several on a list, each with the committees where he lives.

    These are those of the day, and who took over from them; `around` has all that stands above with them, and
    `organisations` all that stands above the others.
    """

    stream: Id
    people: Mapping[Id, frozenset[Id]]
    named: frozenset[Id]
    organisations: frozenset[Id]
    around: frozenset[Id]
    states: Mapping[Id, Organisation]

    @property
    def homes(self) -> frozenset[Id]:
        """Where they live, all of them."""
        return frozenset().union(*self.people.values())

    @property
    def reached(self) -> frozenset[Id]:
        """Whoever may hear of it."""
        return self.organisations | self.around

    def keys(self) -> list[tuple[str, Id]]:
        """By which wishes are found."""
        return [
            *(("organisation", one) for one in self.organisations),
            *(("member", one) for one in self.named),
            *(("residents_of", one) for one in self.homes),
        ]


class Root(NamedTuple):
    """What the records say that are called as the first of a stream is."""

    name: str
    said: tuple[tuple[int, frozenset[Id]], ...] = ()
    """Whom each of them names one by one, and its position."""

    def named(self, at: int) -> frozenset[Id]:
        """All of them up to a place in the log."""
        return frozenset().union(*(named for position, named in self.said if position <= at))


class Circles:
    """Finds circles; sees every record, in the order of the log, and forgets when somebody reads again."""

    def __init__(self, states: States, past: Past) -> None:
        self._states = states
        self._past = past
        self._roots: OrderedDict[Id, Root] = OrderedDict()

    def forget(self) -> None:
        """Empty the memory: the log has it all."""
        self._roots.clear()

    def see(self, record: Record) -> None:
        """Take in the next record of the log, where its stream's first one is remembered."""
        root = self._roots.get(record.stream)
        if root is not None and record.name == root.name:
            self._roots[record.stream] = _with(root, record)

    def prepare(self, records: Sequence[Record], after: int) -> None:
        """Read what the circles of these records, which come after a position, will ask for, in a few questions."""
        states = self._states
        self._read({r.stream for r in records if r.kind not in FOLDED and r.version > 1}, after)
        streams = {record.stream for record in records if record.kind in FOLDED}
        facts = [fact for record in records if (fact := _fact(record)) is not None]
        named = {ident for fact in facts for ident in _named(fact)}
        named |= {ident for record in records for ident in self._known(record.stream, record.position)}
        states.warm(streams | named, after)
        liaisons = states.kept(Liaison, streams)
        residents = {liaison.introduced.member for liaison in liaisons if liaison.introduced is not None}
        states.warm(residents, after)
        around = {cell for liaison in states.kept(Liaison, streams) for cell in _places(liaison)}
        for member in states.kept(Member, streams | named | residents):
            around.update(change.value for change in member.cells.changes)
            around.update(home.value.committee for home in member.residences.changes if home.value.committee)
        organisations = {one for one in streams | named if any(True for _ in states.kept(Organisation, [one]))}
        states.warm_with_those_above(around | organisations, after)

    def of(self, record: Record, fact: Fact) -> Circle:
        """Whom this record is about; the states have seen it, and nothing after it.

        Raises whatever a record raises that cannot be read: its own, or one that it leans on.
        """
        on, at, states = record.effective_on, record.position, self._states
        root = self._root(record) if record.kind not in FOLDED else frozenset[Id]()
        named = _named(fact)
        states.warm({*named, *root}, at)
        people, starts = self._subjects(record, fact, root)
        starts |= {one for one in {*named, *root} if any(True for _ in states.kept(Organisation, [one]))}
        homes: dict[Id, Id | None] = {}
        for person in people:
            member = states.member(person, at)
            starts |= {cell for cell in (cell_before(member, on), member.cells.at(on)) if cell is not None}
            declared = member.residences.at(on)
            homes[person] = None if declared is None else declared.committee
        committees = {home for home in homes.values() if home is not None}
        found = states.with_those_above(starts | committees, at)
        return Circle(
            record.stream,
            {one: frozenset(heirs(home, on, found) if home is not None else ()) for one, home in homes.items()},
            frozenset({record.stream, *named, *people}),
            _climbed(starts, on, found),
            _climbed(committees, on, found),
            found,
        )

    def heir(self, organisation: Id, circle: Circle, record: Record) -> Id:
        """Who has the matters of an organisation on the day of the record."""
        states = circle.states
        if organisation not in states:
            states = self._states.with_those_above([organisation], record.position)
        return heirs(organisation, record.effective_on, states)[-1]

    def _subjects(self, record: Record, fact: Fact, root: frozenset[Id]) -> tuple[list[Id], set[Id]]:
        """The members whom it is about mostly, and organisations that it is about and does not name."""
        if record.kind == Member.KIND:
            return [record.stream], set()
        if record.kind == Organisation.KIND:
            return self._members(_single(fact)), {record.stream}
        if record.kind == Liaison.KIND:
            liaison = self._states.liaison(record.stream, record.position)
            if liaison.introduced is None:
                return [], set()
            followed = liaison.cells.at(record.effective_on)
            return [liaison.introduced.member], {liaison.introduced.committee} | ({followed} if followed else set())
        if record.name in ALONE:
            return self._members(_named(fact)), set()
        return self._members((*_single(fact), *sorted(root))), set()

    def _members(self, idents: Iterable[Id]) -> list[Id]:
        return [one for one in dict.fromkeys(idents) if any(True for _ in self._states.kept(Member, [one]))]

    def _root(self, record: Record) -> frozenset[Id]:
        if record.stream not in self._roots:
            self._read([record.stream], record.position)
        return self._known(record.stream, record.position)

    def _known(self, stream: Id, at: int) -> frozenset[Id]:
        root = self._roots.get(stream)
        return root.named(at) if root is not None else frozenset()

    def _read(self, streams: Iterable[Id], upto: int) -> None:
        cold = [stream for stream in streams if stream not in self._roots]
        if not cold or not upto:
            return
        for past in self._past(cold, upto):
            for stream, records in past.items():
                root = Root(records[0].name) if records else None
                for record in records:
                    if root is not None and record.name == root.name:
                        root = _with(root, record)
                if root is not None:
                    self._roots[stream] = root
        while len(self._roots) > ROOTS:
            self._roots.popitem(last=False)


def heirs(organisation: Id, on: date, states: Mapping[Id, Organisation]) -> list[Id]:
    """An organisation and whoever took over from it by a day, one after the other."""
    found = [organisation]
    for _ in range(DEEPEST):
        state = states.get(found[-1])
        successor = None if state is None else state.successor_on(on)
        if successor is None:
            break
        found.append(successor)
    return found


def _climbed(starts: Iterable[Id], on: date, states: Mapping[Id, Organisation]) -> frozenset[Id]:
    """These and all that stood above them on a day; of what has ended, by way of its successor."""
    found: set[Id] = set()
    for start in starts:
        step: Id | None = start
        while step is not None and step not in found:
            found.add(step)
            state = states.get(step)
            step = None if state is None else state.above_on(on)
    return frozenset(found)


def _with(root: Root, record: Record) -> Root:
    fact = _fact(record)
    return root if fact is None else root._replace(said=(*root.said, (record.position, frozenset(_single(fact)))))


def _fact(record: Record) -> Fact | None:
    """None of what cannot be read: that is its own record's trouble, when its turn comes."""
    try:
        return wire.decode(record.name, record.data)
    except Exception:  # noqa: BLE001  # whatever it is
        return None


def _named(fact: Fact) -> tuple[Id, ...]:
    """All whom it names that have a stream."""
    without = {getattr(fact, field) for field in NO_STREAM.intersection(fact.__struct_fields__)}
    return tuple([ident for ident in mentions(fact) if ident not in without])


def _single(fact: Fact) -> list[Id]:
    """Whom it names one by one, and not in a list."""
    return [ident for field in _fields(type(fact)) if (ident := getattr(fact, field)) is not None]


@cache
def _fields(kind: type[Fact]) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    single = {field for field, hint in hints.items() if hint is Id or set(get_args(hint)) == {Id, NoneType}}
    return tuple(field for field in kind.__struct_fields__ if field in single - NO_STREAM)


def _places(liaison: Liaison) -> list[Id]:
    cells = [change.value for change in liaison.cells.changes]
    return cells if liaison.introduced is None else [*cells, liaison.introduced.committee]

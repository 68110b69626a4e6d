"""States as they stood at some place in the log: those seen last are warm, the others are read."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from events import wire
from events.collective_transfer import CollectiveTransfer
from events.correction import NAMES, effective
from events.fact import Id, Record, State
from events.liaison import Liaison
from events.member import Member
from events.organisation import Organisation

S = TypeVar("S", bound=State)

Past = Callable[[Iterable[Id], int], Iterable[Mapping[Id, Sequence[Record]]]]
"""The records of streams up to a position; every stream asked for is a key somewhere."""

KINDS = frozenset({CollectiveTransfer.KIND, Liaison.KIND, Member.KIND, Organisation.KIND})
WARM = 10_000


class States:
    """States folded to the last record seen, and no further. Whoever reads again from an earlier place forgets first.

    A record that cannot be folded raises, whatever it raises, and its stream is forgotten: it raises again when it is
    asked for, so nobody is told, or not told, on the ground of half a history.
    """

    def __init__(self, past: Past, *, warm: int = WARM) -> None:
        self._past = past
        self._most = warm
        self._kept: OrderedDict[Id, State] = OrderedDict()

    def forget(self) -> None:
        """Empty the memory: the log has it all."""
        self._kept.clear()

    def see(self, record: Record) -> None:
        """Take in the next record of the log; of a stream that is cold there is nothing to do until it is asked for."""
        if record.kind not in KINDS:
            return
        if record.version == 1:
            self._kept[record.stream] = wire.state_of(record.kind)()
        if record.name in NAMES:
            # What was said before counts otherwise now: it is read anew when it is asked for.
            self._kept.pop(record.stream, None)
        elif record.stream in self._kept:
            self._fold(record.stream, [record])

    def warm(self, streams: Iterable[Id], upto: int) -> None:
        """Read those that are cold, all in one question, as of a position that is not past the last record seen."""
        for stream, records in self._cold(filter(_is_id, streams), upto):
            with suppress(Exception):  # it raises again for the one record that asks for it
                self._keep(stream, records)

    def warm_with_those_above(self, streams: Iterable[Id], upto: int) -> None:
        """The same for organisations and all that ever stood above them or took over, a level in one question."""
        level, seen = set(streams), set[Id]()
        while level:
            self.warm(level, upto)
            seen |= level
            level = {one for state in self.kept(Organisation, level) for one in _leads_to(state)} - seen

    def member(self, stream: Id, upto: int) -> Member:
        """One member."""
        return self._state(Member, stream, upto) or Member()

    def liaison(self, stream: Id, upto: int) -> Liaison:
        """One liaison."""
        return self._state(Liaison, stream, upto) or Liaison()

    def collective(self, stream: Id, upto: int) -> CollectiveTransfer:
        """One collective transfer."""
        return self._state(CollectiveTransfer, stream, upto) or CollectiveTransfer()

    def earlier(self) -> "States":
        """Others of the same log, for a look at an earlier place."""
        return States(self._past)

    def records(self, stream: Id, upto: int) -> list[Record]:
        """All records of a stream up to a position, corrections and what they strike among them."""
        return [record for past in self._past([stream], upto) for record in past.get(stream, ())]

    def with_those_above(self, streams: Iterable[Id], upto: int) -> dict[Id, Organisation]:
        """Organisations and all that ever stood above them or took over; one that does not exist is missing."""
        found: dict[Id, Organisation] = {}
        waiting = list(streams)
        while waiting:
            step = waiting.pop()
            if step not in found and (state := self._state(Organisation, step, upto)) is not None:
                found[step] = state
                waiting += _leads_to(state)
        return found

    def kept(self, kind: type[S], streams: Iterable[Id]) -> Iterator[S]:
        """Those of them that are warm."""
        states = (self._kept.get(stream) for stream in streams)
        return (state for state in states if isinstance(state, kind))

    def settle(self) -> None:
        """Let go of what was not needed for longest, between two batches."""
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _state(self, kind: type[S], stream: Id, upto: int) -> S | None:
        if stream not in self._kept:
            UUID(stream)  # raises, for the one record that says so, what the database would refuse a whole batch for
            for cold, records in self._cold([stream], upto):
                self._keep(cold, records)
        state = self._kept.get(stream)
        if not isinstance(state, kind):
            return None
        self._kept.move_to_end(stream)
        return state

    def _cold(self, streams: Iterable[Id], upto: int) -> Iterator[tuple[Id, Sequence[Record]]]:
        cold = [stream for stream in dict.fromkeys(streams) if stream not in self._kept]
        if cold and upto:
            for past in self._past(cold, upto):
                yield from past.items()

    def _keep(self, stream: Id, records: Sequence[Record]) -> None:
        if records and records[0].kind in KINDS:
            self._kept[stream] = wire.state_of(records[0].kind)()
            self._fold(stream, effective(records))

    def _fold(self, stream: Id, records: Iterable[Record]) -> None:
        state = self._kept[stream]
        try:
            for record in records:
                state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
        except BaseException:
            del self._kept[stream]
            raise


def _leads_to(organisation: Organisation) -> list[Id]:
    """Where one may have to go from here: to the parent of some day, or to a successor."""
    parents = [change.value for change in organisation.parents.changes if change.value is not None]
    return [*parents, *organisation.successors]


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False

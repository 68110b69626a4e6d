"""States at places of the past: streams are read whole and folded as far as the place that is looked at."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from events import wire
from events.correction import NAMES, effective
from events.fact import Id, Record, State
from services.notify.states import KINDS, Past, States

S = TypeVar("S", bound=State)


class LookingBack(States):
    """The same states as a follower has at each place, for one who looks at few of them; the place only goes forward.

    `past` is asked for streams up to `upto`, once for each, until they are forgotten.
    """

    def __init__(self, past: Past, upto: int) -> None:
        super().__init__(past)
        self._upto = upto
        self._at = 0
        self._records: dict[Id, list[Record]] = {}
        self._next: dict[Id, int] = {}
        self._states: dict[Id, State] = {}

    def forget(self) -> None:
        """Let go of everything; the log has it all."""
        self._records.clear()
        self._next.clear()
        self._states.clear()

    def see(self, record: Record) -> None:
        """From now on the place is that of this record."""
        self._at = record.position

    def warm(self, streams: Iterable[Id], upto: int) -> None:
        """Read those that are cold, all in one question."""
        del upto  # the whole is read, and no further folded than the place
        cold = [stream for stream in dict.fromkeys(streams) if stream not in self._records and _is_id(stream)]
        if not cold:
            return
        for past in self._past(cold, self._upto):
            for stream, records in past.items():
                self._records[stream] = list(records) if records and records[0].kind in KINDS else []

    def kept(self, kind: type[S], streams: Iterable[Id]) -> Iterator[S]:
        """Those of them that are warm, and can be read."""
        for stream in streams:
            if stream in self._records:
                with suppress(Exception):  # it raises again for the one record that asks for it
                    state = self._stand(stream)
                    if isinstance(state, kind):
                        yield state

    def _state(self, kind: type[S], stream: Id, upto: int) -> S | None:
        self.warm([stream], upto)
        state = self._stand(stream) if stream in self._records else None
        return state if isinstance(state, kind) else None

    def _stand(self, stream: Id) -> State | None:
        """The state at the place; None where there is nothing yet."""
        records, number = self._records[stream], self._next.get(stream, 0)
        end = number
        while end < len(records) and records[end].position <= self._at:
            end += 1
        if end > number:
            more = records[number:end]
            if number == 0 or any(record.name in NAMES for record in more):
                self._states[stream], more = wire.state_of(records[0].kind)(), list(effective(records[:end]))
            state = self._states[stream]
            for record in more:
                state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
            self._next[stream] = end
        return self._states.get(stream)


def _is_id(text: str) -> bool:
    return len(text) == 36

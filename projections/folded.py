"""A view's subject that is the domain's own state: rows follow from it as decisions do."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

from events import wire
from events.fact import Record, State
from projections.view import FOREVER

S = TypeVar("S", bound=State)
V = TypeVar("V")


COMINGS_AND_GOINGS = frozenset(
    {
        "member.disciplined",
        "member.complaint_answered",
        "member.sanction_restored",
        "member.removed",
        "member.removal_restored",
        "member.died",
    }
)
"""What a membership may end and begin again by: whoever asks who is a member reads these."""


class Folded(Generic[S]):
    """A stream's state, folded record by record, and the rows that follow from it."""

    def __init__(self, state: S, rows: Callable[[S], Sequence[tuple[Any, ...]]]) -> None:
        self._state = state
        self._rows = rows

    def see(self, record: Record) -> None:
        """Fold one more record."""
        self._state.see(wire.decode(record.name, record.data), record.effective_on, record.position)

    def rows(self) -> Sequence[tuple[Any, ...]]:
        """The rows of the state as it is."""
        return self._rows(self._state)


def facts_of(kind: str, *, but: Iterable[str] = ()) -> frozenset[str]:
    """The names of all facts of a kind of stream, but for some."""
    return frozenset(name for name in wire.FACTS if name.startswith(f"{kind}.")).difference(but)


def spells(days: Iterable[date | None], value: Callable[[date], V]) -> list[tuple[date, date, V]]:
    """What a value is from each of these days to the next, after the last for ever; neighbours that agree are one."""
    ordered = sorted({day for day in days if day is not None})
    found: list[tuple[date, date, V]] = []
    for day in ordered:
        now = value(day)
        if found and found[-1][2] == now:
            continue
        if found:
            found[-1] = (found[-1][0], day, found[-1][2])
        found.append((day, FOREVER, now))
    return found

"""What holds from day to day: changes dated in the world, told as of a day or as spans without a gap or an overlap."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Span(NamedTuple, Generic[T]):
    """`value` holds from the day `since` on and until, not including, the day `until`; None: no end is known."""

    since: date
    until: date | None
    value: T


class _Change(NamedTuple, Generic[T]):
    on: date
    position: int
    value: T


@dataclass
class Timeline(Generic[T]):
    """Changes as they are told: the day decides, and within a day who is told of last."""

    changes: list[_Change[T]] = field(default_factory=list)

    def change(self, on: date, position: int, value: T) -> None:
        """From `on` it is `value`, until a later day, or a later word about that day, says otherwise.

        Not by the place in the log: what stands in the place of a struck fact was recorded after what followed that.
        """
        changes, change = self.changes, _Change(on, position, value)
        if not changes or changes[-1].on <= on:
            changes.append(change)  # most come in the order of their days
        else:
            insort(changes, change, key=lambda change: change.on)

    def at(self, day: date) -> T | None:
        """What holds on that day; None before the first change."""
        for change in reversed(self.changes):  # asked of every member, so without a generator
            if change.on <= day:
                return change.value
        return None

    def changes_after(self, day: date) -> bool:
        """Whether it is known to change on a later day."""
        return bool(self.changes) and self.changes[-1].on > day

    def spans(self, end: date | None = None) -> tuple[Span[T], ...]:
        """All of it, in order; cut off at `end` where it ended for good."""
        return tuple(self._spans(end))

    def _spans(self, end: date | None) -> Iterator[Span[T]]:
        held: list[_Change[T]] = []
        for change in self.changes:
            if held and held[-1].on == change.on:
                held.pop()
            if not held or held[-1].value != change.value:
                held.append(change)
        ends = [change.on for change in held[1:]]
        for change, until in zip_longest(held, ends):
            if end is not None and change.on >= end:
                return
            cut = end is not None and (until is None or until > end)
            yield Span(change.on, end if cut else until, change.value)

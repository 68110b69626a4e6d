"""From when to when somebody is a member: from his admission to an end, and again from the day it is undone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from events.timeline import Span, Timeline

T = TypeVar("T")


@dataclass
class Membership:
    """Whether he is on a roll from day to day; `died_on` is the one end that nothing undoes."""

    listing: Timeline[bool] = field(default_factory=Timeline)
    died_on: date | None = None

    def begin(self, on: date, position: int) -> None:
        """On a roll from that day; nobody comes back from death."""
        if self.died_on is None or on < self.died_on:
            self.listing.change(on, position, True)

    def end(self, on: date, position: int) -> None:
        """On none from that day."""
        self.listing.change(on, position, False)

    def die(self, on: date) -> None:
        """Whatever was to begin on that day or later does not; its own end is told as any other."""
        self.died_on = on
        self.listing.changes[:] = [change for change in self.listing.changes if change.on < on or not change.value]

    def on(self, day: date) -> bool:
        """Whether he is on a roll on that day."""
        return self.listing.at(day) is True

    @property
    def left_on(self) -> date | None:
        """The day of the last end that is on record; None where he is on a roll after all."""
        changes = self.listing.changes
        if not changes or changes[-1].value:
            return None
        return next(span.since for span in reversed(self.listing.spans()))

    def left_after(self, day: date) -> date | None:
        """The first end after a day; None where none is on record."""
        return next((change.on for change in self.listing.changes if change.on > day and not change.value), None)

    def spells(self) -> Iterator[tuple[date, date | None]]:
        """From when to when he was on a roll, in order."""
        return ((span.since, span.until) for span in self.listing.spans() if span.value)

    def days(self) -> Iterable[date]:
        """Those on which he comes or goes."""
        return (change.on for change in self.listing.changes)

    def within(self, spans: tuple[Span[T], ...]) -> tuple[Span[T], ...]:
        """What of these holds while he is on a roll."""
        found: list[Span[T]] = []
        for first, last in self.spells():
            for since, until, value in spans:
                begins, ends = max(first, since), _earlier(last, until)
                if ends is None or begins < ends:
                    found.append(Span(begins, ends, value))
        return tuple(found)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one is not None and other is not None else one or other

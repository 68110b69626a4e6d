"""What holds for a time that a fact begins, and another fact or its own last day ends: an exemption, an inspection."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar

from events.fact import Refused

T = TypeVar("T")


@dataclass
class Period(Generic[T]):
    """`value` holds from `since` to `until`, the last day that was said, or to the day before `ended_on`."""

    since: date
    value: T
    until: date | None = None
    ended_on: date | None = None

    @property
    def free_on(self) -> date | None:
        """The first day on which it no longer holds; None where no end is known."""
        after = None if self.until is None or self.until == date.max else self.until + timedelta(days=1)
        if after is None or self.ended_on is None:
            return after or self.ended_on
        return min(after, self.ended_on)

    def covers(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= day and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        """Whether it has ended by that day."""
        return (self.until is not None and self.until < day) or (self.ended_on is not None and self.ended_on <= day)

    def meets(self, first: date, last: date | None) -> bool:
        """Whether it holds on one of these days; None: on and on."""
        if self.is_over(first) or (last is not None and last < self.since):
            return False
        return not self.is_over(self.since)


@dataclass
class Periods(Generic[T]):
    """Those of one kind; no two of them meet."""

    known: list[Period[T]] = field(default_factory=list)

    def begin(self, on: date, value: T, until: date | None = None, left_on: date | None = None) -> None:
        """It holds from that day; `left_on` is when whom it is about leaves, as far as that is known already."""
        self.known.append(Period(on, value, until, left_on))

    def end(self, on: date) -> None:
        """What holds on that day no longer does; nothing, where nothing holds."""
        period = self.on(on)
        if period is not None:
            period.ended_on = on

    def on(self, day: date) -> Period[T] | None:
        """What holds on that day."""
        return next((period for period in reversed(self.known) if period.covers(day)), None)

    def days(self) -> set[date]:
        """Those on which something may change."""
        ends = (period.free_on for period in self.known)
        return {period.since for period in self.known}.union(end for end in ends if end is not None)


def is_new(periods: Periods[T], value: T, until: date | None, on: date, family: str) -> bool:
    """Whether such a period may begin on that day; False where the very same holds.

    Raises:
        Refused: `FAMILY.open`, another one meets it.
    """
    here = periods.on(on)
    if here is not None and (here.value, here.until) == (value, until):
        return False
    if any(period.meets(on, until) for period in periods.known):
        raise Refused(f"{family}.open", "another one is on record for some of these days: end it first")
    return True


def is_open(periods: Periods[T], on: date, family: str) -> bool:
    """Whether one is there that can end on that day; False where one did.

    Raises:
        Refused: `FAMILY.none` (nothing holds on that day), `FAMILY.ended` (it ends on another day already).
    """
    if any(period.ended_on == on for period in periods.known):
        return False
    here = periods.on(on)
    if here is None:
        raise Refused(f"{family}.none", "there is none on that day")
    if here.ended_on is not None:
        raise Refused(f"{family}.ended", f"it ends on {here.ended_on} already")
    return True

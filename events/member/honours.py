"""What a member was given, and for how long it holds: a reward for good, a sanction for a year."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from events.member.facts import MemberDisciplined, RewardForm, SanctionForm
from events.member.facts_of_order import ComplaintAnswered, ComplaintOutcome, SanctionComplained, SanctionRestored
from events.papers import Decision
from events.timeline import Span
from events.working_days import months_after

Appeal = SanctionComplained | ComplaintAnswered | SanctionRestored
"""The facts by which something becomes of a sanction."""

YEAR_IN_FORCE = 12
"""Months after its announcement in which a sanction holds."""


class Reward(NamedTuple):
    """A reward as it was recorded; `position` is its fact's place in the log."""

    position: int
    on: date
    form: RewardForm
    decision: Decision


class SanctionState(StrEnum):
    """What has become of a sanction by some day."""

    IN_FORCE = "in_force"
    COMPLAINED = "complained"
    LAPSED = "lapsed"
    RESTORED = "restored"


@dataclass
class Sanction:
    """A sanction, and what became of it; `position` is its fact's place in the log, `on` its announcement."""

    position: int
    on: date
    form: SanctionForm
    decision: Decision | None = None
    complained_on: date | None = None
    answered_on: date | None = None
    outcome: ComplaintOutcome | None = None
    changed_to: SanctionForm | None = None
    restored_on: date | None = None

    @property
    def undone_on(self) -> date | None:
        """The day from which it is as if it had not been: a restoration, or the complaint that cancelled it."""
        if self.restored_on is not None:
            return self.restored_on
        return self.answered_on if self.outcome is ComplaintOutcome.CANCELLED else None

    @property
    def expels(self) -> bool:
        """Whether it is an expulsion that nothing has undone or changed."""
        return self.undone_on is None and (self.changed_to or self.form) is SanctionForm.EXPULSION

    @property
    def latest_on(self) -> date:
        """The last day of all that is known of it."""
        return max(day for day in (self.on, self.complained_on, self.answered_on, self.restored_on) if day is not None)

    def form_on(self, day: date) -> SanctionForm:
        """The form that it was given, or the one that it was changed to by that day."""
        changed = self.changed_to is not None and self.answered_on is not None and self.answered_on <= day
        return self.changed_to if changed and self.changed_to is not None else self.form

    def complaint_open_on(self, day: date) -> bool:
        """Complained of by that day, and neither answered nor undone by then."""
        if self.complained_on is None or day < self.complained_on:
            return False
        return all(end is None or day < end for end in (self.answered_on, self.undone_on))

    def state_on(self, day: date, until: date | None) -> SanctionState | None:
        """Its state on a day, where it holds `until` then, see `in_force`; None before its announcement."""
        if day < self.on:
            return None
        if self.undone_on is not None and self.undone_on <= day:
            return SanctionState.RESTORED
        if until is not None and until <= day:
            return SanctionState.LAPSED
        return SanctionState.COMPLAINED if self.complaint_open_on(day) else SanctionState.IN_FORCE

    def days(self) -> Iterator[date]:
        """Those on which its state may change, but for its lapse."""
        known = (self.on, self.complained_on, self.answered_on, self.restored_on)
        return (day for day in known if day is not None)

    def alone_until(self) -> date | None:
        """The day on which it no longer holds, whatever else he was disciplined with; None: none is known.

        A year after the announcement; where a complaint is open by then, on the day on which it is answered.
        """
        lapse: date | None = months_after(self.on, YEAR_IN_FORCE)
        if (self.changed_to or self.form) is SanctionForm.EXPULSION:
            lapse = None
        elif self.complained_on is not None and self.undone_on is None:
            lapse = None if self.answered_on is None or lapse is None else max(lapse, self.answered_on)
        return _earlier(lapse, self.undone_on)

    def holds_others_until(self) -> date | None:
        """Until when it keeps an earlier one in force, if no third one keeps itself: an expulsion for a year."""
        if self.form is SanctionForm.EXPULSION and self.alone_until() is None:
            return months_after(self.on, YEAR_IN_FORCE)
        return self.alone_until()


@dataclass
class Sanctions:
    """Those of one member, by the place of each in the log."""

    known: dict[int, Sanction] = field(default_factory=dict)

    def announce(self, disciplined: MemberDisciplined, on: date, position: int) -> None:
        """One more, in force from that day."""
        self.known[position] = Sanction(position, on, disciplined.form, disciplined.decision)

    def knows(self, disciplined: MemberDisciplined) -> bool:
        """Whether it is on record: a sanction is known by its form and its decision together."""
        same = (disciplined.decision, disciplined.form)
        return any((one.decision, one.form) == same for one in self.known.values())

    def appeal(self, fact: Appeal, on: date) -> bool:
        """What becomes of one of them; whether by it somebody who was expelled is so no more."""
        sanction = self.known.get(fact.sanction)
        if sanction is None:  # it was struck through
            return False
        was_expelled = sanction.expels
        match fact:
            case SanctionComplained():
                sanction.complained_on = on
            case ComplaintAnswered(outcome=outcome, form=form):
                sanction.answered_on, sanction.outcome, sanction.changed_to = on, outcome, form
            case SanctionRestored():
                sanction.restored_on = on
        return was_expelled and not sanction.expels

    def spans(self) -> tuple[Span[Sanction], ...]:
        """Each, from when to when it is in force."""
        return in_force(self.known.values())

    def complaint_open_on(self, day: date) -> bool:
        """Whether a complaint waits for its answer on that day."""
        return any(sanction.complaint_open_on(day) for sanction in self.known.values())


def _earlier(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one is not None and other is not None else one or other


def lapses_on(form: SanctionForm, announced: date, others: Iterable[date] = ()) -> date | None:
    """The day from which a sanction no longer holds, by dates alone: no fact is needed and no timer runs.

    One year after its announcement, unless a new sanction was announced within that year (`others`): the earlier one
    then holds as long as the new one. An expulsion never lapses.
    """
    if form is SanctionForm.EXPULSION:
        return None
    end = months_after(announced, YEAR_IN_FORCE)
    for other in sorted(others):
        if announced < other < end:
            end = months_after(other, YEAR_IN_FORCE)
    return end


def in_force(sanctions: Iterable[Sanction]) -> tuple[Span[Sanction], ...]:
    """Each from its announcement to the day from which it holds no longer; several may be in force together.

    As `lapses_on`, and with what became of complaints: while one is open nothing lapses, what is undone holds no
    other in force, and what it had held is over when it is undone, unless its own year is not.
    """
    in_order = sorted(sanctions, key=lambda sanction: (sanction.on, sanction.position))
    ends: list[date | None] = []
    later: deque[tuple[date, date | None]] = deque()
    """Of those after this one, the nearest first: the announcement, and until when it holds others."""
    for one in reversed(in_order):
        end = _held(one, one.alone_until(), later)
        ends.append(end)
        later.appendleft((one.on, _held(one, one.holds_others_until(), later)))
    return tuple(Span(one.on, end, one) for one, end in zip(in_order, reversed(ends), strict=True))


def _held(one: Sanction, end: date | None, later: Iterable[tuple[date, date | None]]) -> date | None:
    if one.undone_on is not None and end == one.undone_on:
        return end
    for announced, until in later:
        if end is None or announced >= end:
            break
        if announced > one.on:
            end = None if until is None else max(end, until)
    return _earlier(end, one.undone_on)

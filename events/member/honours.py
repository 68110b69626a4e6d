"""What a member was given, and for how long it holds: a reward for good, a sanction for a year."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from events.member.facts import RewardForm, SanctionForm
from events.papers import Decision
from events.timeline import Span
from events.working_days import months_after


class Reward(NamedTuple):
    """A reward as it was recorded; `position` is its fact's place in the log."""

    position: int
    on: date
    form: RewardForm
    decision: Decision


class Sanction(NamedTuple):
    """A sanction as it was recorded; `position` is its fact's place in the log, `on` its announcement."""

    position: int
    on: date
    form: SanctionForm
    decision: Decision


def lapses_on(form: SanctionForm, announced: date, others: Iterable[date] = ()) -> date | None:
    """The day from which a sanction no longer holds, by dates alone: no fact is needed and no timer runs.

    One year after its announcement, unless a new sanction was announced within that year (`others`): the earlier one
    then holds as long as the new one. An expulsion never lapses.
    """
    if form is SanctionForm.EXPULSION:
        return None
    end = months_after(announced, 12)
    for other in sorted(others):
        if announced < other < end:
            end = months_after(other, 12)
    return end


def in_force(sanctions: Iterable[Sanction]) -> tuple[Span[Sanction], ...]:
    """Each from its announcement to the day on which it has lapsed; several may be in force together."""
    in_order = sorted(sanctions, key=lambda sanction: (sanction.on, sanction.position))
    announced = [sanction.on for sanction in in_order]
    return tuple(Span(one.on, lapses_on(one.form, one.on, announced), one) for one in in_order)

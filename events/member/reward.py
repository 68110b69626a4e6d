"""What a member is given: commendations, certificates of merit, the badges of long membership."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import MemberAdmitted, RewardForm, RewardGiven, SanctionForm
from events.member.state import Member, must_be_listed
from events.working_days import months_after

BADGE_BLOCKED_MONTHS = {SanctionForm.REPRIMAND: 6, SanctionForm.WARNING: 9, SanctionForm.REMOVAL_FROM_POST: 12}
"""How long after its announcement a sanction stands in the way of a badge."""
WAVES = ((2, 3), (5, 19), (9, 2), (11, 7))
"""The months and days of the year on which badges are given."""


def reward(member: Member, given: RewardGiven, on: date) -> list[Fact]:
    """A reward, known by its form and its decision; on which day it is asked again does not matter.

    Raises:
        Refused: `reward.badge_blocked` (6, 9 or 12 months after a reprimand, a warning, a removal from post that
            nothing has undone), `reward.badge_too_early` (the years of the badge are not over by its wave),
            `reward.badge_wave` (it takes effect on no wave), `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    if (given.form, given.decision) in member.rewards:
        return []
    must_be_listed(member, on)
    if given.form.is_badge:
        assert member.admitted is not None, "who is listed was admitted"
        _must_be_unblocked(member, on)
        _must_have_its_years(given.form, member.admitted, on)
        if (on.month, on.day) not in WAVES:
            raise Refused("reward.badge_wave", "badges are given on 3 February, 19 May, 2 September and 7 November")
    return [given]


def _must_be_unblocked(member: Member, on: date) -> None:
    for sanction in member.sanctions.known.values():
        if sanction.undone_on is not None and sanction.undone_on <= on:
            continue
        form = sanction.form_on(on)
        until = months_after(sanction.on, BADGE_BLOCKED_MONTHS.get(form, 0))
        if sanction.on <= on < until:
            raise Refused("reward.badge_blocked", f"a {form} blocks badges until {until}", "/form")


def _must_have_its_years(form: RewardForm, admitted: MemberAdmitted, on: date) -> None:
    """Counted from the admission to the Party, which may be long before the book was opened, to the wave."""
    years = int(form.removeprefix("badge_"))
    due_on = months_after(admitted.admitted_on, 12 * years)
    if on < due_on:
        raise Refused("reward.badge_too_early", f"{years} years of membership are over on {due_on}", "/form")

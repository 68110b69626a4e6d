"""What a member is given: commendations, certificates of merit, the badges of long membership."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import RewardGiven, SanctionForm
from events.member.state import Member, must_be_listed
from events.working_days import months_after

BADGE_BLOCKED_MONTHS = {SanctionForm.REPRIMAND: 6, SanctionForm.WARNING: 9, SanctionForm.REMOVAL_FROM_POST: 12}
"""How long after its announcement a sanction stands in the way of a badge."""


def reward(member: Member, given: RewardGiven, on: date) -> list[Fact]:
    """A reward, known by its form and its decision; on which day it is asked again does not matter.

    Raises:
        Refused: `reward.badge_blocked` (6, 9 or 12 months after a reprimand, a warning, a removal from post),
            `member.not_yet_admitted`, `member.left`.
    """
    if (given.form, given.decision) in member.rewards:
        return []
    must_be_listed(member, on)
    if given.form.is_badge:
        _must_be_unblocked(member, on)
    return [given]


def _must_be_unblocked(member: Member, on: date) -> None:
    for sanction in member.sanctions.known.values():
        until = months_after(sanction.on, BADGE_BLOCKED_MONTHS.get(sanction.form, 0))
        if sanction.on <= on < until:
            raise Refused("reward.badge_blocked", f"a {sanction.form} blocks badges until {until}", "/form")

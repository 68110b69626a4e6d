"""How a member is disciplined: four forms, the last of which ends the membership."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import MemberDisciplined, SanctionForm, Status
from events.member.state import Member, must_be_last, must_be_listed

FOR_PROBATIONARY = frozenset({SanctionForm.REPRIMAND, SanctionForm.WARNING})


def discipline(member: Member, disciplined: MemberDisciplined, on: date) -> list[Fact]:
    """A sanction, announced on that day and known by its form and its decision. It lapses by dates, see `in_force`.

    Raises:
        Refused: `sanction.form_not_for_probationary` (only a reprimand or a warning), `member.not_yet_admitted`,
            `member.died`, `member.left`, `member.later_facts` (an expulsion, and something that takes effect later is
            on record).
    """
    if member.sanctions.knows(disciplined):
        return []
    must_be_listed(member, on)
    must_suit(disciplined.form, member.status_on(on))
    if disciplined.form is SanctionForm.EXPULSION:
        must_be_last(member, on)
    return [disciplined]


def must_suit(form: SanctionForm, status: Status | None) -> None:
    """A probationary member has no post to lose, and is not expelled but taken off the list.

    Raises:
        Refused: `sanction.form_not_for_probationary`.
    """
    if status is Status.PROBATIONARY and form not in FOR_PROBATIONARY:
        raise Refused(
            "sanction.form_not_for_probationary", "a probationary member can only be reprimanded or warned", "/form"
        )

"""How a member is disciplined: four forms, the last of which ends the membership."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import MemberDisciplined, SanctionForm, Status
from events.member.state import Member, must_be_last, must_be_listed

FOR_PROBATIONARY = frozenset({SanctionForm.REPRIMAND, SanctionForm.WARNING})


def discipline(member: Member, disciplined: MemberDisciplined, on: date) -> list[Fact]:
    """A sanction, announced on that day and known by its form and its decision. It lapses by dates, see `lapses_on`.

    Raises:
        Refused: `sanction.form_not_for_probationary` (only a reprimand or a warning), `member.not_yet_admitted`,
            `member.left`, `member.later_facts` (an expulsion, and something that takes effect later is on record).
    """
    if any(
        (known.form, known.decision) == (disciplined.form, disciplined.decision)
        for known in member.sanctions.known.values()
    ):
        return []
    must_be_listed(member, on)
    if member.status_on(on) is Status.PROBATIONARY and disciplined.form not in FOR_PROBATIONARY:
        raise Refused(
            "sanction.form_not_for_probationary", "a probationary member can only be reprimanded or warned", "/form"
        )
    if disciplined.form is SanctionForm.EXPULSION:
        must_be_last(member, on)
    return [disciplined]

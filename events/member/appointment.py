"""How a member is appointed or promoted, of which the committee where he lives is told."""

from datetime import date

from events.fact import Fact
from events.member.facts_of_life import MemberAppointed
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_exist


def appoint(member: Member, appointed: MemberAppointed, at: Organisation | None, on: date) -> list[Fact]:
    """He holds the post from that day; `at` is the state of the organisation, where it is one that is here.

    Raises:
        Refused: `appointment.at_unknown`, `appointment.at_ended`, `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    if (on, appointed) in member.appointments:
        return []
    must_be_listed(member, on)
    if at is not None:
        must_exist(at, on, "appointment.at", "/at")
    return [appointed]

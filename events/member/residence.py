"""Where a member lives, and which committee follows him there."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import ResidenceDeclared
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_exist


def declare_residence(
    member: Member, committee: Organisation | None, declared: ResidenceDeclared, on: date
) -> list[Fact]:
    """He lives there from that day; `committee` is the state of the one that he names, None where he names none.

    Raises:
        Refused: `residence.nowhere` (neither a place nor a committee), `residence.committee_unknown`,
            `residence.committee_ended`, `member.not_yet_admitted`, `member.left`.
    """
    if member.residence_on(on) == declared:
        return []
    must_be_listed(member, on)
    if declared.committee is None and declared.place is None:
        raise Refused("residence.nowhere", "a residence is a place, a committee, or both", "/place")
    if committee is not None:
        must_exist(committee, on, "residence.committee", "/committee")
    return [declared]

"""How offices are given and end: one secretary on any day, and nobody in office who does not belong."""

from collections.abc import Callable, Mapping
from datetime import date

from events.fact import Fact, Id, Refused
from events.member.state import Member, must_be_listed
from events.office import Office, OfficerAppointed, OfficerEnded, Term
from events.organisation import Organisation, must_exist

ROLE = "office.organisation"


def appoint(
    organisation: Organisation,
    member: Member,
    appointed: OfficerAppointed,
    on: date,
    *,
    belongs: bool = True,
    gone: Mapping[Id, date] | None = None,
) -> list[Fact]:
    """A member takes an office; `member` is the state of the one that is named.

    `belongs`: his cell of that day stands where officers of this kind come from, below the organisation, or, for a
    supervisor, below anything above it. `gone` says from when on the organisation's other secretaries belong to it no
    longer (see `gone_from`): their offices are over by then, and ended in words where another one follows.

    Raises:
        Refused: `office.organisation_unknown`, `office.organisation_ended`, `office.member_unknown`,
            `member.not_yet_admitted`, `member.left`, `office.member_elsewhere`, `office.secretary_taken`.
    """
    must_exist(organisation, on, ROLE, "")
    held = organisation.offices.held_on(appointed.office, appointed.member, on)
    if held is not None and held.concurrently == appointed.concurrently:
        return []
    if member.admitted is None:
        raise Refused("office.member_unknown", "there is no such member", "/member")
    must_be_listed(member, on)
    if not belongs:
        raise Refused("office.member_elsewhere", "the member's cell does not stand where officers come from", "/member")
    if appointed.office is not Office.SECRETARY:
        return [appointed]
    return [*_vacated(organisation, appointed.member, on, gone or {}), appointed]


def end_office(organisation: Organisation, member: Id, office: Office, on: date) -> list[Fact]:
    """An office ends by a decision; also that of who has left the roll, whose book is put in order.

    Raises:
        Refused: `office.organisation_unknown`, `office.organisation_ended`, `office.not_held`.
    """
    must_exist(organisation, on, ROLE, "")
    if organisation.offices.held_on(office, member, on) is not None:
        return [OfficerEnded(member=member, office=office)]
    if organisation.offices.ended_on(office, member, on):
        return []
    raise Refused("office.not_held", "the member does not hold this office on that day", "/office")


def secretaries(organisation: Organisation, on: date, but: Id) -> list[Term]:
    """The terms of secretaries, but of one member, that reach that day or what comes after it."""
    terms = organisation.offices.terms()
    others = [term for term in terms if term.office is Office.SECRETARY and term.member != but]
    return [term for term in others if term.until is None or on < term.until]


def gone_from(member: Member, since: date, is_below: Callable[[Id, date], bool]) -> date | None:
    """The first day, `since` or after, on which a member is on no roll of a cell that `is_below`; None: on none."""
    spans = [span for span in member.cell_spans() if span.until is None or span.until > since]
    for span in spans:
        day = max(span.since, since)
        if not is_below(span.value, day):
            return day
    return spans[-1].until if spans else since


def _vacated(organisation: Organisation, member: Id, on: date, gone: Mapping[Id, date]) -> list[Fact]:
    """The ends of secretaries who belong no longer.

    Raises:
        Refused: `office.secretary_taken`, another one is in office on that day or on a later one of the term.
    """
    until = organisation.offices.until(Office.SECRETARY, member, on)
    ended: list[Fact] = []
    for term in secretaries(organisation, on, but=member):
        if until is not None and until <= term.since:
            continue
        if term.since <= on and term.member in gone and gone[term.member] <= on:
            ended.append(OfficerEnded(member=term.member, office=Office.SECRETARY))
            continue
        raise Refused(
            "office.secretary_taken", "the organisation has another secretary on that day or later", "/office"
        )
    return ended

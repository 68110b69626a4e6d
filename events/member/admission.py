"""How a member comes onto the roll, and how probation ends."""

from datetime import date

from msgspec.structs import replace

from events.fact import Fact, Refused
from events.member.facts import MemberAdmitted, MemberRecognised, Status
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_take_members
from events.working_days import months_after

PROBATION_MONTHS = 12
YOUNGEST_YEARS = 18


def digits(number: str) -> str:
    """The number of a card as it is stored, claimed and searched: without the spaces, dots and hyphens of the paper."""
    return number if number.isdigit() else "".join(sign for sign in number if sign not in " \u00a0\t.-")


def admit(member: Member, cell: Organisation, admitted: MemberAdmitted, on: date) -> list[Fact]:
    """A person comes onto the roll of a living cell; `on` may be the day on which the book was opened.

    Raises:
        Refused: `member.exists`, `member.card`, `member.citizen` (no number), `member.not_yet_admitted` (admitted
            after the day from which he should count), `member.too_young` (admitted before he was 18, or born),
            `member.recognition` (its day does not go with the status or the admission), `member.cell_unknown`,
            `member.cell_ended`, `member.cell_not_a_cell`.
    """
    admitted = replace(admitted, card=_number(admitted.card, "card"), citizen=_number(admitted.citizen, "citizen"))
    if member.admitted == admitted:
        return []
    if member.admitted is not None:
        raise Refused("member.exists", "this member is on record already, and otherwise")
    if admitted.admitted_on > on:
        raise Refused("member.not_yet_admitted", "admitted on a later day than this takes effect", "/admitted_on")
    _must_be_grown_up(admitted)
    _must_agree_on_recognition(admitted, on)
    must_take_members(cell, on, "member.cell", "/cell")
    return [admitted]


def recognise(member: Member, on: date) -> list[Fact]:
    """Probation ends after its twelve months, by a decision of its own and never by itself.

    Raises:
        Refused: `member.not_yet_admitted`, `member.left`, `member.already_official` (since his admission to this book),
            `member.probation_not_over`.
    """
    if member.admitted is not None and member.admitted.status is Status.OFFICIAL:
        raise Refused("member.already_official", "the member was official when he came onto the roll")
    if any(status.value is Status.OFFICIAL for status in member.statuses.changes):
        return []
    must_be_listed(member, on)
    assert member.admitted is not None, "who is listed was admitted"
    if on < (over := months_after(member.admitted.admitted_on, PROBATION_MONTHS)):
        raise Refused("member.probation_not_over", f"probation lasts until {over}")
    return [MemberRecognised()]


def _number(given: str | None, field: str) -> str | None:
    if given is None:
        return None
    number = digits(given)
    if not (number.isascii() and number.isdigit()):
        raise Refused(f"member.{field}", "the number has other signs than digits", f"/{field}")
    return number


def _must_be_grown_up(admitted: MemberAdmitted) -> None:
    if admitted.born_on is None:
        return
    if admitted.admitted_on < months_after(admitted.born_on, 12 * YOUNGEST_YEARS):
        raise Refused("member.too_young", f"admitted before the age of {YOUNGEST_YEARS}", "/admitted_on")


def _must_agree_on_recognition(admitted: MemberAdmitted, on: date) -> None:
    if admitted.recognised_on is None:
        return
    if admitted.status is Status.PROBATIONARY:
        raise Refused("member.recognition", "a probationary member has not been recognised", "/recognised_on")
    if not admitted.admitted_on <= admitted.recognised_on <= on:
        raise Refused(
            "member.recognition", "recognised before the admission or after this takes effect", "/recognised_on"
        )

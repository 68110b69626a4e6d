"""How a member is exempted from work and meetings, and how that ends."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts_of_life import ExemptionEnded, ExemptionGround, MemberExempted
from events.member.periods import is_new, is_open
from events.member.state import Member, must_be_listed
from events.working_days import months_after

LONGEST_MONTHS = 12


def exempt(member: Member, exempted: MemberExempted, on: date) -> list[Fact]:
    """He need not take part from that day: for age or illness without a term, for other reasons under 12 months.

    Raises:
        Refused: `exemption.until` (missing, not allowed, or before the first day), `exemption.too_long`,
            `exemption.open` (another one holds on some of these days), `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    must_be_listed(member, on)
    _must_have_its_term(exempted, on)
    is_asked_first = is_new(member.absences.exemptions, exempted.ground, exempted.until, on, "exemption")
    return [exempted] if is_asked_first else []


def end_exemption(member: Member, on: date) -> list[Fact]:
    """He takes part again from that day.

    Raises:
        Refused: `exemption.none`, `exemption.ended` (on another day), `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    must_be_listed(member, on)
    return [ExemptionEnded()] if is_open(member.absences.exemptions, on, "exemption") else []


def _must_have_its_term(exempted: MemberExempted, on: date) -> None:
    if exempted.ground is not ExemptionGround.OTHER:
        if exempted.until is not None:
            raise Refused("exemption.until", "an exemption for age or illness has no last day", "/until")
        return
    if exempted.until is None or exempted.until < on:
        raise Refused("exemption.until", "for other reasons it says its last day, not before its first", "/until")
    if exempted.until >= months_after(on, LONGEST_MONTHS):
        raise Refused("exemption.too_long", f"for other reasons it lasts less than {LONGEST_MONTHS} months", "/until")

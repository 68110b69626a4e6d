"""How a member is inspected, and how he is suspended: each begins and ends by a fact, and neither is discipline."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts_of_order import InspectionEnded, InspectionOpened, MemberSuspended, SuspensionEnded
from events.member.periods import is_new, is_open
from events.member.state import Member, must_be_listed


def open_inspection(member: Member, ground: str, on: date) -> list[Fact]:
    """He is looked into; until it ends he is not transferred for good.

    Raises:
        Refused: `inspection.open` (another one), `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    must_be_listed(member, on)
    is_asked_first = is_new(member.absences.inspections, ground, None, on, "inspection")
    return [InspectionOpened(ground=ground)] if is_asked_first else []


def end_inspection(member: Member, on: date) -> list[Fact]:
    """It is over, whatever it found.

    Raises:
        Refused: `inspection.none`, `inspection.ended` (on another day), `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    must_be_listed(member, on)
    return [InspectionEnded()] if is_open(member.absences.inspections, on, "inspection") else []


def suspend(member: Member, until: date | None, on: date) -> list[Fact]:
    """He takes no part, until a last day that is said or until it is ended.

    Raises:
        Refused: `suspension.until` (before its first day), `suspension.open` (another one holds on some of these days),
            `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    must_be_listed(member, on)
    if until is not None and until < on:
        raise Refused("suspension.until", "its last day is before its first", "/until")
    return [MemberSuspended(until=until)] if is_new(member.absences.suspensions, None, until, on, "suspension") else []


def end_suspension(member: Member, on: date) -> list[Fact]:
    """He takes part again from that day.

    Raises:
        Refused: `suspension.none`, `suspension.ended` (on another day), `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    must_be_listed(member, on)
    return [SuspensionEnded()] if is_open(member.absences.suspensions, on, "suspension") else []

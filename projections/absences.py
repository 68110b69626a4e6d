"""When a member is outside the base of those who should come: exempt, suspended, or with another cell for a time."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from events.fact import Id
from events.member import Member
from projections.folded import COMINGS_AND_GOINGS, Folded, spells
from projections.view import View


class Why(StrEnum):
    """For which reason; two of them may hold at once, in a row each."""

    EXEMPT = "exempt"
    SUSPENDED = "suspended"
    AWAY = "away"


class Row(NamedTuple):
    """A reason while it holds; `host` is the cell that has one who is away."""

    why: Why
    host: Id | None
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's, reason by reason; most have none."""
    absences = member.absences
    found: list[Row] = []
    if absences.exemptions.known:
        found += _while(Why.EXEMPT, member, absences.exemptions.days(), member.exempt_on)
    if absences.suspensions.known:
        found += _while(Why.SUSPENDED, member, absences.suspensions.days(), member.suspended_on)
    if any(transfer.home_on is not None for transfer in member.transfers.values()):
        for from_on, to_on, host in spells(_days_of_transfers(member), lambda day: _host(member, day)):
            found += [Row(Why.AWAY, host, from_on, to_on)] if host is not None else []
    return found


def _while(why: Why, member: Member, days: set[date], holds: Callable[[date], bool]) -> list[Row]:
    turns = days.union(member.membership.days())
    return [Row(why, None, from_on, to_on) for from_on, to_on, here in spells(turns, holds) if here]


def _days_of_transfers(member: Member) -> set[date | None]:
    days: set[date | None] = {*member.membership.days(), *(move.on for move in member.moves)}
    days.update(span.since for span in member.cells.spans())
    for transfer in member.transfers.values():
        days.update((transfer.ended_on, transfer.home_on))
    return days


def _host(member: Member, day: date) -> Id | None:
    away = member.away(day)
    return member.host_on(away, day) if away else None


VIEW = View(
    name="absences",
    columns={"why": "text NOT NULL", "host": "uuid", "from_on": "date NOT NULL", "to_on": "date NOT NULL"},
    reads=frozenset(
        {
            "member.admitted",
            "member.moved",
            "member.transfer_introduced",
            "member.transfer_received",
            "member.transfer_refused",
            "member.transfer_withdrawn",
            "member.transfer_extension_asked",
            "member.transfer_extended",
            "member.transfer_returned",
            "member.exempted",
            "member.exemption_ended",
            "member.suspended",
            "member.suspension_ended",
            *COMINGS_AND_GOINGS,
        }
    ),
    subject=lambda: Folded(Member(), rows),
)

"""What holds of somebody on a day that a committee must know which begins to follow him: pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from events.fact import Fact, Id, Record
from events.liaison import Liaison, LiaisonAccepted
from events.member import Member, MemberAppointed, ResidenceDeclared
from events.member.honours import Sanction
from events.member.periods import Period
from events.member.transit import Transfer
from events.office import Term
from events.organisation import Organisation
from services.notify.recipients import cell_before, heir


class InForce(NamedTuple):
    """Sanctions, posts with their first days, offices with their organisations, an exemption, a way he is on."""

    sanctions: tuple[Sanction, ...] = ()
    posts: tuple[tuple[date, MemberAppointed], ...] = ()
    offices: tuple[tuple[Id, Term], ...] = ()
    exemption: Period[object] | None = None
    transit: Transfer | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return self == InForce()


def of(ident: Id, member: Member, day: date, organisations: Mapping[Id, Organisation]) -> InForce:
    """What holds of a member on a day, as far as `organisations` know of his offices; nothing of one who has left."""
    if not member.listed_on(day):
        return InForce()
    terms = (
        (of, term)
        for of, state in sorted(organisations.items())
        for term in state.offices.terms()
        if term.member == ident and term.since <= day and (term.until is None or day < term.until)
    )
    return InForce(
        sanctions=member.sanctions_on(day),
        posts=tuple(one for one in member.appointments if one[0] <= day),
        offices=tuple(terms),
        exemption=member.absences.exemptions.on(day),  # type: ignore[arg-type]  # of whatever ground
        transit=member.in_transit(day),
    )


def told_on(record: Record) -> date:
    """The day whose state a committee is told that comes late: its own first one, or that of the recording if later."""
    return max(record.effective_on, record.recorded_at.date())


def newcomer(
    fact: Fact, record: Record, member: Member, liaison: Liaison | None, organisations: Mapping[Id, Organisation]
) -> Id | None:
    """The committee that comes to know him by this fact, of which `record` is the record.

    None where it is the one that has followed him so far, or where, by what is on record, it is another one's turn by
    now. A liaison tells it to a committee that no residence names: the others have heard of him since one was declared.
    """
    on, day = record.effective_on, told_on(record)
    if isinstance(fact, ResidenceDeclared):
        before, now = _committee(member, on - timedelta(days=1)), fact.committee
        if _committee(member, day) != now:
            return None
    elif isinstance(fact, LiaisonAccepted) and liaison is not None and liaison.introduced is not None:
        before, now = _committee(member, day), liaison.introduced.committee
        if liaison.ended_on is not None and liaison.ended_on <= day:
            return None
    else:
        return None
    found = heir(now, day, organisations)
    return None if found == heir(before, day, organisations) else found


def asked_about(fact: Fact, record: Record, member: Member, liaison: Liaison | None) -> set[Id]:
    """Of which organisations `newcomer` and `of` must know, and of all above them."""
    on, day = record.effective_on, told_on(record)
    named = {cell_before(member, on), *(_committee(member, one) for one in (on - timedelta(days=1), on, day))}
    if isinstance(fact, ResidenceDeclared):
        named.add(fact.committee)
    if liaison is not None and liaison.introduced is not None:
        named.add(liaison.introduced.committee)
    return {one for one in named if one is not None}


def _committee(member: Member, day: date) -> Id | None:
    declared = member.residences.at(day)
    return None if declared is None else declared.committee

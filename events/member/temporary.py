"""How a temporary transfer takes longer, which both sides ask for, and how it ends before its last day."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from events.fact import Fact, Id, Refused
from events.member.facts import (
    TransferExtended,
    TransferExtensionAsked,
    TransferKind,
    TransferReturned,
    TransferSide,
)
from events.member.state import Member, must_be_listed
from events.member.transfer import known_transfer, must_be_nowhere_else, must_be_within_its_term
from events.member.transit import Transfer, TransferState


def extend(member: Member, transfer: Id, until: date, sides: AbstractSet[TransferSide], on: date) -> list[Fact]:
    """It takes until `until` once origin and destination have both asked for that day; `sides` is who asks now.

    The first one's word changes nothing yet; who may speak for both has said it all.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_temporary`, `transfer.not_away` (not received by that day, back from
            it, or the last day is over), `transfer.not_longer`, `transfer.too_long` (over the whole, from the
            introduction), `transfer.already_away` (elsewhere by then), `member.not_yet_admitted`, `member.died`,
            `member.left`.
    """
    known = _temporary(member, transfer)
    if any(until == agreed for _, agreed in known.extensions):
        return []
    must_be_listed(member, on)
    if known.returned_on is not None or not member.is_away(known, on):
        raise Refused("transfer.not_away", "on that day the member is not there on this transfer")
    assert known.until is not None, "a temporary transfer has a last day"
    if until <= known.until:
        raise Refused("transfer.not_longer", f"the transfer takes until {known.until} already", "/until")
    must_be_within_its_term(known.introduced.ground, known.introduced_on, until)
    must_be_nowhere_else(member, known, known.until + timedelta(days=1), until)
    said = {side for side, asked in known.asked.items() if asked == until}
    if said.union(sides) == set(TransferSide):
        return [TransferExtended(transfer=transfer, until=until)]
    return [TransferExtensionAsked(transfer=transfer, until=until, side=side) for side in sides if side not in said]


def bring_back(member: Member, transfer: Id, on: date) -> list[Fact]:
    """He is back at the origin from that day: before the last day, or at the latest on the day after it.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_temporary`, `transfer.not_away` (not received by that day, or an
            official transfer has ended it), `transfer.term_over` (he has been back since, without anybody's word),
            `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    known = _temporary(member, transfer)
    if known.returned_on is not None:
        return []
    must_be_listed(member, on)
    if known.outcome is not TransferState.RECEIVED or known.ended_on is None or on < known.ended_on:
        raise Refused("transfer.not_away", "on that day the member is not there on this transfer")
    if known.home_on is not None and on > known.home_on:
        raise Refused("transfer.term_over", f"the transfer ended by itself, and he has been back from {known.home_on}")
    if not member.is_away(known, max(on - timedelta(days=1), known.ended_on)):
        raise Refused("transfer.not_away", "an official transfer has ended this one")
    return [TransferReturned(transfer=transfer)]


def _temporary(member: Member, transfer: Id) -> Transfer:
    known = known_transfer(member, transfer)
    if known.introduced.kind is not TransferKind.TEMPORARY:
        raise Refused("transfer.not_temporary", "an official transfer has no term")
    return known

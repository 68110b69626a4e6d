"""How a member goes from cell to cell: the origin introduces or withdraws, the destination receives or refuses.

Both sides act; until the second has, he is in transit, and still counts at the origin.
"""

from datetime import date

from msgspec import Struct

from events.fact import Fact, Id, Refused
from events.member.facts import (
    TransferGround,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
    TransferWithdrawn,
)
from events.member.state import Member, must_be_listed
from events.member.transit import Transfer, TransferState
from events.organisation import Organisation, must_take_members
from events.working_days import months_after, working_days_after

ARRIVAL_WORKING_DAYS = 30
SHORTEST_MONTHS = 3
LONGEST_MONTHS = 12
LONGEST_MONTHS_OF_STUDY = 24


class Move(Struct, frozen=True):
    """What the origin asks for; whence and by when follow from the member and the day."""

    to: Id
    kind: TransferKind
    ground: TransferGround | None = None
    until: date | None = None
    code: str | None = None
    decided_on: date | None = None
    collective: Id | None = None


def introduce(member: Member, destination: Organisation, transfer: Id, move: Move, on: date) -> list[Fact]:
    """The origin introduces him to the destination, whose state must be that of `move.to`.

    Raises:
        Refused: `transfer.exists`, `transfer.already_in_transit`, `transfer.introduced_since` (on a later day),
            `transfer.to_own_cell`, `transfer.already_away` (a
            second temporary one), `transfer.until` (missing or not allowed), `transfer.too_short`, `transfer.too_long`,
            `transfer.under_inspection`, `transfer.complaint_open` (neither with an official one),
            `transfer.destination_unknown`, `transfer.destination_ended`, `transfer.destination_not_a_cell`,
            `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    if known := member.transfers.get(transfer):
        if _asks_the_same(known.introduced, move):
            return []
        raise Refused("transfer.exists", "this transfer is on record already, and otherwise")
    must_be_listed(member, on)
    if member.in_transit(on) or any(other.outcome is None for other in member.transfers.values()):
        # Whatever their days: two that wait for an answer could both be received.
        raise Refused("transfer.already_in_transit", "another introduction is still unanswered")
    if any(other.introduced_on > on for other in member.transfers.values()):
        # It would be unanswered on days on which he was on another way already.
        raise Refused("transfer.introduced_since", "an introduction of a later day is on record")
    origin = member.cell_on(on)
    assert origin is not None, "who is listed has a cell"
    if move.to == origin:
        raise Refused("transfer.to_own_cell", "the member is in that cell already", "/to")
    if move.kind is TransferKind.TEMPORARY and member.away(on):
        raise Refused("transfer.already_away", "the member is temporarily in another cell already")
    _must_be_free_to_go(member, move.kind, on)
    _must_have_its_term(move, on)
    must_take_members(destination, on, "transfer.destination", "/to")
    due_on = working_days_after(on, ARRIVAL_WORKING_DAYS) if move.kind is TransferKind.OFFICIAL else None
    return [
        TransferIntroduced(
            transfer=transfer, from_cell=origin, to=move.to, kind=move.kind, due_on=due_on,
            ground=move.ground, until=move.until, code=move.code, decided_on=move.decided_on,
            collective=move.collective,
        )
    ]  # fmt: skip


def receive(member: Member, destination: Organisation, transfer: Id, on: date, *, at: Id | None = None) -> list[Fact]:
    """The destination takes him: its own member from that day, or its guest where the transfer is temporary.

    `at` is the cell, whose state `destination` then is, that stands in for one that has ended.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_in_transit` (answered otherwise, or not yet introduced on that day),
            `transfer.moved_since` (his cell is, or will be on a later day, another than the one that introduced him or
                what has become of it),
            `transfer.already_away` (on a day of the term he is, or was, temporarily elsewhere),
            `transfer.under_inspection`, `transfer.complaint_open` (neither with an official one, opened on the way),
            `transfer.destination_unknown`, `transfer.destination_ended`, `transfer.destination_not_a_cell`,
            `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    known = known_transfer(member, transfer)
    if known.outcome is TransferState.RECEIVED:
        return []
    _must_be_open(member, known, on)
    if member.cell_on(on) != member.origin_on(known, on) or member.cells.changes_after(on):
        raise Refused("transfer.moved_since", "the member's cell has changed since, or does on a later day on record")
    _must_be_free_to_go(member, known.introduced.kind, on)
    must_take_members(destination, on, "transfer.destination", "/to")
    if known.until is not None:
        must_be_nowhere_else(member, known, on, known.until)
    return [TransferReceived(transfer=transfer, at=at)]


def refuse(member: Member, transfer: Id, reason: str, on: date) -> list[Fact]:
    """The destination sends him back: he is where he was.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_in_transit`, `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    known = known_transfer(member, transfer)
    if known.outcome is TransferState.REFUSED:
        return []
    _must_be_open(member, known, on)
    return [TransferRefused(transfer=transfer, reason=reason)]


def withdraw(member: Member, transfer: Id, on: date) -> list[Fact]:
    """The origin takes its introduction back while nobody has answered: he is where he was.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_in_transit`, `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    known = known_transfer(member, transfer)
    if known.outcome is TransferState.WITHDRAWN:
        return []
    _must_be_open(member, known, on)
    return [TransferWithdrawn(transfer=transfer)]


def _asks_the_same(introduced: TransferIntroduced, move: Move) -> bool:
    return move == Move(
        to=introduced.to, kind=introduced.kind, ground=introduced.ground, until=introduced.until, code=introduced.code,
        decided_on=introduced.decided_on, collective=introduced.collective,
    )  # fmt: skip


def _must_be_free_to_go(member: Member, kind: TransferKind, on: date) -> None:
    """Nobody leaves for good while he is looked into or waits for the answer to a complaint; for a time he may."""
    if kind is not TransferKind.OFFICIAL:
        return
    if member.inspected_on(on):
        raise Refused("transfer.under_inspection", "no official transfer while the member is under inspection")
    if member.complaint_open_on(on):
        raise Refused("transfer.complaint_open", "no official transfer while a complaint of the member is open")


def _must_have_its_term(move: Move, on: date) -> None:
    if move.kind is TransferKind.OFFICIAL:
        if move.until is not None:
            raise Refused("transfer.until", "an official transfer has no last day", "/until")
        return
    if move.until is None:
        raise Refused("transfer.until", "a temporary transfer says its last day", "/until")
    must_be_within_its_term(move.ground, on, move.until)


def must_be_within_its_term(ground: TransferGround | None, since: date, until: date) -> None:
    """A temporary transfer takes from 3 to under 12 months, for study from 3 to 24, over the whole from `since` on.

    Raises:
        Refused: `transfer.too_short`, `transfer.too_long`.
    """
    if until < months_after(since, SHORTEST_MONTHS):
        raise Refused("transfer.too_short", f"a temporary transfer lasts {SHORTEST_MONTHS} months at least", "/until")
    if ground is TransferGround.STUDY:
        if until > months_after(since, LONGEST_MONTHS_OF_STUDY):
            raise Refused("transfer.too_long", f"for study it lasts {LONGEST_MONTHS_OF_STUDY} months at most", "/until")
    elif until >= months_after(since, LONGEST_MONTHS):
        raise Refused("transfer.too_long", f"a temporary transfer lasts less than {LONGEST_MONTHS} months", "/until")


def must_be_nowhere_else(member: Member, transfer: Transfer, since: date, until: date) -> None:
    """He is a guest of one cell at a time, on days that are recorded late, too.

    Raises:
        Refused: `transfer.already_away`.
    """
    for other in member.transfers.values():
        if other is transfer or other.outcome is not TransferState.RECEIVED or other.ended_on is None:
            continue
        # Whoever is not away on the first of the days that they have in common is not away on a later one.
        first = max(since, other.ended_on)
        if first <= until and member.is_away(other, first):
            raise Refused("transfer.already_away", "on some day of the term the member is temporarily in another cell")


def known_transfer(member: Member, transfer: Id) -> Transfer:
    """The transfer of that id.

    Raises:
        Refused: `transfer.unknown`.
    """
    if transfer not in member.transfers:
        raise Refused("transfer.unknown", "there is no such transfer of this member")
    return member.transfers[transfer]


def _must_be_open(member: Member, transfer: Transfer, on: date) -> None:
    must_be_listed(member, on)
    if transfer.outcome is not None or not transfer.in_transit(on):
        raise Refused("transfer.not_in_transit", "the transfer is not in transit on that day")

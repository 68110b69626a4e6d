"""How a member goes from cell to cell: the origin introduces, the destination receives or refuses.

Both sides act; until the second has, he is in transit, and still counts at the origin.
"""

from datetime import date

from msgspec import Struct

from events.fact import Fact, Id, Refused
from events.member.facts import TransferGround, TransferIntroduced, TransferKind, TransferReceived, TransferRefused
from events.member.state import Member, must_be_listed
from events.member.transit import Transfer, TransferState
from events.organisation import Organisation, must_be_cell
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


def introduce(member: Member, destination: Organisation, transfer: Id, move: Move, on: date) -> list[Fact]:
    """The origin introduces him to the destination, whose state must be that of `move.to`.

    Raises:
        Refused: `transfer.exists`, `transfer.already_in_transit`, `transfer.to_own_cell`, `transfer.already_away` (a
            second temporary one), `transfer.until` (missing or not allowed), `transfer.too_short`, `transfer.too_long`,
            `transfer.destination_unknown`, `transfer.destination_ended`, `transfer.destination_not_a_cell`,
            `member.not_yet_admitted`, `member.left`.
    """
    if known := member.transfers.get(transfer):
        if _asks_the_same(known.introduced, move):
            return []
        raise Refused("transfer.exists", "this transfer is on record already, and otherwise")
    must_be_listed(member, on)
    if member.in_transit(on) or any(other.outcome is None for other in member.transfers.values()):
        # Whatever their days: two that wait for an answer could both be received.
        raise Refused("transfer.already_in_transit", "another introduction is still unanswered")
    origin = member.cell_on(on)
    assert origin is not None, "who is listed has a cell"
    if move.to == origin:
        raise Refused("transfer.to_own_cell", "the member is in that cell already", "/to")
    if move.kind is TransferKind.TEMPORARY and member.away(on):
        raise Refused("transfer.already_away", "the member is temporarily in another cell already")
    _must_have_its_term(move, on)
    must_be_cell(destination, on, "transfer.destination", "/to")
    due_on = working_days_after(on, ARRIVAL_WORKING_DAYS) if move.kind is TransferKind.OFFICIAL else None
    return [
        TransferIntroduced(
            transfer=transfer, from_cell=origin, to=move.to, kind=move.kind, due_on=due_on,
            ground=move.ground, until=move.until, code=move.code,
        )
    ]  # fmt: skip


def receive(member: Member, destination: Organisation, transfer: Id, on: date) -> list[Fact]:
    """The destination takes him: its own member from that day, or its guest where the transfer is temporary.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_in_transit` (answered otherwise, or not yet introduced on that day),
            `transfer.moved_since` (his cell is, or will be on a later day, another than the one that introduced him),
            `transfer.destination_unknown`, `transfer.destination_ended`, `transfer.destination_not_a_cell`,
            `member.not_yet_admitted`, `member.left`.
    """
    known = _known(member, transfer)
    if known.outcome is TransferState.RECEIVED:
        return []
    _must_be_open(member, known, on)
    if member.cell_on(on) != known.introduced.from_cell or member.cells.changes_after(on):
        raise Refused("transfer.moved_since", "the member's cell has changed since, or does on a later day on record")
    must_be_cell(destination, on, "transfer.destination", "/to")
    return [TransferReceived(transfer=transfer)]


def refuse(member: Member, transfer: Id, reason: str, on: date) -> list[Fact]:
    """The destination sends him back: he is where he was.

    Raises:
        Refused: `transfer.unknown`, `transfer.not_in_transit`, `member.not_yet_admitted`, `member.left`.
    """
    known = _known(member, transfer)
    if known.outcome is TransferState.REFUSED:
        return []
    _must_be_open(member, known, on)
    return [TransferRefused(transfer=transfer, reason=reason)]


def _asks_the_same(introduced: TransferIntroduced, move: Move) -> bool:
    asked = Move(
        to=introduced.to, kind=introduced.kind, ground=introduced.ground, until=introduced.until, code=introduced.code
    )
    return asked == move


def _must_have_its_term(move: Move, on: date) -> None:
    """A temporary transfer takes from 3 to under 12 months, for study from 3 to 24; an official one has no term."""
    if move.kind is TransferKind.OFFICIAL:
        if move.until is not None:
            raise Refused("transfer.until", "an official transfer has no last day", "/until")
        return
    if move.until is None:
        raise Refused("transfer.until", "a temporary transfer says its last day", "/until")
    if move.until < months_after(on, SHORTEST_MONTHS):
        raise Refused("transfer.too_short", f"a temporary transfer lasts {SHORTEST_MONTHS} months at least", "/until")
    if move.ground is TransferGround.STUDY:
        if move.until > months_after(on, LONGEST_MONTHS_OF_STUDY):
            raise Refused("transfer.too_long", f"for study it lasts {LONGEST_MONTHS_OF_STUDY} months at most", "/until")
    elif move.until >= months_after(on, LONGEST_MONTHS):
        raise Refused("transfer.too_long", f"a temporary transfer lasts less than {LONGEST_MONTHS} months", "/until")


def _known(member: Member, transfer: Id) -> Transfer:
    if transfer not in member.transfers:
        raise Refused("transfer.unknown", "there is no such transfer of this member")
    return member.transfers[transfer]


def _must_be_open(member: Member, transfer: Transfer, on: date) -> None:
    must_be_listed(member, on)
    if transfer.outcome is not None or not transfer.in_transit(on):
        raise Refused("transfer.not_in_transit", "the transfer is not in transit on that day")

"""A collective transfer: one decision by the origin, one reception by the destination, and no letters one by one.

Each member's own stream gets his own introduction and reception in the same append; this stream holds the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from events.fact import Fact, Id, Refused
from events.member import Member, TransferKind
from events.member.transfer import Move, introduce, receive
from events.organisation import Organisation
from events.papers import Decision

# Facts


class CollectiveTransferIntroduced(Fact, frozen=True, kw_only=True, tag="collective_transfer.introduced"):
    """The hand-over list: whom the origin sends for good, by one decision."""

    from_cell: Id
    to: Id
    members: tuple[Id, ...]
    decision: Decision
    code: str | None = None


class CollectiveTransferReceived(Fact, frozen=True, tag="collective_transfer.received"):
    """Whom the destination took of the list: all who were still on the way. `at` as of a single reception."""

    members: tuple[Id, ...]
    at: Id | None = None


# State


@dataclass
class CollectiveTransfer:
    """The list, and what became of it."""

    KIND: ClassVar[str] = "collective_transfer"

    introduced: CollectiveTransferIntroduced | None = None
    introduced_on: date | None = None
    received: CollectiveTransferReceived | None = None
    received_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case CollectiveTransferIntroduced():
                self.introduced, self.introduced_on = fact, on
            case CollectiveTransferReceived():
                self.received, self.received_on = fact, on


# Decisions

HOLDS_UP = ("transfer.under_inspection", "transfer.complaint_open")
"""Rules by which one member stays on the way while the others arrive."""
Facts = list[tuple[Id, Fact]]
"""Each with the stream that it belongs to."""


def transfer_of(collective: Id, member: Id) -> Id:
    """The id of a member's own transfer in a collective one: it follows from the two."""
    return Id(str(uuid5(UUID(collective), member)))


def introduce_together(
    known: CollectiveTransfer,
    members: Mapping[Id, Member],
    destination: Organisation,
    asked: tuple[Id, CollectiveTransferIntroduced],
    on: date,
) -> Facts:
    """The origin sends all of them or nobody; `asked` is the collective transfer's id and what it shall say.

    `members` are the states of those who are on the list, `destination` that of its `to`.

    Raises:
        Refused: `collective_transfer.exists`, `collective_transfer.member_twice`, `collective_transfer.member_unknown`,
            `collective_transfer.not_of_origin`, or any rule of a single introduction, with a pointer to the member who
            cannot go, such as `/members/3`; of the destination `transfer.destination_…` with `/to`.
    """
    ident, introduced = asked
    if known.introduced == introduced:
        return []
    if known.introduced is not None:
        raise Refused("collective_transfer.exists", "this collective transfer is on record already, and otherwise")
    move = Move(
        to=introduced.to, kind=TransferKind.OFFICIAL, decided_on=introduced.decision.on, collective=ident
    )  # fmt: skip
    facts: Facts = [(ident, introduced)]
    seen: set[Id] = set()
    for number, member in enumerate(introduced.members):
        pointer = f"/members/{number}"
        if member in seen:
            raise Refused("collective_transfer.member_twice", "this member is on the list already", pointer)
        seen.add(member)
        facts += _sent(member, members[member], introduced.from_cell, destination, move, pointer, on)
    return facts


def receive_together(
    known: CollectiveTransfer,
    members: Mapping[Id, Member],
    destination: Organisation,
    asked: tuple[Id, Id | None],
    on: date,
) -> Facts:
    """The destination takes all who are still on the way; `asked` is the id, and the cell that stands in for it.

    Those who have left meanwhile, or were answered one by one, are passed over; so is whoever is held up by an
    inspection or a complaint, and is received alone when it is over.

    Raises:
        Refused: `collective_transfer.unknown`, `collective_transfer.nobody_in_transit`, or any rule of a single
            reception, which then says how many stand before that member on the list.
    """
    ident, at = asked
    if known.introduced is None:
        raise Refused("collective_transfer.unknown", "there is no such collective transfer")
    if known.received is not None:
        return []
    facts: Facts = []
    for number, member in enumerate(known.introduced.members):
        transfer = transfer_of(ident, member)
        mine = members[member].transfers.get(transfer)
        if mine is None or mine.outcome is not None:
            continue
        try:
            facts += [(member, fact) for fact in receive(members[member], destination, transfer, on, at=at)]
        except Refused as refused:
            if refused.rule in HOLDS_UP:
                continue
            raise Refused(refused.rule, f"{refused} (number {number + 1} of the list)", refused.pointer) from None
    if not facts:
        raise Refused("collective_transfer.nobody_in_transit", "nobody of the list is in transit any more")
    return [(ident, CollectiveTransferReceived(members=tuple(member for member, _ in facts), at=at)), *facts]


def _sent(
    member: Id, state: Member, from_cell: Id, destination: Organisation, move: Move, pointer: str, on: date
) -> Facts:
    if state.admitted is None:
        raise Refused("collective_transfer.member_unknown", "there is no such member", pointer)
    assert move.collective is not None, "he goes with others"
    try:
        facts = introduce(state, destination, transfer_of(move.collective, member), move, on)
    except Refused as refused:
        raise Refused(refused.rule, str(refused), refused.pointer or pointer) from None
    if state.cell_on(on) != from_cell:
        raise Refused("collective_transfer.not_of_origin", "the member is in another cell on that day", pointer)
    return [(member, fact) for fact in facts]

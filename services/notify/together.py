"""A collective transfer is told once to each committee, whoever of its residents go, and not once for each of them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from events.collective_transfer import (
    CollectiveTransfer,
    CollectiveTransferIntroduced,
    CollectiveTransferReceived,
    transfer_of,
)
from events.fact import Fact, Id, Record, stored_name
from events.member import Member, TransferIntroduced, TransferKind, TransferReceived
from services.notify.recipients import Recipient

ALONE = {
    stored_name(CollectiveTransferIntroduced): stored_name(TransferIntroduced),
    stored_name(CollectiveTransferReceived): stored_name(TransferReceived),
}
"""The fact of a list, and the fact of each on it, whose rules tell both."""
Folded = Callable[[Id], CollectiveTransfer]


class Share(NamedTuple):
    """What one organisation is told of a list: by which rule, and of whom."""

    recipient: Recipient
    subjects: tuple[Id, ...]


def singles(record: Record, fact: Fact) -> list[tuple[Id, Fact]]:
    """Each on the list with the fact that his own stream gets in the same append; [] of what is no list."""
    match fact:
        case CollectiveTransferIntroduced():
            return [
                (
                    one,
                    TransferIntroduced(
                        transfer=transfer_of(record.stream, one), from_cell=fact.from_cell, to=fact.to,
                        kind=TransferKind.OFFICIAL, collective=record.stream,
                    ),
                )
                for one in fact.members
            ]  # fmt: skip
        case CollectiveTransferReceived():
            return [
                (one, TransferReceived(transfer=transfer_of(record.stream, one), at=fact.at)) for one in fact.members
            ]
    return []


def is_told_together(fact: Fact, subject: Id, member: Member, folded: Folded) -> bool:
    """Whether a member's fact is one of a list, which stands before it in the log and was told as a whole.

    Whoever was held up is on the list of those who were sent, and not of those who were received: he is told alone.
    """
    if isinstance(fact, TransferIntroduced):
        return fact.collective is not None
    if isinstance(fact, TransferReceived) and fact.transfer in member.transfers:
        collective = member.transfers[fact.transfer].introduced.collective
        received = None if collective is None else folded(collective).received
        return received is not None and subject in received.members
    return False


def shares(found: Iterable[tuple[Id, list[Recipient]]]) -> list[Share]:
    """Each organisation once, with all of whom it is told, by the first rule that names it."""
    told: dict[Id, tuple[Recipient, list[Id]]] = {}
    for subject, recipients in found:
        for recipient in recipients:
            told.setdefault(recipient.organisation, (recipient, []))[1].append(subject)
    return [Share(recipient, tuple(subjects)) for recipient, subjects in told.values()]

"""One introduction to another cell, and what has become of it by some day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from events.fact import Fact, Id
from events.member.facts import (
    TransferExtended,
    TransferExtensionAsked,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
    TransferReturned,
    TransferSide,
    TransferWithdrawn,
)
from events.working_days import months_after, working_days_after

START_WORKING_DAYS = 60
"""Within how many of a decision or a move an official transfer begins."""
UNFILED_MONTHS = 3
"""Who has not been received that long after his introduction gives ground for removal from the list."""


class TransferState(StrEnum):
    """What has become of a transfer by some day."""

    IN_TRANSIT = "in_transit"
    OVERDUE = "overdue"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


OF_ONE_TRANSFER = (
    TransferReceived,
    TransferRefused,
    TransferWithdrawn,
    TransferExtensionAsked,
    TransferExtended,
    TransferReturned,
)
"""What may follow its introduction."""


@dataclass
class Transfer:
    """One introduction and what became of it.

    `outcome` is the answer, and `ended_on` its day; `returned_on` the day from which he was back from a temporary one.
    """

    introduced: TransferIntroduced
    introduced_on: date
    outcome: TransferState | None = None
    ended_on: date | None = None
    received_at: Id | None = None
    extensions: list[tuple[date, date]] = field(default_factory=list)
    """From which day on which last day holds."""
    asked: dict[TransferSide, date] = field(default_factory=dict)
    """The last day that one side asks for and the other has not agreed to."""
    returned_on: date | None = None

    def see(self, fact: Fact, on: date) -> None:
        """Take in one more fact, one of `OF_ONE_TRANSFER`."""
        match fact:
            case TransferReceived(at=at):
                self.outcome, self.ended_on, self.received_at = TransferState.RECEIVED, on, at
            case TransferRefused():
                self.outcome, self.ended_on = TransferState.REFUSED, on
            case TransferWithdrawn():
                self.outcome, self.ended_on = TransferState.WITHDRAWN, on
            case TransferExtensionAsked(until=until, side=side):
                self.asked[side] = until
            case TransferExtended(until=until):
                self.extensions.append((on, until))
                self.asked.clear()
            case TransferReturned():
                self.returned_on = on

    @property
    def to(self) -> Id:
        """The cell that has him or is to have him."""
        return self.received_at or self.introduced.to

    @property
    def until(self) -> date | None:
        """The last day of a temporary transfer, by all that is on record."""
        return self.until_on(date.max)

    def until_on(self, day: date) -> date | None:
        """The last day as it was agreed by some day."""
        if self.introduced.until is None:
            return None
        return max([self.introduced.until, *(until for on, until in self.extensions if on <= day)])

    @property
    def home_on(self) -> date | None:
        """The day from which he is back from a temporary transfer: on which he returned, or the day after its last."""
        if self.returned_on is not None or self.until is None:
            return self.returned_on
        return self.until + timedelta(days=1)

    def in_transit(self, day: date) -> bool:
        """Introduced by then, and not answered by then."""
        return self.introduced_on <= day and (self.ended_on is None or day < self.ended_on)

    def away(self, day: date) -> bool:
        """Temporarily at the destination: from reception to his return or the last day of the term, which is included.

        (What was agreed later than the last day is agreed before it in the world, so all that is on record counts.)
        """
        if self.introduced.kind is not TransferKind.TEMPORARY or self.outcome is not TransferState.RECEIVED:
            return False
        return self.ended_on is not None and self.ended_on <= day and (self.home_on is None or day < self.home_on)

    def state_on(self, day: date) -> TransferState | None:
        """None before the introduction. Overdue is a question of dates: nothing happens on the day after `due_on`."""
        if day < self.introduced_on:
            return None
        if self.in_transit(day):
            due_on = self.introduced.due_on
            return TransferState.OVERDUE if due_on is not None and day > due_on else TransferState.IN_TRANSIT
        return TransferState.RETURNED if self.returned_on is not None and self.returned_on <= day else self.outcome


def start_due_on(decided_on: date | None) -> date | None:
    """The last day on which an official transfer should have been introduced; None where no decision is known.

    Within 60 working days of the decision: a later one is recorded all the same, and seen to be late.
    """
    return None if decided_on is None else working_days_after(decided_on, START_WORKING_DAYS)


def removable_from(introduced_on: date) -> date:
    """The first day of more than three months without filing at the destination, which is ground for removal.

    Nobody is removed by it: it is what the superior looks for among the official transfers that are overdue.
    """
    return months_after(introduced_on, UNFILED_MONTHS) + timedelta(days=1)

"""One introduction to another cell, and what has become of it by some day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from events.member.facts import TransferIntroduced, TransferKind


class TransferState(StrEnum):
    """What has become of a transfer by some day."""

    IN_TRANSIT = "in_transit"
    OVERDUE = "overdue"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass
class Transfer:
    """One introduction and what became of it."""

    introduced: TransferIntroduced
    introduced_on: date
    outcome: TransferState | None = None
    ended_on: date | None = None

    def in_transit(self, day: date) -> bool:
        """Introduced by then, and neither received nor refused by then."""
        return self.introduced_on <= day and (self.ended_on is None or day < self.ended_on)

    def away(self, day: date) -> bool:
        """Temporarily at the destination: from reception to the last day of the transfer's term, which is included."""
        if self.introduced.kind is not TransferKind.TEMPORARY or self.outcome is not TransferState.RECEIVED:
            return False
        return (
            self.ended_on is not None
            and self.ended_on <= day
            and (self.introduced.until is None or day <= self.introduced.until)
        )

    def state_on(self, day: date) -> TransferState | None:
        """None before the introduction. Overdue is a question of dates: nothing happens on the day after `due_on`."""
        if day < self.introduced_on:
            return None
        if self.in_transit(day):
            due_on = self.introduced.due_on
            return TransferState.OVERDUE if due_on is not None and day > due_on else TransferState.IN_TRANSIT
        return self.outcome

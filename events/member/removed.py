"""One removal from the list, and what became of it."""

from dataclasses import dataclass
from datetime import date

from events.member.facts_of_life import MemberRemoved


@dataclass
class Removal:
    """A removal, from the day on which it took effect."""

    removed: MemberRemoved
    on: date
    complained_on: date | None = None
    restored_on: date | None = None

    def complaint_open_on(self, day: date) -> bool:
        """Complained of by that day, and not undone by then."""
        if self.complained_on is None or day < self.complained_on:
            return False
        return self.restored_on is None or day < self.restored_on

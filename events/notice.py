"""The answer to a notice: the committee that was told says that it knows."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id

# Facts


class NoticeAcknowledged(Fact, frozen=True, tag="notice.acknowledged"):
    """`organisation` knows of the record at `position`."""

    organisation: Id
    position: int


# State


@dataclass
class Notice:
    """One notice; until it is acknowledged its stream has no facts, because sending is no fact of the domain."""

    KIND: ClassVar[str] = "notice"

    acknowledged: NoticeAcknowledged | None = None

    def see(self, fact: Fact, _on: date, _position: int) -> None:
        """Take in one more fact."""
        if isinstance(fact, NoticeAcknowledged):
            self.acknowledged = fact


# Decisions


def acknowledge(notice: Notice, acknowledged: NoticeAcknowledged, _on: date) -> list[Fact]:
    """Once is enough; who presses the button again learns that it is done."""
    return [acknowledged] if notice.acknowledged is None else []

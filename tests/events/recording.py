"""A library's events in a few words, for the tests of the recorder."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import Notification, StoredEvent

from events.ledger import Ledger
from events.recorder import LedgerApplicationRecorder

TOPICS = ("shop:Opened", "shop:Paid", "shop:Sent")


def event(originator: UUID | str, version: int = 1, topic: str = TOPICS[0], state: bytes = b"{}") -> StoredEvent:
    """One event."""
    return StoredEvent(originator, version, topic, state)


def events(number: int, first: int = 1, **more: Any) -> list[StoredEvent]:
    """So many, of one new originator."""
    originator = uuid4()
    return [event(originator, version, **more) for version in range(first, first + number)]


def shop(ledger: Ledger, name: str = "shop") -> LedgerApplicationRecorder:
    """A recorder that has seen nothing yet, as of a process that has just begun."""
    return LedgerApplicationRecorder(ledger, name)


def ids(notifications: Sequence[Notification]) -> list[int]:
    """Their positions."""
    return [notification.id for notification in notifications]


def versions(recorder: LedgerApplicationRecorder, originator: UUID | str) -> list[int]:
    """The versions that an originator has."""
    return [stored.originator_version for stored in recorder.select_events(originator)]

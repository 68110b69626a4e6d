"""Snapshots of a library's aggregates: they follow from facts and are none, so they stand in a table beside the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import AggregateRecorder, StoredEvent

from events.ledger import Ledger
from events.recorder.stored import application_name
from events.recorder.troubles import in_library_words, patiently

KEEP = "INSERT INTO recorder.snapshots (application, originator, version, topic, state) VALUES (%s, %s, %s, %s, %s)"
BETWEEN = """SELECT version, topic, state FROM recorder.snapshots WHERE application = %(application)s
AND originator = %(originator)s AND version > %(gt)s AND version <= %(lte)s"""
OLDEST_FIRST = f"{BETWEEN} ORDER BY version LIMIT %(limit)s"
NEWEST_FIRST = f"{BETWEEN} ORDER BY version DESC LIMIT %(limit)s"

LEAST, MOST = -(2**31), 2**31 - 1


class SnapshotRecorder(AggregateRecorder):
    """One application's snapshots, by originator and version."""

    def __init__(self, ledger: Ledger, application: str) -> None:
        self.ledger = ledger
        self.application = application_name(application)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Keep them, all or none; None.

        Raises:
            IntegrityError: there is a snapshot of that version.
            DataError, OperationalError: they cannot be kept, or the database did not answer in time.
        """
        rows = [
            (self.application, str(event.originator_id), event.originator_version, event.topic, event.state)
            for event in stored_events
        ]
        if rows:
            with in_library_words(), self.ledger.connection() as connection, connection.transaction():
                connection.cursor().executemany(KEEP, rows)
        return None

    @patiently
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """One originator's snapshots with versions above `gt` and up to `lte`, the oldest or the newest first.

        Raises:
            OperationalError: the database did not answer in time.
        """
        asked = {
            "application": self.application,
            "originator": str(originator_id),
            "gt": LEAST if gt is None else gt,
            "lte": MOST if lte is None else lte,
            "limit": limit,
        }
        with in_library_words(), self.ledger.connection() as connection, connection.cursor(binary=True) as cursor:
            rows = cursor.execute(NEWEST_FIRST if desc else OLDEST_FIRST, asked).fetchall()
        return [StoredEvent(originator_id, version, topic, state) for version, topic, state in rows]

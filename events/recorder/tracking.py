"""How far an application has been followed: exactly once, in the transaction of what follows from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
from eventsourcing.persistence import IntegrityError, ProcessRecorder, StoredEvent, Tracking, TrackingRecorder

from events.fact import Id
from events.ledger import Ledger
from events.recorder.recording import LedgerApplicationRecorder
from events.recorder.stored import KIND, application_name, stream_of_following
from events.recorder.troubles import in_library_words, patiently
from events.request import Claimed, Conflict, Entry, Write

MOVE = """INSERT INTO recorder.tracking AS t (application, upstream, position) VALUES (%s, %s, %s)
ON CONFLICT (application, upstream) DO UPDATE SET position = excluded.position WHERE t.position < excluded.position
RETURNING 1"""
STANDS = "SELECT position FROM recorder.tracking WHERE application = %s AND upstream = %s"

# All claims of one family and stream have one length, so that they lie between these two in any collation.
HELD = "SELECT claim FROM ledger.claims WHERE claim >= %s AND claim <= %s AND stream = %s::uuid"
LARGEST = 2**63 - 1
ATTEMPTS = 10


class LedgerTrackingRecorder(TrackingRecorder):
    """Keeps how far a view has followed applications. The view is a subclass that keeps its rows in `moving`."""

    def __init__(self, ledger: Ledger, name: str) -> None:
        self.ledger = ledger
        self.application = application_name(name)

    @contextmanager
    def moving(self, tracking: Tracking) -> Iterator[psycopg.Connection[Any]]:
        """A transaction in which the position has moved: the rows that are written through it stand and fall with it.

        Raises:
            IntegrityError: it has been there before; nothing of the transaction is kept.
            OperationalError: the database did not answer in time.
        """
        with in_library_words(), self.ledger.connection() as connection, connection.transaction():
            asked = (self.application, tracking.application_name, tracking.notification_id)
            if connection.execute(MOVE, asked).fetchone() is None:
                raise _been_there(tracking)
            yield connection

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move the position, and nothing else.

        Raises:
            as `moving`.
        """
        with self.moving(tracking):
            pass

    @patiently
    def max_tracking_id(self, application_name: str) -> int | None:
        """How far an application has been followed; None where it never was.

        Raises:
            OperationalError: the database did not answer in time.
        """
        with in_library_words(), self.ledger.connection() as connection:
            row = connection.execute(STANDS, (self.application, application_name)).fetchone()
        return int(row[0]) if row is not None else None


class LedgerProcessRecorder(LedgerApplicationRecorder, ProcessRecorder):
    """Records events together with how far the application has followed another: a claim that moves in their append.

    That it follows is one fact, on a stream of its own; where it stands is what the stream claims.
    """

    def __init__(self, ledger: Ledger, application: str) -> None:
        super().__init__(ledger, application)
        self._stands: dict[str, int] = {}

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None, **_: Any
    ) -> Sequence[int] | None:
        """Append events and move the position, all or nothing; the events' positions.

        Raises:
            IntegrityError: a version is not the next, or the position has been there before.
            DataError, OperationalError: as `LedgerAggregateRecorder.insert_events`.
        """
        return self.record(stored_events) if tracking is None else self._follow(stored_events, tracking)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move the position, and nothing else.

        Raises:
            as `insert_events`.
        """
        self._follow((), tracking)

    @patiently
    def max_tracking_id(self, application_name: str) -> int | None:
        """How far an application has been followed; None where it never was.

        Raises:
            OperationalError: the database did not answer in time.
        """
        stream = stream_of_following(self.application, application_name)
        with in_library_words(), self.ledger.connection() as connection:
            rows = connection.execute(HELD, (_claim(stream, 0), _claim(stream, LARGEST), stream)).fetchall()
        return max((int(claim.rpartition(":")[2]) for (claim,) in rows), default=None)

    def _follow(self, events: Sequence[StoredEvent], tracking: Tracking) -> list[int]:
        upstream, position = tracking.application_name, tracking.notification_id
        stream = stream_of_following(self.application, upstream)
        for attempt in range(ATTEMPTS):
            stands = self._stands.pop(upstream, None) or self.max_tracking_id(upstream)
            if not 0 <= position <= LARGEST or (stands is not None and position <= stands):
                raise _been_there(tracking)
            try:
                positions = self.record(
                    events,
                    writes=[self._followed(stream, upstream)] if stands is None else (),
                    takes=[(_claim(stream, position), stream)],
                    releases=[(_claim(stream, stands), stream)] if stands is not None else (),
                )
            except IntegrityError as lost:
                # Somebody else may have moved it, and not past us: that is no reason to refuse.
                if attempt + 1 == ATTEMPTS or not _is_about(lost, stream):
                    raise
                continue
            self._stands[upstream] = position
            return positions
        raise AssertionError("the last attempt has returned or raised")

    def _followed(self, stream: Id, upstream: str) -> Write:
        data = msgspec.json.encode({"upstream": upstream})
        return Write(stream, 0, [Entry(f"{KIND}.followed.{self.application}", datetime.now(UTC).date(), data)])


def _claim(stream: Id, position: int) -> str:
    return f"tracking:{stream}:{position:019d}"


def _been_there(tracking: Tracking) -> IntegrityError:
    return IntegrityError(f"{tracking.application_name} has been followed to {tracking.notification_id} already")


def _is_about(lost: IntegrityError, stream: Id) -> bool:
    cause = lost.__cause__
    if isinstance(cause, Claimed):
        return cause.claim.startswith(f"tracking:{stream}:")
    return isinstance(cause, Conflict) and cause.stream == stream

"""Records a library's events in the ledger: each originator's on a stream of its own, all or none of an insert."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, Notification, StoredEvent, Subscription

from events.bus import EmbeddedBus
from events.fact import Id
from events.ledger import Ledger
from events.recorder.notifications import Notifications
from events.recorder.stored import application_name, from_data, recorded_by, stream_of, to_data
from events.recorder.subscribing import LedgerSubscription
from events.recorder.troubles import in_library_words, patiently
from events.recorder.versions import FirstVersions
from events.request import Conflict, Entry, Request, Write

BETWEEN = """SELECT l.version, l.data FROM ledger.log l
WHERE l.stream = %s::uuid AND l.version > %s AND l.version <= %s"""
OLDEST_FIRST = f"{BETWEEN} ORDER BY l.position LIMIT %s"
NEWEST_FIRST = f"{BETWEEN} ORDER BY l.position DESC LIMIT %s"

MOST_VERSIONS = 2**31 - 1
Claims = Sequence[tuple[str, Id]]


class LedgerAggregateRecorder(AggregateRecorder):
    """One application's events, by originator."""

    def __init__(self, ledger: Ledger, application: str) -> None:
        self.ledger = ledger
        self.application = application_name(application)
        self.name = recorded_by(self.application)
        self._first_versions = FirstVersions(ledger)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append them, all or none; None.

        Raises:
            IntegrityError: a version is taken, or it is not the next.
            DataError: the ledger cannot hold one of them.
            OperationalError: the database did not answer in time; whether they are stored is not known.
        """
        self.record(stored_events)
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
        """One originator's events with versions above `gt` and up to `lte`, the oldest or the newest first.

        Raises:
            OperationalError: the database did not answer in time.
        """
        stream = stream_of(self.application, originator_id)
        # Our versions are theirs or one more: one event too many may come at either end, and is left out below.
        after = 0 if gt is None else min(max(gt, 0), MOST_VERSIONS)
        upto = MOST_VERSIONS if lte is None else min(max(lte, -1) + 1, MOST_VERSIONS)
        asked = (stream, after, upto, None if limit is None else limit + 1)
        with in_library_words(), self.ledger.connection() as connection, connection.cursor(binary=True) as cursor:
            rows = cursor.execute(NEWEST_FIRST if desc else OLDEST_FIRST, asked).fetchall()
        found = [from_data(data) for _, data in rows]
        if found:
            self._first_versions.remember(stream, found[0].version - rows[0][0] + 1)
        return [
            StoredEvent(data.originator, data.version, data.topic, data.bytes)
            for data in found
            if (gt is None or data.version > gt) and (lte is None or data.version <= lte)
        ][:limit]

    def record(
        self, events: Sequence[StoredEvent], *, writes: Sequence[Write] = (), takes: Claims = (), releases: Claims = ()
    ) -> list[int]:
        """Append events, and what else shall be written and claimed with them; the events' positions, in their order.

        In the log an originator's events of one insert stand together.

        Raises:
            as `insert_events`.
        """
        if not events and not takes:
            return []
        numbers: dict[Id, list[int]] = {}
        for number, event in enumerate(events):
            numbers.setdefault(stream_of(self.application, event.originator_id), []).append(number)
        today = datetime.now(UTC).date()
        entries = {
            stream: [Entry(self.name, today, to_data(events[number])) for number in of_stream]
            for stream, of_stream in numbers.items()
        }
        versions = {stream: [events[n].originator_version for n in of_stream] for stream, of_stream in numbers.items()}
        with in_library_words():
            first = self._append(entries, versions, writes, takes, releases)
        positions = [0] * len(events)
        for position, number in enumerate((number for of_stream in numbers.values() for number in of_stream), first):
            positions[number] = position
        return positions

    def _append(
        self,
        entries: dict[Id, list[Entry]],
        versions: dict[Id, list[int]],
        writes: Sequence[Write],
        takes: Claims,
        releases: Claims,
    ) -> int:
        """The first position. A stream that began at 0 when we took 1 for its beginning is written a second time."""
        known, by = self._first_versions, f"application:{self.application}"
        expected = {stream: known.expected(stream, wanted) for stream, wanted in versions.items()}
        for last in (False, True):
            own = [Write(stream, expected[stream], entries[stream]) for stream in entries]
            request = Request(Id(str(uuid4())), by, [*own, *writes], takes=takes, releases=releases)
            try:
                first = self.ledger.append(request).first
                break
            except Conflict:
                known.look_up(versions)
                before, expected = expected, {stream: known.expected(stream, of) for stream, of in versions.items()}
                if last or before == expected:
                    raise
        for stream, wanted in versions.items():
            known.remember(stream, wanted[0] - expected[stream])
        return first


class LedgerApplicationRecorder(LedgerAggregateRecorder, ApplicationRecorder):
    """The same, and all of an application's events in the order of the log: a notification's id is its position."""

    def __init__(self, ledger: Ledger, application: str) -> None:
        super().__init__(ledger, application)
        self._notifications = Notifications(ledger, self.name)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append them, all or none; their positions.

        Raises:
            as `LedgerAggregateRecorder.insert_events`.
        """
        return self.record(stored_events)

    @patiently
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The application's events from position `start` (or after it) up to position `stop`, at most `limit`.

        Between two ids there may be others' facts; between two that were answered there is none of this application.

        Raises:
            OperationalError: the database did not answer in time.
        """
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        with in_library_words():
            return self._notifications.select(after, limit, stop, frozenset(topics))

    @patiently
    def max_notification_id(self) -> int | None:
        """The position of the application's last event; None where it has none.

        Raises:
            OperationalError: the database did not answer in time.
        """
        with in_library_words():
            return self._notifications.last()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """The application's events after position `gt`, those that are there and those that come."""
        reader = EmbeddedBus(self.ledger.conninfo).read(self.application, gt or 0)
        return LedgerSubscription(self, self.name, reader, gt, topics)

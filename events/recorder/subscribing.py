"""An application's facts as they come, in the order of the log, until somebody says stop."""

from collections import deque
from collections.abc import Sequence
from threading import Lock

from eventsourcing.persistence import ApplicationRecorder, Notification, Subscription

from events.bus import Reader
from events.recorder.notifications import notification
from events.recorder.stored import from_data
from events.recorder.troubles import in_library_words

LOOK = 0.2
"""Seconds after which somebody who waits looks whether he shall stop."""


class LedgerSubscription(Subscription[ApplicationRecorder]):
    """Reads everybody's facts from the bus and gives out one application's. One thread iterates; any may stop it."""

    def __init__(
        self, recorder: ApplicationRecorder, name: str, reader: Reader, gt: int | None, topics: Sequence[str]
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._name = name
        self._reader = reader
        self._wanted = frozenset(topics)
        self._ready: deque[Notification] = deque()
        self._turn = Lock()

    def __next__(self) -> Notification:
        """The next one; waits for it.

        Raises:
            StopIteration: it was stopped.
            OperationalError: the database has not answered for a minute.
        """
        with self._turn:
            while not self._has_been_stopped:
                if self._ready:
                    return self._ready.popleft()
                with in_library_words():
                    records = self._reader.take(LOOK)
                for record in records:
                    if record.name == self._name:
                        data = from_data(record.data)
                        if not self._wanted or data.topic in self._wanted:
                            self._ready.append(notification(record.position, data))
            self._reader.close()
            raise StopIteration

    def stop(self) -> None:
        """Whoever iterates ends within a moment and gives the connection back; where nobody does, it goes back here."""
        super().stop()
        if self._turn.acquire(blocking=False):
            try:
                self._reader.close()
            finally:
                self._turn.release()

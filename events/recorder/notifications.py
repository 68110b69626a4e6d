"""One application's facts in the order of the log, found among everybody's."""

from eventsourcing.persistence import Notification

from events.ledger import Ledger
from events.recorder.stored import Data, from_data

NUMBER = "SELECT no FROM ledger.names WHERE name = %s"
NEXT = """SELECT l.position, l.data FROM ledger.log l
WHERE l.name = %s AND l.position > %s AND l.position <= %s ORDER BY l.position LIMIT %s"""
LAST = """SELECT l.position FROM ledger.log l
WHERE l.name = %s AND l.position > %s AND l.position <= %s ORDER BY l.position DESC LIMIT 1"""
PAGE = 1000


def notification(position: int, data: Data) -> Notification:
    """A fact in the library's words."""
    return Notification(data.originator, data.version, data.topic, data.bytes, position)


class Notifications:
    """Looks through the log once: what was read without finding one is remembered, for nothing ever comes into it.

    (Positions have no gap and become visible in their order, so the log up to its head is all there ever will be.)
    """

    def __init__(self, ledger: Ledger, name: str) -> None:
        self._ledger = ledger
        self._name = name
        self._number: int | None = None
        self._empty = 0, 0
        """There is none after the one position up to the other."""
        self._last: tuple[int | None, int] = None, 0
        """The last one, among all up to a position."""

    def select(self, after: int, limit: int, stop: int | None, topics: frozenset[str]) -> list[Notification]:
        """The next ones after a position, up to `stop`; of these topics, where some are named."""
        head, number = self._where()
        upto = head if stop is None else min(head, stop)
        found: list[Notification] = []
        after = self._skip(max(after, 0))
        while number is not None and after < upto and len(found) < limit:
            size = max(limit - len(found), PAGE) if topics else limit - len(found)
            rows = self._rows(NEXT, (number, after, upto, size))
            for position, data in rows:
                event = from_data(data)
                if not topics or event.topic in topics:
                    found.append(notification(position, event))
            after = rows[-1][0] if rows else after
            if len(rows) < size:
                self._nothing_between(after, upto)
                break
        return found[:limit]

    def last(self) -> int | None:
        """The position of the last one; None where there is none."""
        head, number = self._where()
        found, upto = self._last
        if number is not None and upto < head:
            rows = self._rows(LAST, (number, upto, head))
            found = rows[0][0] if rows else found
            self._last = found, head
        return found

    def _where(self) -> tuple[int, int | None]:
        """The head of the log and, where the application has recorded anything, the number of its facts' name."""
        head = self._ledger.head()
        if head < max(self._empty[1], self._last[1]):
            # Restored from a backup: what was remembered is of another log.
            self._empty, self._last, self._number = (0, 0), (None, 0), None
        if self._number is None:
            rows = self._rows(NUMBER, (self._name,))
            self._number = rows[0][0] if rows else None
        return head, self._number

    def _skip(self, after: int) -> int:
        first, last = self._empty
        return last if first <= after < last else after

    def _nothing_between(self, after: int, upto: int) -> None:
        first, last = self._empty
        if first <= after <= last:
            after, upto = first, max(upto, last)
        self._empty = after, max(after, upto)

    def _rows(self, query: str, params: tuple[object, ...]) -> list[tuple[int, bytes]]:
        with self._ledger.connection() as connection, connection.cursor(binary=True) as cursor:
            return cursor.execute(query.encode(), params).fetchall()

"""Where an originator's versions begin, at 0 or at 1: a stream's own begin at 1, and both follow each other."""

from collections.abc import Iterable, Sequence

from eventsourcing.persistence import IntegrityError

from events.fact import Id
from events.ledger import Ledger
from events.recorder.stored import from_data

FIRST = "SELECT l.stream::text, l.data FROM ledger.log l WHERE l.stream = ANY (%s::uuid[]) AND l.version = 1"
MOST_REMEMBERED = 100_000


class FirstVersions:
    """The first versions of the streams seen last. A stream's first fact says it, so it never changes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[Id, int] = {}

    def expected(self, stream: Id, versions: Sequence[int]) -> int:
        """The version at which our stream must stand for events of these versions to be its next.

        Of a stream that was never seen, a version 0 or 1 is taken for its first.

        Raises:
            IntegrityError: they do not follow each other, or nothing is before them.
        """
        lowest = versions[0]
        if list(versions) != list(range(lowest, lowest + len(versions))):
            raise IntegrityError(f"versions {list(versions)[:3]}… do not follow each other")
        if lowest > 1 and stream not in self._known:
            self.look_up([stream])
            if stream not in self._known:
                raise IntegrityError(f"version {lowest} has nothing before it: versions begin at 0 or at 1")
        first = self._known.get(stream, max(lowest, 0))
        if lowest < first:
            raise IntegrityError(f"version {lowest} is before the first, {first}")
        return lowest - first

    def look_up(self, streams: Iterable[Id]) -> None:
        """Ask the log about those that are not known; one that does not exist stays unknown."""
        unknown = [stream for stream in streams if stream not in self._known]
        if unknown:
            with self._ledger.connection() as connection, connection.cursor(binary=True) as cursor:
                for stream, data in cursor.execute(FIRST, (unknown,)):
                    self.remember(Id(stream), from_data(data).version)

    def remember(self, stream: Id, first: int) -> None:
        """Keep it, and begin anew when it is too many."""
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[stream] = first

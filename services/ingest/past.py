"""What a correction must know that no state says: the record that it strikes, and all of its stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from events.fact import Id, Record
from events.ledger import POSITIONS
from projections import concerns
from projections.reading import last_position, pasts
from projections.waiting import at_least
from services.ingest.streams import Source

SHARED = """
SELECT count(DISTINCT l.stream) FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.command = %s AND n.name NOT LIKE 'proposal.%%'
"""
NAMING = """
SELECT DISTINCT l.stream::text FROM views.concerns c JOIN ledger.log l ON l.position = c.position
JOIN ledger.names n ON n.no = l.name
WHERE c.subject = %(stream)s::uuid AND l.stream <> %(stream)s::uuid AND n.name NOT LIKE 'proposal.%%' LIMIT %(most)s
"""
MOST_NAMING = 20
"""Streams that are looked into; more are not all going to have been struck."""
END = 2**63 - 1


class Naming(NamedTuple):
    """Streams in which another one is named, as the log is known up to a position."""

    position: int
    streams: Sequence[Id]


class Recorded(NamedTuple):
    """A record, and how many streams its change has written, the proposal of it not counted."""

    record: Record
    streams: int


@dataclass(frozen=True, slots=True)
class RecordAt:
    """What stands at a position; None where the log has not come so far."""

    position: int

    def ask(self, source: Source) -> Recorded | None:
        """It, with what is personal in it."""
        connection = source.connection
        with connection.cursor(binary=True) as cursor:
            row = cursor.execute(POSITIONS, ([self.position],)).fetchone()
        if row is None:
            return None
        (record,) = source.keys.opened(connection, [Record._make(row)])
        streams = connection.execute(SHARED, (record.command,)).fetchone()
        return Recorded(record, streams[0] if streams else 1)


@dataclass(frozen=True, slots=True)
class HistoryOf:
    """All records of a stream, the struck ones among them."""

    stream: Id

    def ask(self, source: Source) -> Sequence[Record]:
        """They, as they are now, with what is personal in them."""
        return HistoriesOf((self.stream,)).ask(source)[self.stream]


@dataclass(frozen=True, slots=True)
class HistoriesOf:
    """The same of many streams."""

    streams: tuple[Id, ...]

    def ask(self, source: Source) -> Mapping[Id, Sequence[Record]]:
        """By stream; one that does not exist has none."""
        connection, keys = source.connection, source.keys
        return {
            stream: keys.opened(connection, records)
            for some in pasts(connection, self.streams, END)
            for stream, records in some.items()
        }


@dataclass(frozen=True, slots=True)
class NamedElsewhere:
    """In which other streams a stream is named, in a fact that counts or in a struck one; proposals do not count."""

    stream: Id

    def ask(self, source: Source) -> Naming:
        """`MOST_NAMING` of them at most.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        connection = source.connection
        position = last_position(connection)
        at_least(connection, (concerns.VIEW.name,), position)
        params = {"stream": self.stream, "most": MOST_NAMING}
        return Naming(position, [found[0] for found in connection.execute(NAMING, params).fetchall()])

"""What a correction must know that no state says: the record that it strikes, and all of its stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Connection

from events.fact import Id, Record
from events.keys import Keyring
from events.ledger import POSITIONS
from projections.reading import pasts

SHARED = """
SELECT count(DISTINCT l.stream) FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.command = %s AND n.name NOT LIKE 'proposal.%%'
"""
END = 2**63 - 1


class Recorded(NamedTuple):
    """A record, and how many streams its change has written, the proposal of it not counted."""

    record: Record
    streams: int


@dataclass(frozen=True, slots=True)
class RecordAt:
    """What stands at a position; None where the log has not come so far."""

    position: int

    def ask(self, connection: Connection[Any], keys: Keyring | None = None) -> Recorded | None:
        """It, with what is personal in it, for whoever has the keys."""
        with connection.cursor(binary=True) as cursor:
            row = cursor.execute(POSITIONS, ([self.position],)).fetchone()
        if row is None:
            return None
        (record,) = _opened(connection, [Record._make(row)], keys)
        streams = connection.execute(SHARED, (record.command,)).fetchone()
        return Recorded(record, streams[0] if streams else 1)


@dataclass(frozen=True, slots=True)
class HistoryOf:
    """All records of a stream, the struck ones among them."""

    stream: Id

    def ask(self, connection: Connection[Any], keys: Keyring | None = None) -> Sequence[Record]:
        """They, as they are now, with what is personal in them."""
        return _opened(connection, next(pasts(connection, [self.stream], END))[self.stream], keys)


def _opened(connection: Connection[Any], records: Sequence[Record], keys: Keyring | None) -> Sequence[Record]:
    return records if keys is None else keys.opened(connection, records)

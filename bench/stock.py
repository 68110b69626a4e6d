"""The stock library: eventsourcing's own PostgreSQL recorder with its defaults, a connection for each caller."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from bench.callers import prepared, threads
from bench.facts import DATA
from bench.figure import Sample
from bench.server import Database
from services.ingest.asked import new_id

TOPIC = "party.domain.model:Member.Disciplined"
SAID = (
    "eventsourcing PostgresApplicationRecorder.insert_events with its defaults (table lock, NOTIFY, the version "
    "in the primary key; no idempotency), a thread and a pooled connection for each caller"
)

MOST_A_SECOND = 5_000


@contextmanager
def recorder(database: Database, connections: int) -> Iterator[PostgresApplicationRecorder]:
    """A recorder with its table; a pool of the default single connection would make callers wait in line."""
    datastore = PostgresDatastore(
        database.name, str(database.socket_dir), "5432", "caunoi_owner", "", pool_size=connections, connect_timeout=30
    )
    made = PostgresApplicationRecorder(datastore)
    made.create_table()
    try:
        yield made
    finally:
        datastore.close()


def events(facts: int) -> list[StoredEvent]:
    """So many facts of a new stream."""
    stream = UUID(new_id())
    return [StoredEvent(stream, version, TOPIC, DATA) for version in range(1, facts + 1)]


def appends(facts: int) -> Iterator[list[StoredEvent]]:
    """Appends without end, each of so many facts for a new stream."""
    while True:
        yield events(facts)


def appending(into: ApplicationRecorder, callers: int, facts: int, seconds: float, most: int = MOST_A_SECOND) -> Sample:
    """Facts a second of so many threads, into the library's own recorder or another's."""
    ready = prepared(appends(facts), int(most * seconds / facts) * (1 if facts == 1 else 10))

    def call() -> int:
        stored = next(ready)
        into.insert_events(stored)
        return len(stored)

    calls: list[Callable[[], int]] = [call] * callers
    return threads(calls, seconds)


def fill(into: PostgresApplicationRecorder, total: int, streams: Sequence[UUID]) -> None:
    """So many facts, in turn on these streams, a thousand an append."""
    for first in range(0, total, 1000):
        numbers = range(first, min(first + 1000, total))
        into.insert_events(
            [StoredEvent(streams[n % len(streams)], 1 + n // len(streams), TOPIC, DATA) for n in numbers]
        )

"""Follows the log and tells: new notices, acknowledgements and how far it has read, in one transaction a batch."""

from collections.abc import Iterable, Mapping, Sequence
from threading import Event
from typing import Any, NamedTuple

import psycopg
import structlog

from events.bus import Bus, Reader
from events.fact import Id, Record
from projections import subscribers
from projections.fold import Poison
from projections.notices import ACKNOWLEDGED, NAME, Told
from projections.parked import park, parked
from projections.patience import patiently
from projections.positions import Held, Zombie, advance, positions
from projections.reading import following, pasts
from services.notify.policies_in_force import Policies
from services.notify.states import States
from services.notify.subscribing.addressing import tell
from services.notify.subscribing.matching import Matching
from services.notify.telling import Telling

# What tells nobody anything need not wait for the disc: after a crash it is read again.
SESSION = """SET application_name = 'caunoi notify'; SET synchronous_commit = off; SET jit = off;
SET idle_in_transaction_session_timeout = '30s'"""
"""One that is frozen amid a batch holds the positions, and whoever takes over would wait for it for ever."""
DURABLY = "SET LOCAL synchronous_commit = on"
HINT = "SELECT pg_notify('notices', %(position)s), pg_notify('views', %(position)s)"
QUEUED = f"{HINT}, pg_notify('deliveries', '')"

log = structlog.get_logger("notify")


class Batch(NamedTuple):
    """What follows from some records."""

    told: list[Told]
    acknowledged: list[Record]
    poisons: list[Poison]


def judge(telling: Telling, matching: Matching, records: Sequence[Record], let_be: set[Id]) -> Batch:
    """What follows from the next records; one that cannot be read parks its stream, and what comes later waits."""
    batch = Batch([], [], [])
    for record in records:
        if record.stream in let_be:
            continue
        try:
            told = telling.take(record) if record.name != ACKNOWLEDGED else []
            batch.told.extend([*told, *matching.take(record, told)])
            if record.name == ACKNOWLEDGED:
                batch.acknowledged.append(record)
        except psycopg.Error:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not stop the other streams
            let_be.add(record.stream)
            batch.poisons.append(Poison(record.stream, record.position, record.name, type(error).__name__))
    return batch


class Worker:
    """Tells what one ledger's records say. For one thread."""

    def __init__(self, conninfo: str, bus: Bus, ledger: str, policies: Policies) -> None:
        self._conninfo = conninfo
        self._bus = bus
        self._telling = Telling(ledger, policies, States(self._past))
        self._matching = Matching(ledger, self._telling.states, self._past)
        self._knows_subscribers = False
        self._connection: psycopg.Connection[Any] | None = None
        self._reader: Reader | None = None
        self._held = Held(0, "", 0)
        self._attempted: int | None = None

    def open(self) -> None:
        """Find out where the notices stand, and begin to read there.

        Raises:
            LookupError: the table is not installed.
        """
        self._look()
        self._reader = self._bus.read(NAME, self._held.position, self._stand)

    def _look(self) -> None:
        """Where the notices stand. Held for a moment: who was killed amid a batch has then committed, or will not."""
        connection = self._connected()
        with connection.transaction():
            self._held = positions(connection, [NAME], hold=True)[NAME]
        self._telling.policies.learn(connection, self._held.position)
        self._attempted = None
        self._knows_subscribers = False

    def _stand(self) -> int:
        """The bus hands the log over to us: another worker may have told while we waited."""
        patiently(self._look, self._disconnect, log)
        self._telling.states.forget()
        return self._held.position

    def run(self, stop: Event, *, wait: float = 0.5) -> None:
        """Tell until told to stop.

        Raises:
            Hole, Zombie, BusAway, psycopg.Error: telling cannot go on; what was told stays.
        """
        try:
            patiently(self.open, self._disconnect, log)
            while not stop.is_set():
                self.step(wait)
        finally:
            self.close()

    def step(self, wait: float) -> int:
        """Tell what has arrived within `wait` seconds; the number of records."""
        assert self._reader is not None, "open it first"
        return self.feed(self._reader.take(wait))

    def feed(self, records: Sequence[Record]) -> int:
        """Tell records as they come from a reader; those that were read before change nothing. The number of new ones.

        Raises:
            Hole: a record is missing; nothing of these was told.
            Zombie: somebody else tells.
        """
        unread = following(records, self._held.position)
        if unread:
            patiently(lambda: self._feed(unread), self._disconnect, log)
        return len(unread)

    def close(self) -> None:
        """Give back the connections; what was told stays."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._disconnect()

    def _feed(self, records: Sequence[Record]) -> None:
        connection, last = self._connected(), records[-1].position
        try:
            with connection.transaction():
                held = self._hold(connection)
                queued = False
                if held.position < last:
                    queued = self._keep(connection, [r for r in records if r.position > held.position], held.position)
                    self._attempted = last
                    advance(connection, {NAME: held.position}, last)
        except BaseException:
            self._telling.states.forget()
            self._knows_subscribers = False
            raise
        self._held, self._attempted = held._replace(position=last), None
        self._telling.states.settle()
        # A hint for those who wait; outside the transaction, where it delays no append.
        connection.execute(QUEUED if queued else HINT, {"position": str(last)})

    def _keep(self, connection: psycopg.Connection[Any], records: Sequence[Record], after: int) -> bool:
        """All that follows from records, in the transaction that is open; whether a message was queued."""
        queued = False
        if not self._knows_subscribers:
            self._matching.load(subscribers.subscriptions(connection), subscribers.silences(connection))
            self._knows_subscribers = True
        self._telling.prepare(records, after)
        self._matching.prepare(records, after)
        let_be = parked(connection, [NAME]).get(NAME, set())
        batch = judge(self._telling, self._matching, records, let_be)
        subscribers.keep(connection, [record for record in records if record.stream not in let_be])
        if batch.told or batch.acknowledged:
            connection.execute(DURABLY)
            queued = tell(connection, batch.told, batch.acknowledged, self._matching.taken()).queued
        park(connection, NAME, batch.poisons)
        return queued

    def _hold(self, connection: psycopg.Connection[Any]) -> Held:
        """Where the notices stand, held until the transaction ends.

        Raises:
            Zombie: somebody else has told what we were about to tell.
        """
        now = positions(connection, [NAME], hold=True)[NAME]
        if now.position not in {self._held.position, self._attempted}:
            raise Zombie(f"{NAME} stands at {now.position}, and we left it at {self._held.position}")
        return now

    def _past(self, streams: Iterable[Id], upto: int) -> Iterable[Mapping[Id, Sequence[Record]]]:
        return pasts(self._connected(), streams, upto)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
            self._connection.execute(SESSION)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

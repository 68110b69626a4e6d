"""Feeds views: what has arrived is the batch, and its rows and the position are written together or not at all."""

from collections.abc import Sequence
from threading import Event
from typing import Any

import psycopg
import structlog

from events.bus import Bus, Reader
from events.fact import Record
from events.keys import destroy
from projections.applying import apply, apply_carefully
from projections.fold import Fold
from projections.leftovers import drop_leftovers
from projections.opening import erased_in
from projections.parked import park, parked
from projections.patience import patiently
from projections.positions import Held, Zombie, advance, positions
from projections.reading import following, last_position
from projections.rebuild import rebuild
from projections.table import Table, Unfit
from projections.view import View

WARM = 5000
FAR = 50_000
"""Records that are fed rather than read anew, however many came before."""
# A view that loses its last moments in a crash reads them again, so it need not wait for the disc.
SESSION = """SET application_name = 'caunoi views'; SET synchronous_commit = off; SET jit = off;
SET idle_in_transaction_session_timeout = '30s'"""
"""One that is frozen amid a batch holds the positions, and whoever takes over would wait for it for ever."""
TELL = "SELECT pg_notify('views', %s)"

log = structlog.get_logger("views")


class _WentBack(Exception):
    """A view stands before the place where we left it; what comes after is to be read again."""


class Feeder:
    """Feeds some views from one reader of the bus, all of them in one transaction a batch. For one thread."""

    def __init__(
        self, conninfo: str, views: Sequence[View], bus: Bus, *, group: str = "views", warm: int = WARM
    ) -> None:
        self._conninfo = conninfo
        self._bus = bus
        self._group = group
        self._views = {view.name: view for view in views}
        self._folds = {view.name: Fold(view, warm=warm) for view in views}
        self._tables = {view.name: Table(view) for view in views}
        self._held: dict[str, Held] = {}
        self._attempted: int | None = None
        self._read_to = 0
        self._connection: psycopg.Connection[Any] | None = None
        self._reader: Reader | None = None

    def open(self) -> None:
        """Find out where the views stand, and begin to read where the one that is furthest behind does.

        A view whose table is of another shape is made anew before, so that one release may follow another; and one that
        has most of a long log before it, so that the others need not wait for it.

        Raises:
            LookupError: a view is not installed.
            Busy, Hole: a view cannot be made anew.
        """
        connection = self._connected()
        head = last_position(connection)
        for name, held in positions(connection, list(self._views)).items():
            if held.shape != self._views[name].shape or head > FAR + 2 * held.position:
                rebuild(self._conninfo, self._views[name])
        self._forget_leftovers()
        self._look()
        self._reader = self._bus.read(self._group, self._read_to, self._stand)

    def _forget_leftovers(self) -> None:
        """Whoever is erased shall stand in no table, also in none that was never finished."""
        drop_leftovers(self._connected(), [view for view in self._views.values() if view.personal])

    def _look(self) -> None:
        """Where the views stand. Held for a moment: who was killed amid a batch has then committed, or will not."""
        connection = self._connected()
        with connection.transaction():
            self._held = positions(connection, list(self._views), hold=True)
        self._must_be_ours(self._held)
        self._attempted = None
        self._read_to = min(held.position for held in self._held.values())

    def _stand(self) -> int:
        """The bus hands the log over to us: another feeder may have fed the views while we waited."""
        patiently(self._look, self._disconnect, log)
        for fold in self._folds.values():
            fold.forget()
        return self._read_to

    def run(self, stop: Event, *, wait: float = 1.0) -> None:
        """Feed until told to stop.

        Raises:
            Hole, Zombie, BusAway, psycopg.Error: feeding cannot go on; what was fed stays.
        """
        try:
            if self._reader is None:
                patiently(self.open, self._disconnect, log)
            while not stop.is_set():
                self.step(wait)
        finally:
            self.close()

    def step(self, wait: float) -> int:
        """Feed what has arrived within `wait` seconds; the number of records."""
        assert self._reader is not None, "open it first"
        return self.feed(self._reader.take(wait))

    def close(self) -> None:
        """Give back the connections; what was fed stays."""
        self._end_reading()
        self._disconnect()

    def feed(self, records: Sequence[Record]) -> int:
        """Feed records as they come from a reader; what has been read before changes nothing. The number of new ones.

        Raises:
            Hole: a record is missing; nothing of these was fed.
            Zombie: somebody else feeds one of the views.
        """
        unread = following(records, self._read_to)
        if not unread:
            return 0
        try:
            patiently(lambda: self._feed_all(unread), self._disconnect, log)
        except _WentBack as back:
            log.warning("a view went back", view=str(back))
            self._end_reading()
            patiently(self.open, self._disconnect, log)
            return 0
        self._read_to = unread[-1].position
        return len(unread)

    def _feed_all(self, records: Sequence[Record]) -> None:
        try:
            self._feed(records)
        except Unfit:
            self._feed(records, carefully=True)
        if erased_in(records):
            self._forget_leftovers()
        self._tell(records[-1].position)

    def _feed(self, records: Sequence[Record], *, carefully: bool = False) -> None:
        connection, last = self._connected(), records[-1].position
        try:
            with connection.transaction():
                held = self._hold(connection)
                self._attempted = last
                unread = {name: _after(records, at.position) for name, at in held.items() if at.position < last}
                self._apply(connection, unread, carefully)
                advance(connection, {name: held[name].position for name in unread}, last)
        except BaseException:
            for fold in self._folds.values():
                fold.forget()
                fold.poisons.clear()
            raise
        self._attempted = None
        self._held = {name: at._replace(position=max(last, at.position)) for name, at in held.items()}

    def _hold(self, connection: psycopg.Connection[Any]) -> dict[str, Held]:
        """Where the views stand, held until the transaction ends, and what is parked now.

        Raises:
            Zombie: somebody else has fed one of them.
            _WentBack: a crash has taken the last moments of one of them, which had not waited for the disc.
        """
        held = positions(connection, list(self._views), hold=True)
        self._must_be_ours(held)
        let_be = parked(connection, list(self._views))
        for name, now in held.items():
            fold, before = self._folds[name], self._held[name]
            fold.parked = let_be.get(name, set())
            if now.position < before.position:
                raise _WentBack(name)  # No other feeder does that: they only go forward.
            if now.generation != before.generation:
                fold.forget()
            elif now.position not in {before.position, self._attempted}:
                raise Zombie(f"{name} stands at {now.position}, and we left it at {before.position}")
        return held

    def _must_be_ours(self, held: dict[str, Held]) -> None:
        for name, view in self._views.items():
            if held[name].shape != view.shape:
                raise Zombie(f"the table of {name} is of another shape than the view")

    def _apply(self, connection: psycopg.Connection[Any], unread: dict[str, Sequence[Record]], carefully: bool) -> None:
        """Views that stand at the same place together, and what they parked beside their rows."""
        together: dict[int, list[str]] = {}
        for name, records in unread.items():
            together.setdefault(records[0].position, []).append(name)
        for names in together.values():
            views = [(self._folds[name], self._tables[name]) for name in names]
            if carefully:
                for fold, table in views:
                    apply_carefully(connection, fold, table, unread[names[0]])
            else:
                apply(connection, views, unread[names[0]])
        if any(view.personal for view in self._views.values()):
            # In the transaction that takes the person out of the rows.
            for person in set().union(*(erased_in(records) for records in unread.values())):
                destroy(connection, person)
        for name in unread:
            park(connection, name, self._folds[name].poisons)
            self._folds[name].poisons.clear()

    def _tell(self, position: int) -> None:
        """A hint for those who wait for a position; outside the transaction, where it delays no append."""
        self._connected().execute(TELL, [str(position)])

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
            self._connection.execute(SESSION)
        return self._connection

    def _end_reading(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _after(records: Sequence[Record], position: int) -> Sequence[Record]:
    return records if records[0].position > position else [r for r in records if r.position > position]

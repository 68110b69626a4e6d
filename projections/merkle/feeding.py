"""Feeds the tree: what has arrived is the batch, and its tiles and the position are written together or not at all."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

import psycopg
import structlog

from events.bus import Bus, Reader
from events.canonical import leaf, leaf_hash
from events.fact import Record
from projections.merkle import tiles
from projections.merkle.growing import Growing
from projections.patience import Patience
from projections.positions import advance, positions
from projections.reading import following

GATHER = 0.02
"""Seconds after a batch in which the next one gathers: a fact alone does not wait, and many share a transaction."""
# A tree that loses its last moments in a crash reads them again, so it need not wait for the disc.
SESSION = "SET application_name = 'caunoi tree'; SET synchronous_commit = off; SET jit = off"

log = structlog.get_logger("tree")


class Feeder:
    """Feeds the tree from a reader of the bus. For one thread.

    Of two that feed at once, or after a crash of the server, whoever finds the tree elsewhere than he left it takes it
    up where it stands: what a leaf hashes to does not depend on who hashes it.
    """

    def __init__(self, conninfo: str, bus: Bus) -> None:
        self._conninfo = conninfo
        self._bus = bus
        self._connection: psycopg.Connection[Any] | None = None
        self._reader: Reader | None = None
        self._tree = Growing()

    @property
    def size(self) -> int:
        """How many leaves the tree had when it was last looked at."""
        return self._tree.size

    def run(self, stop: Event, *, wait: float = 0.5, then: Callable[[], None] = lambda: None) -> None:
        """Feed until told to stop; `then` is done after each look at the log, whether or not anything had arrived.

        Raises:
            Hole, TileBroken, BusAway, psycopg.Error: feeding cannot go on; what was fed stays.
        """
        patience = Patience(log)
        try:
            while not stop.is_set():
                try:
                    if self.step(wait):
                        stop.wait(GATHER)
                    then()
                    patience.renew()
                except psycopg.OperationalError as lost:
                    self.close()
                    stop.wait(patience.pause(lost))
        finally:
            self.close()

    def step(self, wait: float) -> int:
        """Feed what has arrived within `wait` seconds; the number of records."""
        if self._reader is None:
            self._take_up()
        assert self._reader is not None
        return self.feed(self._reader.take(wait))

    def feed(self, records: Sequence[Record]) -> int:
        """Feed records as they come from a reader; what was read before changes nothing. The number of new ones.

        Raises:
            Hole: a record is missing; nothing of these was fed.
        """
        unread = following(records, self._tree.size)
        if not unread:
            return 0
        connection = self.connected()
        try:
            with connection.transaction():
                if not self.holds(connection):
                    self._end_reading()
                    return 0
                changed = self._tree.grow(b"".join([leaf_hash(leaf(record)) for record in unread]))
                tiles.write(connection, changed)
                advance(connection, {tiles.NAME: unread[0].position - 1}, unread[-1].position)
        except BaseException:
            # Whether it was written is for the database to say.
            self._end_reading()
            raise
        return len(unread)

    def holds(self, connection: psycopg.Connection[Any]) -> bool:
        """Whether the tree stands where we left it; it is held there until the transaction ends."""
        return positions(connection, [tiles.NAME], hold=True)[tiles.NAME].position == self._tree.size

    def root(self) -> bytes:
        """The root of the tree as it was last looked at."""
        return self._tree.root()

    def connected(self) -> psycopg.Connection[Any]:
        """The connection that writes, in autocommit."""
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
            self._connection.execute(SESSION)
        return self._connection

    def close(self) -> None:
        """Give back the connections; what was fed stays."""
        self._end_reading()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take_up(self) -> None:
        """Find out where the tree stands, and begin to read there."""
        connection = self.connected()
        # Held for a moment: whoever was killed in the middle of a batch has then committed, or will not.
        with connection.transaction():
            position = positions(connection, [tiles.NAME], hold=True)[tiles.NAME].position
            self._tree = tiles.grown(connection, position)
        self._reader = self._bus.read(tiles.NAME, position)

    def _end_reading(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

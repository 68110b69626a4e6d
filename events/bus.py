"""How records reach whoever follows the log: in the order of their positions, none skipped, whatever carries them."""

from collections.abc import Callable
from itertools import chain
from time import monotonic, sleep
from typing import Any, Protocol

import psycopg

from events.asking import heard
from events.fact import Record
from events.ledger import HEAD
from events.pages import Pages

PAGE = 2000
POLL = 0.05
"""Seconds between two looks at the ledger, at most, while somebody waits: a hint may be lost, a look is not."""
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
PATIENCE = 60.0
SESSION = "SET application_name = 'caunoi reader'; SET jit = off; LISTEN ledger"


class BusAway(Exception):
    """What carries the records did not answer for too long. Nothing is lost: read again from where you stand."""


class Reader(Protocol):
    """One follower's place in the log. For one thread."""

    def take(self, wait: float) -> list[Record]:
        """The next records in position order, none skipped; [] when nothing came within `wait` seconds.

        Their number is bounded. Delivery is at least once: after trouble on the way, a record may come a second time.

        Raises:
            BusAway: nothing answered for longer than the bus has patience.
        """

    def close(self) -> None:
        """Give back what it holds; what it has taken stays taken."""


Stand = Callable[[], int]
"""Where a follower stands: the position after which it wants to go on."""


class Bus(Protocol):
    """Carries records from the ledger to its followers."""

    def read(self, group: str, after: int, stand: Stand | None = None) -> Reader:
        """Follow the log from the record after position `after` on; `group` names the follower to the outside.

        A bus that has the log followed by one of a group at a time asks `stand` whenever it hands it over: while
        this one waited, another may have gone on.
        """


class EmbeddedBus:
    """Follows the ledger itself: a LISTEN as a hint, looking at the ledger as the rule."""

    def __init__(self, conninfo: str, *, page: int = PAGE, patience: float = PATIENCE) -> None:
        self._conninfo = conninfo
        self._page = page
        self._patience = patience

    def read(self, group: str, after: int, stand: Stand | None = None) -> "EmbeddedReader":  # noqa: ARG002
        """A reader with a connection of its own, opened when it is first asked; the log is everybody's at any time."""
        return EmbeddedReader(self._conninfo, group, after, page=self._page, patience=self._patience)


class EmbeddedReader:
    """Reads pages of the ledger by position; connects anew, with growing pauses, when its connection is lost."""

    def __init__(self, conninfo: str, group: str, after: int, *, page: int, patience: float) -> None:
        self.group = group
        self._conninfo = conninfo
        self._position = after
        self._page = page
        self._patience = patience
        self._open: tuple[psycopg.Connection[Any], Pages] | None = None
        self._away_since: float | None = None
        self._pause = FIRST_PAUSE

    def take(self, wait: float) -> list[Record]:
        """The next records, at most a page of them.

        Raises:
            BusAway: the database has not answered for longer than the patience of the bus.
        """
        until = monotonic() + wait
        while True:
            try:
                records = self._next(until)
                self._away_since, self._pause = None, FIRST_PAUSE
                return records
            except psycopg.OperationalError as lost:
                self._lose(lost)
                left = until - monotonic()
                if left <= 0:
                    return []
                sleep(min(self._pause, left))
                self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open[0].close()
            self._open = None

    def _next(self, until: float) -> list[Record]:
        connection, pages = self._open or self._connect()
        while True:
            records = list(chain.from_iterable(pages.read(self._position, self._position + self._page)))
            if records:
                self._position = records[-1].position
                return records
            if not self._wait_for_more(connection, until):
                return []

    def _wait_for_more(self, connection: psycopg.Connection[Any], until: float) -> bool:
        """Whether there is anything to read, before the time is over; a hint is believed, and so is the counter."""
        while (left := until - monotonic()) > 0:
            hint = heard(connection.pgconn, min(left, POLL))
            if hint is not None and (not hint.isdigit() or int(hint) > self._position):
                return True
            row = connection.execute(HEAD).fetchone()
            if row is not None and row[0] > self._position:
                return True
        return False

    def _connect(self) -> tuple[psycopg.Connection[Any], Pages]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            connection.execute(SESSION)
            self._open = connection, Pages(connection)
        except BaseException:
            connection.close()
            raise
        return self._open

    def _lose(self, lost: psycopg.OperationalError) -> None:
        self.close()
        now = monotonic()
        self._away_since = self._away_since or now
        if now - self._away_since > self._patience:
            raise BusAway(f"the ledger has not answered for {self._patience:.0f} s") from lost

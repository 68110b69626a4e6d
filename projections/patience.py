"""What leans on the database is done again while that is away, for a minute."""

from collections.abc import Callable
from time import monotonic, sleep

import psycopg
from structlog.typing import FilteringBoundLogger

SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class Patience:
    """With one absence of the database, from now on; `log` hears of each time that it was found away."""

    def __init__(self, log: FilteringBoundLogger, clock: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._clock = clock
        self.renew()

    def renew(self) -> None:
        """The database has answered."""
        self._until, self._pause = self._clock() + SECONDS, FIRST_PAUSE

    def pause(self, lost: psycopg.OperationalError) -> float:
        """Seconds to wait before it is tried again.

        Raises:
            psycopg.OperationalError: what was given, when it has been away for too long.
        """
        if self._clock() > self._until:
            raise lost
        self._log.warning("database away", error=type(lost).__name__)
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
        return pause


def patiently(act: Callable[[], None], disconnect: Callable[[], None], log: FilteringBoundLogger) -> None:
    """Do it, and again where the database was away; `disconnect` gives back a connection that was lost.

    Raises:
        psycopg.OperationalError: it has been away for a minute.
    """
    patience = Patience(log)
    while True:
        try:
            act()
            return
        except psycopg.OperationalError as lost:
            disconnect()
            sleep(patience.pause(lost))

"""A sender in a thread of its own, beside what the process does in its first: one event loop, ended in good order."""

import asyncio
from collections.abc import Callable
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from threading import Event, Thread
from types import TracebackType
from typing import Self

import structlog
import uvloop

from events.keys import Keyring
from services.notify.sending.carriers import carriers
from services.notify.sending.pace import Pace, pace
from services.notify.sending.sender import Sender
from services.settings import Settings

BESIDE = 512
"""Files that the process has open beside the connections of messages on their way."""

log = structlog.get_logger("sender")


class Sending:
    """Sends from `with` to its end. Where it cannot go on, it calls `failed`, and the end of `with` raises why."""

    def __init__(
        self, settings: Settings, keyring: Keyring, failed: Callable[[], None], chosen: Pace | None = None
    ) -> None:
        self._settings = settings
        self._keyring = keyring
        self._failed = failed
        self._pace = chosen if chosen is not None else pace()
        self._begun = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="sender")

    def __enter__(self) -> Self:
        """The thread has begun when this returns."""
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is on its way has some seconds; then it is given back."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                self._loop, self._stop = runner.get_loop(), asyncio.Event()
                self._begun.set()
                runner.run(send(self._settings, self._keyring, self._pace, self._stop))
        except BaseException as error:  # it is raised where the thread is waited for
            log.exception("sender.ended", error=type(error).__name__)
            self._error = error
            self._failed()
        finally:
            self._begun.set()
            self._loop = None


async def send(settings: Settings, keyring: Keyring, chosen: Pace, stop: asyncio.Event) -> None:
    """Send until `stop` is set.

    Raises:
        psycopg.OperationalError: the database has been away for a minute.
    """
    assert settings.database is not None, "whoever sends was given a database"
    _make_room(chosen.in_flight)
    async with carriers(settings) as ways:
        await Sender(settings.database, keyring, ways, chosen).run(stop)


def _make_room(in_flight: int) -> None:
    """Each message on its way is an open file, and most systems begin with fewer than they let a process have."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    setrlimit(RLIMIT_NOFILE, (min(max(soft, in_flight + BESIDE), hard), hard))

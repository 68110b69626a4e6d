"""A sender in a process of its own, so that telling and sending do not wait for each other's interpreter."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import NoReturn, Self

import structlog
import uvloop

from events.keys import Keyring
from services.notify.sending.pace import Pace, pace
from services.notify.sending.running import send
from services.settings import Settings
from services.trouble import Trouble

STOP_SECONDS = 5.0
"""Beyond what messages on their way have to finish; then it is killed, and others send what it had."""

log = structlog.get_logger("sender")


class SenderEnded(Trouble):
    """The process that sends has ended by itself; its log says why."""


class Apart:
    """Sends from `with` to its end, in a child. Where that ends by itself, it calls `failed`, and `with` raises.

    Entered by the main thread before there is any other: the child is a fork, which shares what was loaded. It ends
    with this process, however that ends: the pipe between them closes.
    """

    def __init__(self, settings: Settings, keyring: Keyring, failed: Callable[[], None]) -> None:
        self._settings = settings
        self._keyring = keyring
        self._failed = failed
        self._pace = pace()
        self._pid = 0
        self._line = -1
        self._asked = Event()
        self._code: int | None = None
        self._watch = Thread(target=self._wait, name="sender's end", daemon=True)

    def __enter__(self) -> Self:
        """The child has been made when this returns."""
        ours, its = os.pipe()[::-1]
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(ours)
            _live(self._settings, self._keyring, self._pace, its)
        os.close(its)
        self._line = ours
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What is on its way has some seconds; then it is given back."""
        self._asked.set()
        if self._code is None:
            os.kill(self._pid, signal.SIGTERM)
        self._watch.join(self._pace.grace + STOP_SECONDS)
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
            self._watch.join(STOP_SECONDS)
        os.close(self._line)
        if self._code and error is None:
            raise SenderEnded(f"the process that sends has ended with {self._code}")

    def _wait(self) -> None:
        _, status = os.waitpid(self._pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        if not self._asked.is_set():
            # Even one that ended in good order was asked by nobody.
            self._code = self._code or 1
            log.error("sender.ended", code=self._code)
            self._failed()


def _live(settings: Settings, keyring: Keyring, chosen: Pace, line: int) -> NoReturn:
    """The child's whole life; nothing of the parent's way out is for it."""
    code = 1
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            stop, loop = asyncio.Event(), runner.get_loop()
            for way in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(way, stop.set)
            loop.add_reader(line, os._exit, 1)
            runner.run(send(settings, keyring, chosen, stop))
        code = 0
    except BaseException as error:  # whatever it is, it is logged, and the process ends
        log.critical("sender.failed", exc_info=error)
    finally:
        sys.stderr.flush()
        os._exit(code)

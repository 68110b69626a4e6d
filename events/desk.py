"""Where an event loop waits for the appender's thread: a whole group's outcomes come over in one call."""

import asyncio
from contextlib import suppress
from weakref import ref

from events.group import Outcome, Pending


class Ticket:
    """One caller's requests: the future is done when none of them is left."""

    __slots__ = ("future", "left")

    def __init__(self, left: int, future: "asyncio.Future[None]") -> None:
        self.left = left
        self.future = future


class Desk:
    """One event loop's, which it does not keep alive. `done` is what the appender calls."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)

    def ticket(self, requests: int) -> Ticket:
        """For a caller in that loop with so many requests."""
        return Ticket(requests, asyncio.get_running_loop().create_future())

    def done(self, pairs: list[tuple[Pending, Outcome]]) -> None:
        """From the appender's thread: these have their outcomes."""
        loop = self._loop()
        if loop is not None:
            with suppress(RuntimeError):  # The loop was closed: nobody waits any more.
                loop.call_soon_threadsafe(self._settle, pairs)

    @staticmethod
    def _settle(pairs: list[tuple[Pending, Outcome]]) -> None:
        for pending, _ in pairs:
            ticket = pending.ticket
            assert isinstance(ticket, Ticket), "submitted with one"
            ticket.left -= 1
            if not ticket.left and not ticket.future.done():
                ticket.future.set_result(None)

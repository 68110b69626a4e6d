"""Changes to the same thing take turns: otherwise all but one of them would decide in vain, and decide again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

from events.fact import Id

PATIENCE = 2.0
"""Seconds that a change waits for those before it; then it goes on without its turn, and the ledger decides."""


class Turns:
    """Of one process; between processes the ledger decides. For one event loop."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Id, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, stream: Id) -> AsyncIterator[None]:
        """One's turn, or the end of one's patience."""
        lock = self._locks.setdefault(stream, asyncio.Lock())
        has_turn = await _before_long(lock) if lock.locked() else await lock.acquire()
        try:
            yield
        finally:
            if has_turn:
                lock.release()


async def _before_long(lock: asyncio.Lock) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            return await lock.acquire()
    except TimeoutError:
        return False


class RightOfWay:
    """Whoever has lost many races goes on alone: a cell to which somebody comes at every moment ends all the same.

    Of one process; between processes the ledger decides. For one event loop.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @contextmanager
    def behind(self) -> Iterator["Place"]:
        """A place in the traffic; the right of way, once taken, is given up at the end."""
        place = Place(self._lock)
        try:
            yield place
        finally:
            place.leave()


class Place:
    """One of those who are under way."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock
        self._has_way = False

    async def take(self) -> None:
        """Go on alone from now on; whoever else wants to waits for his turn."""
        if not self._has_way:
            self._has_way = await self._lock.acquire()

    async def let_pass(self) -> None:
        """Wait while another one has the right of way."""
        if self._lock.locked() and not self._has_way:
            async with self._lock:
                pass

    def leave(self) -> None:
        """Nobody needs to wait any more."""
        if self._has_way:
            self._has_way = False
            self._lock.release()

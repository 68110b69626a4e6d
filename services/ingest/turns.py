"""Changes to the same thing take turns: otherwise all but one of them would decide in vain, and decide again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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

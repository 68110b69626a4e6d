"""A sender's connections: opened when they are needed, and again after the database was away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
import structlog

from projections.patience import Patience

SESSION = """SET application_name = 'caunoi sender'; SET jit = off; SET lock_timeout = '20s';
SET idle_in_transaction_session_timeout = '30s'"""

Connection = psycopg.AsyncConnection[Any]
R = TypeVar("R")

log = structlog.get_logger("sender")


class Session:
    """One connection for one matter. `begin` is done on each that is opened."""

    def __init__(self, conninfo: str, begin: Callable[[Connection], Awaitable[None]] | None = None) -> None:
        self._conninfo = conninfo
        self._begin = begin
        self._connection: Connection | None = None

    async def connected(self) -> Connection:
        """The connection, in autocommit.

        Raises:
            psycopg.OperationalError: the database is away.
        """
        if self._connection is None:
            connection = await psycopg.AsyncConnection[Any].connect(self._conninfo, autocommit=True, connect_timeout=5)
            try:
                await connection.execute(SESSION)
                if self._begin is not None:
                    await self._begin(connection)
            except BaseException:
                await connection.close()
                raise
            self._connection = connection
        return self._connection

    async def patiently(self, act: Callable[[Connection], Awaitable[R]]) -> R:
        """Do it, and again where the database was away.

        Raises:
            psycopg.OperationalError: it has been away for a minute.
        """
        patience = Patience(log)
        while True:
            try:
                return await act(await self.connected())
            except psycopg.OperationalError as lost:
                await self.close()
                await asyncio.sleep(patience.pause(lost))

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

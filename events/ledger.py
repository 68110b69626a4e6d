"""The ledger: append all or nothing, read by stream, read by position."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import QueryNoTemplate
from psycopg_pool import ConnectionPool

from events.appender import PATIENCE, Appender
from events.desk import Desk
from events.fact import Id, Record
from events.request import Appended, Known, Request

COLUMNS = """l.position, l.stream::text, l.version, n.name, l.effective_on, l.recorded, a.actor, l.reason,
l.command::text, l.cause, l.data
FROM ledger.log l JOIN ledger.names n ON n.no = l.name JOIN ledger.actors a ON a.no = l.by"""

AFTER = f"SELECT {COLUMNS} WHERE l.position > %s AND l.position <= %s ORDER BY l.position"
STREAMS = f"SELECT {COLUMNS} WHERE l.stream = ANY (%s::uuid[]) AND l.position <= %s ORDER BY l.position"
POSITIONS = f"SELECT {COLUMNS} WHERE l.position = ANY (%s) ORDER BY l.position"
COMMANDS = f"SELECT l.digest, {COLUMNS} WHERE l.command = ANY (string_to_array(%s, ',')::uuid[]) ORDER BY l.position"
SILENT = (
    "SELECT command::text, digest, answer FROM ledger.silent WHERE command = ANY (string_to_array(%s, ',')::uuid[])"
)
"""A list of thousands as one text: to adapt its elements one by one costs more than to look for them."""
HEAD = "SELECT position FROM ledger.counter"
HEADS = "SELECT stream::text, version FROM ledger.heads WHERE stream = ANY (%s::uuid[])"
CLAIMS = "SELECT claim, stream::text FROM ledger.claims WHERE claim = ANY (%s)"

PAGE = 1000
END = 2**63 - 1


class Ledger:
    """One province's log in one PostgreSQL. Safe to share between threads; opens nothing before it is used."""

    def __init__(self, conninfo: str, *, readers: int = 4, patience: float = PATIENCE) -> None:
        self.conninfo = conninfo
        self._appender = Appender(conninfo, patience=patience)
        self._desks: WeakKeyDictionary[asyncio.AbstractEventLoop, Desk] = WeakKeyDictionary()
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            conninfo,
            min_size=0,
            max_size=readers,
            open=False,
            timeout=10,
            kwargs={"autocommit": True, "options": "-c default_transaction_isolation=read\\ committed -c jit=off"},
        )

    def open(self) -> "Ledger":
        """Open the pool of reading connections; the appender connects at the first append."""
        self._pool.open()
        return self

    def close(self) -> None:
        """Write what waits and give all connections back."""
        self._appender.close()
        self._pool.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Append

    def append(self, request: Request) -> Appended:
        """Append one request and wait until it is durable.

        Raises:
            Conflict, Claimed, CommandReused, Unstorable: nothing was stored.
            LedgerAway: the database did not answer in time; the same command asks safely again.
        """
        return self._appender.append(request)

    async def append_all(self, requests: Sequence[Request]) -> list[Appended | Exception]:
        """Append many requests, each all or nothing, in the order given where they touch the same stream."""
        if not requests:
            return []
        loop = asyncio.get_running_loop()
        desk = self._desks.get(loop)
        if desk is None:
            desk = self._desks[loop] = Desk(loop)
        ticket = desk.ticket(len(requests))
        pendings = self._appender.submit(requests, desk.done, ticket)
        await ticket.future
        return [pending.outcome for pending in pendings if pending.outcome is not None]

    # Read

    def head(self) -> int:
        """The last position; 0 of an empty log."""
        return int(self._rows(HEAD)[0][0])

    def read(self, after: int, limit: int = PAGE) -> list[Record]:
        """The next `limit` records after a position, in order and without a gap; fewer at the end of the log."""
        return self._records(AFTER, (after, after + limit))

    def stream(self, stream: Id, upto: int = END) -> list[Record]:
        """All records of one stream, oldest first; [] of one that does not exist."""
        return self._records(STREAMS, ([stream], upto))

    def streams(self, streams: Iterable[Id], upto: int = END) -> dict[Id, list[Record]]:
        """The records of many streams in one question; every id asked for is a key."""
        found: dict[Id, list[Record]] = {stream: [] for stream in streams}
        if found:
            for record in self._records(STREAMS, (list(found), upto)):
                found[record.stream].append(record)
        return found

    def at(self, positions: Sequence[int]) -> list[Record]:
        """The records at these positions."""
        return self._records(POSITIONS, (list(positions),))

    def known(self, command: Id) -> Known | None:
        """What a command came to, for the same answer again; None where it never came to anything."""
        return self.all_known([command]).get(command)

    def all_known(self, commands: Sequence[Id]) -> dict[Id, Known]:
        """What commands came to, for the same answers again; one that never came to anything is missing."""
        asked = (",".join(commands),)
        found: dict[Id, Known] = {
            Id(command): Known(digest, [], answer) for command, digest, answer in self._rows(SILENT, asked)
        }
        for digest, *record in self._rows(COMMANDS, asked):
            stored = Record._make(record)
            found.setdefault(Id(stored.command), Known(digest, [], b"")).records.append(stored)
        return found

    def holders(self, claims: Sequence[str]) -> dict[str, Id]:
        """Which stream holds each of these claims; a claim that nobody holds is missing."""
        return dict(self._rows(CLAIMS, (list(claims),)))

    def versions(self, streams: Sequence[Id]) -> dict[Id, int]:
        """The version of each of these streams that exists."""
        return dict(self._rows(HEADS, (list(streams),)))

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A reading connection of the pool, autocommit."""
        with self._pool.connection() as connection:
            yield connection

    def _records(self, query: QueryNoTemplate, params: Sequence[object]) -> list[Record]:
        return list(map(Record._make, self._rows(query, params)))

    def _rows(self, query: QueryNoTemplate, params: Sequence[object] = ()) -> list[Any]:
        """Asked a second time over a new connection where the first turned out to be one of before a restart."""
        try:
            return self._asked(query, params)
        except psycopg.OperationalError:
            self._pool.check()
            return self._asked(query, params)

    def _asked(self, query: QueryNoTemplate, params: Sequence[object]) -> list[Any]:
        with self.connection() as connection, connection.cursor(binary=True) as cursor:
            return cursor.execute(query, params).fetchall()

"""The log by position: bare rows as they come off the wire, made records here while the server sends the next."""

from collections.abc import Collection, Generator
from contextlib import closing
from struct import pack
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer

from events import packed
from events.asking import pieces, prepare, send
from events.fact import Record

# Names and actors are few and for ever: known here, they spare the server two joins and a sort.
BARE = b"""
SELECT l.position, l.stream::text, l.version, l.name, l.effective_on, l.recorded, l.by, l.reason, l.command::text,
       l.cause, l.data
FROM ledger.log l
WHERE l.position > $1::bigint AND l.position <= $2::bigint AND ($3::smallint[] IS NULL OR l.name = ANY ($3))
ORDER BY l.position
"""
NAMES = "SELECT no, name FROM ledger.names WHERE no = ANY (%s)"
ACTORS = "SELECT no, actor FROM ledger.actors WHERE no = ANY (%s)"
NUMBERS = "SELECT no FROM ledger.names WHERE name = ANY (%s)"
# Planned once, also where the log was empty then: in the order of the index, never gathered and sorted.
IN_ORDER = "SET enable_bitmapscan = off; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan"

PIECE = 250
"""Rows that are taken from the connection at once; more have left the processor's caches before they are records."""
PATIENCE = 60.0


class Pages:
    """Reads stretches of the log, on a connection that is asked nothing else meanwhile. For one thread."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._loads = Transformer(connection)
        self._names: dict[int, str] = {}
        self._actors: dict[int, str] = {}
        connection.execute(IN_ORDER)
        prepare(connection.pgconn, b"pages", BARE)

    def read(self, after: int, upto: int, names: Collection[str] | None = None) -> Generator[list[Record], None, None]:
        """The records after a position and up to another, in order, some hundred at a time; all, or those of names.

        A name that no fact had when this was asked is not found. Read to the end, or close it, before asking again.

        Raises:
            psycopg.OperationalError: the database is away, or did not answer for a minute.
        """
        pgconn = self._connection.pgconn
        send(pgconn, b"pages", [pack(">q", after), pack(">q", upto), self._numbers(names)], PATIENCE)
        with closing(pieces(pgconn, PIECE, PATIENCE)) as answers:
            for answer in answers:
                rows = self._rows(answer)
                try:
                    records = self._records(rows)
                except KeyError:
                    # Somebody new has acted, or something new has happened; to ask who, the connection must be free.
                    rest = [rows, *map(self._rows, answers)]
                    break
                yield records
            else:
                return
        for rows in rest:
            self._learn(rows)
            yield self._records(rows)

    def _numbers(self, names: Collection[str] | None) -> bytes | None:
        if names is None:
            return None
        return packed.int2s([no for (no,) in self._connection.execute(NUMBERS, [list(names)])])

    def _rows(self, answer: pq.abc.PGresult) -> list[tuple[Any, ...]]:
        self._loads.set_pgresult(answer)
        return self._loads.load_rows(0, answer.ntuples, tuple)

    def _records(self, rows: list[tuple[Any, ...]]) -> list[Record]:
        names, actors, make = self._names, self._actors, Record._make
        return [
            make((at, stream, version, names[name], on, recorded, actors[by], reason, command, cause, data))
            for at, stream, version, name, on, recorded, by, reason, command, cause, data in rows
        ]

    def _learn(self, rows: list[tuple[Any, ...]]) -> None:
        """What numbers stand for never changes, and they are not drawn in order: those that are unknown are asked."""
        for known, query, numbers in (
            (self._names, NAMES, {row[3] for row in rows}),
            (self._actors, ACTORS, {row[6] for row in rows}),
        ):
            if unknown := numbers.difference(known):
                known.update(self._connection.execute(query, [list(unknown)]).fetchall())

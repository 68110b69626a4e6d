"""One connection that copies: the facts of a chunk into a table of its own, then one statement that stores them."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import psycopg

from events import packed, rows
from events.appender import EXTEND, SESSION, extend
from events.asking import answer, copy_in, done, prepare, run, send
from events.chunk import Chunk
from events.group import Refusal, read_refusals
from events.numbers import Numbers
from events.packed import PG_EPOCH
from events.request import Request
from events.rows import Oids, read_oids, uuid_bytes

PIECE = 500
"""Facts that are sent while the next ones are packed, about."""
FAULTS = (psycopg.Error, ValueError, OverflowError, struct.error)

COPY = b"""COPY pg_temp.copied (no, version, effective_on, name, data, cause, digest, by, stream, command, reason)
FROM STDIN (FORMAT binary)"""
STATEMENT = b"SELECT head, at, refusals FROM ledger.copy($1, $2, $3, $4, $5, $6)"

BEGIN = b"PGCOPY\n\377\r\n\0" + bytes(8)
END = b"\xff\xff"
# The number of fields, then each one's length and value.
pack_row = struct.Struct(">h iq ii ii ih i".replace(" ", "")).pack
pack_end = struct.Struct(">iq iq ii i16s i16s i".replace(" ", "")).pack


class Said(NamedTuple):
    """What the database says of a chunk: the position before it and its instant, or, by command, who is refused."""

    head: int
    at: int
    refusals: dict[bytes, Refusal]


class Lane:
    """One of two: while one stores, the other is filled."""

    def __init__(self, conninfo: str, numbers: Numbers, patience: float) -> None:
        self._conninfo = conninfo
        self._numbers = numbers
        self._patience = patience
        self._connection: psycopg.Connection[Any] | None = None
        self._oids = Oids(0, 0, 0, 0, 0)
        self._values: list[bytes] | None = None
        self._asked = False

    def fill(self, chunk: Chunk) -> None:
        """Bring the facts of a chunk to the database, where nobody sees them yet; what fails is said by `result`."""
        self._values = None
        if not chunk.requests:
            return
        try:
            connection = self._connection or self._connect()
            pgconn, filling = connection.pgconn, _Filling(self._numbers, self._oids)
            self._numbers.learn(connection, chunk.requests, self._patience)
            extend(pgconn, chunk.facts, self._patience)
            copy_in(pgconn, COPY, filling.pieces(chunk.requests), self._patience)
            self._values = filling.values(chunk)
        except FAULTS:
            self.drop()

    def store(self) -> None:
        """Have the chunk stored that was brought; the database does it from now on."""
        if self._connection is not None and self._values is not None:
            try:
                send(self._connection.pgconn, b"copy", self._values, self._patience)
                self._asked = True
            except psycopg.Error:
                self.drop()

    def result(self) -> Said | None:
        """What became of it; None where it failed, and nobody knows whether anything is stored."""
        asked, self._asked, self._values = self._asked, False, None
        if self._connection is None or not asked:
            return None
        pgconn = self._connection.pgconn
        try:
            found = done(pgconn, answer(pgconn, self._patience))
        except psycopg.Error:
            self.drop()
            return None
        head, at = (int.from_bytes(found.get_value(0, column) or b"", "big") for column in (0, 1))
        said = found.get_value(0, 2)
        return Said(head, at, read_refusals(said) if said else {})

    def drop(self) -> None:
        """Close the connection; the next chunk opens a new one."""
        self._values, self._asked = None, False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            pgconn, patience = connection.pgconn, self._patience
            run(pgconn, SESSION + b"; SET temp_buffers = '64MB'; SELECT ledger.prepare_copy()", patience)
            for statement, query in ((b"copy", STATEMENT), (b"extend", EXTEND)):
                prepare(pgconn, statement, query, patience)
            self._numbers.prepare(pgconn, patience)
            self._oids = read_oids(pgconn, patience)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection


class _Filling:
    """One chunk's way into binary form: its facts first, and what was met on the way after them."""

    def __init__(self, numbers: Numbers, oids: Oids) -> None:
        self._names: Mapping[str, int] = numbers.names
        self._actors: Mapping[str, int] = numbers.actors
        self._oids = oids
        self._commands: list[bytes] = []
        self._keys: dict[str, bytes] = {}

    def pieces(self, requests: list[Request]) -> Iterator[bytes]:
        """The facts in the form of binary COPY."""
        names, actors, keys, commands, no = self._names, self._actors, self._keys, self._commands, 0
        parts = [BEGIN]
        for request in requests:
            command, by = uuid_bytes(request.command), actors[request.by]
            commands.append(command)
            cause, digest, reason = request.cause, request.digest, request.reason.encode()
            for stream, expected, entries in request.writes:
                key = keys.get(stream)
                if key is None:
                    key = keys[stream] = uuid_bytes(stream)
                same = pack_end(8, cause, 8, digest, 4, by, 16, key, 16, command, len(reason)) + reason
                for version, (name, on, data) in enumerate(entries, expected + 1):
                    no += 1
                    parts += (
                        pack_row(11, 8, no, 4, version, 4, on.toordinal() - PG_EPOCH, 2, names[name], len(data)),
                        data,
                        same,
                    )
            if len(parts) > 3 * PIECE:
                yield b"".join(parts)
                parts.clear()
        yield b"".join((*parts, END))

    def values(self, chunk: Chunk) -> list[bytes]:
        """The six values of `ledger.copy`."""
        oids, keys = self._oids, self._keys
        begun: list[bytes] = []
        continued: list[bytes] = []
        claims: list[bytes] = []
        silent: list[bytes] = []
        for stream, (number, expected) in chunk.firsts.items():
            heads = continued if expected else begun
            heads.append(rows.head(self._commands[number - 1], keys[stream], expected, chunk.versions[stream]))
        for command, request, size in zip(self._commands, chunk.requests, chunk.sizes, strict=True):
            if not size:
                silent.append(rows.silent(command, request.digest, request.answer))
            if request.takes or request.releases:
                claims += rows.claims(command, request)
        conditions = [
            rows.condition(self._commands[number - 1], uuid_bytes(of), version)
            for number, of, version in chunk.conditions
        ]
        return [
            packed.uuids(self._commands),
            rows.array(oids.head, len(begun), begun),
            rows.array(oids.head, len(continued), continued),
            rows.array(oids.condition, len(conditions), conditions),
            rows.array(oids.claim, len(claims), claims),
            rows.array(oids.silent, len(silent), silent),
        ]

"""Much at once: requests in chunks, the facts of each by binary COPY, with all that an append promises."""

import struct
from collections.abc import Iterable, Iterator
from threading import Event
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import pq

from events import rows
from events.appender import EXTEND, NOTHING, PATIENCE, SESSION, Appender
from events.asking import answer, prepare, send
from events.chunk import Chunk, chunks
from events.fact import Id
from events.group import Outcome, Pending, read_refusals, refused, uuid_bytes
from events.numbers import Numbers
from events.packed import PG_EPOCH
from events.request import Appended, Request
from events.rows import OIDS, Oids

ROUNDS = 3
"""How often a chunk is tried without those that were refused, before the rest of it goes in groups."""
PIECE = 500
"""Facts that are sent while the next ones are packed, about."""
FAULTS = (psycopg.Error, ValueError, OverflowError, struct.error)

COPY = """COPY pg_temp.copied (no, cause, digest, version, effective_on, by, name, stream, command, reason, data)
FROM STDIN (FORMAT binary)"""
STATEMENT = b"SELECT head, at, refusals FROM ledger.copy($1, $2, $3, $4, $5)"

BEGIN = b"PGCOPY\n\377\r\n\0" + bytes(8)
END = b"\xff\xff"
# The number of fields, then each one's length and value; the reason and the data follow.
pack_row = struct.Struct(">h iq iq iq ii ii ii ih i16s i16s i".replace(" ", "")).pack
pack_length = struct.Struct(">i").pack


def copy(
    conninfo: str, requests: Iterable[Request], *, patience: float = PATIENCE
) -> Iterator[tuple[Request, Outcome]]:
    """Append requests as they come, and say of each what became of it; those to one stream keep their order.

    To be iterated: the database stores a chunk while the next one is made ready. A chunk of which nothing is refused is
    one transaction; whoever stops in between starts again from the beginning, since commands that are known answer
    again. While a chunk goes in, other appenders wait for one or two tenths of a second.
    """
    with Copier(conninfo, patience=patience) as copier:
        before: Chunk | None = None
        for chunk in chunks(requests):
            if before is not None:
                yield from copier.finish(before)
            copier.begin(chunk)
            before = chunk
        if before is not None:
            yield from copier.finish(before)


class Copier:
    """One connection that copies, and an appender for what cannot be copied."""

    def __init__(self, conninfo: str, *, patience: float = PATIENCE) -> None:
        self._conninfo = conninfo
        self._patience = patience
        self._appender = Appender(conninfo, patience=patience)
        self._connection: psycopg.Connection[Any] | None = None
        self._numbers = Numbers()
        self._oids = Oids(0, 0, 0, 0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._appender.close()
        self._drop()

    def begin(self, chunk: Chunk) -> None:
        """Hand a chunk over; the database stores it from now on."""
        if chunk.requests:
            try:
                self._send(chunk)
            except FAULTS:
                self._drop()

    def finish(self, chunk: Chunk) -> list[tuple[Request, Outcome]]:
        """What became of each request of the chunk that was handed over, in their order."""
        requests = left = [*chunk.requests, *chunk.odd]
        outcomes: dict[Id, Outcome] = {}
        for last in (False,) * (ROUNDS - 1) + (True,):
            found = self._outcomes(chunk)
            outcomes.update(found)
            left = [request for request in left if request.command not in outcomes]
            if last or not left or not found:
                break
            # Some were refused, and nothing was stored. Those that no longer fit without them come after the chunk.
            chunk = Chunk()
            for request in left:
                chunk.takes(request)
            self.begin(chunk)
        # What is left was in a chunk that failed, in or not in, through whose fault ever: the commands tell.
        outcomes.update((request.command, outcome) for request, outcome in self.append_in_groups(left))
        return [(request, outcomes[request.command]) for request in requests]

    def append_in_groups(self, requests: list[Request]) -> list[tuple[Request, Outcome]]:
        """The usual way: with patience, and with each request's fault its own."""
        if not requests:
            return []
        left, finished = len(requests), Event()

        def done(pairs: list[tuple[Pending, Outcome]]) -> None:
            nonlocal left
            left -= len(pairs)
            if not left:
                finished.set()

        pendings = self._appender.submit(requests, done)
        finished.wait()
        return [(pending.request, pending.outcome) for pending in pendings if pending.outcome is not None]

    def _send(self, chunk: Chunk) -> None:
        connection = self._connection or self._connect()
        self._numbers.learn(connection, chunk.requests)
        connection.execute(EXTEND, [chunk.facts])
        with connection.cursor() as cursor, cursor.copy(COPY) as copying:
            for piece in self._pieces(chunk.requests):
                copying.write(piece)
        send(connection.pgconn, b"copy", self._checks(chunk), self._patience)

    def _outcomes(self, chunk: Chunk) -> dict[Id, Outcome]:
        """That of each; where some are refused, theirs alone, and nothing is stored; none where it failed."""
        if self._connection is None or not chunk.requests:
            return {}
        try:
            result = answer(self._connection.pgconn, self._patience)
            if result.status != pq.ExecStatus.TUPLES_OK:
                raise psycopg.errors.error_from_result(result)
        except psycopg.Error:
            self._drop()
            return {}
        if said := result.get_value(0, 2):
            refusals = [(chunk.requests[refusal.request - 1], refusal) for refusal in read_refusals(said)]
            return {request.command: refused(Pending(request, None), refusal) for request, refusal in refusals}
        head = int.from_bytes(result.get_value(0, 0) or b"", "big")
        at = int.from_bytes(result.get_value(0, 1) or b"", "big")
        outcomes: dict[Id, Outcome] = {}
        for request in chunk.requests:
            size = request.size
            outcomes[request.command] = Appended(head + 1, size, at) if size else NOTHING
            head += size
        return outcomes

    def _pieces(self, requests: list[Request]) -> Iterator[bytes]:
        """The facts in the form of binary COPY."""
        names, actors, no = self._numbers.names, self._numbers.actors, 0
        parts = [BEGIN]
        for request in requests:
            command, by = uuid_bytes(request.command), actors[request.by]
            reason, cause, digest = request.reason.encode(), request.cause, request.digest
            for stream, expected, entries in request.writes:
                key, version = uuid_bytes(stream), expected
                for name, on, data in entries:
                    no += 1
                    version += 1
                    parts += (
                        pack_row(
                            11, 8, no, 8, cause, 8, digest, 4, version, 4, on.toordinal() - PG_EPOCH, 4, by,
                            2, names[name], 16, key, 16, command, len(reason),
                        ),
                        reason, pack_length(len(data)), data,
                    )  # fmt: skip
            if len(parts) > PIECE:
                yield b"".join(parts)
                parts.clear()
        yield b"".join((*parts, END))

    def _checks(self, chunk: Chunk) -> list[bytes]:
        """The five values of `ledger.copy`."""
        oids, silent = self._oids, False
        commands: list[bytes] = []
        claims: list[bytes] = []
        for number, request in enumerate(chunk.requests, 1):
            if request.size:
                commands.append(rows.command(uuid_bytes(request.command)))
            else:
                silent = True
                commands.append(rows.silent_command(uuid_bytes(request.command), request.digest, request.answer))
            claims += [rows.claim(number, c.encode(), uuid_bytes(stream), True) for c, stream in request.takes]
            claims += [rows.claim(number, c.encode(), uuid_bytes(stream), False) for c, stream in request.releases]
        heads = [
            rows.head(number, uuid_bytes(stream), expected, chunk.versions[stream])
            for stream, (number, expected) in chunk.firsts.items()
        ]
        conditions = [
            rows.condition(number, uuid_bytes(stream), version) for number, stream, version in chunk.conditions
        ]
        return [
            rows.array(oids.command, commands), rows.array(oids.head, heads), rows.array(oids.condition, conditions),
            rows.array(oids.claim, claims), b"\1" if silent else b"\0",
        ]  # fmt: skip

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            connection.execute(SESSION)
            connection.execute("SET temp_buffers = '64MB'")
            connection.execute("SELECT ledger.prepare_copy()")
            prepare(connection.pgconn, b"copy", STATEMENT)
            self._oids = Oids._make(connection.execute(OIDS).fetchone() or ())
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

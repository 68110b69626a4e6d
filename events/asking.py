"""A prepared statement asked through libpq: its answer when it is true, and no waiting for ever."""

import select
from collections.abc import Generator, Iterable, Sequence
from time import monotonic

import psycopg
from psycopg import pq

PATIENCE = 15.0
"""Seconds that a database may take for an answer."""


def prepare(pgconn: pq.abc.PGconn, statement: bytes, query: bytes, patience: float = PATIENCE) -> None:
    """Give a statement a name, once a connection.

    Raises:
        psycopg.Error: the database does not understand it, the connection is lost, or nothing came in time.
    """
    pgconn.send_prepare(statement, query, None)
    _flush(pgconn, patience)
    done(pgconn, answer(pgconn, patience))


def run(pgconn: pq.abc.PGconn, query: bytes, patience: float) -> pq.abc.PGresult:
    """What the last of some statements without parameters came to, in text.

    Raises:
        psycopg.Error: the database refuses one of them, the connection is lost, or nothing came in time.
    """
    pgconn.send_query(query)
    _flush(pgconn, patience)
    return done(pgconn, answer(pgconn, patience))


def done(pgconn: pq.abc.PGconn, result: pq.abc.PGresult) -> pq.abc.PGresult:
    """The result, of which it is now known that it is none of an error.

    Raises:
        psycopg.Error: the database refuses the statement, or the connection is lost.
    """
    if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return result
    if pgconn.status != pq.ConnStatus.OK:
        raise psycopg.OperationalError(result.error_message.decode(errors="replace") or "connection lost")
    raise psycopg.errors.error_from_result(result)


def ask(pgconn: pq.abc.PGconn, statement: bytes, params: Sequence[bytes | None], patience: float) -> pq.abc.PGresult:
    """The answer to a statement, parameters and answer in binary; libpq's own way to wait for it would wait for ever.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing came for so many seconds.
    """
    send(pgconn, statement, params, patience)
    return answer(pgconn, patience)


def send(pgconn: pq.abc.PGconn, statement: bytes, params: Sequence[bytes | None], patience: float) -> None:
    """Hand a statement over; what it does goes on while we do something else.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing was taken for so many seconds.
    """
    pgconn.send_query_prepared(statement, params, [1] * len(params), result_format=1)
    _flush(pgconn, patience)


def answer(pgconn: pq.abc.PGconn, patience: float) -> pq.abc.PGresult:
    """What it came to.

    Rows come before the commit. Only when the server is ready for the next statement are they true, and what it
    said last counts: that it was shut down in between, perhaps.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing came for so many seconds.
    """
    until = monotonic() + patience
    last: pq.abc.PGresult | None = None
    while (result := _next(pgconn, until)) is not None:
        last = result
    if last is None or pgconn.transaction_status == pq.TransactionStatus.UNKNOWN:
        raise psycopg.OperationalError("connection lost")
    return last


def copy_in(pgconn: pq.abc.PGconn, statement: bytes, data: Iterable[bytes], patience: float) -> None:
    """Bring data by a COPY … FROM STDIN; whatever is raised, the connection is good for nothing afterwards.

    Raises:
        psycopg.Error: the database refuses it, the connection is lost, or nothing was taken for so many seconds.
    """
    pgconn.send_query(statement)
    _flush(pgconn, patience)
    result = _next(pgconn, monotonic() + patience)
    if result is None:
        raise psycopg.OperationalError("connection lost")
    if result.status != pq.ExecStatus.COPY_IN:
        raise psycopg.errors.error_from_result(result)
    for piece in data:
        pgconn.put_copy_data(piece)
        _flush(pgconn, patience)
    pgconn.put_copy_end()
    _flush(pgconn, patience)
    done(pgconn, answer(pgconn, patience))


def pieces(pgconn: pq.abc.PGconn, rows: int, patience: float) -> Generator[pq.abc.PGresult, None, None]:
    """Its rows as they come, so many at a time: the server goes on while we look at them.

    For statements that only read what is for ever, whose rows are true before the end. Closed before it, what is left
    is taken off the connection, which is then free for the next statement.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing came for so many seconds.
        psycopg.Error: the statement failed.
    """
    pgconn.set_chunked_rows_mode(rows)
    failed: pq.abc.PGresult | None = None
    try:
        while (result := _next(pgconn, monotonic() + patience)) is not None:
            if result.status not in {pq.ExecStatus.TUPLES_CHUNK, pq.ExecStatus.TUPLES_OK}:
                failed = result
            elif result.ntuples:
                yield result
    except GeneratorExit:
        while _next(pgconn, monotonic() + patience) is not None:
            pass
        raise
    if pgconn.transaction_status == pq.TransactionStatus.UNKNOWN:
        raise psycopg.OperationalError("connection lost")
    if failed is not None:
        raise psycopg.errors.error_from_result(failed)


def heard(pgconn: pq.abc.PGconn, seconds: float) -> bytes | None:
    """What a notification says, the next one that came or comes within so many seconds.

    Raises:
        psycopg.OperationalError: the connection is lost.
    """
    until = monotonic() + seconds
    while (found := pgconn.notifies()) is None:
        if not _ready(pgconn, select.POLLIN, until):
            return None
    return found.extra


def _next(pgconn: pq.abc.PGconn, until: float) -> pq.abc.PGresult | None:
    while pgconn.is_busy():
        _wait(pgconn, select.POLLIN, until)
    return pgconn.get_result()


def _flush(pgconn: pq.abc.PGconn, patience: float) -> None:
    while pgconn.flush():
        _wait(pgconn, select.POLLIN | select.POLLOUT, monotonic() + patience)


def _wait(pgconn: pq.abc.PGconn, events: int, until: float) -> None:
    if not _ready(pgconn, events, until):
        raise psycopg.OperationalError("no answer in time")


def _ready(pgconn: pq.abc.PGconn, events: int, until: float) -> bool:
    socket = select.poll()
    socket.register(pgconn.socket, events)
    found = socket.poll(max(0.0, until - monotonic()) * 1000)
    if found and found[0][1] & ~select.POLLOUT:
        pgconn.consume_input()
    return bool(found)

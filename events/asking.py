"""A prepared statement asked through libpq: its answer when it is true, and no waiting for ever."""

import select
from time import monotonic

import psycopg
from psycopg import pq


def prepare(pgconn: pq.abc.PGconn, statement: bytes, query: bytes) -> None:
    """Give a statement a name, once a connection.

    Raises:
        psycopg.Error: the database does not understand it.
    """
    prepared = pgconn.prepare(statement, query, None)
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)


def ask(pgconn: pq.abc.PGconn, statement: bytes, params: list[bytes], patience: float) -> pq.abc.PGresult:
    """The answer to a statement, parameters and answer in binary; libpq's own way to wait for it would wait for ever.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing came for so many seconds.
    """
    send(pgconn, statement, params, patience)
    return answer(pgconn, patience)


def send(pgconn: pq.abc.PGconn, statement: bytes, params: list[bytes], patience: float) -> None:
    """Hand a statement over; what it does goes on while we do something else.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing was taken for so many seconds.
    """
    pgconn.send_query_prepared(statement, params, [1] * len(params), result_format=1)
    while pgconn.flush():
        _wait(pgconn, select.POLLIN | select.POLLOUT, monotonic() + patience)


def answer(pgconn: pq.abc.PGconn, patience: float) -> pq.abc.PGresult:
    """What it came to.

    Rows come before the commit. Only when the server is ready for the next statement are they true, and what it
    said last counts: that it was shut down in between, perhaps.

    Raises:
        psycopg.OperationalError: the connection is lost, or nothing came for so many seconds.
    """
    until = monotonic() + patience
    last: pq.abc.PGresult | None = None
    while True:
        while pgconn.is_busy():
            _wait(pgconn, select.POLLIN, until)
        result = pgconn.get_result()
        if result is None:
            break
        last = result
    if last is None or pgconn.transaction_status == pq.TransactionStatus.UNKNOWN:
        raise psycopg.OperationalError("connection lost")
    return last


def _wait(pgconn: pq.abc.PGconn, events: int, until: float) -> None:
    socket = select.poll()
    socket.register(pgconn.socket, events)
    found = socket.poll(max(0.0, until - monotonic()) * 1000)
    if not found:
        raise psycopg.OperationalError("no answer in time")
    if found[0][1] & ~select.POLLOUT:
        pgconn.consume_input()

"""Which of several processes follows the log: the one that holds a lock; when it has gone, another takes over."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import structlog

from projections.patience import Patience

LEAD = "SELECT pg_try_advisory_lock(hashtext('caunoi.follower'))"
LOOK = 0.2
"""Seconds between two looks whether the one who follows has gone."""

log = structlog.get_logger("notify")


@contextmanager
def leading(conninfo: str, stop: Event) -> Iterator[bool]:
    """Wait until this process is the one, and be it until the end of `with`; False: it was asked to stop before.

    Raises:
        psycopg.OperationalError: the database has been away for a minute.
    """
    held = _wait(conninfo, stop)
    try:
        yield held is not None
    finally:
        if held is not None:
            held.close()


def _wait(conninfo: str, stop: Event) -> psycopg.Connection[Any] | None:
    patience, connection, said = Patience(log), None, False
    while not stop.is_set():
        try:
            if connection is None:
                connection = psycopg.connect(conninfo, autocommit=True, connect_timeout=5)
            row = connection.execute(LEAD).fetchone()
            patience.renew()
            if row is not None and row[0]:
                return connection
            if not said:
                log.info("another process follows the log")
                said = True
            stop.wait(LOOK)
        except psycopg.OperationalError as lost:
            if connection is not None:
                connection.close()
                connection = None
            stop.wait(patience.pause(lost))
    if connection is not None:
        connection.close()
    return None

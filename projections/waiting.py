"""Waiting until views have read a position, so that whoever changed something can see it."""

from collections.abc import Sequence
from time import monotonic
from typing import Any

import psycopg

from projections.positions import positions

LOOK = 0.05
"""Seconds between two looks, at most: the hint of a feeder may be lost."""


class Behind(Exception):
    """A view has not read the position in time."""


def at_least(connection: psycopg.Connection[Any], views: Sequence[str], position: int, timeout: float = 5.0) -> None:
    """Return once all these views have read `position`; the connection is one in autocommit.

    Raises:
        Behind: one has not within `timeout` seconds.
        LookupError: one is not installed.
    """
    if _have_read(connection, views, position):
        return
    until = monotonic() + timeout
    connection.execute("LISTEN views")
    try:
        while not _have_read(connection, views, position):
            left = until - monotonic()
            if left <= 0:
                raise Behind(f"position {position} has not been read by {', '.join(views)}")
            for _ in connection.notifies(timeout=min(left, LOOK), stop_after=1):
                pass
    finally:
        if not connection.broken:
            connection.execute("UNLISTEN views")


def _have_read(connection: psycopg.Connection[Any], views: Sequence[str], position: int) -> bool:
    return all(held.position >= position for held in positions(connection, views).values())

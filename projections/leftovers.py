"""What a view that was being made anew left behind when its process was killed: it has names, and nobody reads it."""

from collections.abc import Iterable
from typing import Any

import psycopg
import structlog

from projections.anew import SCHEMA
from projections.view import View

# For the transaction, and only where nobody is at it: whoever is drops the table himself, and forgets the erased.
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('caunoi rebuild ' || %s, 0))"
PATIENCE = "SET LOCAL lock_timeout = '2s'"

log = structlog.get_logger("views")


def drop_leftovers(connection: psycopg.Connection[Any], views: Iterable[View]) -> None:
    """Drop the tables beside these views that nobody fills any more; one that cannot be dropped is said, and stays."""
    for view in views:
        try:
            with connection.transaction():
                connection.execute(PATIENCE)
                row = connection.execute(ALONE, [view.name]).fetchone()
                if row is not None and row[0]:
                    connection.execute(f"DROP TABLE IF EXISTS {SCHEMA}.{view.name}".encode())
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.LockNotAvailable) as error:
            log.warning("a table that was left behind stays", view=view.name, error=type(error).__name__)

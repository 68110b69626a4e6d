"""On which side of its line each watched indicator was seen last, so that a crossing is told when it happens."""

from collections.abc import Sequence
from typing import Any

import psycopg

from events.fact import Id

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.crossed (
    subscription uuid PRIMARY KEY,
    period       text NOT NULL,
    beyond       boolean NOT NULL,      -- the line, on the side that shall be told
    seen_at      timestamptz NOT NULL DEFAULT now()
);
"""
SEEN = "SELECT subscription::text, period, beyond FROM exchange.crossed"
KEEP = """
INSERT INTO exchange.crossed (subscription, period, beyond) SELECT * FROM unnest(%s::uuid[], %s::text[], %s::boolean[])
ON CONFLICT (subscription) DO UPDATE SET period = excluded.period, beyond = excluded.beyond, seen_at = now()
"""


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the table, in the transaction that makes the others; safe to repeat."""
    connection.execute(SCHEMA)


def seen(connection: psycopg.Connection[Any]) -> dict[Id, tuple[str, bool]]:
    """The period, and whether it was beyond the line, for each subscription that was looked at."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(SEEN).fetchall()}


def keep(connection: psycopg.Connection[Any], sides: Sequence[tuple[Id, str, bool]]) -> None:
    """Write down on which side they are now."""
    if sides:
        connection.execute(KEEP, [list(column) for column in zip(*sides, strict=True)])

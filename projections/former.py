"""Views of earlier releases that nobody feeds or asks any longer: they go when this release is installed."""

from typing import Any

import psycopg

FORMER = ("scores",)
"""`scores` kept what each meeting was worth by its own records alone; now that is worked out when it is asked for."""

GONE = (
    "DELETE FROM views.parked WHERE view = ANY (%s)",
    "DELETE FROM views.positions WHERE view = ANY (%s)",
)


def forget(connection: psycopg.Connection[Any]) -> None:
    """Drop their tables, also half-made ones, and what stands of them among the positions; safe to repeat."""
    for name in FORMER:
        for schema in ("views", "rebuild"):
            connection.execute(f"DROP TABLE IF EXISTS {schema}.{name}".encode())
    for statement in GONE:
        connection.execute(statement.encode(), [list(FORMER)])

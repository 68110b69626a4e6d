"""The life of a notice, step by step: what became of it, when, and why; added to, and never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from events.fact import Id

QUEUED, DEFERRED, GROUPED, SILENCED = "queued", "deferred", "grouped", "silenced"
SENT, DELIVERED, OPENED, ACKNOWLEDGED = "sent", "delivered", "opened", "acknowledged"
FAILED, RISEN = "failed", "risen"

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.steps (
    no       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    notice   uuid NOT NULL,
    at       timestamptz NOT NULL,
    state    text NOT NULL,
    cause    text NOT NULL,     -- a channel, an id, a rule: never a name of a person
    delivery uuid               -- the message that carried it, where there was one
);
CREATE INDEX IF NOT EXISTS steps_of_a_notice ON exchange.steps (notice, no);
"""
INSERT = """
INSERT INTO exchange.steps (notice, at, state, cause, delivery)
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::uuid[])
"""
OF = "SELECT notice::text, at, state, cause, delivery::text FROM exchange.steps WHERE notice = %s::uuid ORDER BY no"

ATTEMPTS = """
SELECT a.delivery::text, d.channel, a.at, a.status, a.class, a.ms
FROM exchange.carried c JOIN exchange.deliveries d ON d.id = c.delivery JOIN exchange.attempts a USING (delivery)
WHERE c.notice = %s::uuid ORDER BY a.at, a.delivery, a.no
"""


class Attempt(NamedTuple):
    """One try to send a message in which the notice was; `class_` is what came of it."""

    delivery: Id
    channel: str
    at: datetime
    status: int | None
    class_: str
    ms: int


class Step(NamedTuple):
    """A notice came to a state at an instant; `cause` says by what or by whom, `delivery` in which message."""

    notice: Id
    at: datetime
    state: str
    cause: str
    delivery: Id | None = None


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the table, in the transaction that makes the others; safe to repeat."""
    connection.execute(SCHEMA)


def step(connection: psycopg.Connection[Any], rows: Sequence[Step]) -> None:
    """Write down what became of notices, in the transaction that made it so."""
    if rows:
        connection.execute(INSERT, [list(column) for column in zip(*rows, strict=True)])


def steps_of(connection: psycopg.Connection[Any], notice: Id) -> list[Step]:
    """All steps of a notice, in their order."""
    return list(map(Step._make, connection.execute(OF, [notice]).fetchall()))


def attempts_of(connection: psycopg.Connection[Any], notice: Id) -> list[Attempt]:
    """Every try to send a notice on, oldest first."""
    return list(map(Attempt._make, connection.execute(ATTEMPTS, [notice]).fetchall()))

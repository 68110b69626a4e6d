"""Sends what has waited: deferred notices one by one, a group's or a digest's in one message.

What is due follows from instants in the table, so a night without a process loses nothing; a row goes in the
transaction that queues its message, so nothing is sent twice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections import deliveries, subscribers
from projections.deliveries import Send, enqueue
from projections.notices import reach
from projections.steps import SILENCED, Step, step
from services.notify.subscribing.messages import Said, lines, of_many, to_subscriber
from services.notify.subscribing.timing import DEFERRED

AT_ONCE = 2_000
"""Rows that one transaction takes."""
TAKE = """
DELETE FROM exchange.waiting WHERE (subscription, notice) IN (
    SELECT subscription, notice FROM exchange.waiting WHERE until <= %s
    ORDER BY subscription, why, until, notice LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING subscription::text, why, notice::text
"""
NOTICES = """
SELECT id::text, fact, rule, position, subject::text, organisation::text, due_at, alert FROM exchange.notices
WHERE id = ANY (%s::uuid[]) ORDER BY seq
"""
FIFO = "SELECT id::text, fifo FROM exchange.endpoints WHERE id = ANY (%s::uuid[]) AND ended_in IS NULL"
UNDEFER = """
UPDATE exchange.notices n SET deferred_until = NULL WHERE id = ANY (%s::uuid[])
AND NOT EXISTS (SELECT FROM exchange.waiting w WHERE w.notice = n.id)
"""


class Taken(NamedTuple):
    """One row that waits no longer."""

    subscription: Id
    why: str
    notice: Id


def release(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Queue all that waited until now; the number of notices. A tick's function."""
    total = 0
    while True:
        with connection.transaction():
            taken = [Taken._make(row) for row in connection.execute(TAKE, [now, AT_ONCE]).fetchall()]
            if taken:
                _queue(connection, taken, now.astimezone(UTC))
        total += len(taken)
        if len(taken) < AT_ONCE:
            return total


def _queue(connection: psycopg.Connection[Any], taken: Sequence[Taken], now: datetime) -> None:
    idents = sorted({one.notice for one in taken})
    said = {row[0]: Said._make(row) for row in connection.execute(NOTICES, [idents]).fetchall()}
    order = {ident: number for number, ident in enumerate(said)}
    sends: list[Send] = []
    unsent: list[Step] = []
    for (ident, why), rows in groupby(sorted(taken), lambda one: (one.subscription, one.why)):
        notices = sorted((said[one.notice] for one in rows if one.notice in said), key=lambda one: order[one.id])
        found = _messages(connection, ident, why, notices, now)
        sends += found
        if not found:
            unsent += [Step(one.id, now, SILENCED, f"subscription {ident} has ended") for one in notices]
    connection.execute(UNDEFER, [idents])
    step(connection, unsent)
    if sends:
        enqueue(connection, sends)
        connection.execute(deliveries.HINT)
    reach(connection, idents)


def _messages(
    connection: psycopg.Connection[Any], ident: Id, why: str, notices: Sequence[Said], now: datetime
) -> list[Send]:
    """Those of one subscription; none where it has ended meanwhile, or has no channel any more."""
    subscription = subscribers.subscription(connection, ident)
    if subscription is None or subscription.ended_in is not None or not notices:
        return []
    made = subscription.made
    endpoints = [channel.endpoint for channel in made.channels if channel.endpoint is not None]
    fifo: Mapping[Id, bool] = dict(connection.execute(FIFO, [endpoints]).fetchall())
    found: list[Send] = []
    for line in lines(ident, made, fifo):
        in_order = fifo.get(line.target, False)
        if why == DEFERRED:
            found += [to_subscriber(one, ident, line, now, fifo=in_order) for one in notices]
        else:
            found += of_many(notices, ident, line, now, fifo=in_order)
    return found

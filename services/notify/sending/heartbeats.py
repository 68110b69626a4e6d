"""Heartbeats: a signed word to each chain that up to here nothing is missing, so that silence is no reason to doubt."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

from events.fact import Id
from projections.deliveries import HEARTBEAT, HINT, Send, enqueue
from projections.notices import NAME
from projections.positions import positions

TYPE = "caunoi.heartbeat"
AT_ONCE = 500
"""Chains whose heartbeats are queued in one transaction: a chain is held until it ends."""
APART = timedelta(milliseconds=10)
"""Between two heartbeats: those of thousands of endpoints shall not stand before what has happened."""

# An endpoint to which nothing was ever sent is told so.
BEGIN = """
INSERT INTO exchange.chains (chain, target, channel)
SELECT e.id, e.id, 'webhook' FROM exchange.endpoints e
WHERE e.ended_in IS NULL AND NOT EXISTS (SELECT FROM exchange.chains c WHERE c.chain = e.id)
ON CONFLICT (chain) DO NOTHING
"""
DUE = """
SELECT c.chain::text, c.target::text, CASE WHEN c.chain <> c.target THEN s.id::text END,
       (SELECT count(*) FROM exchange.waiting w WHERE w.subscription = s.id)
FROM exchange.chains c
JOIN exchange.endpoints e ON e.id = c.target AND e.ended_in IS NULL
LEFT JOIN exchange.targets t ON t.target = c.target
LEFT JOIN exchange.subscriptions s ON s.id = coalesce(c.subscription, c.chain)
WHERE c.channel = 'webhook' AND (c.told_at IS NULL OR c.told_at <= %(before)s)
AND coalesce(t.state, 'active') = 'active' AND (c.chain = c.target OR (s.ended_in IS NULL AND NOT s.paused))
AND NOT EXISTS (SELECT FROM exchange.deliveries d WHERE d.target = c.target AND d.chain = c.chain
                AND d.kind = 'heartbeat' AND d.state IN ('due', 'failed'))
ORDER BY c.chain LIMIT %(limit)s
"""
# Of heartbeats the last is enough.
PRUNE = """
WITH old AS (
    DELETE FROM exchange.deliveries WHERE target = ANY (%(targets)s::uuid[]) AND chain = ANY (%(chains)s::uuid[])
    AND kind = 'heartbeat' AND state IN ('delivered', 'given_up') RETURNING id
)
DELETE FROM exchange.attempts a USING old WHERE a.delivery = old.id
"""
TELL = "UPDATE exchange.chains SET told_at = %(now)s WHERE chain = ANY (%(chains)s::uuid[])"


class Heartbeats:
    """Queues them; `beat` is a tick's."""

    def __init__(self, minutes: int) -> None:
        self._every = timedelta(minutes=minutes)

    def beat(self, connection: psycopg.Connection[Any], now: datetime) -> int:
        """Queue a heartbeat for every active chain that is due one; how many.

        It says how far the follower had read, and what the last message was that was queued after that: all that
        follows from records up to that position is in messages up to that number, but for `waiting`, which wait for
        their hour.
        """
        connection.execute(BEGIN)
        queued = 0
        while some := self._some(connection, now, queued):
            queued += some
        if queued:
            connection.execute(HINT)
        return queued

    def _some(self, connection: psycopg.Connection[Any], now: datetime, queued: int) -> int:
        # First how far it has read, and only then, with the chains held, what was queued.
        position = positions(connection, [NAME])[NAME].position
        with connection.transaction():
            found = connection.execute(DUE, {"before": now - self._every, "limit": AT_ONCE}).fetchall()
            chains = {"chains": [row[0] for row in found], "targets": [row[1] for row in found]}
            connection.execute(PRUNE, chains)
            enqueue(connection, [
                Send(Id(target), "webhook", 0, Id(chain), (), TYPE, now, _data(of, position, waiting),
                     position, now + (queued + n) * APART, HEARTBEAT)
                for n, (chain, target, of, waiting) in enumerate(found)
            ])  # fmt: skip
            connection.execute(TELL, chains | {"now": now})
        return len(found)


def heartbeat(connection: psycopg.Connection[Any], now: datetime, minutes: int = 60) -> int:
    """The same in one call."""
    return Heartbeats(minutes).beat(connection, now)


def _data(subscription: str | None, position: int, waiting: int) -> dict[str, Any]:
    """A receiver knows a subscription's chain, as in its messages, by its id; the endpoint's own has none."""
    of = {} if subscription is None else {"subscription": subscription}
    return {"position": position, "waiting": waiting, **of}

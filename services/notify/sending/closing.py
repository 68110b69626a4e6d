"""A receiver to which nothing is sent any more: it said so, it ended, or nothing has reached it for days."""

from datetime import datetime
from typing import Any
from uuid import uuid5

import psycopg

from events.fact import Id
from projections.notices import NAME, Told
from projections.positions import positions
from services.notify.subscribing.addressing import tell
from services.notify.telling import NAMESPACE

ACTIVE, OFF, GONE, ENDED = "active", "off", "gone", "ended"
POLICY = "exchange@1"
RULES = {OFF: "endpoint.switched_off", GONE: "endpoint.gone"}
"""What the owner is told, by what has become of his endpoint; that it ended he said himself."""

CLOSE = """
INSERT INTO exchange.targets AS t (target, state, since) VALUES (%(target)s::uuid, %(state)s, %(at)s)
ON CONFLICT (target) DO UPDATE SET state = excluded.state, since = excluded.since
WHERE t.state = 'active' OR (excluded.state = 'ended' AND t.state <> 'ended')
RETURNING target
"""
GIVE_UP = """
UPDATE exchange.deliveries SET state = 'given_up', done_at = %(at)s, claimed_by = NULL, claimed_until = NULL
WHERE target = %(target)s::uuid AND state IN ('due', 'failed') RETURNING id
"""
LIVES = """
WITH gave_up AS (
    SELECT c.notice, d.id, d.channel FROM unnest(%(ids)s::uuid[]) AS u (id)
    JOIN exchange.deliveries d ON d.id = u.id JOIN exchange.carried c ON c.delivery = d.id
), failed AS (
    UPDATE exchange.notices n SET failed_at = coalesce(n.failed_at, %(at)s)
    WHERE n.id IN (SELECT notice FROM gave_up) AND n.delivered_at IS NULL
    AND NOT EXISTS (SELECT FROM exchange.carried c JOIN exchange.deliveries d ON d.id = c.delivery
                    WHERE c.notice = n.id AND d.state <> 'given_up')
)
INSERT INTO exchange.steps (notice, at, state, cause, delivery)
SELECT notice, %(at)s, 'failed', channel || ': ' || %(state)s, id FROM gave_up
"""


def close(connection: psycopg.Connection[Any], target: Id, owner: Id, state: str, at: datetime) -> bool:
    """Give up what waits for a receiver and tell its owner, in one transaction; False where it was closed already."""
    with connection.transaction():
        # Whoever writes notices holds their position, and first of all, as the follower does.
        position = positions(connection, [NAME], hold=True)[NAME].position
        params = {"target": target, "state": state, "at": at}
        if connection.execute(CLOSE, params).fetchone() is None:
            return False
        ids = [row[0] for row in connection.execute(GIVE_UP, params).fetchall()]
        connection.execute(LIVES, params | {"ids": ids})
        if state in RULES:
            tell(connection, [_told(target, owner, RULES[state], position, at)])
    return True


def _told(target: Id, owner: Id, rule: str, position: int, at: datetime) -> Told:
    """The alert: each time that it happens one, however often it is told."""
    return Told(
        id=Id(str(uuid5(NAMESPACE, f"{rule}/{target}/{at.isoformat()}"))),
        position=position,
        subject=target,
        organisation=owner,
        fact="",
        role="owner",
        policy=POLICY,
        rule=rule,
        history=False,
        due_at=at,
        acknowledge_by=None,
        alert=True,
        day=at.date(),
    )

"""What became of messages, asked by receiver; and what is queued again because somebody asks for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from events.fact import Id

STANDING = """
SELECT w.target::text, coalesce(t.state, 'active') AS state, t.since, t.failing_since,
       coalesce(t.failures, 0) AS failures, coalesce(d.waiting, 0) AS waiting, coalesce(d.given_up, 0) AS given_up,
       coalesce(d.uncertain, 0) AS uncertain,
       d.delivered_at
FROM unnest(%(targets)s::uuid[]) AS w (target)
LEFT JOIN exchange.targets t ON t.target = w.target
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.state IN ('due', 'failed')) AS waiting,
           count(*) FILTER (WHERE d.state = 'given_up') AS given_up, sum(d.uncertain)::bigint AS uncertain,
           max(d.done_at) FILTER (WHERE d.state = 'delivered') AS delivered_at
    FROM exchange.deliveries d WHERE d.target = w.target
) d ON true
"""
MESSAGE = """
SELECT d.id::text, d.seq, d.target::text, d.channel, d.chain::text, d.number, d.type, d.position, d.kind, d.state,
       d.tries, d.uncertain, d.made_at, d.next_at, d.done_at,
       ARRAY(SELECT c.notice::text FROM exchange.carried c WHERE c.delivery = d.id ORDER BY c.notice) AS notices
FROM exchange.deliveries d
"""
PAGE = """
 WHERE d.target = %(target)s::uuid AND d.seq < %(before)s AND (%(state)s::text IS NULL OR d.state = %(state)s)
ORDER BY d.seq DESC LIMIT %(limit)s
"""
ONE = " WHERE d.id = %(id)s::uuid"
ATTEMPTS = """
SELECT delivery::text, no, at, status, class, ms, answer, error FROM exchange.attempts
WHERE delivery = ANY (%(ids)s::uuid[]) ORDER BY delivery, no
"""
# In the order in which they were queued first; who is sending one at this moment is not disturbed.
AGAIN = """
WITH again AS (
    SELECT d.id, row_number() OVER (ORDER BY d.seq DESC) AS place FROM exchange.deliveries d
    WHERE {which} AND d.claimed_by IS NULL
), queued AS (
    UPDATE exchange.deliveries d
    SET state = 'due', next_at = clock_timestamp() - make_interval(secs => again.place * 0.000001),
        tried_before = d.tries, done_at = NULL, in_turn = d.in_turn OR %(in_turn)s
    FROM again WHERE d.id = again.id RETURNING d.id, d.channel
), carried AS (
    SELECT q.id, q.channel, c.notice FROM queued q JOIN exchange.carried c ON c.delivery = q.id
), notices AS (
    UPDATE exchange.notices n SET failed_at = NULL WHERE n.id IN (SELECT notice FROM carried)
), steps AS (
    INSERT INTO exchange.steps (notice, at, state, cause, delivery)
    SELECT notice, clock_timestamp(), 'queued', channel || ': ' || %(why)s, id FROM carried
)
SELECT count(*) FROM queued
"""
RECOVER = AGAIN.format(
    which="""d.target = %(target)s::uuid AND d.made_at >= %(since)s AND d.state IN ('failed', 'given_up')
    AND d.kind NOT IN ('ping', 'heartbeat')"""
)
RETRY = AGAIN.format(which="d.id = %(id)s::uuid")
RESUME = """
UPDATE exchange.targets SET state = 'active', since = clock_timestamp(), failing_since = NULL, failures = 0
WHERE target = %(target)s::uuid AND state IN ('off', 'gone') RETURNING target
"""
NEWEST = 2**62
"""Before all messages."""


class Standing(NamedTuple):
    """How a receiver is doing: `state` active, off, gone or ended, `since` when where it is known.

    `waiting` and `given_up` count messages, `uncertain` the times that nobody knew whether one had arrived.
    """

    target: Id
    state: str
    since: datetime | None
    failing_since: datetime | None
    failures: int
    waiting: int
    given_up: int
    uncertain: int
    delivered_at: datetime | None


class Attempt(NamedTuple):
    """One try; `answer` are the first bytes of what came back."""

    delivery: Id
    no: int
    at: datetime
    status: int | None
    kind: str
    ms: int
    answer: bytes
    error: str


class Message(NamedTuple):
    """One message as it stands, without its body."""

    id: Id
    seq: int
    target: Id
    channel: str
    chain: Id
    number: int
    type: str
    position: int
    kind: str
    state: str
    tries: int
    uncertain: int
    made_at: datetime
    next_at: datetime
    done_at: datetime | None
    notices: list[Id]


Connection = psycopg.Connection[Any]


def standing(connection: Connection, targets: Sequence[Id]) -> dict[Id, Standing]:
    """How each of these receivers is doing."""
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        return {one.target: one for one in cursor.execute(STANDING, {"targets": list(targets)}).fetchall()}


def page(connection: Connection, target: Id, state: str | None, before: int, limit: int) -> list[Message]:
    """Messages to a receiver, the newest first; `before` is the `seq` of the last one of the page before."""
    params = {"target": target, "state": state, "before": before, "limit": limit}
    with connection.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(MESSAGE + PAGE, params).fetchall()


def message(connection: Connection, ident: Id) -> Message | None:
    """One message."""
    with connection.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(MESSAGE + ONE, {"id": ident}).fetchone()


def attempts(connection: Connection, messages: Sequence[Id]) -> Mapping[Id, list[Attempt]]:
    """All tries of these messages, in their order."""
    found: dict[Id, list[Attempt]] = {ident: [] for ident in messages}
    for row in connection.execute(ATTEMPTS, {"ids": list(messages)}):
        found[Id(row[0])].append(Attempt._make(row))
    return found


def recover(connection: Connection, target: Id, since: datetime) -> int:
    """Queue again, in their order, what was queued since then and failed or was given up; how many."""
    return _again(connection, RECOVER, {"target": target, "since": since, "why": "recovery", "in_turn": True})


def retry(connection: Connection, ident: Id) -> bool:
    """Queue one message again, whatever became of it; False where it is being sent at this moment."""
    return _again(connection, RETRY, {"id": ident, "why": "retry", "in_turn": False}) == 1


def resume(connection: Connection, target: Id) -> bool:
    """A receiver that was switched off, or had gone, is sent to again; False where it was neither."""
    return connection.execute(RESUME, {"target": target}).fetchone() is not None


def _again(connection: Connection, query: str, params: Mapping[str, Any]) -> int:
    # Only the fixed texts above make the query; what is asked goes in as parameters.
    row = connection.execute(query.encode(), params).fetchone()
    assert row is not None, "a count is a row"
    return int(row[0])

"""Who sends what: rows are claimed by one sender at a time, and come back when it gives them back, or has ended."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import psycopg

from events.fact import Id

SPACE = 0x6361756E
"""Of the advisory locks that senders hold: one each, its own number, for as long as its session lives."""
NUMBER = "SELECT nextval('exchange.sender_numbers')::integer"
LIVE = "SELECT pg_advisory_lock(%(space)s, %(number)s)"
REGISTER = "INSERT INTO exchange.senders (number) VALUES (%(number)s) ON CONFLICT (number) DO UPDATE SET since = now()"
GONE = """
SELECT s.number FROM exchange.senders s WHERE NOT EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = %(space)s AND l.objid = s.number
    AND l.objsubid = 2 AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
) FOR UPDATE SKIP LOCKED
"""
FREE = """
UPDATE exchange.deliveries SET claimed_by = NULL, claimed_until = NULL, next_at = clock_timestamp(),
       uncertain = uncertain + 1
WHERE claimed_by = ANY (%(gone)s) AND state IN ('due', 'failed')
"""
FORGET = "DELETE FROM exchange.senders WHERE number = ANY (%(gone)s)"
# What was recovered is tried one after the other, and one that fails again keeps the others no longer.
# Candidates are looked at without holding them; whoever is quicker with one of them has it, and the others pass it by.
CLAIM = """
WITH busy AS (SELECT * FROM unnest(%(targets)s::uuid[], %(counts)s::integer[]) AS b (target, count)),
candidate AS (
    SELECT d.id, d.next_at, d.seq, coalesce(b.count, 0) + row_number() OVER (
               PARTITION BY d.target ORDER BY d.seq) AS place,
           CASE WHEN t.target IS NULL THEN least(%(unknown)s, %(each)s) WHEN t.failing_since IS NULL THEN %(each)s
                WHEN %(failing)s THEN 1 ELSE 0 END AS most
    FROM (
        SELECT d.id, d.target, d.next_at, d.seq FROM exchange.deliveries d
        WHERE d.state IN ('due', 'failed') AND d.next_at <= clock_timestamp()
        AND d.target <> ALL (%(full)s::uuid[])
        AND NOT (d.fifo AND EXISTS (
            SELECT FROM exchange.deliveries e WHERE e.target = d.target AND e.seq < d.seq AND e.fifo
            AND e.state IN ('due', 'failed')))
        AND NOT (d.in_turn AND EXISTS (
            SELECT FROM exchange.deliveries e WHERE e.target = d.target AND e.seq < d.seq AND e.in_turn
            AND e.state = 'due'))
        ORDER BY d.next_at LIMIT 4 * %(room)s
    ) d LEFT JOIN busy b ON b.target = d.target LEFT JOIN exchange.targets t ON t.target = d.target
), chosen AS (
    SELECT d.id FROM exchange.deliveries d
    WHERE d.id = ANY (ARRAY(
        SELECT c.id FROM candidate c WHERE c.place <= c.most ORDER BY c.next_at, c.seq LIMIT %(room)s))
    AND d.state IN ('due', 'failed') AND d.next_at <= clock_timestamp()
    FOR UPDATE SKIP LOCKED
)
UPDATE exchange.deliveries d
SET claimed_by = %(me)s, claimed_until = clock_timestamp() + make_interval(secs => %(lease)s),
    next_at = clock_timestamp() + make_interval(secs => %(lease)s),
    uncertain = d.uncertain + (d.claimed_by IS NOT NULL)::integer
FROM chosen WHERE d.id = chosen.id
RETURNING d.id::text, d.claimed_by, d.target::text, d.channel, d.address, d.kind, d.type, d.body,
          d.tries - d.tried_before, d.fifo OR d.in_turn,
          d.seq, coalesce((SELECT h.version FROM ledger.heads h WHERE h.stream = d.target), 0),
          EXISTS (SELECT FROM exchange.targets t WHERE t.target = d.target AND t.failing_since IS NOT NULL)
"""
# Nobody knows whether what was cut off had arrived.
GIVE_BACK = """
UPDATE exchange.deliveries d SET claimed_by = NULL, claimed_until = NULL, next_at = clock_timestamp(),
       uncertain = d.uncertain + 1
FROM unnest(%(ids)s::uuid[], %(by)s::integer[]) AS c (id, by)
WHERE d.id = c.id AND d.claimed_by = c.by AND d.state IN ('due', 'failed')
"""
LEAVE = "DELETE FROM exchange.senders WHERE number = %(number)s"

Connection = psycopg.AsyncConnection[Any]


class Claimed(NamedTuple):
    """One message that is ours to send: `by` our number, `tries` since it was queued, `version` its target's."""

    id: Id
    by: int
    target: Id
    channel: str
    address: int
    kind: str
    type: str
    body: bytes
    tries: int
    fifo: bool
    seq: int
    version: int
    failing: bool


async def register(connection: Connection) -> int:
    """A number of our own, which is ours until this session ends."""
    row = await (await connection.execute(NUMBER)).fetchone()
    assert row is not None, "a sequence answers"
    number = int(row[0])
    await connection.execute(LIVE, {"space": SPACE, "number": number})
    await connection.execute(REGISTER, {"number": number})
    return number


async def leave(connection: Connection, number: int) -> None:
    """Nothing of ours is claimed any more."""
    await connection.execute(LEAVE, {"number": number})


async def free(connection: Connection) -> int:
    """Give back what senders had claimed that have ended; how many. What became of each is uncertain, and counted."""
    async with connection.transaction():
        gone = [row[0] for row in await (await connection.execute(GONE, {"space": SPACE})).fetchall()]
        if not gone:
            return 0
        freed = (await connection.execute(FREE, {"gone": gone})).rowcount
        await connection.execute(FORGET, {"gone": gone})
        return freed


class Room(NamedTuple):
    """How many may be claimed in all; of a target with those on their way: that is well, unknown, failing at all."""

    all: int
    each: int
    unknown: int
    failing: bool


async def claim(
    connection: Connection, me: int, room: Room, lease: float, on_their_way: Mapping[Id, int]
) -> list[Claimed]:
    """Messages that are due, within the room; to a target that fails one at a time, which is how it is tried."""
    each = room.each
    params = {
        "me": me, "room": room.all, "each": each, "unknown": room.unknown, "failing": room.failing, "lease": lease,
        "targets": list(on_their_way), "counts": list(on_their_way.values()),
        "full": [target for target, count in on_their_way.items() if count >= each],
    }  # fmt: skip
    rows = await (await connection.execute(CLAIM, params)).fetchall()
    return sorted(map(Claimed._make, rows), key=lambda one: one.seq)


async def give_back(connection: Connection, messages: Sequence[Claimed]) -> None:
    """Let others send them: we were asked to stop."""
    if messages:
        params = {"ids": [one.id for one in messages], "by": [one.by for one in messages]}
        await connection.execute(GIVE_BACK, params)

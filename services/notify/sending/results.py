"""What became of messages: attempt, message, receiver, and the life of each notice they carry, in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections.deliveries import UNNUMBERED
from services.notify.sending import schedule
from services.notify.sending.claims import Claimed
from services.notify.sending.outcome import Kind, Outcome

DELIVERED, FAILED, GIVEN_UP = "delivered", "failed", "given_up"

# Whose claim ran out meanwhile has no more say, unless it was taken: that stays true whoever else tries.
MESSAGES = """
UPDATE exchange.deliveries d
SET tries = d.tries + 1,
    state = CASE WHEN say.so THEN r.state ELSE d.state END,
    next_at = CASE WHEN say.so AND r.next_at IS NOT NULL THEN r.next_at ELSE d.next_at END,
    done_at = CASE WHEN say.so AND r.state <> 'failed' THEN r.at ELSE d.done_at END,
    claimed_by = CASE WHEN say.so THEN NULL ELSE d.claimed_by END,
    claimed_until = CASE WHEN say.so THEN NULL ELSE d.claimed_until END
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(next)s::timestamptz[], %(ats)s::timestamptz[],
            %(by)s::integer[]) AS r (id, state, next_at, at, by)
CROSS JOIN LATERAL (SELECT q.state IN ('due', 'failed') AND (q.claimed_by = r.by OR r.state = 'delivered') AS so
                    FROM exchange.deliveries q WHERE q.id = r.id) say
WHERE d.id = r.id
RETURNING d.id::text, d.tries, say.so
"""
ATTEMPTS = """
INSERT INTO exchange.attempts (delivery, no, at, status, class, ms, answer, error)
SELECT * FROM unnest(%s::uuid[], %s::integer[], %s::timestamptz[], %s::integer[], %s::text[], %s::integer[],
                     %s::bytea[], %s::text[])
ON CONFLICT (delivery, no) DO NOTHING
"""
# Locked in the order of their ids, so that two senders never wait for each other in a ring.
NOTICES = """
SELECT n.id FROM exchange.notices n
WHERE n.id IN (SELECT c.notice FROM exchange.carried c WHERE c.delivery = ANY (%(ids)s::uuid[]))
ORDER BY n.id FOR NO KEY UPDATE
"""
LIVES = """
WITH became AS (
    SELECT c.notice, r.id, r.no, r.at, r.state, r.cause
    FROM unnest(%(ids)s::uuid[], %(nos)s::integer[], %(ats)s::timestamptz[], %(states)s::text[], %(causes)s::text[])
         AS r (id, no, at, state, cause) JOIN exchange.carried c ON c.delivery = r.id
), each AS (
    SELECT notice, min(at) FILTER (WHERE no > 0) AS sent, min(at) FILTER (WHERE state = 'delivered') AS delivered,
           max(at) FILTER (WHERE state = 'given_up') AS given_up
    FROM became GROUP BY notice
), moved AS (
    UPDATE exchange.notices n
    SET sent_at = coalesce(n.sent_at, e.sent), delivered_at = coalesce(n.delivered_at, e.delivered),
        failed_at = CASE WHEN n.delivered_at IS NULL AND e.delivered IS NULL AND e.given_up IS NOT NULL
            AND NOT EXISTS (SELECT FROM exchange.carried c JOIN exchange.deliveries d ON d.id = c.delivery
                            WHERE c.notice = n.id AND d.state <> 'given_up')
            THEN coalesce(n.failed_at, e.given_up) ELSE n.failed_at END
    FROM each e WHERE n.id = e.notice
)
INSERT INTO exchange.steps (notice, at, state, cause, delivery)
SELECT b.notice, b.at, s.state, b.cause, b.id
FROM became b CROSS JOIN LATERAL (VALUES (1, 'sent', b.no = 1), (2, 'delivered', b.state = 'delivered'),
                                         (3, 'failed', b.state = 'given_up')) AS s (no, state, holds)
WHERE s.holds ORDER BY b.at, s.no
"""
HOLD = "SELECT target FROM exchange.targets WHERE target = ANY (%(targets)s::uuid[]) ORDER BY target FOR UPDATE"
WELL = """
UPDATE exchange.targets SET failing_since = NULL, failures = 0
WHERE target = ANY (%(well)s::uuid[]) AND failing_since IS NOT NULL
"""
MET = """
INSERT INTO exchange.targets (target) SELECT w FROM unnest(%(well)s::uuid[]) AS w
WHERE NOT EXISTS (SELECT FROM exchange.targets t WHERE t.target = w) ORDER BY w ON CONFLICT (target) DO NOTHING
"""
BADLY = """
INSERT INTO exchange.targets AS t (target, failing_since, failures)
SELECT target, min(at), count(*) FROM unnest(%(badly)s::uuid[], %(ats)s::timestamptz[]) AS r (target, at)
GROUP BY target ORDER BY target
ON CONFLICT (target) DO UPDATE SET failing_since = coalesce(t.failing_since, excluded.failing_since),
                                   failures = t.failures + excluded.failures
RETURNING target::text, failing_since, state
"""

Connection = psycopg.AsyncConnection[Any]


class Result(NamedTuple):
    """One attempt at one message, begun at `at`."""

    message: Claimed
    at: datetime
    outcome: Outcome

    @property
    def state(self) -> str:
        """What the message is from now on."""
        if self.outcome.taken:
            return DELIVERED
        return FAILED if self._wait is not None else GIVEN_UP

    @property
    def next_at(self) -> datetime | None:
        """When it is tried again; what is asked for is heeded, unless we would wait longer anyway."""
        wait = None if self.outcome.taken else self._wait
        return None if wait is None else self.at + wait

    @property
    def _wait(self) -> timedelta | None:
        if self.outcome.ended or self.message.kind in UNNUMBERED:
            return None
        wait, asked = schedule.after(self.message.tries + 1, self.message.id), self.outcome.retry_after
        return wait if wait is None or asked is None else max(wait, schedule.asked(asked))

    @property
    def cause(self) -> str:
        """For the notice: by which way and, where it was not taken, why."""
        said = self.outcome.status if self.outcome.status is not None else self.outcome.kind
        return self.message.channel if self.outcome.taken else f"{self.message.channel}: {said}"


class Failing(NamedTuple):
    """A receiver to which something failed `at` an instant, and since when nothing but that happens."""

    target: Id
    since: datetime
    at: datetime
    gone: bool


async def write(connection: Connection, results: Sequence[Result]) -> list[Failing]:
    """Keep all that follows from these attempts; the answer are the receivers that fail and are still active."""
    async with connection.transaction():
        held = await _messages(connection, results)
        ids = {"ids": [one.message.id for one, _ in held]}
        await connection.execute(NOTICES, ids)
        await connection.execute(LIVES, ids | {
            "nos": [no for _, no in held], "ats": [one.at for one, _ in held],
            "states": [one.state for one, _ in held], "causes": [one.cause for one, _ in held],
        })  # fmt: skip
        return await _targets(connection, [one for one in results if one.outcome.kind != Kind.NOT_SET_UP])


async def _messages(connection: Connection, results: Sequence[Result]) -> list[tuple[Result, int]]:
    """Those whose outcome holds, each with the number of its attempt."""
    rows = await connection.execute(MESSAGES, {
        "ids": [one.message.id for one in results], "states": [one.state for one in results],
        "next": [one.next_at for one in results], "ats": [one.at for one in results],
        "by": [one.message.by for one in results],
    })  # fmt: skip
    kept = {Id(ident): (no, so) for ident, no, so in await rows.fetchall()}
    attempts = [
        (one.message.id, kept[one.message.id][0], one.at, one.outcome.status, one.outcome.kind, one.outcome.ms,
         one.outcome.answer[:1024], one.outcome.error.replace("\0", ""))
        for one in results if one.message.id in kept
    ]  # fmt: skip
    await connection.execute(ATTEMPTS, _columns(attempts))
    return [(one, kept[one.message.id][0]) for one in results if kept.get(one.message.id, (0, False))[1]]


async def _targets(connection: Connection, results: Sequence[Result]) -> list[Failing]:
    well = {one.message.target for one in results if one.outcome.taken}
    # What failed beside something that was taken is no sign of a receiver that is away.
    badly = [one for one in results if not one.outcome.taken and one.message.target not in well]
    gone = {one.message.target for one in badly if one.outcome.kind == Kind.GONE}
    await connection.execute(HOLD, {"targets": sorted(well | {one.message.target for one in badly})})
    if well:
        await connection.execute(WELL, {"well": sorted(well)})
        await connection.execute(MET, {"well": sorted(well)})
    if not badly:
        return []
    params = {"badly": [one.message.target for one in badly], "ats": [one.at for one in badly]}
    rows = await (await connection.execute(BADLY, params)).fetchall()
    last = {one.message.target: one.at for one in badly}
    return [
        Failing(Id(target), since, last[Id(target)], target in gone)
        for target, since, state in rows if state == "active"
    ]  # fmt: skip


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]

"""What shall be sent to whom: a row for each message, numbered in its chain, with its exact bytes."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import psycopg

from events.fact import Id
from projections.steps import QUEUED, Step, step

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.chains (
    chain    uuid PRIMARY KEY,              -- the subscription's, of its first channel its id; else the endpoint
    number   bigint NOT NULL DEFAULT 0,     -- of the last message
    digest   text NOT NULL DEFAULT '',      -- SHA-256 of its body, in hexadecimal
    target   uuid NOT NULL,                 -- whom the last message was for
    channel  text NOT NULL,
    told_at  timestamptz                    -- when the last heartbeat was queued
);
CREATE TABLE IF NOT EXISTS exchange.targets (
    target        uuid PRIMARY KEY,
    state         text NOT NULL DEFAULT 'active',       -- active, off (failures only), gone (it said so), ended
    since         timestamptz NOT NULL DEFAULT now(),   -- it is in that state
    failing_since timestamptz,                          -- nothing but failures since
    failures      bigint NOT NULL DEFAULT 0             -- in a row
);
CREATE TABLE IF NOT EXISTS exchange.deliveries (
    id            uuid PRIMARY KEY,         -- `webhook-id` is msg_ and its hexadecimal digits
    seq           bigint GENERATED ALWAYS AS IDENTITY,
    target        uuid NOT NULL,            -- an endpoint, or the subscription whose address it is
    channel       text NOT NULL,            -- webhook, email, push, text
    address       smallint NOT NULL,
    chain         uuid NOT NULL,
    number        bigint NOT NULL,
    body          bytea NOT NULL,           -- the same at every attempt
    type          text NOT NULL,
    position      bigint NOT NULL,
    kind          text NOT NULL,            -- notice, digest; ping, heartbeat: not numbered, and tried once
    fifo          boolean NOT NULL,
    state         text NOT NULL,            -- due, failed (to be tried again), delivered, given_up
    next_at       timestamptz NOT NULL,     -- nobody claims it before; a claim moves it to where the lease ends
    tries         integer NOT NULL DEFAULT 0,
    claimed_until timestamptz,
    claimed_by    integer,                  -- the sender's number
    uncertain     integer NOT NULL DEFAULT 0,   -- leases that ran out: what may have been sent twice
    made_at       timestamptz NOT NULL,
    done_at       timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE exchange.chains
    ADD COLUMN IF NOT EXISTS subscription uuid;     -- whose it is, where it is not the endpoint's own
ALTER TABLE exchange.deliveries
    ADD COLUMN IF NOT EXISTS tried_before integer NOT NULL DEFAULT 0,  -- when it was queued again
    ADD COLUMN IF NOT EXISTS in_turn boolean NOT NULL DEFAULT false;   -- recovered: tried after those before it were
CREATE INDEX IF NOT EXISTS deliveries_due ON exchange.deliveries (next_at) WHERE state IN ('due', 'failed');
CREATE INDEX IF NOT EXISTS deliveries_in_order ON exchange.deliveries (target, seq) WHERE state IN ('due', 'failed');
CREATE INDEX IF NOT EXISTS deliveries_of_target ON exchange.deliveries (target, seq);
CREATE TABLE IF NOT EXISTS exchange.carried (
    delivery uuid NOT NULL,
    notice   uuid NOT NULL,
    PRIMARY KEY (delivery, notice)
);
CREATE INDEX IF NOT EXISTS carried_by ON exchange.carried (notice);
CREATE SEQUENCE IF NOT EXISTS exchange.sender_numbers AS integer CYCLE;
CREATE TABLE IF NOT EXISTS exchange.senders (
    number     integer PRIMARY KEY,         -- it holds the advisory lock of that number for as long as it lives
    since      timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS exchange.attempts (
    delivery uuid NOT NULL,
    no       integer NOT NULL,
    at       timestamptz NOT NULL,
    status   integer,                       -- none where nobody answered
    class    text NOT NULL,                 -- ok, refused, gone, redirected, timeout, certificate, …
    ms       integer NOT NULL,
    answer   bytea NOT NULL,                -- its first 1,024 bytes
    error    text NOT NULL,
    PRIMARY KEY (delivery, no)
);
"""
CHAIN = """
INSERT INTO exchange.chains (chain, target, channel, subscription)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[])
ON CONFLICT (chain) DO UPDATE SET subscription = excluded.subscription
WHERE chains.subscription IS NULL AND excluded.subscription IS NOT NULL
"""
HOLD = """
SELECT c.chain::text, c.number, c.digest, c.subscription::text,
       ARRAY(SELECT t.target::text FROM exchange.targets t WHERE t.target = ANY (%(targets)s::uuid[])
             AND t.state <> 'active')
FROM exchange.chains c WHERE c.chain = ANY (%(chains)s::uuid[]) ORDER BY c.chain FOR UPDATE OF c
"""
# One statement: a message more or less is written as fast, and each statement is a way to the server and back.
QUEUE = """
WITH made AS (
    INSERT INTO exchange.deliveries (id, target, channel, address, chain, number, body, type, position, kind, fifo,
                                     state, next_at, made_at, done_at)
    SELECT id, target, channel, address, chain, number, body, type, position, kind, fifo, state, next_at,
           clock_timestamp(), CASE WHEN state = 'given_up' THEN clock_timestamp() END
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::smallint[], %s::uuid[], %s::bigint[], %s::bytea[], %s::text[],
                %s::bigint[], %s::text[], %s::boolean[], %s::text[], %s::timestamptz[]) WITH ORDINALITY
         AS made (id, target, channel, address, chain, number, body, type, position, kind, fifo, state, next_at, no)
    ORDER BY no
), moved AS (
    UPDATE exchange.chains c SET number = moved.number, digest = moved.digest, target = moved.target
    FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::uuid[]) AS moved (chain, number, digest, target)
    WHERE c.chain = moved.chain
), carried AS (
    INSERT INTO exchange.carried (delivery, notice) SELECT * FROM unnest(%s::uuid[], %s::uuid[])
)
UPDATE exchange.notices SET queued_at = coalesce(queued_at, clock_timestamp()) WHERE id = ANY (%s::uuid[])
"""
HINT = "SELECT pg_notify('deliveries', '')"

PING, HEARTBEAT = "ping", "heartbeat"
UNNUMBERED = frozenset({PING, HEARTBEAT})
"""They tell where the chain stands, and are none of its messages: one that is lost leaves no gap."""

_encode = msgspec.json.encode


class Send(NamedTuple):
    """One message to one target that shall be made; `notices` are those that it carries.

    `address` is which of a subscription's addresses, 0 for an endpoint; `data` holds ids and never a name;
    `next_at` is when it may first be sent; `fifo`: not before what was queued for the target earlier is done with.
    """

    target: Id
    channel: str
    address: int
    chain: Id
    notices: tuple[Id, ...]
    type: str
    timestamp: datetime
    data: dict[str, Any]
    position: int
    next_at: datetime
    kind: str = "notice"
    fifo: bool = False


class _Link(NamedTuple):
    """Where a chain stands."""

    number: int
    digest: str


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the tables, in the transaction that makes the others; safe to repeat."""
    connection.execute(SCHEMA)


def enqueue(connection: psycopg.Connection[Any], sends: Sequence[Send]) -> list[Id]:
    """Queue messages, each numbered in its chain, in the transaction that is open; their ids in the same order.

    The chains stay held until it ends, so numbers have no gaps and are in the order of commit. What is for a target
    that is off, gone or ended is given up at once: it has its number, and a recovery sends it.
    Whoever calls this sends `HINT` after the commit, else the message waits for a sender's next look.
    """
    if not sends:
        return []
    links, closed = _hold(connection, sends)
    rows = []
    for send in sends:
        before = links[send.chain]
        numbered = send.kind not in UNNUMBERED
        number = before.number + 1 if numbered else before.number
        body = body_of(send.type, send.timestamp, {**send.data, "number": number, "previous": before.digest})
        if numbered:
            links[send.chain] = _Link(number, hashlib.sha256(body).hexdigest())
        rows.append((
            Id(str(uuid4())), send.target, send.channel, send.address, send.chain, number, body, send.type,
            send.position, send.kind, send.fifo, "given_up" if send.target in closed else "due", send.next_at,
        ))  # fmt: skip
    made = [row[0] for row in rows]
    targets = {send.chain: send.target for send in sends}
    moved = _columns((chain, *links[chain], target) for chain, target in targets.items())
    carried = [(ident, notice) for ident, send in zip(made, sends, strict=True) for notice in send.notices]
    notices = sorted({notice for _, notice in carried})
    columns = _columns(carried) if carried else [[], []]
    connection.execute(QUEUE, [*_columns(rows), *moved, *columns, notices])
    now, channels = datetime.now(UTC), {ident: send.channel for ident, send in zip(made, sends, strict=True)}
    step(connection, [Step(notice, now, QUEUED, channels[ident], ident) for ident, notice in carried])
    return made


def body_of(type_: str, timestamp: datetime, data: dict[str, Any]) -> bytes:
    """The body of a message, as Standard Webhooks lays it out."""
    instant = timestamp.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return _encode({"type": type_, "timestamp": instant, "data": data})


def _hold(connection: psycopg.Connection[Any], sends: Sequence[Send]) -> tuple[dict[Id, _Link], set[Id]]:
    """The chains, begun where there are none, and which targets take nothing now.

    They are held in the order of their ids: two that queue never wait in a ring.
    """
    first = {
        send.chain: (send.chain, send.target, send.channel, send.data.get("subscription")) for send in reversed(sends)
    }
    asked = {"chains": sorted(first), "targets": sorted({send.target for send in sends})}
    held = connection.execute(HOLD, asked).fetchall()
    whose = {row[0]: row[3] for row in held}
    # One that is older than the column that says whose it is learns it now.
    if any(chain not in whose or (row[3] and whose[chain] is None) for chain, row in first.items()):
        connection.execute(CHAIN, _columns(first[chain] for chain in sorted(first)))
        held = connection.execute(HOLD, asked).fetchall()
    return {Id(row[0]): _Link(*row[1:3]) for row in held}, {Id(closed) for row in held[:1] for closed in row[4]}


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]

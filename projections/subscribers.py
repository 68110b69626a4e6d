"""Where organisations are told beside their inbox, what they asked to be told, what is silenced, and what waits.

The first three tables are what those streams say at the position that the notices have read to: whoever keeps the
notices keeps them, in the same transaction. What was sealed stays sealed; `said` is the first record's data as stored.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.endpoint import EndpointEnded, EndpointRegistered, EndpointRotated
from events.fact import Id, Record, stored_name
from events.silence import SilenceBegun, SilenceEnded
from events.subscription import SubscriptionEnded, SubscriptionMade, SubscriptionPaused, SubscriptionResumed
from projections.asked import LATEST, sql

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.endpoints (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    said         bytea NOT NULL,            -- sealed: of version 1 of its stream
    fifo         boolean NOT NULL,
    generation   integer NOT NULL DEFAULT 1,
    rotated_at   timestamptz,
    made_in      bigint NOT NULL,           -- a position, as the others that end so
    made_at      timestamptz NOT NULL,
    by           text NOT NULL,
    ended_in     bigint
);
CREATE INDEX IF NOT EXISTS endpoints_of ON exchange.endpoints (organisation, made_in);
CREATE TABLE IF NOT EXISTS exchange.subscriptions (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    said         bytea NOT NULL,            -- sealed: of version 1 of its stream
    paused       boolean NOT NULL DEFAULT false,
    made_in      bigint NOT NULL,
    made_at      timestamptz NOT NULL,
    by           text NOT NULL,
    ended_in     bigint
);
CREATE INDEX IF NOT EXISTS subscriptions_of ON exchange.subscriptions (organisation, made_in);
CREATE TABLE IF NOT EXISTS exchange.silences (
    id           uuid PRIMARY KEY,
    organisation uuid NOT NULL,
    said         bytea NOT NULL,            -- nothing in it is sealed but the reason
    until        timestamptz NOT NULL,
    made_in      bigint NOT NULL,
    made_at      timestamptz NOT NULL,
    by           text NOT NULL,
    ended_in     bigint
);
CREATE INDEX IF NOT EXISTS silences_of ON exchange.silences (organisation, made_in);
CREATE INDEX IF NOT EXISTS silences_until ON exchange.silences (until) WHERE ended_in IS NULL;
CREATE TABLE IF NOT EXISTS exchange.waiting (
    notice       uuid NOT NULL,
    subscription uuid NOT NULL,
    why          text NOT NULL,             -- deferred, grouped, digest
    until        timestamptz NOT NULL,
    since        timestamptz NOT NULL,
    PRIMARY KEY (subscription, notice)
);
CREATE INDEX IF NOT EXISTS waiting_until ON exchange.waiting (until);
"""
MAKE = {
    stored_name(EndpointRegistered): """
INSERT INTO exchange.endpoints (id, organisation, said, made_in, made_at, by, fifo)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING""",
    stored_name(SubscriptionMade): """
INSERT INTO exchange.subscriptions (id, organisation, said, made_in, made_at, by)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING""",
    stored_name(SilenceBegun): """
INSERT INTO exchange.silences (id, organisation, said, made_in, made_at, by, until)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING""",
}
END = {
    stored_name(EndpointEnded): "UPDATE exchange.endpoints SET ended_in = %s WHERE id = %s AND ended_in IS NULL",
    stored_name(SubscriptionEnded): (
        "UPDATE exchange.subscriptions SET ended_in = %s WHERE id = %s AND ended_in IS NULL"
    ),
    stored_name(SilenceEnded): "UPDATE exchange.silences SET ended_in = %s WHERE id = %s AND ended_in IS NULL",
}
PAUSE = "UPDATE exchange.subscriptions SET paused = %s WHERE id = %s"
PAUSES = {stored_name(SubscriptionPaused): True, stored_name(SubscriptionResumed): False}
ROTATED = stored_name(EndpointRotated)
ROTATE = "UPDATE exchange.endpoints SET generation = %s, rotated_at = %s WHERE id = %s AND generation < %s"
KINDS = frozenset({"endpoint", "subscription", "silence"})

SUBSCRIPTION = (
    "SELECT id::text, organisation::text, said, paused, made_in, made_at, by, ended_in FROM exchange.subscriptions"
)
SILENCE = "SELECT id::text, organisation::text, said, until, made_in, made_at, by, ended_in FROM exchange.silences"
ENDPOINT = """
SELECT id::text, organisation::text, said, fifo, generation, rotated_at, made_in, made_at, by, ended_in
FROM exchange.endpoints"""
LIVE = " WHERE ended_in IS NULL AND (%(of)s::uuid[] IS NULL OR organisation = ANY (%(of)s::uuid[])) ORDER BY made_in"
PAGE = """
 WHERE organisation = ANY (%(of)s::uuid[]) AND made_in > %(after)s ORDER BY made_in LIMIT %(limit)s"""
ONE = " WHERE id = %s::uuid"
# Whoever has the open matters of an organisation today, and all whose matters came to him.
FAMILIES = sql("""
WITH RECURSIVE heir (asked, id) AS (
    SELECT o, o FROM unnest(%(organisations)s::uuid[]) o
    UNION
    SELECT h.asked, t.successor FROM heir h JOIN views.tree t ON t.stream = h.id
    WHERE t.ended_on <= %(day)s AND t.successor IS NOT NULL AND {known:t}
), family (asked, id) AS (
    SELECT asked, id FROM heir
    UNION
    SELECT f.asked, t.stream FROM family f JOIN views.tree t ON t.successor = f.id
    WHERE t.ended_on <= %(day)s AND {known:t}
)
SELECT f.asked::text, array_agg(f.id::text ORDER BY f.id) FROM family f GROUP BY f.asked
""")


class Subscribed(NamedTuple):
    """A subscription as it stands."""

    id: Id
    organisation: Id
    said: bytes
    paused: bool
    made_in: int
    made_at: datetime
    by: str
    ended_in: int | None

    @property
    def made(self) -> SubscriptionMade:
        """As it was made; its addresses are not open."""
        fact = wire.decode(stored_name(SubscriptionMade), self.said)
        assert isinstance(fact, SubscriptionMade), "stored under its name"
        return fact


class Silenced(NamedTuple):
    """A silence as it stands."""

    id: Id
    organisation: Id
    said: bytes
    until: datetime
    made_in: int
    made_at: datetime
    by: str
    ended_in: int | None

    @property
    def begun(self) -> SilenceBegun:
        """As it was begun."""
        fact = wire.decode(stored_name(SilenceBegun), self.said)
        assert isinstance(fact, SilenceBegun), "stored under its name"
        return fact


class Endpoint(NamedTuple):
    """An endpoint as its stream tells of it; whether it answers is known elsewhere."""

    id: Id
    organisation: Id
    said: bytes
    fifo: bool
    generation: int
    rotated_at: datetime | None
    made_in: int
    made_at: datetime
    by: str
    ended_in: int | None


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the tables, in the transaction that makes the others; safe to repeat."""
    connection.execute(SCHEMA)


def keep(connection: psycopg.Connection[Any], records: Sequence[Record]) -> None:
    """Take in records, in the order of the log; those of other streams are passed over. Both again change nothing.

    Raises:
        msgspec.DecodeError: a record is no such fact.
    """
    for record in records:
        if record.kind in KINDS:
            _keep(connection, record)


def subscriptions(connection: psycopg.Connection[Any], of: Sequence[Id] | None = None) -> list[Subscribed]:
    """All that have not ended, or those of organisations, in the order in which they were made."""
    return list(map(Subscribed._make, _live(connection, SUBSCRIPTION, of)))


def silences(connection: psycopg.Connection[Any], of: Sequence[Id] | None = None) -> list[Silenced]:
    """The same of silences that nobody has ended; some may be over by themselves."""
    return list(map(Silenced._make, _live(connection, SILENCE, of)))


def subscription(connection: psycopg.Connection[Any], ident: Id) -> Subscribed | None:
    """One, ended or not."""
    row = connection.execute((SUBSCRIPTION + ONE).encode(), [ident]).fetchone()
    return None if row is None else Subscribed._make(row)


def silence(connection: psycopg.Connection[Any], ident: Id) -> Silenced | None:
    """One, over or not."""
    row = connection.execute((SILENCE + ONE).encode(), [ident]).fetchone()
    return None if row is None else Silenced._make(row)


def endpoint(connection: psycopg.Connection[Any], ident: Id) -> Endpoint | None:
    """One, ended or not."""
    row = connection.execute((ENDPOINT + ONE).encode(), [ident]).fetchone()
    return None if row is None else Endpoint._make(row)


def subscriptions_of(
    connection: psycopg.Connection[Any], organisations: Sequence[Id], after: int, limit: int
) -> list[Subscribed]:
    """Those of organisations that were made after a position, the oldest first; ended ones too."""
    return list(map(Subscribed._make, _page(connection, SUBSCRIPTION, organisations, after, limit)))


def silences_of(
    connection: psycopg.Connection[Any], organisations: Sequence[Id], after: int, limit: int
) -> list[Silenced]:
    """The same of silences."""
    return list(map(Silenced._make, _page(connection, SILENCE, organisations, after, limit)))


def endpoints_of(
    connection: psycopg.Connection[Any], organisations: Sequence[Id], after: int, limit: int
) -> list[Endpoint]:
    """The same of endpoints."""
    return list(map(Endpoint._make, _page(connection, ENDPOINT, organisations, after, limit)))


def families(connection: psycopg.Connection[Any], organisations: Sequence[Id], day: date) -> dict[Id, list[Id]]:
    """For each organisation: itself, who has its open matters on a day, and all whose matters came to that one."""
    params = {"organisations": list(organisations), "day": day, "known": LATEST}
    return {row[0]: row[1] for row in connection.execute(FAMILIES, params).fetchall()}


def _keep(connection: psycopg.Connection[Any], record: Record) -> None:
    name = record.name
    if name in MAKE:
        fact = wire.decode(name, record.data)
        assert isinstance(fact, EndpointRegistered | SubscriptionMade | SilenceBegun), "stored under its name"
        params = [record.stream, fact.organisation, record.data, record.position, record.recorded_at, record.by]
        if isinstance(fact, EndpointRegistered):
            params.append(fact.fifo)
        elif isinstance(fact, SilenceBegun):
            params.append(fact.until)
        connection.execute(MAKE[name].encode(), params)
    elif name in END:
        connection.execute(END[name].encode(), [record.position, record.stream])
    elif name in PAUSES:
        connection.execute(PAUSE, [PAUSES[name], record.stream])
    elif name == ROTATED:
        fact = wire.decode(name, record.data)
        assert isinstance(fact, EndpointRotated), "stored under its name"
        connection.execute(ROTATE, [fact.generation, fact.at, record.stream, fact.generation])


def _live(connection: psycopg.Connection[Any], query: str, of: Sequence[Id] | None) -> list[tuple[Any, ...]]:
    return connection.execute((query + LIVE).encode(), {"of": None if of is None else list(of)}).fetchall()


def _page(
    connection: psycopg.Connection[Any], query: str, organisations: Sequence[Id], after: int, limit: int
) -> list[tuple[Any, ...]]:
    params = {"of": list(organisations), "after": after, "limit": limit}
    return connection.execute((query + PAGE).encode(), params).fetchall()

"""Secret addresses, by which a calendar and a feed of an organisation are read without a token: kept as hashes."""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg

from events.fact import Id

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.addresses (
    id           uuid PRIMARY KEY,
    hash         bytea NOT NULL UNIQUE,     -- SHA-256 of the secret, which was shown once
    organisation uuid NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by      text NOT NULL,             -- the token's id
    ended_at     timestamptz
);
CREATE INDEX IF NOT EXISTS addresses_of ON exchange.addresses (organisation, made_at);
"""
MAKE = "INSERT INTO exchange.addresses (id, hash, organisation, made_by) VALUES (%s, %s, %s, %s)"
FIND = "SELECT organisation::text FROM exchange.addresses WHERE hash = %s AND ended_at IS NULL"
OF = "SELECT organisation::text FROM exchange.addresses WHERE id = %s"
END = "UPDATE exchange.addresses SET ended_at = clock_timestamp() WHERE id = %s AND ended_at IS NULL"

Connection = psycopg.Connection[Any]


class Made(NamedTuple):
    """A new one: its id, and the secret, which is shown once and kept nowhere."""

    id: Id
    secret: str


def install(connection: Connection) -> None:
    """Make the table, in the transaction that makes the others of the exchange; safe to repeat."""
    connection.execute(SCHEMA)


def make(connection: Connection, organisation: Id, by: str) -> Made:
    """One more for an organisation."""
    made = Made(Id(str(uuid4())), token_urlsafe(32))
    connection.execute(MAKE, (made.id, _hash(made.secret), organisation, by))
    return made


def find(connection: Connection, secret: str) -> Id | None:
    """Whose it is; None for one that there never was, or that has ended."""
    row = connection.execute(FIND, (_hash(secret),)).fetchone()
    return None if row is None else Id(row[0])


def organisation_of(connection: Connection, ident: Id) -> Id | None:
    """Whose it is, by its id, also where it has ended."""
    row = connection.execute(OF, (ident,)).fetchone()
    return None if row is None else Id(row[0])


def end(connection: Connection, ident: Id) -> None:
    """Nothing is read by it any more; again changes nothing."""
    connection.execute(END, (ident,))


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()

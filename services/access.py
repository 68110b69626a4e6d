"""Who may do what: bearer tokens, kept as hashes, each of an organisation and a role, and the place that answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Any
from uuid import uuid4

import psycopg
from psycopg_pool import ConnectionPool

from events.fact import Id

TABLE = """
CREATE SCHEMA IF NOT EXISTS access;
CREATE TABLE IF NOT EXISTS access.tokens (
    id           uuid PRIMARY KEY,
    hash         bytea NOT NULL UNIQUE,
    organisation uuid,                    -- none: the operator's, which reaches everything
    role         text NOT NULL,
    name         text NOT NULL,
    issued_at    timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz
);
GRANT USAGE ON SCHEMA access TO caunoi_app;
GRANT SELECT, INSERT, UPDATE ON access.tokens TO caunoi_app;
"""
ISSUE = "INSERT INTO access.tokens (id, hash, organisation, role, name) VALUES (%s, %s, %s, %s, %s)"
FIND = "SELECT id::text, organisation::text, role, name FROM access.tokens WHERE hash = %s AND revoked_at IS NULL"
REVOKE = "UPDATE access.tokens SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL"

DEEPEST = 48
"""Steps from the lowest organisation to the highest, by way of successors, too: more would be a circle."""
REMEMBERED = 1.0
"""Seconds for which a token is believed without asking again: a revoked one works no longer than that."""


class Role(StrEnum):
    """What a token is for (docs/reference/http.md says what each may do)."""

    OPERATOR = "operator"
    CLERK = "clerk"
    SECRETARY = "secretary"
    INSPECTOR = "inspector"
    SERVICE = "service"


class Relation(StrEnum):
    """What somebody wants to do with a subject."""

    SEE = "see"
    RECORD = "record"
    APPROVE = "approve"
    RECEIVE = "receive"
    """Read what an organisation has been told."""
    CONNECT = "connect"
    """Say where and of what it is told."""
    ACKNOWLEDGE = "acknowledge"
    ADMINISTER = "administer"


ALLOWED = {
    Role.OPERATOR: frozenset(Relation),
    Role.SECRETARY: frozenset(Relation) - {Relation.ADMINISTER},
    Role.CLERK: frozenset({Relation.SEE, Relation.RECORD, Relation.RECEIVE, Relation.CONNECT}),
    Role.INSPECTOR: frozenset({Relation.SEE, Relation.RECEIVE}),
    Role.SERVICE: frozenset({Relation.RECEIVE, Relation.CONNECT}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `id` is the token's, and the `by` of every record it makes."""

    id: str
    organisation: Id | None
    role: Role
    name: str

    def acting_for(self, organisation: Id) -> "Caller":
        """The same caller with the rights of an organisation: his own, or what took over from it."""
        return self if organisation == self.organisation else replace(self, organisation=organisation)

    def can(self, relation: Relation, subject: Id | None, above: Callable[[Id], Id | None]) -> bool:
        """Whether the role allows it and the subject, an organisation, is the caller's own or stands below it.

        `above` answers whose word holds for one, as of the day in question: the organisation above it or, of one that
        has ended, its successor. A subject of None is the whole ledger.
        """
        if relation not in ALLOWED[self.role]:
            return False
        if self.organisation is None:
            return self.role is Role.OPERATOR
        for _ in range(DEEPEST):
            if subject is None or subject == self.organisation:
                return subject is not None
            subject = above(subject)
        return False


def install(conninfo: str) -> None:
    """Make the table of tokens, as the owner; safe to repeat."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(TABLE)


def issue(conninfo: str, *, organisation: str | None, role: str, name: str) -> tuple[str, str]:
    """A new token: its id, and the text that is shown once and kept nowhere.

    Raises:
        ValueError: no such role, or a role other than operator without an organisation.
    """
    with psycopg.connect(conninfo) as connection:
        return _issue(connection, organisation, role, name)


def issue_with(pool: ConnectionPool[Any], *, organisation: str | None, role: str, name: str) -> tuple[str, str]:
    """The same through a connection of a pool."""
    with pool.connection() as connection:
        return _issue(connection, organisation, role, name)


def _issue(connection: psycopg.Connection[Any], organisation: str | None, role: str, name: str) -> tuple[str, str]:
    if Role(role) is not Role.OPERATOR and organisation is None:
        raise ValueError(f"a token for a {role} is of an organisation")
    token = f"cn_{token_urlsafe(32)}"
    ident = str(uuid4())
    connection.execute(ISSUE, (ident, _hash(token), organisation, role, name))
    return ident, token


def valid(conninfo: str, token: str) -> bool:
    """Whether the token opens something today."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(FIND, (_hash(token),)).fetchone() is not None


class Tokens:
    """Finds the caller of a token, and remembers the answer for a second."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        self._pool = pool
        self._known: dict[str, tuple[float, Caller]] = {}

    def remembered(self, token: str) -> Caller | None:
        """The caller, where the token was looked up within the last second."""
        found = self._known.get(token)
        return found[1] if found is not None and found[0] > monotonic() else None

    def find(self, token: str) -> Caller | None:
        """The caller of a token; None for one that is unknown or revoked."""
        with self._pool.connection() as connection:
            row = connection.execute(FIND, (_hash(token),)).fetchone()
        if row is None:
            self._known.pop(token, None)
            return None
        caller = Caller(row[0], Id(row[1]) if row[1] else None, Role(row[2]), row[3])
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[token] = (monotonic() + REMEMBERED, caller)
        return caller


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()

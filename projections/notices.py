"""Who was told what, and who has said so: a row for each notice, before anything is sent, kept until long after.

Everything in a row follows from the log and the policies, so a rebuild gives it again, save `delivered_at`: when it
came into the inbox is known nowhere else. The table therefore stands outside the plain mechanism of views, in a schema
of its own; how far it has read stands where that of every view does.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from projections.positions import REGISTER

NAME = "notices"
TABLE = "exchange.notices"
ACKNOWLEDGED = "notice.acknowledged"
SHAPE = "notices-1"
"""Of the table: one more when its columns change."""

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS exchange AUTHORIZATION caunoi_app;
SET LOCAL ROLE caunoi_app;
CREATE TABLE IF NOT EXISTS exchange.notices (
    id              uuid PRIMARY KEY,
    position        bigint NOT NULL,        -- of the record that is told
    subject         uuid NOT NULL,
    organisation    uuid NOT NULL,
    fact            text NOT NULL,
    role            text NOT NULL,
    policy          text NOT NULL,          -- ID@VERSION
    rule            text NOT NULL,
    history         boolean NOT NULL,       -- seen, never sent, never overdue
    due_at          timestamptz NOT NULL,
    acknowledge_by  timestamptz,            -- none: nobody waits for it
    acknowledged_at timestamptz,
    acknowledged_in bigint,                 -- the position of the acknowledgement
    delivered_at    timestamptz
);
CREATE INDEX IF NOT EXISTS notices_inbox ON exchange.notices (organisation, position, id);
CREATE INDEX IF NOT EXISTS notices_open ON exchange.notices (organisation, position, id)
    WHERE acknowledged_at IS NULL AND acknowledge_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS notices_about ON exchange.notices (subject, position, id);
"""
FROM_THE_LOG = """id, position, subject, organisation, fact, role, policy, rule, history, due_at, acknowledge_by,
acknowledged_at, acknowledged_in"""
"""The columns that a rebuild gives again; the one besides is `delivered_at`."""
INSERT = """
INSERT INTO {table} (id, position, subject, organisation, fact, role, policy, rule, history, due_at, acknowledge_by,
                     delivered_at)
SELECT told.*, CASE WHEN NOT told.history THEN clock_timestamp() END
FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::boolean[], %s::timestamptz[], %s::timestamptz[])
     AS told (id, position, subject, organisation, fact, role, policy, rule, history, due_at, acknowledge_by)
ON CONFLICT (id) DO NOTHING
"""
ACKNOWLEDGE = """
UPDATE {table} n SET acknowledged_at = said.at, acknowledged_in = said.position
FROM unnest(%s::uuid[], %s::timestamptz[], %s::bigint[]) AS said (id, at, position)
WHERE n.id = said.id AND n.acknowledged_in IS NULL
"""
SELECT = """
SELECT id::text, fact, position, subject::text, organisation::text,
       CASE WHEN history THEN 'history' WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
            WHEN acknowledge_by <= now() THEN 'overdue' WHEN delivered_at IS NOT NULL THEN 'delivered' ELSE 'due' END,
       due_at, acknowledge_by, delivered_at, acknowledged_at, role, policy, rule
FROM exchange.notices
"""
PAGE = " AND (position, id) < (%(position)s, %(id)s::uuid) ORDER BY position DESC, id DESC LIMIT %(limit)s"


class Told(NamedTuple):
    """A notice as it is made: all that follows from the record and the policies."""

    id: Id
    position: int
    subject: Id
    organisation: Id
    fact: str
    role: str
    policy: str
    rule: str
    history: bool
    due_at: datetime
    acknowledge_by: datetime | None


class Notice(NamedTuple):
    """A notice as it stands now."""

    id: Id
    fact: str
    position: int
    subject: Id
    organisation: Id
    state: str
    due_at: datetime
    acknowledge_by: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    role: str
    policy: str
    rule: str


class Waiting(StrEnum):
    """What may be asked of an inbox; `open` is all that waits for an acknowledgement, overdue or not."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    OVERDUE = "overdue"
    HISTORY = "history"


WHERE = {
    None: "NOT history",
    Waiting.OPEN: "acknowledged_at IS NULL AND acknowledge_by IS NOT NULL",
    Waiting.ACKNOWLEDGED: "acknowledged_at IS NOT NULL",
    Waiting.OVERDUE: "acknowledged_at IS NULL AND acknowledge_by <= now()",
    Waiting.HISTORY: "history",
}

Cursor = tuple[int, Id]
"""Position and id of the last notice of the page before."""
NEWEST: Cursor = (2**63 - 1, Id("ffffffff-ffff-ffff-ffff-ffffffffffff"))


def install(conninfo: str) -> None:
    """Make the table, as the owner; safe to repeat."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(SCHEMA)
        connection.execute(REGISTER, {"view": NAME, "shape": SHAPE})


def write(
    connection: psycopg.Connection[Any], told: Sequence[Told], acknowledged: Sequence[Record], table: str = TABLE
) -> None:
    """Keep new notices, then what was acknowledged; both again change nothing. In the transaction that is open."""
    if told:
        connection.execute(INSERT.format(table=table).encode(), [list(column) for column in zip(*told, strict=True)])
    if acknowledged:
        columns = zip(*((r.stream, r.recorded_at, r.position) for r in acknowledged), strict=True)
        connection.execute(ACKNOWLEDGE.format(table=table).encode(), [list(column) for column in columns])


def inbox(
    connection: psycopg.Connection[Any], organisations: Sequence[Id], waiting: Waiting | None, after: Cursor, limit: int
) -> list[Notice]:
    """Notices to organisations, newest first; those of history only when they are asked for."""
    if len(organisations) == 1:  # the index has them in their order
        return _page(connection, f"organisation = %(of)s::uuid AND {WHERE[waiting]}", organisations[0], after, limit)
    return _page(connection, f"organisation = ANY (%(of)s::uuid[]) AND {WHERE[waiting]}", organisations, after, limit)


def about(connection: psycopg.Connection[Any], subject: Id, after: Cursor, limit: int) -> list[Notice]:
    """All notices about somebody, newest first, whoever was told."""
    return _page(connection, "subject = %(of)s::uuid", subject, after, limit)


def find(connection: psycopg.Connection[Any], ident: Id) -> Notice | None:
    """One notice."""
    row = connection.execute((SELECT + "WHERE id = %s::uuid").encode(), [ident]).fetchone()
    return None if row is None else Notice._make(row)


def _page(
    connection: psycopg.Connection[Any], where: str, of: Id | Sequence[Id], after: Cursor, limit: int
) -> list[Notice]:
    position, ident = after
    params = {"of": of if isinstance(of, str) else list(of), "position": position, "id": ident, "limit": limit}
    # Only the fixed texts above make the query; what is asked goes in as parameters.
    return list(map(Notice._make, connection.execute(f"{SELECT}WHERE {where}{PAGE}".encode(), params).fetchall()))

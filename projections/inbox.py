"""Notices as they stand: the inbox of a committee, all about somebody, and one."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id

SELECT = """
SELECT id::text, fact, position, subject::text, organisation::text,
       CASE WHEN history THEN 'history' WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
            WHEN acknowledge_by <= now() THEN 'overdue' WHEN opened_at IS NOT NULL THEN 'opened'
            WHEN delivered_at IS NOT NULL THEN 'delivered' WHEN failed_at IS NOT NULL THEN 'failed'
            WHEN sent_at IS NOT NULL THEN 'sent' WHEN queued_at IS NOT NULL THEN 'queued'
            WHEN silenced_by IS NOT NULL THEN 'silenced' WHEN deferred_until IS NOT NULL THEN 'deferred'
            ELSE 'due' END,
       due_at, acknowledge_by, delivered_at, acknowledged_at, role, policy, rule, subjects::text[], seq, alert, day,
       critical, rose_from::text, queued_at, sent_at, opened_at, failed_at, deferred_until, risen_at, silenced_by::text,
       acknowledged_in
FROM exchange.notices
"""
PAGE = " AND (position, id) < (%(position)s, %(id)s::uuid) ORDER BY position DESC, id DESC LIMIT %(limit)s"


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
    subjects: list[Id] | None
    seq: int
    alert: bool
    day: date | None
    critical: bool
    rose_from: Id | None
    queued_at: datetime | None
    sent_at: datetime | None
    opened_at: datetime | None
    failed_at: datetime | None
    deferred_until: datetime | None
    risen_at: datetime | None
    silenced_by: Id | None
    acknowledged_in: int | None


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


def inbox(
    connection: psycopg.Connection[Any], organisations: Sequence[Id], waiting: Waiting | None, after: Cursor, limit: int
) -> list[Notice]:
    """Notices to organisations that stand there, newest first; those of history only when they are asked for."""
    which = f"listed AND {WHERE[waiting]}"
    if len(organisations) == 1:  # the index has them in their order
        return _page(connection, f"organisation = %(of)s::uuid AND {which}", organisations[0], after, limit)
    return _page(connection, f"organisation = ANY (%(of)s::uuid[]) AND {which}", organisations, after, limit)


def about(connection: psycopg.Connection[Any], subject: Id, after: Cursor, limit: int) -> list[Notice]:
    """All notices about somebody, newest first, whoever was told."""
    several = "(subject = %(of)s::uuid OR subjects @> ARRAY[%(of)s::uuid])"
    return _page(connection, several, subject, after, limit)


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

"""Who was told what, and who has said so: a row for each notice, before anything is sent, kept until long after.

What it tells follows from the log and the policies, so a rebuild gives it again; what became of the telling (when it
was queued, sent, delivered, opened, silenced) is known nowhere else. The table therefore stands outside the plain
mechanism of views, in a schema of its own; how far it has read stands where that of every view does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from projections import addresses, crossed, deliveries, steps, subscribers, watched
from projections.positions import REGISTER
from projections.steps import Step

NAME = "notices"
TABLE = "exchange.notices"
ACKNOWLEDGED = "notice.acknowledged"
SHAPE = "notices-1"
"""Of the table: one more when what stands in it can no longer be read; columns that are new come by themselves."""

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS exchange AUTHORIZATION caunoi_app;
SET LOCAL ROLE caunoi_app;
CREATE SEQUENCE IF NOT EXISTS exchange.notice_numbers;
CREATE TABLE IF NOT EXISTS exchange.notices (
    id              uuid PRIMARY KEY,
    position        bigint NOT NULL,        -- of the record that is told; of an alert, where the log stood then
    subject         uuid NOT NULL,
    organisation    uuid NOT NULL,
    fact            text NOT NULL,          -- '' of an alert
    role            text NOT NULL,
    policy          text NOT NULL,          -- ID@VERSION
    rule            text NOT NULL,
    history         boolean NOT NULL,       -- seen, never sent, never overdue
    due_at          timestamptz NOT NULL,
    acknowledge_by  timestamptz,            -- none: nobody waits for it
    acknowledged_at timestamptz,
    acknowledged_in bigint,                 -- the position of the acknowledgement
    delivered_at    timestamptz             -- in the inbox alone at once; else when the first other channel took it
);
ALTER TABLE exchange.notices
    -- In the order of commits, since whoever writes holds the row of the notices in views.positions.
    ADD COLUMN IF NOT EXISTS seq bigint DEFAULT nextval('exchange.notice_numbers'),
    ADD COLUMN IF NOT EXISTS subjects uuid[],                           -- where it tells of several
    ADD COLUMN IF NOT EXISTS critical boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS channels text[] NOT NULL DEFAULT '{inbox,webhook}',
    ADD COLUMN IF NOT EXISTS listed boolean NOT NULL DEFAULT true,      -- false: in no inbox, a subscription sends it
    ADD COLUMN IF NOT EXISTS rise_at timestamptz,                       -- when it rises, where nobody has acknowledged
    ADD COLUMN IF NOT EXISTS alert boolean NOT NULL DEFAULT false,      -- of what did not happen: in no log
    ADD COLUMN IF NOT EXISTS day date,                                  -- of an alert
    ADD COLUMN IF NOT EXISTS rose_from uuid,                            -- the notice that nobody acknowledged
    ADD COLUMN IF NOT EXISTS queued_at timestamptz,
    ADD COLUMN IF NOT EXISTS sent_at timestamptz,
    ADD COLUMN IF NOT EXISTS opened_at timestamptz,
    ADD COLUMN IF NOT EXISTS failed_at timestamptz,
    ADD COLUMN IF NOT EXISTS deferred_until timestamptz,
    ADD COLUMN IF NOT EXISTS risen_at timestamptz,
    ADD COLUMN IF NOT EXISTS silenced_by uuid;
CREATE INDEX IF NOT EXISTS notices_inbox ON exchange.notices (organisation, position, id);
CREATE INDEX IF NOT EXISTS notices_open ON exchange.notices (organisation, position, id)
    WHERE acknowledged_at IS NULL AND acknowledge_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS notices_about ON exchange.notices (subject, position, id);
CREATE INDEX IF NOT EXISTS notices_about_several ON exchange.notices USING gin (subjects);
CREATE UNIQUE INDEX IF NOT EXISTS notices_in_order ON exchange.notices (seq);
CREATE INDEX IF NOT EXISTS notices_rising ON exchange.notices (rise_at)
    WHERE rise_at IS NOT NULL AND acknowledged_at IS NULL AND risen_at IS NULL;
CREATE INDEX IF NOT EXISTS notices_to_come ON exchange.notices (due_at)
    WHERE delivered_at IS NULL AND queued_at IS NULL AND silenced_by IS NULL AND listed AND NOT history;
"""
MADE = """id, position, subject, organisation, fact, role, policy, rule, history, due_at, acknowledge_by, subjects,
critical, channels, listed, rise_at"""
"""The columns of what is told, as it is made."""
FROM_THE_LOG = f"{MADE}, acknowledged_at, acknowledged_in"
"""The columns that a rebuild gives again, of all but alerts; those besides are known nowhere else."""
INSERT = f"""
INSERT INTO {{table}} ({MADE}, alert, day, rose_from)
SELECT id, position, subject, organisation, fact, role, policy, rule, history, due_at, acknowledge_by,
       subjects::uuid[], critical, channels::text[], listed, rise_at, alert, day, rose_from
FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::boolean[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::boolean[], %s::text[], %s::boolean[],
            %s::timestamptz[], %s::boolean[], %s::date[], %s::uuid[])
     AS told ({MADE}, alert, day, rose_from)
ON CONFLICT (id) DO NOTHING RETURNING id::text
"""  # noqa: S608  # fixed texts only, here and below
ACKNOWLEDGE = """
UPDATE {table} n SET acknowledged_at = said.at, acknowledged_in = said.position
FROM unnest(%s::uuid[], %s::timestamptz[], %s::bigint[], %s::text[]) AS said (id, at, position, by)
WHERE n.id = said.id AND n.acknowledged_in IS NULL
RETURNING n.id::text, said.at, said.by
"""
# What nothing else carries is in the inbox as soon as it is due.
REACH = """
UPDATE exchange.notices SET delivered_at = clock_timestamp(), deferred_until = NULL
WHERE id = ANY (%s::uuid[]) AND delivered_at IS NULL AND queued_at IS NULL AND silenced_by IS NULL AND listed
AND NOT history AND due_at <= coalesce(%s, clock_timestamp())
AND (deferred_until IS NULL OR deferred_until <= %s)
RETURNING id::text, delivered_at
"""
OPEN = """
UPDATE exchange.notices SET opened_at = clock_timestamp()
WHERE id = %s::uuid AND opened_at IS NULL AND NOT history RETURNING opened_at
"""


class Told(NamedTuple):
    """A notice as it is made: all that follows from the record and the policies, or from a day on which nothing came.

    `subjects` are all whom it is about where they are several, `subject` then the first of them; `channels` those of
    its rule; `listed`: it stands in the inbox; `rise_at`: when it rises to whoever stands above, unless acknowledged.
    An `alert` has a `day` and no fact; one that rose from a notice names that.
    """

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
    subjects: tuple[Id, ...] | None = None
    critical: bool = False
    channels: tuple[str, ...] = ("inbox", "webhook")
    listed: bool = True
    rise_at: datetime | None = None
    alert: bool = False
    day: date | None = None
    rose_from: Id | None = None


def install(conninfo: str) -> None:
    """Make the tables of the exchange, as the owner; safe to repeat."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(SCHEMA)
        steps.install(connection)
        deliveries.install(connection)
        watched.install(connection)
        crossed.install(connection)
        subscribers.install(connection)
        addresses.install(connection)
        connection.execute(REGISTER, {"view": NAME, "shape": SHAPE})


def write(
    connection: psycopg.Connection[Any], told: Sequence[Told], acknowledged: Sequence[Record], table: str = TABLE
) -> list[Told]:
    """Keep new notices, then what was acknowledged; both again change nothing. In the transaction that is open.

    The answer are those that are new, of which nothing is sent yet.
    """
    new: list[Told] = []
    if told:
        columns = [list(column) for column in zip(*map(_row, told), strict=True)]
        inserted = {row[0] for row in connection.execute(INSERT.format(table=table).encode(), columns)}
        new = [one for one in told if one.id in inserted]
    if acknowledged:
        said = [list(column) for column in zip(*map(_answer, acknowledged), strict=True)]
        answered = connection.execute(ACKNOWLEDGE.format(table=table).encode(), said).fetchall()
        if table == TABLE:
            steps.step(connection, [Step(id_, at, steps.ACKNOWLEDGED, by) for id_, at, by in answered])
    return new


def unknown(connection: psycopg.Connection[Any], told: Mapping[Id, Told]) -> list[Told]:
    """Those that are not kept yet."""
    kept = connection.execute(f"SELECT id::text FROM {TABLE} WHERE id = ANY (%s::uuid[])".encode(), [list(told)])  # noqa: S608
    known = {row[0] for row in kept}
    return [one for ident, one in told.items() if ident not in known]


def reach(connection: psycopg.Connection[Any], idents: Sequence[Id], now: datetime | None = None) -> None:
    """Those that are due and that nothing else carries have come into the inbox; the others are left as they are.

    With `now`, also those that were deferred to an instant before it.
    """
    if idents:
        come = connection.execute(REACH, [list(idents), now, now]).fetchall()
        steps.step(connection, [Step(id_, at, steps.DELIVERED, "inbox") for id_, at in come])


def opened(connection: psycopg.Connection[Any], ident: Id, by: str) -> datetime | None:
    """Whoever was told has looked at it: the instant, where it is the first time. `by` is who asked."""
    with connection.transaction():
        row = connection.execute(OPEN, [ident]).fetchone()
        if row is not None:
            steps.step(connection, [Step(ident, row[0], steps.OPENED, by)])
    return None if row is None else row[0]


def _row(one: Told) -> tuple[Any, ...]:
    """With its lists as PostgreSQL writes them: a list of lists would be taken apart."""
    subjects = None if one.subjects is None else "{" + ",".join(one.subjects) + "}"
    return tuple(one._replace(subjects=subjects, channels="{" + ",".join(one.channels) + "}"))  # type: ignore[arg-type]


def _answer(record: Record) -> tuple[Id, datetime, int, str]:
    return record.stream, record.recorded_at, record.position, record.by

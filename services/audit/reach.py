"""How much of the log a reader may see: all of it, or what concerns something in the reach of his organisation."""

from collections.abc import Sequence
from typing import Any

import psycopg

from events.fact import Id, Record
from projections.asked import AsOf, sql
from projections.tree import ids_below, with_lineage
from services.access import Caller, Role
from services.web.asking import wait
from services.web.context import Context
from services.web.problem import forbidden

READERS = (Role.OPERATOR, Role.INSPECTOR)
VIEWS = ("concerns", "tree", "roll")
"""What tells whose a subject is."""

ROOT = sql("""
SELECT EXISTS (SELECT FROM views.tree t WHERE t.stream = %(organisation)s::uuid AND t.parent IS NULL AND {holds:t})
""")
SUBJECTS = "SELECT subject::text FROM views.concerns WHERE stream = %s::uuid AND position = %s"
# An organisation is its own, whoever else is named beside it: a province stands in the facts of all its children. What
# has a stream and is nobody's life, as a campaign, is of those whom its own facts name, not of all who take part.
TOUCHES = """
WITH thing (id, anywhere) AS MATERIALIZED (
    SELECT s.id, EXISTS (SELECT FROM views.roll r WHERE r.stream = s.id)
                 OR NOT EXISTS (SELECT FROM views.concerns own WHERE own.stream = s.id)
    FROM unnest(%(subjects)s::uuid[]) s (id) WHERE NOT EXISTS (SELECT FROM views.tree t WHERE t.stream = s.id)
)
SELECT EXISTS (
    SELECT FROM thing
    JOIN views.concerns f ON f.subject = thing.id AND (thing.anywhere OR f.stream = thing.id)
    JOIN views.concerns o ON o.stream = f.stream AND o.position = f.position
    WHERE o.subject = ANY (%(below)s::uuid[])
)
"""


def must_read(asking: Caller) -> None:
    """Whether this caller may read anything of the log at all.

    Raises:
        Problem: 403.
    """
    if asking.role not in READERS:
        raise forbidden("the log and the views are for inspectors and operators")


def must_read_about(here: Context, asking: Caller, about: Id | None, at_least: int | None) -> None:
    """Whether he may read all that concerns `about`, or with None the whole log.

    Raises:
        Problem: 403.
        Behind: the views have not read `at_least` in time.
    """
    must_read(asking)
    if asking.organisation is None:
        return
    as_of = AsOf(here.today())
    with here.pool.connection() as connection:
        if _is_root(connection, asking.organisation, as_of):
            return
    if about is None:
        raise forbidden("your token reads the log by `about`, which names something in its organisation's reach")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        if not _reaches(connection, asking.organisation, [about], as_of):
            raise forbidden("what `about` names is not in the reach of your token's organisation")


def must_read_record(here: Context, asking: Caller, record: Record) -> None:
    """Whether he may read this record: it concerns something in his reach, or he reads the whole log.

    Raises:
        Problem: 403.
        Behind: the views have not read the record in time.
    """
    must_read(asking)
    if asking.organisation is None:
        return
    as_of = AsOf(here.today())
    with here.pool.connection() as connection:
        if _is_root(connection, asking.organisation, as_of):
            return
    wait(here, VIEWS, record.position)
    with here.pool.connection() as connection:
        subjects = [Id(row[0]) for row in connection.execute(SUBJECTS, (record.stream, record.position))]
        if not _reaches(connection, asking.organisation, subjects, as_of):
            raise forbidden("this record concerns nothing in the reach of your token's organisation")


def _is_root(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> bool:
    row = connection.execute(ROOT, {"organisation": organisation, **as_of._asdict()}).fetchone()
    return row is not None and bool(row[0])


def _reaches(connection: psycopg.Connection[Any], scope: Id, subjects: Sequence[Id], as_of: AsOf) -> bool:
    """Whether one of them is, or one of the facts that say whose it is names, an organisation below `scope` today."""
    below = with_lineage(connection, ids_below(connection, scope, as_of), as_of)
    if not set(below).isdisjoint(subjects):
        return True
    row = connection.execute(TOUCHES, {"subjects": list(subjects), "below": below}).fetchone()
    return row is not None and bool(row[0])

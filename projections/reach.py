"""What an organisation may see of the log: the facts that concern something in its reach, today."""

from collections.abc import Sequence
from typing import Any

import psycopg

from events.fact import Id
from projections.asked import AsOf, sql
from projections.tree import ids_below, with_lineage

VIEWS = ("concerns", "tree", "roll")
"""What tells whose a subject is."""

ROOT = sql("""
SELECT EXISTS (SELECT FROM views.tree t WHERE t.stream = %(organisation)s::uuid AND t.parent IS NULL AND {holds:t})
""")
# An organisation is its own, whoever else is named beside it: a province stands in the facts of all its children. What
# has a stream and is nobody's life, as a campaign, is of those whom its own facts name, not of all who take part.
TOUCHED = """
WITH thing (id, anywhere) AS MATERIALIZED (
    SELECT s.id, EXISTS (SELECT FROM views.roll r WHERE r.stream = s.id)
                 OR NOT EXISTS (SELECT FROM views.concerns own WHERE own.stream = s.id)
    FROM unnest(%(subjects)s::uuid[]) s (id) WHERE NOT EXISTS (SELECT FROM views.tree t WHERE t.stream = s.id)
)
SELECT thing.id::text FROM thing WHERE EXISTS (
    SELECT FROM views.concerns f
    JOIN views.concerns o ON o.stream = f.stream AND o.position = f.position
    WHERE f.subject = thing.id AND (thing.anywhere OR f.stream = thing.id) AND o.subject = ANY (%(below)s::uuid[])
)
"""
SUBJECTS = """
SELECT c.position, c.subject::text FROM unnest(%s::uuid[], %s::bigint[]) AS r (stream, position)
JOIN views.concerns c ON c.stream = r.stream AND c.position = r.position
"""

Connection = psycopg.Connection[Any]


def is_root(connection: Connection, organisation: Id, as_of: AsOf) -> bool:
    """Whether nobody stands above it, so that all of the log is in its reach."""
    row = connection.execute(ROOT, {"organisation": organisation, **as_of._asdict()}).fetchone()
    return row is not None and bool(row[0])


def below(connection: Connection, scope: Id, as_of: AsOf) -> list[Id]:
    """An organisation, all that stand below it, and all that they took over."""
    return with_lineage(connection, ids_below(connection, scope, as_of), as_of)


def within(connection: Connection, scope: Sequence[Id], subjects: Sequence[Id]) -> set[Id]:
    """Those of the subjects that are one of the organisations, or of which a fact that says whose it is names one."""
    own = set(scope).intersection(subjects)
    others = [subject for subject in set(subjects) if subject not in own]
    if not others:
        return own
    touched = connection.execute(TOUCHED, {"subjects": others, "below": list(scope)}).fetchall()
    return own.union(Id(row[0]) for row in touched)


def concerning(connection: Connection, scope: Sequence[Id], places: Sequence[tuple[Id, int]]) -> set[int]:
    """The positions, of records by stream and position, of those that concern something within the organisations.

    Of what the views have not read it says that it concerns nobody.
    """
    streams, positions = [stream for stream, _ in places], [position for _, position in places]
    found = connection.execute(SUBJECTS, [streams, positions]).fetchall()
    seen = within(connection, scope, [Id(subject) for _, subject in found])
    return {position for position, subject in found if subject in seen}

"""Whether two tables hold the same rows, whatever their order, as known at a position."""

from typing import Any, NamedTuple

import psycopg

from projections.view import OWN, STANDS, View

# The text of a row depends on how the session writes days and instants.
SESSION = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL jit = off"
ROWS = """
SELECT {columns}, CASE WHEN known_to > {position} THEN {stands} ELSE known_to END AS known_to
FROM {schema}.{view} WHERE known_from <= {position}
"""
HASH = "SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)::numeric), 0) FROM ({rows}) r"
# As JSON: a day without an end is none that Python knows.
DIFFERENCE = """
WITH live AS ({live}), anew AS ({anew})
SELECT to_jsonb(d) FROM (SELECT 'live' AS side, * FROM (TABLE live EXCEPT ALL TABLE anew) l
                         UNION ALL SELECT 'anew', * FROM (TABLE anew EXCEPT ALL TABLE live) a) d
ORDER BY known_from, stream, no, side LIMIT 1
"""


class Hash(NamedTuple):
    """How many rows, and the sum of their hashes."""

    rows: int
    sum: int

    def __str__(self) -> str:
        """As people compare it."""
        return f"{self.rows}-{self.sum % 2**64:016x}"


def view_hash(connection: psycopg.Connection[Any], view: View, position: int, schema: str = "views") -> Hash:
    """The hash of a view's rows as they were known at a position."""
    with connection.transaction():
        connection.execute(SESSION)
        row = connection.execute(HASH.format(rows=_rows(view, position, schema)).encode()).fetchone()
    assert row is not None, "a count is always answered"
    return Hash(int(row[0]), int(row[1]))


def difference(connection: psycopg.Connection[Any], view: View, position: int) -> dict[str, Any] | None:
    """The first row that is in the live table or in the one made anew, and not in the other; `side` says in which."""
    query = DIFFERENCE.format(live=_rows(view, position, "views"), anew=_rows(view, position, "rebuild"))
    with connection.transaction():
        connection.execute(SESSION)
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def _rows(view: View, position: int, schema: str) -> str:
    columns = ", ".join(column for column in (*OWN, *view.columns) if column != "known_to")
    return ROWS.format(columns=columns, position=position, stands=STANDS, schema=schema, view=view.name)

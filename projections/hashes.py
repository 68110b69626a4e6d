"""Whether two tables hold the same rows, whatever their order, and which fact is behind the first that differs."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections.view import OWN, STANDS, View

# The text of a row depends on how the session writes days and instants.
SESSION = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL jit = off"
ROWS = """
SELECT {columns}, CASE WHEN known_to > {position} THEN {stands} ELSE known_to END AS known_to
FROM {schema}.{view} WHERE known_from <= {position}{held}
"""
HASH = "SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)::numeric), 0) FROM ({rows}) r"
# A row that both sides have, and that ended on one of them sooner, differs by what ended it. As JSON: a day without an
# end is none that Python knows.
DIFFERENCE = """
WITH live AS ({live}), anew AS ({anew}),
     l AS (TABLE live EXCEPT ALL TABLE anew), a AS (TABLE anew EXCEPT ALL TABLE live),
     d AS (SELECT stream, no, to_jsonb(l) AS live, to_jsonb(a) AS anew,
                  CASE WHEN to_jsonb(l) - 'known_to' = to_jsonb(a) - 'known_to' THEN least(l.known_to, a.known_to)
                       ELSE least(l.known_from, a.known_from) END AS position
           FROM l FULL JOIN a USING (stream, no))
SELECT position, (SELECT n.name FROM ledger.log r JOIN ledger.names n ON n.no = r.name WHERE r.position = d.position),
       stream::text, live, anew
FROM d ORDER BY position, stream, no LIMIT 1
"""
SHOWN = "SELECT to_jsonb(r) FROM ({rows}) r ORDER BY known_from, stream, no"
CHUNK = 500
"""Rows that are taken from the connection at once when they are shown."""
DAYS = ("from_on", "meets_on", "effective_on")
"""Where a view that keeps no spans says the day of a row, from which on it counts."""


class Hash(NamedTuple):
    """How many rows, and the sum of their hashes."""

    rows: int
    sum: int

    def __str__(self) -> str:
        """As people compare it."""
        return f"{self.rows}-{self.sum % 2**64:016x}"


class Extent(NamedTuple):
    """Which rows of a view are meant: all that it ever had up to a position or, if `then`, those that stood there.

    With a day, only those that held on it in the world.
    """

    position: int
    then: bool = False
    day: date | None = None


class Difference(NamedTuple):
    """The first row that is not the same, as it is on each side (None: not there), and the fact that should have made
    it so: its position, its name (None: the log has no such position) and its stream.
    """

    position: int
    name: str | None
    stream: Id
    live: dict[str, Any] | None
    anew: dict[str, Any] | None

    @property
    def columns(self) -> list[str]:
        """Which columns differ; of a row that one side lacks, none."""
        if self.live is None or self.anew is None:
            return []
        return [column for column, value in self.live.items() if value != self.anew[column]]


def view_hash(connection: psycopg.Connection[Any], view: View, extent: Extent, schema: str = "views") -> Hash:
    """The hash of a view's rows."""
    return hash_of(connection, _rows(view, extent, schema))


def hash_of(connection: psycopg.Connection[Any], rows: str) -> Hash:
    """The hash of the rows of a query."""
    with connection.transaction():
        connection.execute(SESSION)
        row = connection.execute(HASH.format(rows=rows).encode()).fetchone()
    assert row is not None, "a count is always answered"
    return Hash(int(row[0]), int(row[1]))


def difference(connection: psycopg.Connection[Any], view: View, extent: Extent) -> Difference | None:
    """The first row that is in the live table or in the one made anew, and not in the other."""
    query = DIFFERENCE.format(live=_rows(view, extent, "views"), anew=_rows(view, extent, "rebuild"))
    return first(connection, query)


def first(connection: psycopg.Connection[Any], query: str) -> Difference | None:
    """What a query for a difference has found."""
    with connection.transaction():
        connection.execute(SESSION)
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else Difference._make(row)


def shown(connection: psycopg.Connection[Any], view: View, extent: Extent, schema: str) -> Iterator[dict[str, Any]]:
    """The rows, in the order in which they became known; `known_to` is None of one that stands."""
    with connection.cursor() as cursor:
        query = SHOWN.format(rows=_rows(view, extent, schema)).encode()
        for (row,) in cursor.stream(query, size=CHUNK):
            yield {**row, "known_to": None if row["known_to"] == STANDS else row["known_to"]}


def _rows(view: View, extent: Extent, schema: str) -> str:
    columns = ", ".join(column for column in (*OWN, *view.columns) if column != "known_to")
    held = f" AND known_to > {extent.position}" if extent.then else ""
    if extent.day is not None:
        held += f" AND {_holds(view, extent.day)}"
    return ROWS.format(
        columns=columns, position=extent.position, stands=STANDS, schema=schema, view=view.name, held=held
    )


def _holds(view: View, day: date) -> str:
    """The condition that a row held on a day.

    Raises:
        ValueError: the view's rows have no day in the world.
    """
    if "to_on" in view.columns:
        return f"from_on <= '{day}' AND '{day}' < to_on"
    column = next((column for column in DAYS if column in view.columns), None)
    if column is None:
        raise ValueError(f"the rows of {view.name} have no day in the world")
    return f"{column} <= '{day}'"

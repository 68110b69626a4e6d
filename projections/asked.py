"""By both clocks: what held on a day of the world, as far as it was known at a position of the log."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg

from events.fact import EPOCH, MICROSECOND, Id
from projections.view import STANDS

LATEST = STANDS - 1
"""As known now."""

# Positions have no gap and no record is recorded earlier than the one before, so halving finds the last one in time.
POSITION_AT = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, position FROM ledger.counter
    UNION ALL
    SELECT CASE WHEN l.recorded <= %(instant)s THEN l.position ELSE low END,
           CASE WHEN l.recorded <= %(instant)s THEN high ELSE l.position - 1 END
    FROM search JOIN ledger.log l ON l.position = (low + high + 1) / 2 WHERE low < high
)
SELECT low FROM search WHERE low = high
"""


class AsOf(NamedTuple):
    """A day in the world, and the position up to which the log is known."""

    day: date
    known: int = LATEST


class _Condition:
    """A condition on the rows of a table that is called otherwise in each query: `{holds:t}`."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __format__(self, table: str) -> str:
        return self._text.replace("@", table)


KNOWN = "@.known_from <= %(known)s AND %(known)s < @.known_to"
HOLDS = f"@.from_on <= %(day)s AND %(day)s < @.to_on AND {KNOWN}"
BELOW = """
below (id, depth) AS (
    SELECT %(scope)s::uuid, 0
    UNION ALL
    SELECT t.stream, below.depth + 1 FROM below JOIN views.tree t ON t.parent = below.id AND {holds:t}
    WHERE below.depth < 16  -- deeper, it is a circle
)
"""


def sql(text: str) -> bytes:
    """A query with three abbreviations; the fields of `AsOf` are among its parameters.

    `{known:t}`: the row of t was known at `%(known)s`; `{holds:t}`: and it held on `%(day)s`; `{below}`, after WITH
    RECURSIVE: the table `below (id, depth)` of all that stood below `%(scope)s` then, itself included.
    """
    holds, known = _Condition(HOLDS), _Condition(KNOWN)
    return text.format(holds=holds, known=known, below=BELOW.format(holds=holds)).encode()


def literal(ids: Iterable[Id]) -> str:
    """Ids as PostgreSQL writes an array of them: they need no quotes, and looking for some in thousands takes long."""
    return f"{{{','.join(ids)}}}"


def position_at(connection: psycopg.Connection[Any], instant: datetime) -> int:
    """The last position that had been recorded by an instant; 0 where there was none."""
    return _last_by(connection, (instant - EPOCH) // MICROSECOND)


def position_before(connection: psycopg.Connection[Any], instant: datetime) -> int:
    """The last position that had been recorded before an instant; 0 where there was none."""
    return _last_by(connection, (instant - EPOCH) // MICROSECOND - 1)


def _last_by(connection: psycopg.Connection[Any], recorded: int) -> int:
    row = connection.execute(POSITION_AT, {"instant": recorded}).fetchone()
    assert row is not None, "the search ends"
    return int(row[0])

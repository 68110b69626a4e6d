"""How far each view has read, and who may say so: moved on in the transaction that writes its rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import dict_row

INSTALL = """
-- The application owns its views: it makes them anew when they change, which takes more than writing rows.
CREATE SCHEMA IF NOT EXISTS views AUTHORIZATION caunoi_app;
CREATE SCHEMA IF NOT EXISTS rebuild AUTHORIZATION caunoi_app;
SET LOCAL ROLE caunoi_app;
CREATE TABLE IF NOT EXISTS views.positions (
    view       text PRIMARY KEY,
    position   bigint NOT NULL,
    shape      text NOT NULL,               -- of the table that serves
    wanted     text NOT NULL,               -- of the view as it was last installed; another one: to be rebuilt
    generation integer NOT NULL DEFAULT 0,  -- one more whenever somebody else than the feeder has written rows
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);
CREATE TABLE IF NOT EXISTS views.parked (
    view      text NOT NULL,
    stream    uuid NOT NULL,
    position  bigint NOT NULL,              -- of the record that could not be read; what came later waits behind it
    record    text NOT NULL,
    error     text NOT NULL,                -- the kind of the error: its text might name a person
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, stream)
);
"""
REGISTER = """
INSERT INTO views.positions (view, position, shape, wanted) VALUES (%(view)s, 0, %(shape)s, %(shape)s)
ON CONFLICT (view) DO UPDATE SET wanted = excluded.wanted RETURNING xmax = 0
"""
HOLD = """
SELECT view, position, shape, generation FROM views.positions WHERE view = ANY (%s) ORDER BY view FOR NO KEY UPDATE
"""
ADVANCE = """
UPDATE views.positions p SET position = %(new)s, updated_at = clock_timestamp()
FROM unnest(%(views)s::text[], %(old)s::bigint[]) AS held (view, position)
WHERE p.view = held.view AND p.position = held.position
"""
POSITIONS = "SELECT view, position, shape, generation FROM views.positions WHERE view = ANY (%s)"
STATUS = """
SELECT p.view, p.position, c.position AS head,
       coalesce(greatest(0, round(extract(epoch FROM clock_timestamp()) - next.recorded / 1e6, 3)), 0)::float8
           AS lag_seconds,
       (SELECT count(*) FROM views.parked k WHERE k.view = p.view) AS parked, p.shape <> p.wanted AS stale
FROM views.positions p CROSS JOIN ledger.counter c
LEFT JOIN LATERAL (SELECT l.recorded FROM ledger.log l WHERE l.position = p.position + 1) next ON true
ORDER BY p.view
"""


class Zombie(Exception):
    """Somebody else feeds this view, or has given it another shape; whoever notices stops and changes nothing."""


class Held(NamedTuple):
    """Where a view stands."""

    position: int
    shape: str
    generation: int


def positions(connection: psycopg.Connection[Any], views: Sequence[str], *, hold: bool = False) -> dict[str, Held]:
    """Where these views stand; with `hold`, nobody else moves them before the transaction ends.

    Raises:
        LookupError: one of them is not installed.
    """
    found = connection.execute(HOLD if hold else POSITIONS, [list(views)]).fetchall()
    held = {row[0]: Held(*row[1:]) for row in found}
    if missing := set(views) - set(held):
        raise LookupError(f"not installed: {', '.join(sorted(missing))}")
    return held


def advance(connection: psycopg.Connection[Any], held: dict[str, int], new: int) -> None:
    """Move views from where they stood to `new`, or not at all.

    Raises:
        Zombie: one of them did not stand there.
    """
    params = {"views": list(held), "old": list(held.values()), "new": new}
    if connection.execute(ADVANCE, params).rowcount != len(held):
        raise Zombie("a view has moved while it was being fed")


def status(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """How every view is doing, by name: `view`, `position`, `head`, `lag_seconds`, `parked` (streams), `stale`.

    The lag is for how long the first record that the view has not read has been there. A stale view serves in an older
    shape until it is rebuilt.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(STATUS).fetchall()

"""Notices as the log gives them at any position, shown or compared with those that stand; nothing is told by it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg

from projections.hashes import CHUNK, first, hash_of
from projections.notices import FROM_THE_LOG, NAME, TABLE
from projections.parked import parked
from projections.positions import positions
from projections.rebuild import Comparison, Replayed
from services.notify.policies_in_force import Policies
from services.notify.rebuild import ANEW, Rebuild, rebuild

ANSWER = ("acknowledged_at", "acknowledged_in")
# An acknowledgement that came later was not known then.
COLUMNS = ", ".join(
    f"CASE WHEN acknowledged_in <= {{upto}} THEN {column} END AS {column}" if column in ANSWER else column
    for column in FROM_THE_LOG.replace(",", " ").split()
)
ROWS = f"SELECT {COLUMNS} FROM {{table}} n WHERE position <= {{upto}} AND NOT alert{{held}}"  # noqa: S608  # fixed texts only
HELD = " AND EXISTS (SELECT FROM ledger.log t WHERE t.position = n.position AND t.effective_on <= '{day}')"
DIFFERENCE = """
WITH live AS ({live}), anew AS ({anew}),
     l AS (TABLE live EXCEPT ALL TABLE anew), a AS (TABLE anew EXCEPT ALL TABLE live),
     d AS (SELECT id, coalesce(l.subject, a.subject) AS subject, to_jsonb(l) AS live, to_jsonb(a) AS anew,
                  CASE WHEN to_jsonb(l) - ARRAY['acknowledged_at', 'acknowledged_in']
                            = to_jsonb(a) - ARRAY['acknowledged_at', 'acknowledged_in']
                       THEN least(l.acknowledged_in, a.acknowledged_in)
                       ELSE least(l.position, a.position) END AS position
           FROM l FULL JOIN a USING (id))
SELECT d.position, n.name, coalesce(r.stream, d.subject)::text, d.live, d.anew
FROM d LEFT JOIN ledger.log r ON r.position = d.position LEFT JOIN ledger.names n ON n.no = r.name
ORDER BY d.position, d.id LIMIT 1
"""
SHOWN = "SELECT to_jsonb(r) FROM ({rows}) r ORDER BY position, id"


def replay(
    conninfo: str,
    ledger: str,
    policies: Policies,
    upto: int,
    day: date | None = None,
    show: Callable[[dict[str, Any]], None] | None = None,
) -> Replayed:
    """Make the notices as they would have been at a position, where nobody sees them; `show` is given each.

    With a day, those of facts that had taken effect by then.

    Raises:
        Hole: the log has a hole, or ends before.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        anew = Rebuild(connection, ledger, policies)
        anew.read(upto)
        rows = _rows(ANEW, upto, day)
        if show is not None:
            with connection.cursor() as cursor:
                for (row,) in cursor.stream(SHOWN.format(rows=rows).encode(), size=CHUNK):
                    show(row)
        return Replayed(upto, hash_of(connection, rows), len(anew.poisons))


def replace(conninfo: str, ledger: str, policies: Policies) -> Replayed:
    """Set right the notices that stand, and say what they are then; nothing that was told is taken back.

    Raises:
        Hole: as above.
    """
    return standing(conninfo, rebuild(conninfo, ledger, policies).position)


def standing(conninfo: str, upto: int | None = None) -> Replayed:
    """The notices that stand, as known at a position; at the one that they have read to, where none is said."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        position = positions(connection, [NAME])[NAME].position if upto is None else upto
        let_be = parked(connection, [NAME]).get(NAME, set())
        return Replayed(position, hash_of(connection, _rows(TABLE, position, None)), len(let_be))


def compare(
    conninfo: str, ledger: str, policies: Policies, upto: int | None = None, day: date | None = None
) -> Comparison:
    """Compare the notices that stand with those that the log gives, as known at one position; nobody waits for it.

    Raises:
        Hole: as above.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        stands = positions(connection, [NAME])[NAME].position
        position = stands if upto is None else min(upto, stands)
        anew = Rebuild(connection, ledger, policies)
        anew.read(position)
        live, made = _rows(TABLE, position, day), _rows(ANEW, position, day)
        hashes = hash_of(connection, live), hash_of(connection, made)
        same = hashes[0] == hashes[1]
        found = None if same else first(connection, DIFFERENCE.format(live=live, anew=made))
        return Comparison(position, hashes[0], hashes[1], found)


def _rows(table: str, upto: int, day: date | None) -> str:
    return ROWS.format(table=table, upto=upto, held="" if day is None else HELD.format(day=day))

"""What was ever known of the cells that meet: of which kind each is, who holds its offices, who is outside its base.

All that was known up to a position is told, with since when and until when it was: what was known earlier can then be
found without asking again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections.asked import literal


class Spell(NamedTuple):
    """`what` held of somebody or something from a day to before another, as was known from a position to another."""

    of: Id
    what: Any
    from_on: date
    to_on: date
    known_from: int
    known_to: int

    def holds(self, day: date, known: int) -> bool:
        """Whether that was so on a day, as known at a position."""
        return self.from_on <= day < self.to_on and self.known_from <= known < self.known_to


class Asked(NamedTuple):
    """From the first of some days to the last, as known up to a position."""

    first: date
    last: date
    known: int


SPELL = "least(v.to_on, '9999-12-31'::date), v.known_from, v.known_to"
WITHIN = "v.from_on <= %(last)s AND %(first)s < v.to_on AND v.known_from <= %(known)s"
DURING = f"{WITHIN} ORDER BY v.stream, v.known_from, v.no"
KINDS = f"""
SELECT v.stream::text, v.cell_kind, v.from_on, {SPELL} FROM views.tree v
WHERE v.stream = ANY (%(of)s::uuid[]) AND {DURING}
"""  # noqa: S608  # fixed text
COMMITTEES = f"""
SELECT v.stream::text, v.office, v.from_on, {SPELL} FROM views.offices v
WHERE v.stream = ANY (%(of)s::uuid[]) AND v.office <> 'supervisor' AND {DURING}
"""  # noqa: S608
OFFICIALS = f"""
SELECT v.cell::text, v.stream::text, v.from_on, {SPELL} FROM views.roll v
WHERE v.cell = ANY (%(of)s::uuid[]) AND v.status = 'official' AND {DURING}
"""  # noqa: S608
ROLLS = f"""
SELECT v.cell::text, v.stream::text, v.from_on, {SPELL} FROM views.roll v
WHERE v.cell = ANY (%(of)s::uuid[]) AND {WITHIN}
UNION ALL SELECT v.away_to::text, v.stream::text, v.from_on, {SPELL} FROM views.roll v
WHERE v.away_to = ANY (%(of)s::uuid[]) AND v.cell <> v.away_to AND {WITHIN}
"""  # noqa: S608
ABSENCES = f"""
SELECT v.stream::text, v.host::text, v.from_on, {SPELL} FROM views.absences v
WHERE v.stream = ANY (%(of)s::uuid[]) AND {DURING}
"""  # noqa: S608


def kinds(connection: psycopg.Connection[Any], cells: Sequence[Id], asked: Asked) -> list[Spell]:
    """`what`: the kind of the cell; None where nobody has said."""
    return _spells(connection, KINDS, cells, asked)


def committees(connection: psycopg.Connection[Any], cells: Sequence[Id], asked: Asked) -> list[Spell]:
    """`what`: an office that somebody of the cell's committee holds."""
    return _spells(connection, COMMITTEES, cells, asked)


def officials(connection: psycopg.Connection[Any], cells: Sequence[Id], asked: Asked) -> list[Spell]:
    """`what`: a member who counts in the cell as official."""
    return _spells(connection, OFFICIALS, cells, asked)


def rolls(connection: psycopg.Connection[Any], cells: Sequence[Id], asked: Asked) -> list[Spell]:
    """`what`: a member who counts in the cell, or is with it for a time; in no order."""
    return _spells(connection, ROLLS, cells, asked)


def absences(connection: psycopg.Connection[Any], members: Sequence[Id], asked: Asked) -> list[Spell]:
    """Of a member; `what`: the cell that has him for a time, the only one in whose base he is then, or None."""
    return _spells(connection, ABSENCES, members, asked)


def _spells(connection: psycopg.Connection[Any], query: str, of: Sequence[Id], asked: Asked) -> list[Spell]:
    if not of:
        return []
    rows = connection.execute(query.encode(), {"of": literal(of), **asked._asdict()})
    return list(map(Spell._make, rows))

"""Who is on the roll of which cell from when to when, and how he stands to it.

He counts in the cell that introduced him until an official transfer is received, and all through a temporary one.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.member import Member, Standing, Status, standing
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of, spells
from projections.names import search_key, sort_key
from projections.reading import last_position
from projections.tree import ids_below
from projections.view import View
from projections.waiting import at_least


class Where(NamedTuple):
    """How a member stands on a day; without a cell he is out."""

    cell: Id | None
    status: Status | None
    standing: Standing
    since: date | None
    """In this cell."""
    in_transit: Id | None
    """The transfer whose answer is awaited."""
    away_to: Id | None
    """The cell that has him for a time."""


class Row(NamedTuple):
    """A member for some time."""

    name: str
    name_key: str
    sort_key: str
    card: str | None
    code: str | None
    cell: Id | None
    status: Status | None
    standing: Standing
    since: date | None
    in_transit: Id | None
    away_to: Id | None
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's, from his admission on; after his end he has one without a cell."""
    who = member.admitted
    if who is None:
        return ()
    found = spells(_days(member), lambda day: _where(member, day))
    keys = (who.name, search_key(who.name), sort_key(who.name), who.card, who.code)
    return [Row._make((*keys, *where, from_on, to_on)) for from_on, to_on, where in found]


def _days(member: Member) -> set[date]:
    """The first day, and those on which something may change."""
    days: set[date | None] = {member.since, *member.membership.days(), *member.absences.exemptions.days()}
    days.update(span.since for span in member.cells.spans())
    days.update(span.since for span in member.statuses.spans())
    days.update(move.on for move in member.moves)
    for transfer in member.transfers.values():
        days.update((transfer.introduced_on, transfer.ended_on, transfer.home_on))
    return {day for day in days if day is not None and member.since is not None and day >= member.since}


def _where(member: Member, day: date) -> Where:
    transit, away = member.in_transit(day), member.away(day)
    span = next((s for s in member.cell_spans() if s.since <= day and (s.until is None or day < s.until)), None)
    return Where(
        cell=member.cell_on(day),
        status=member.status_on(day),
        standing=standing(member, day),
        since=span.since if span else None,
        in_transit=transit.introduced.transfer if transit else None,
        away_to=member.host_on(away, day) if away else None,
    )


VIEW = View(
    name="roll",
    columns={
        "name": "text NOT NULL",
        "name_key": "text NOT NULL",
        "sort_key": 'text COLLATE "C" NOT NULL',
        "card": "text",
        "code": "text",
        "cell": "uuid",
        "status": "text",
        "standing": "text NOT NULL",
        "since": "date",
        "in_transit": "uuid",
        "away_to": "uuid",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("member", but=("member.reward_given", "member.residence_declared")),
    subject=lambda: Folded(Member(), rows),
    personal=True,
    indexes=("(cell)", "(away_to) WHERE away_to IS NOT NULL", "(card)", "(sort_key, stream)"),
)


COUNTS = sql("""
SELECT r.cell::text, count(*) FROM views.roll r WHERE r.cell = ANY (%(cells)s::uuid[]) AND {holds:r} GROUP BY r.cell
""")
ROLLS = sql("""
WITH RECURSIVE {below}
SELECT t.stream::text, coalesce(array_agg(r.stream::text ORDER BY r.sort_key, r.stream)
                                FILTER (WHERE r.stream IS NOT NULL), '{{}}')
FROM below JOIN views.tree t ON t.stream = below.id AND {holds:t} AND t.kind = 'cell'
LEFT JOIN views.roll r ON r.cell = t.stream AND {holds:r}
GROUP BY t.stream
""")

# All that holds on the day or begins later, and from when on.
BELONGING = sql("""
SELECT r.stream::text, greatest(min(r.from_on), %(day)s) FROM views.roll r
WHERE r.cell = %(cell)s::uuid AND %(day)s < r.to_on AND {known:r} GROUP BY r.stream
""")
GUESTS = sql("""
SELECT r.stream::text, greatest(min(r.from_on), %(day)s) FROM views.roll r
WHERE r.away_to = %(cell)s::uuid AND r.cell <> r.away_to AND %(day)s < r.to_on AND {known:r} GROUP BY r.stream
""")

CELLS = sql("""
SELECT r.cell::text FROM views.roll r WHERE r.stream = %(member)s::uuid AND r.cell IS NOT NULL AND {known:r}
AND r.from_on <= %(day)s AND %(first)s < r.to_on GROUP BY r.cell ORDER BY min(r.from_on), r.cell
""")


def cells_between(connection: psycopg.Connection[Any], member: Id, first: date, as_of: AsOf) -> list[Id]:
    """On whose rolls a member was from one day to that of `as_of`, both included, the first cell first."""
    params = {"member": member, "first": first, **as_of._asdict()}
    return [row[0] for row in connection.execute(CELLS, params)]


def belonging_from(connection: psycopg.Connection[Any], cell: Id, as_of: AsOf) -> dict[Id, date]:
    """Who is on the roll of a cell on a day or any later one, and from which of these days on."""
    return dict(connection.execute(BELONGING, {"cell": cell, **as_of._asdict()}).fetchall())


def guests_from(connection: psycopg.Connection[Any], cell: Id, as_of: AsOf) -> dict[Id, date]:
    """The same of those who are with it for a time."""
    return dict(connection.execute(GUESTS, {"cell": cell, **as_of._asdict()}).fetchall())


def head_counts(connection: psycopg.Connection[Any], scope: Id, as_of: AsOf) -> dict[Id, int]:
    """How many count in each cell below an organisation; an empty one is missing."""
    cells = ids_below(connection, scope, as_of)
    return dict(connection.execute(COUNTS, {"cells": cells, **as_of._asdict()}).fetchall())


def rolls_below(connection: psycopg.Connection[Any], scope: Id, day: date) -> dict[Id, tuple[Id, ...]]:
    """The members of each living cell below an organisation on a day, as the whole log up to now knows it.

    By given name; an empty cell is there with nobody. The connection is one in autocommit.

    Raises:
        Behind: the views have not read the log to its end in time.
    """
    at_least(connection, ("roll", "tree"), last_position(connection))
    found = connection.execute(ROLLS, {"scope": scope, **AsOf(day)._asdict()}).fetchall()
    return {cell: tuple(members) for cell, members in found}

"""The band of each organisation's and member's year, charged to where it stood, and how many there are of each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg

from events.classification import Classification, Rated, YearBand
from events.fact import Id
from events.organisation import OrganisationKind
from projections import tree
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.placed import counted
from projections.view import FOREVER, View


class Row(NamedTuple):
    """A year for as long as its band stands; none while it is open again. `place`: a member's cell, or the subject."""

    subject: Id
    kind: Rated
    year: int
    band: YearBand | None
    points: Decimal | None
    place: Id
    placed_on: date
    from_on: date
    to_on: date


def rows(state: Classification) -> Sequence[Row]:
    """One subject's year."""
    first = state.decided
    if first is None:
        return ()
    place = first.cell or first.subject
    whose = (first.subject, first.kind, first.year)
    return [
        Row(
            *whose, decided.band if decided else None, decided.points if decided else None, place, first.placed_on,
            since, until or FOREVER,
        )
        for since, until, decided in state.bands.spans()
    ]  # fmt: skip


VIEW = View(
    name="classifications",
    columns={
        "subject": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "year": "integer NOT NULL",
        "band": "text",
        "points": "numeric",
        "place": "uuid NOT NULL",
        "placed_on": "date NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("classification"),
    subject=lambda: Folded(Classification(), rows),
    indexes=("(year)", "(place, year)", "(subject)"),
)


class Count(NamedTuple):
    """How many of a kind are in a band."""

    kind: Rated
    band: YearBand
    number: int


COUNTS = counted(
    "SELECT c.place, c.placed_on, c.kind, c.band FROM views.classifications c "
    "WHERE c.year = %(year)s AND {holds:c} AND c.band IS NOT NULL",
    "SELECT f.kind, f.band, count(*) FROM found f JOIN inside USING (place, placed_on) GROUP BY 1, 2",
)
DIRECTLY_BELOW = sql("""
SELECT t.stream::text FROM views.tree t WHERE t.parent = %(scope)s::uuid AND {holds:t} ORDER BY t.stream
""")
RATED_GOOD = sql("""
SELECT c.stream::text FROM views.classifications c
WHERE c.year = %(year)s AND c.kind = %(kind)s AND c.band = 'good' AND c.place = ANY (%(cells)s::uuid[])
AND c.to_on = 'infinity' AND {known:c} ORDER BY c.stream
""")


def counts(connection: psycopg.Connection[Any], scope: Id | None, year: int, as_of: AsOf) -> list[Count]:
    """Of an organisation and all that stood below it where it is charged; of everything, without one."""
    params = {"scope": scope, "year": year, **as_of._asdict()}
    return [Count(Rated(kind), YearBand(band), number) for kind, band, number in connection.execute(COUNTS, params)]


def directly_below(connection: psycopg.Connection[Any], scope: Id, as_of: AsOf) -> tuple[Id, ...]:
    """The organisations whose parent it was on a day."""
    rows = connection.execute(DIRECTLY_BELOW, {"scope": scope, **as_of._asdict()}).fetchall()
    return tuple(row[0] for row in rows)


def rated_good(connection: psycopg.Connection[Any], within: Id, year: int, kind: Rated, as_of: AsOf) -> tuple[Id, ...]:
    """The classifications that say good of cells, or of their members, that count within an organisation.

    Within a grassroots organisation all cells below count; within a superior those that stand directly below it.
    """
    found = tree.below(connection, within, as_of)
    whole = bool(found) and found[0].kind == OrganisationKind.GRASSROOTS
    cells = [one.id for one in found if one.kind == OrganisationKind.CELL and (whole or one.parent == within)]
    params = {"year": year, "kind": kind, "cells": cells, **as_of._asdict()}
    return tuple(row[0] for row in connection.execute(RATED_GOOD, params).fetchall())

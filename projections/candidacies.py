"""How far each cell has come that means to be a four-good cell, and how many of them are below an organisation."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.candidacy import Candidacy, Step
from events.classification import Rated, YearBand
from events.fact import Id
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.placed import counted
from projections.tree import ids_below, with_lineage
from projections.view import FOREVER, View


class Row(NamedTuple):
    """A candidacy for as long as it stands at a step; it counts where its cell stood when it was registered."""

    cell: Id
    year: int
    code: str | None
    registered_on: date
    step: Step
    from_on: date
    to_on: date


def rows(state: Candidacy) -> Sequence[Row]:
    """One candidacy's, step by step."""
    registered, on = state.registered, state.registered_on
    if registered is None or on is None:
        return ()
    whose = (registered.cell, registered.year, registered.code, on)
    return [Row(*whose, step, since, until or FOREVER) for since, until, step in state.steps.spans()]


VIEW = View(
    name="candidacies",
    columns={
        "cell": "uuid NOT NULL",
        "year": "integer NOT NULL",
        "code": "text",
        "registered_on": "date NOT NULL",
        "step": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("candidacy"),
    subject=lambda: Folded(Candidacy(), rows),
    indexes=("(year)", "(cell)"),
)


class Totals(NamedTuple):
    """Of one year; `excellent` are those that met the standard and whose year is classified so."""

    registered: int
    withdrawn: int
    assessed: int
    met: int
    excellent: int
    certificates: int


ASSESSED = (Step.SELF_ASSESSED, Step.APPRAISED, Step.RECOGNISED, Step.CERTIFIED)
MET = (Step.RECOGNISED, Step.CERTIFIED)
COUNTS = counted(
    "SELECT k.cell AS place, k.registered_on AS placed_on, k.step FROM views.candidacies k "
    "WHERE k.year = %(year)s AND {holds:k}",
    "SELECT f.step, coalesce(c.band = %(excellent)s, false), count(*) "
    "FROM found f JOIN inside USING (place, placed_on) "
    "LEFT JOIN views.classifications c ON c.place = f.place AND c.kind = %(kind)s "
    "AND c.year = %(year)s AND {holds:c} GROUP BY 1, 2",
)


def totals(connection: psycopg.Connection[Any], scope: Id | None, year: int, as_of: AsOf) -> Totals:
    """Of the cells that stood below an organisation when they registered; of all, without one."""
    params = {"scope": scope, "year": year, "excellent": YearBand.EXCELLENT, "kind": Rated.CELL, **as_of._asdict()}
    steps: Counter[str] = Counter()
    excellent = 0
    for step, is_excellent, number in connection.execute(COUNTS, params).fetchall():
        steps[step] += number
        excellent += number if is_excellent and step in MET else 0
    return Totals(
        registered=steps.total(),
        withdrawn=steps[Step.WITHDRAWN],
        assessed=sum(steps[step] for step in ASSESSED),
        met=sum(steps[step] for step in MET),
        excellent=excellent,
        certificates=steps[Step.CERTIFIED],
    )


class Found(NamedTuple):
    """A candidacy as of a day, at a step since when."""

    id: Id
    cell: Id
    year: int
    code: str | None
    registered_on: date
    step: Step
    since: date


class Asked(NamedTuple):
    """Which candidacies: of the cells below `scope`, of a year, a cell, at a step, of an office's code."""

    scope: Id | None = None
    year: int | None = None
    cell: Id | None = None
    step: Step | None = None
    code: str | None = None


Place = tuple[date, str]
"""The day of registration and the id of the last one of the page before."""
LINES = """
SELECT k.stream::text, k.cell::text, k.year, k.code, k.registered_on, k.step, k.from_on
FROM views.candidacies k WHERE {holds:k} AND (k.registered_on, k.stream) > (%(on)s, %(id)s::uuid)
"""
FILTERS = {
    "scope": "k.cell = ANY (%(cells)s::uuid[])",
    "year": "k.year = %(year)s",
    "cell": "k.cell = %(cell)s::uuid",
    "step": "k.step = %(step)s",
    "code": "k.code = %(code)s",
}


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, by the day of their registration; of a cell that ended, its successor is asked, too."""
    wanted = [condition for name, condition in FILTERS.items() if getattr(asked, name) is not None]
    query = LINES + "".join(f" AND {one}" for one in wanted) + " ORDER BY k.registered_on, k.stream LIMIT %(limit)s"
    params = {**asked._asdict(), **as_of._asdict(), "on": after[0], "id": after[1], "limit": limit}
    if asked.scope is not None:
        params["cells"] = with_lineage(connection, ids_below(connection, asked.scope, as_of), as_of)
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))

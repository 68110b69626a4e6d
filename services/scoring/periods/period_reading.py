"""Reads what the scores of cells' periods and of four-good candidacies need."""

from dataclasses import replace
from typing import Any

import psycopg

from events.fact import Id
from events.organisation import OrganisationKind
from projections import tree
from services.scoring.clocks import At, cell_year_of
from services.scoring.period import Period
from services.scoring.periods.cell_period import PeriodScore, score_period
from services.scoring.periods.four_good_score import FourGoodFacts, FourGoodScore, score_four_good
from services.scoring.periods.rhythm import Life
from services.scoring.periods.year_reading import year_of
from services.scoring.rules.rulebook import Of
from services.scoring.rules.rules_in_force import RulesInForce


def cell_period(connection: psycopg.Connection[Any], cell: Id, period: Period, at: At) -> PeriodScore | None:
    """A cell's score of a period; None of what is no cell, or was none by then."""
    found = tree.one(connection, cell, at.within(period))
    if found is None or found.kind != OrganisationKind.CELL:
        return None
    rules = RulesInForce.read(connection, at.known)
    year = cell_year_of(connection, cell, period.first.year, at)
    score = score_period(year, period, rules, Life(found.since, found.ended_on), at.today)
    if len(period.months()) < 12:
        return score
    return replace(score, year=year_of(connection, found, period.first.year, at, rules, year))


def four_good(connection: psycopg.Connection[Any], facts: FourGoodFacts, at: At) -> FourGoodScore:
    """A candidacy's score by the table of its issuer, and what the cell's meetings of that year say."""
    assert facts.state.registered is not None, "gathered from a registration"
    period = Period.of_year(facts.state.registered.year)
    cell = tree.one(connection, facts.cell, at.within(period))
    rules = RulesInForce.read(connection, at.known)
    day = facts.state.self_assessed_on or min(period.last, at.today)
    pack = rules.pack(Of.FOUR_GOOD, facts.cell, day, cell.cell_kind if cell else None)
    if cell is None:
        return score_four_good(facts, pack)
    year = cell_year_of(connection, facts.cell, period.first.year, at)
    its = score_period(year, period, rules, Life(cell.since, cell.ended_on), at.today)
    return score_four_good(facts, pack, its)

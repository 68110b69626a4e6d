"""What may be asked about longer times over HTTP: a cell's period, a year, a four-good candidacy."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Query, Response
from pydantic import Field

from events.candidacy import Candidacy
from projections import members
from projections.asked import AsOf
from services.access import Relation
from services.scoring.asked import ScoreQuestion, answer, period_of
from services.scoring.clocks import At, last_day, records_of
from services.scoring.periods.cell_period import PeriodScore
from services.scoring.periods.four_good_score import FourGoodScore, gather
from services.scoring.periods.period_reading import cell_period, four_good
from services.scoring.periods.year_reading import member_year, organisation_year
from services.scoring.periods.year_score import YearScore
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter()

VIEWS = ("tree", "roll", "residents", "offices", "absences", "meetings", "liaisons", "classifications", "rules")


class PeriodQuestion(ScoreQuestion):
    """Which period: `2026`, `2026-Q3` or `2026-10`."""

    period: Annotated[str, Field(max_length=20)]


class YearQuestion(ScoreQuestion):
    """Which year."""

    year: Annotated[int, Field(ge=1990, le=2200)]


@router.get("/scores/cells/{cell}", response_model=PeriodScore)
def read_cell_score(
    cell: str, asking: Asking, here: Here, asked: Annotated[PeriodQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """A cell's score of a month, a quarter or a year: the mean of its meetings, a line each, and how regularly it met.

    Asked for a year, it says how the cell is classified for it, too.
    """
    of = ident(cell, "cell")
    period = period_of(asked.period)
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    with here.pool.connection() as connection:
        found = cell_period(connection, of, period, at(here, asked, connection))
    if found is None:
        raise not_found("cell")
    return answer(found)


@router.get("/scores/organisations/{organisation}", response_model=YearScore)
def read_organisation_score(
    organisation: str, asking: Asking, here: Here, asked: Annotated[YearQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """How an organisation is classified for a year, by which conditions, and what came too late for it."""
    of = ident(organisation, "organisation")
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    with here.pool.connection() as connection:
        found = organisation_year(connection, of, asked.year, at(here, asked, connection))
    if found is None:
        raise not_found("organisation")
    return answer(found)


@router.get("/scores/members/{member}", response_model=YearScore)
def read_member_score(
    member: str, asking: Asking, here: Here, asked: Annotated[YearQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """How a member is classified for a year, and what is on record about it; for his cell and those above it."""
    of = ident(member, "member")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        cell = members.last_cell(connection, of, AsOf(here.today()))
    if cell is None:
        raise not_found("member")
    must(here, asking, Relation.SEE, cell)
    with here.pool.connection() as connection:
        found = member_year(connection, of, asked.year, at(here, asked, connection))
    if found is None:
        raise not_found("member")
    return answer(found)


@router.get("/scores/four-good/{candidacy}", response_model=FourGoodScore)
def read_four_good_score(
    candidacy: str, asking: Asking, here: Here, asked: Annotated[ScoreQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """A four-good candidacy's score: what the cell and its superior gave by item, and the standard of its table."""
    of = ident(candidacy, "candidacy")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        clocks = at(here, asked, connection)
        records = [record for record in records_of(connection, of, clocks) if record.kind == Candidacy.KIND]
    facts = gather(of, records)
    if facts is None:
        raise not_found("candidacy")
    must(here, asking, Relation.SEE, facts.cell)
    with here.pool.connection() as connection:
        return answer(four_good(connection, facts, clocks))


def at(here: Context, asked: ScoreQuestion, connection: psycopg.Connection[Any]) -> At:
    """By which clocks it is asked; without a day every fact counts that is on record."""
    return At(
        day=asked.as_of or date.max,
        known=asked.known(connection),
        today=last_day(here.now(), asked.as_of, asked.known_at),
        zone=ZoneInfo(here.settings.timezone),
    )

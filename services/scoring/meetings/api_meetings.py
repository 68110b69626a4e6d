"""What may be asked about the scores of meetings over HTTP: one, with its reasons; a cell's, in short."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Query, Response

from events.fact import Id
from projections.asked import AsOf
from projections.meetings import years_of_cell
from services.access import Relation
from services.scoring.asked import (
    Place,
    ScoreQuestion,
    ScoresPage,
    ScoresQuestion,
    answer,
)
from services.scoring.meetings.cell_year import cell_years, meeting_in_year, score_year
from services.scoring.meetings.meeting_score import score_in_force
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Score, Short
from services.scoring.why.changes import with_changes
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter()

VIEWS = ("absences", "meetings", "offices", "roll", "rules", "tree")
"""What a score looks at, beside the records of meetings; the tree says who is below whom, and so who may ask."""


@router.get("/scores/meetings/{meeting}", response_model=Score)
def read_meeting_score(
    meeting: str, asking: Asking, here: Here, asked: Annotated[ScoreQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """A meeting's score, worked out from its cell's year: each line with its reason and facts; what would change it."""
    of = ident(meeting, "meeting")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        as_of = clocks(connection, asked)
        found = meeting_in_year(connection, of, ZoneInfo(here.settings.timezone), as_of)
        rules = RulesInForce.read(connection, as_of.known)
        score = score_in_force(found[1], rules) if found is not None else None
    if found is None or score is None:
        raise not_found("meeting")
    must(here, asking, Relation.SEE, score.cell)
    return answer(with_changes(found[1], score, rules))


@router.get("/scores/meetings", response_model=ScoresPage)
def read_meeting_scores(
    asking: Asking, here: Here, asked: Annotated[ScoresQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """The scores of a cell's meetings in the order of their days, in short; with `as_of`, of that day and before."""
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, Id(str(asked.cell)))
    found: list[Short] = []
    with here.pool.connection() as connection:
        for score in _scores(connection, here, asked):
            found.append(score)
            if len(found) > asked.limit:
                break
    items = found[: asked.limit]
    following = str(Place(items[-1].on, items[-1].meeting)) if len(found) > asked.limit else None
    return answer({"items": items, "next": following})


def clocks(connection: psycopg.Connection[Any], asked: ScoreQuestion) -> AsOf:
    """By which clocks it is asked; without a day every fact counts that is on record."""
    return AsOf(asked.as_of or date.max, asked.known(connection))


def _scores(connection: psycopg.Connection[Any], here: Context, asked: ScoresQuestion) -> Iterator[Short]:
    """Those that are asked for, year by year, in the order of their days and ids."""
    cell, after, as_of = Id(str(asked.cell)), Place.read(asked.after), clocks(connection, asked)
    first, last = max(asked.first, after.on), min(asked.last, as_of.day)
    rules, zone = RulesInForce.read(connection, as_of.known), ZoneInfo(here.settings.timezone)
    for year in years_of_cell(connection, cell, as_of.known):
        if first.year <= year <= last.year:
            (told,) = cell_years(connection, [cell], [year], zone, as_of)
            for score in sorted(score_year(told, rules), key=lambda score: (score.on, score.meeting)):
                if first <= score.on <= last and (score.on, score.meeting) > (after.on, after.id):
                    yield _short(score)


def _short(score: Score) -> Short:
    return Short(
        meeting=score.meeting,
        cell=score.cell,
        on=score.on,
        points=score.points,
        band=score.band,
        complete=score.complete,
        bands=score.bands,
        rubric=str(score.rubric) if score.rubric else None,
        position=score.position,
    )

"""What may be asked about the scores of meetings over HTTP: one, with its reasons; a cell's, in short."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from events.correction import effective
from events.fact import Id
from events.ledger import END
from events.meeting import Meeting
from projections import scores
from projections.asked import LATEST, position_at
from services.access import Relation
from services.scoring.asked import (
    Place,
    ScoreQuestion,
    ScoresPage,
    ScoresQuestion,
    answer,
)
from services.scoring.meeting_score import score_meeting
from services.scoring.score import Bands, Score, Short
from services.scoring.shelf import shipped
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter()

REACH = "tree"
"""The view that says who is below whom, and so who may ask."""


@router.get("/scores/meetings/{meeting}", response_model=Score)
def read_meeting_score(
    meeting: str, asking: Asking, here: Here, asked: Annotated[ScoreQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """A meeting's score, judged from its own records: each line with its points, reason, facts and source."""
    of = ident(meeting, "meeting")
    wait(here, [REACH], at_least)
    records = effective(here.ledger.stream(of, _known(here, asked, END)))
    if asked.as_of is not None:
        records = [record for record in records if record.effective_on <= asked.as_of]
    score = score_meeting(of, records, shipped(), ZoneInfo(here.settings.timezone))
    if score is None:
        raise not_found("meeting")
    must(here, asking, Relation.SEE, score.cell)
    return answer(score)


@router.get("/scores/meetings", response_model=ScoresPage)
def read_meeting_scores(
    asking: Asking, here: Here, asked: Annotated[ScoresQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """The scores of a cell's meetings in the order of their days, in short; with `as_of`, of that day and before."""
    cell, after = Id(str(asked.cell)), Place.read(asked.after)
    wait(here, [REACH, scores.TABLE.name], at_least)
    must(here, asking, Relation.SEE, cell)
    last = min(asked.last, asked.as_of or asked.last)
    known, limit = _known(here, asked, LATEST), asked.limit + 1
    with here.pool.connection() as connection:
        question = scores.Asked(Meeting.KIND, cell, known, asked.first, last, after.on, after.id, limit)
        found = [_short(kept) for kept in scores.of_cell(connection, question)]
    items = found[: asked.limit]
    following = str(Place(items[-1].on, items[-1].meeting)) if len(found) > asked.limit else None
    return answer({"items": items, "next": following})


def _known(here: Context, asked: ScoreQuestion, now: int) -> int:
    """The last position that may be known; `now` where no instant is given."""
    if asked.known_at is None:
        return now
    with here.pool.connection() as connection:
        return position_at(connection, asked.known_at)


def _short(kept: scores.Kept) -> Short:
    bands = Bands(kept.computed, kept.self_, kept.vote, kept.superior)
    return Short(
        meeting=kept.subject,
        cell=kept.cell,
        on=kept.held_on,
        points=kept.points,
        band=kept.band,
        complete=kept.complete,
        bands=bands,
        rubric=kept.rubric,
        position=kept.position,
    )

"""How a meeting's score became what it is, over HTTP: each record that changed it, from what to what."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from events.fact import Id
from projections import rules
from projections.asked import AsOf, position_at
from services.access import Relation
from services.scoring.asked import Limit, ScoreQuestion, answer
from services.scoring.meetings.api_meetings import VIEWS
from services.scoring.meetings.cell_year import CellYear, meeting_in_year
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Number, Score
from services.scoring.why.history import Other, Turn, others, turns
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter()


class HistoryQuestion(ScoreQuestion):
    """The next lines; `after` is what `next` said, a position."""

    limit: Limit = 50
    after: Annotated[int, Field(ge=0, lt=2**62)] = 0


class Worth(BaseModel):
    """What a score said."""

    points: Number | None
    band: str | None
    computed: str | None
    rubric: str | None


class OtherShown(BaseModel):
    """An item that has other points."""

    item: str
    before: Annotated[Number | None, Field(alias="from")]
    after: Annotated[Number | None, Field(alias="to")]


class TurnShown(BaseModel):
    """A record that changed a score; null where there was none.

    `late`: the superior had decided before it; rules are no facts, and never late.
    """

    position: int
    recorded_at: datetime
    name: str
    before: Annotated[Worth | None, Field(alias="from")]
    after: Annotated[Worth | None, Field(alias="to")]
    items: list[OtherShown]
    late: bool


class HistoryPage(BaseModel):
    """In the order of the log."""

    items: list[TurnShown]
    next: str | None


@router.get("/scores/meetings/{meeting}/history", response_model=HistoryPage)
def read_score_history(
    meeting: str, asking: Asking, here: Here, asked: Annotated[HistoryQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """Each record that changed a meeting's score, its own or another's: of a member, of the cell, of a rule pack."""
    of = ident(meeting, "meeting")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        known = here.ledger.head() if asked.known_at is None else position_at(connection, asked.known_at)
        zone, as_of = ZoneInfo(here.settings.timezone), AsOf(asked.as_of or date.max, known)
        found = meeting_in_year(connection, of, zone, as_of)
    if found is None:
        raise not_found("meeting")
    year, _ = found
    must(here, asking, Relation.SEE, year.cell)
    told = [turn for turn in _turns(here, year, of, known) if turn.position > asked.after]
    items = told[: asked.limit]
    return answer({"items": _shown(here, items), "next": str(items[-1].position) if len(told) > len(items) else None})


def _turns(here: Context, year: CellYear, meeting: Id, known: int) -> list[Turn]:
    with here.pool.connection() as connection:
        changed = rules.changed(connection, year.cell, known)
        remembered: dict[int, RulesInForce] = {}

        def of(position: int) -> RulesInForce:
            last = max((place for place in changed if place <= position), default=0)
            if last not in remembered:
                remembered[last] = RulesInForce.read(connection, last)
            return remembered[last]

        return turns(year, meeting, known, of, changed)


def _shown(here: Context, found: list[Turn]) -> list[dict[str, Any]]:
    records = {record.position: record for record in here.ledger.at([turn.position for turn in found])}
    return [
        {
            "position": turn.position,
            "recorded_at": records[turn.position].recorded_at,
            "name": records[turn.position].name,
            "from": _worth(turn.before),
            "to": _worth(turn.after),
            "items": [_other(one) for one in others(turn.before, turn.after)],
            "late": _is_late(turn, records[turn.position].name),
        }
        for turn in found
    ]


def _is_late(turn: Turn, name: str) -> bool:
    decided = turn.before is not None and turn.before.bands.superior is not None
    return decided and not name.startswith("rule.")


def _worth(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    rubric = str(score.rubric) if score.rubric else None
    return {"points": score.points, "band": score.band, "computed": score.bands.computed, "rubric": rubric}


def _other(one: Other) -> dict[str, Any]:
    return {"item": one.item, "from": one.before, "to": one.after}

"""What may be asked about meetings: those of a cell in a line each, and one with all that is on record of it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from msgspec import structs
from pydantic import Field

from events.fact import Fact, Id
from events.meeting import Meeting, MeetingKind
from events.meeting.session import count
from projections import meetings
from services.access import Relation
from services.questions import shown
from services.questions.asked import (
    ByDay,
    PageQuestion,
    Question,
    Words,
    folded,
    last_known,
    page,
    place,
    reading,
    said,
)
from services.questions.shown import MeetingPage
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Here, must
from services.web.problem import not_found
from services.web.written import Day

router = APIRouter(tags=["meetings"])

VIEWS = ("meetings", "tree")
START = ByDay(date.min, UUID(int=0))


class MeetingsQuestion(PageQuestion):
    """Whose meetings, from a day to a day, both included."""

    cell: UUID | None = None
    first: Annotated[Day, Field(alias="from")] = date.min
    last: Annotated[Day, Field(alias="to")] = date.max
    kind: MeetingKind | None = None
    code: Words | None = None
    campaign: UUID | None = None
    state: meetings.State | None = None
    model: bool | None = None


@router.get("/meetings")
def read_meetings(
    asking: Asking, here: Here, asked: Annotated[MeetingsQuestion, Query()], at_least: AtLeast = None
) -> MeetingPage:
    """Meetings in the order of their days; with `as_of`, those of that day and before."""
    wait(here, VIEWS, at_least)
    scope = None if asked.cell is not None else asking.organisation
    if asked.cell is not None:
        must(here, asking, Relation.SEE, Id(str(asked.cell)))
    filters = said(
        cell=asked.cell, kind=asked.kind, code=asked.code, campaign=asked.campaign, state=asked.state, scope=scope,
        model=None if asked.model is None else str(asked.model),
    )  # fmt: skip
    after = place(asked, ByDay, START)
    days = (asked.first, min(asked.last, asked.as_of or date.max))
    with reading(here, asked) as (connection, as_of):
        found = meetings.find(connection, filters, days, as_of, ((after.on, str(after.id)), asked.limit + 1))
    lines, following = page(found, asked.limit, lambda one: (one[1].meets_on, one[0]))
    return MeetingPage(items=[shown.meeting(of, row) for of, row in lines], next=following)


@router.get("/meetings/{meeting}")
def read_meeting(
    meeting: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> dict[str, Any]:
    """One meeting, read from its own records: who was there, what was resolved, what the three bodies decided."""
    of = ident(meeting, "meeting")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (_, as_of):
        known = last_known(as_of)
    state, position = folded(Meeting(), here.ledger.stream(of, known), asked.as_of)
    if state.called is None:
        raise not_found("meeting")
    must(here, asking, Relation.SEE, state.called.cell)
    planned = {"planned_at": state.planned_at, "called_for": state.called.planned_at}
    return {"id": of, **_fields(state.called), **planned, **_whole(state), "position": position}


def _whole(state: Meeting) -> dict[str, Any]:
    held, score = state.held, state.self_score
    counts = count(state.attendance) if state.attendance else held.counts if held else None
    return {
        "state": meetings.state_of(state),
        "cancelled_on": state.cancelled_on,
        "model": state.is_model,
        "pre_meeting": _if_any(state.pre_meeting),
        "documents": [_fields(sent) for sent in state.documents],
        "started_at": held.started_at if held else None,
        "ended_at": held.ended_at if held else None,
        "chair": held.chair if held else None,
        "secretary": held.secretary if held else None,
        "attendance": [structs.asdict(one) for one in state.attendance],
        "counts": structs.asdict(counts) if counts else None,
        "resolution": {"tasks": _tasks(state)} if state.resolution else None,
        "minutes": _if_any(state.minutes),
        "self_score": {**_fields(score), "points": score.points} if score else None,
        "vote": {name.rstrip("_"): number for name, number in _fields(state.vote).items()} if state.vote else None,
        "band": _if_any(state.band),
    }


def _tasks(state: Meeting) -> list[dict[str, Any]]:
    """The tasks of the resolution; `id` is what results name, `share` the last that was told, null before that."""
    tasks = state.resolution.tasks if state.resolution else ()
    told = [state.results.get(number) for number in range(1, len(tasks) + 1)]
    return [
        {"id": str(number), **structs.asdict(task), "share": float(result.share) if result else None}
        for number, (task, result) in enumerate(zip(tasks, told, strict=True), 1)
    ]


def _fields(fact: Fact) -> dict[str, Any]:
    return structs.asdict(fact)


def _if_any(fact: Fact | None) -> dict[str, Any] | None:
    return None if fact is None else structs.asdict(fact)

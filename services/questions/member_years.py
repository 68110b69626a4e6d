"""What may be asked about a member's year: where he was, how he was rated, what he was given, who followed him."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from events.classification import Classification, stream_of
from events.fact import Id
from events.member import Member
from events.rating_order import last_day
from projections import liaisons
from projections.asked import AsOf
from services.questions.asked import Question, folded, last_known, reading
from services.questions.members import must_see_member
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here

router = APIRouter(tags=["members"])

VIEWS = ("liaisons", "residents", "roll", "tree")
MOST = 50
Year = Annotated[int, Path(ge=1990, le=2200)]


class Spell(BaseModel):
    """A cell in which he was, within the year; `until` is the first day on which he no longer was."""

    cell: Id
    since: date = Field(serialization_alias="from")
    until: date | None


class Given(BaseModel):
    """A reward or a sanction of the year, by the position of its fact."""

    position: int
    form: str
    on: date


class Rating(BaseModel):
    """The band of the year and its points; both null while it is open again."""

    band: str | None
    points: float | None


class YearShown(BaseModel):
    """A member's year; `liaisons` are those that were open in it, whose remarks `GET /liaisons/ID` shows."""

    id: Id
    year: int
    cells: Sequence[Spell]
    rewards: Sequence[Given]
    sanctions: Sequence[Given]
    classification: Rating | None
    liaisons: Sequence[Id]


@router.get("/members/{member}/year/{year}")
def read_year(
    member: str,
    year: Year,
    asking: Asking,
    here: Here,
    asked: Annotated[Question, Query()],
    at_least: AtLeast = None,
) -> YearShown:
    """One member's year as far as it had come by the day: for those above his cell and where he lives."""
    of = ident(member, "member")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (connection, as_of):
        by = AsOf(min(as_of.day, last_day(year)), as_of.known)
        found = liaisons.find(connection, liaisons.Asked(member=of), by, liaisons.FIRST, MOST)
    must_see_member(here, asking, of, as_of)
    known = last_known(as_of)
    state, _ = folded(Member(), here.opened(here.ledger.stream(of, known)), as_of.day)
    rated = _classification(here, of, year, known, as_of.day)
    first, last = date(year, 1, 1), by.day
    open_then = [one.id for one in found if one.state in ("introduced", "accepted") or one.since >= first]
    return YearShown(
        id=of,
        year=year,
        cells=[
            Spell(cell=span.value, since=max(span.since, first), until=span.until)
            for span in state.cell_spans()
            if span.since <= last and (span.until is None or span.until > first)
        ],
        rewards=[
            Given(position=one.position, form=one.form, on=one.on)
            for one in state.rewards.values()
            if first <= one.on <= last
        ],
        sanctions=[
            Given(position=one.position, form=one.form, on=one.on)
            for one in state.sanctions.known.values()
            if first <= one.on <= last
        ],
        classification=rated,
        liaisons=open_then,
    )


def _classification(here: Context, member: Id, year: int, known: int, day: date) -> Rating | None:
    state, _ = folded(Classification(), here.opened(here.ledger.stream(stream_of(member, year), known)), day)
    if state.decided is None:
        return None
    points = state.decided.points if state.band is not None else None
    return Rating(band=state.band, points=None if points is None else float(points))

"""What concerns many at once, in lists: oath reviews, and the hand-over lists of collective transfers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from events.fact import Id
from projections import hand_overs, oath_campaigns
from services.access import Relation
from services.questions.asked import ByDay, PageQuestion, Words, page, place, reading
from services.questions.shown import Page
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Here, must

router = APIRouter()

START = ByDay(date.min, UUID(int=0))


class ReviewsQuestion(PageQuestion):
    """Of one scope, in one state, by an office's own code."""

    scope: UUID | None = None
    state: oath_campaigns.State | None = None
    code: Words | None = None


class ReviewLine(BaseModel):
    """An oath review; its rolls are those of `opens_on`, `since` when it has been open or closed."""

    id: Id
    scope: Id
    title: str
    opens_on: date
    closes_on: date
    code: str | None
    state: oath_campaigns.State
    since: date


class HandOversQuestion(PageQuestion):
    """From or to the cells below an organisation, in one state, by an office's own code."""

    organisation: UUID | None = None
    state: hand_overs.State | None = None
    code: Words | None = None


class HandOverLine(BaseModel):
    """A hand-over list; `members` is how many are on it, `since` when it has been as it is."""

    model_config = ConfigDict(populate_by_name=True)

    id: Id
    from_cell: Id = Field(serialization_alias="from")
    to: Id
    members: int
    code: str | None
    introduced_on: date
    state: hand_overs.State
    since: date


ReviewPage = Page[ReviewLine]
HandOverPage = Page[HandOverLine]


@router.get("/oath-reviews", tags=["oath reviews"])
def read_oath_reviews(
    asking: Asking, here: Here, asked: Annotated[ReviewsQuestion, Query()], at_least: AtLeast = None
) -> ReviewPage:
    """Oath reviews by their first day: those of a scope below the caller's organisation, or above it."""
    wait(here, ("oath_campaigns", "tree"), at_least)
    scope = Id(str(asked.scope)) if asked.scope is not None else None
    after = place(asked, ByDay, START)
    which = oath_campaigns.Asked(asking.organisation, scope, asked.state, asked.code)
    with reading(here, asked) as (connection, as_of):
        found = oath_campaigns.find(connection, which, as_of, (after.on, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.opens_on, one.id))
    return ReviewPage(items=[ReviewLine(**one._asdict()) for one in lines], next=following)


@router.get("/collective-transfers", tags=["transfers"])
def read_collective_transfers(
    asking: Asking, here: Here, asked: Annotated[HandOversQuestion, Query()], at_least: AtLeast = None
) -> HandOverPage:
    """Hand-over lists by the day of their introduction, for both of their sides."""
    wait(here, ("hand_overs", "tree"), at_least)
    organisation = Id(str(asked.organisation)) if asked.organisation is not None else None
    if organisation is not None:
        must(here, asking, Relation.SEE, organisation)
    after = place(asked, ByDay, START)
    which = hand_overs.Asked(organisation or asking.organisation, asked.state, asked.code)
    with reading(here, asked) as (connection, as_of):
        found = hand_overs.find(connection, which, as_of, (after.on, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.introduced_on, one.id))
    return HandOverPage(items=[_hand_over(one) for one in lines], next=following)


def _hand_over(one: hand_overs.Found) -> HandOverLine:
    return HandOverLine(
        id=one.id, from_cell=one.from_cell, to=one.to_cell, members=one.members, code=one.code,
        introduced_on=one.introduced_on, state=one.state, since=one.since,
    )  # fmt: skip

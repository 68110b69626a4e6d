"""Liaisons in a list: with which committee, of which member, how far they have come."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from events.fact import Id
from projections import liaisons
from projections.liaisons import State
from services.access import Relation
from services.questions.asked import ByDay, PageQuestion, Words, page, place, reading
from services.questions.shown import Page
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Here, must

router = APIRouter(tags=["liaisons"])

VIEWS = ("liaisons", "roll", "tree")
START = ByDay(date.min, UUID(int=0))


class LiaisonsQuestion(PageQuestion):
    """With which committee or what it took over from, of which member, in which state, by an office's own code."""

    committee: UUID | None = None
    member: UUID | None = None
    state: State | None = None
    code: Words | None = None


class LiaisonLine(BaseModel):
    """A liaison in a list; `workplace` introduced him, `cell` follows him, `since` when it has been as it is."""

    id: Id
    member: Id
    committee: Id
    workplace: Id | None
    code: str | None
    state: State
    cell: Id | None
    activity_exempt: bool
    strengths: Sequence[str]
    introduced_on: date
    since: date


LiaisonPage = Page[LiaisonLine]


@router.get("/liaisons")
def read_liaisons(
    asking: Asking, here: Here, asked: Annotated[LiaisonsQuestion, Query()], at_least: AtLeast = None
) -> LiaisonPage:
    """Liaisons by the day of their introduction: those of whoever lives or works below the caller's organisation."""
    wait(here, VIEWS, at_least)
    committee = Id(str(asked.committee)) if asked.committee is not None else None
    if committee is not None:
        must(here, asking, Relation.SEE, committee)
    member = Id(str(asked.member)) if asked.member is not None else None
    after = place(asked, ByDay, START)
    which = liaisons.Asked(asking.organisation, committee, member, asked.state, asked.code)
    with reading(here, asked) as (connection, as_of):
        found = liaisons.find(connection, which, as_of, (after.on, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.introduced_on, one.id))
    return LiaisonPage(items=[LiaisonLine(**one._asdict()) for one in lines], next=following)

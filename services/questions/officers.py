"""What may be asked about an organisation beside its members: who is in office, and which papers it has."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from events.fact import Id
from projections import members, offices, papers
from services.access import Relation
from services.questions.asked import Question, reading
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Here, must

router = APIRouter(tags=["organisations"])

OFFICERS_VIEWS = (*members.VIEWS, offices.VIEW.name)
PAPERS_VIEWS = ("tree", papers.VIEW.name)


class OfficerShown(BaseModel):
    """A member in office; `since` when without a break, `concurrently` the post beside it."""

    member: Id
    name: str
    cell: Id
    office: str
    concurrently: str | None
    since: date


class Officers(BaseModel):
    """All of a day, the secretary first."""

    items: list[OfficerShown]


class PaperShown(BaseModel):
    """A paper; `what` is the term of rules, the kind of a target, the form of a reward or a sanction."""

    paper: str
    what: str | None
    year: int | None
    value: int | None
    members: list[Id] | None
    on: date


class PapersShown(BaseModel):
    """All of a day, the oldest first."""

    items: list[PaperShown]


@router.get("/organisations/{id}/officers")
def read_officers(
    organisation: Annotated[str, Path(alias="id")],
    asking: Asking,
    here: Here,
    asked: Annotated[Question, Query()],
    at_least: AtLeast = None,
) -> Officers:
    """Who is in office on a day: whoever had left the roll by then, or gone to a cell elsewhere, is not."""
    of = ident(organisation, "organisation")
    wait(here, OFFICERS_VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    with reading(here, asked) as (connection, as_of):
        found = offices.officers(connection, of, as_of)
    return Officers(items=[OfficerShown(**one._asdict()) for one in found])


@router.get("/organisations/{organisation}/papers")
def read_papers(
    organisation: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> PapersShown:
    """Working rules, trainings, four-good plans, targets, rewards and sanctions of an organisation by a day."""
    of = ident(organisation, "organisation")
    wait(here, PAPERS_VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    with reading(here, asked) as (connection, as_of):
        found = papers.of_organisation(connection, of, as_of)
    return PapersShown(items=[PaperShown(**one._asdict()) for one in found])

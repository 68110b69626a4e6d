"""What may be asked about four-good candidacies: which there are, and how far each has come."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from events.candidacy import Candidacy, Step
from events.fact import Id
from events.papers import Decision
from projections import candidacies
from services.access import Relation
from services.questions.asked import ByDay, PageQuestion, Question, Words, folded, last_known, page, place, reading
from services.questions.shown import Page
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Here, must
from services.web.problem import not_found

router = APIRouter(tags=["years"])

VIEWS = ("candidacies", "tree")
START = ByDay(date.min, UUID(int=0))
Year = Annotated[int, Query(ge=1990, le=2200)]


class CandidaciesQuestion(PageQuestion):
    """Of which year or cell, below which organisation, at which step, by an office's own code."""

    year: Year | None = None
    superior: UUID | None = None
    cell: UUID | None = None
    step: Step | None = None
    code: Words | None = None


class CandidacyLine(BaseModel):
    """A candidacy in a list; `since` when it has been at its step."""

    id: Id
    cell: Id
    year: int
    code: str | None
    registered_on: date
    step: Step
    since: date


class Certificate(BaseModel):
    """The decision behind a certificate; `by` is an organisation's id, or a name."""

    number: str
    on: date
    by: str


class CandidacyShown(BaseModel):
    """A candidacy as of a day: `steps` by their days, the points of both bodies item by item."""

    id: Id
    cell: Id
    year: int
    code: str | None
    registered_on: date
    step: Step
    steps: Mapping[str, date]
    self_assessment: Mapping[str, float] | None
    appraisal: Mapping[str, float] | None
    withdrawn_because: str | None
    certificate: Certificate | None
    position: int


CandidacyPage = Page[CandidacyLine]


@router.get("/four-good/candidacies")
def read_candidacies(
    asking: Asking, here: Here, asked: Annotated[CandidaciesQuestion, Query()], at_least: AtLeast = None
) -> CandidacyPage:
    """Candidacies by the day of their registration, of the cells that stand below an organisation on the day."""
    wait(here, VIEWS, at_least)
    superior = Id(str(asked.superior)) if asked.superior is not None else None
    if superior is not None:
        must(here, asking, Relation.SEE, superior)
    cell = Id(str(asked.cell)) if asked.cell is not None else None
    after = place(asked, ByDay, START)
    which = candidacies.Asked(superior or asking.organisation, asked.year, cell, asked.step, asked.code)
    with reading(here, asked) as (connection, as_of):
        found = candidacies.find(connection, which, as_of, (after.on, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.registered_on, one.id))
    return CandidacyPage(items=[CandidacyLine(**one._asdict()) for one in lines], next=following)


@router.get("/four-good/{candidacy}")
def read_candidacy(
    candidacy: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> CandidacyShown:
    """One candidacy, for its cell and those above it."""
    of = ident(candidacy, "candidacy")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (_, as_of):
        known = last_known(as_of)
    state, position = folded(Candidacy(), here.ledger.stream(of, known), asked.as_of)
    if state.registered is None or state.registered_on is None:
        raise not_found("candidacy")
    must(here, asking, Relation.SEE, state.registered.cell)
    return _shown(of, state, position)


def _shown(of: Id, state: Candidacy, position: int) -> CandidacyShown:
    assert state.registered is not None
    own, superior = state.self_assessed, state.appraised
    return CandidacyShown(
        id=of,
        cell=state.registered.cell,
        year=state.registered.year,
        code=state.registered.code,
        registered_on=state.steps.changes[0].on,
        step=state.steps.changes[-1].value,
        steps={change.value: change.on for change in state.steps.changes},
        self_assessment=None if own is None else {item: float(points) for item, points in own.items.items()},
        appraisal=None if superior is None else {item: float(points) for item, points in superior.items.items()},
        withdrawn_because=None if state.withdrawn is None else state.withdrawn.reason,
        certificate=None if state.certified is None else _certificate(state.certified.decision),
        position=position,
    )


def _certificate(decision: Decision) -> Certificate:
    return Certificate(number=decision.number, on=decision.on, by=decision.by)

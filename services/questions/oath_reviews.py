"""How far an oath review has come: cells that have met, members who have reported, and the rest by reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from events import wire
from events.fact import Id
from events.oath_campaign import OathCampaign, OathCampaignOpened
from projections import meetings, oath_answers, tree
from projections.asked import AsOf
from services.access import Relation
from services.questions.asked import Question, reading
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter(tags=["oath reviews"])

VIEWS = ("meetings", "oath_answers", "tree")


class CoverageQuestion(Question):
    """Of the whole scope or, for whoever does not see that, of an organisation in it."""

    organisation: UUID | None = None


class Cells(BaseModel):
    """How many have held a meeting for the review."""

    held: int
    of: int


class Members(BaseModel):
    """`roll` is the frozen one; `share` is null, never 0, where it is empty."""

    reported: int
    roll: int
    share: float | None


class Totals(BaseModel):
    """`unexplained` are those who have neither reported nor been excused."""

    cells: Cells
    members: Members
    excused: dict[str, int]
    unexplained: int


class Part(Totals):
    """The same of one organisation directly below."""

    id: Id
    name: str
    kind: str


class Coverage(Totals):
    """The whole, and its parts."""

    id: Id
    title: str
    organisation: Id
    by: list[Part]


@router.get("/oath-reviews/{review}/coverage")
def read_coverage(
    review: str, asking: Asking, here: Here, asked: Annotated[CoverageQuestion, Query()], at_least: AtLeast = None
) -> Coverage:
    """How far the review had come by a day, in the tree of the day on which its rolls were frozen."""
    of = ident(review, "oath review")
    wait(here, VIEWS, at_least)
    opened = _opened(here, of)
    organisation = Id(str(asked.organisation)) if asked.organisation is not None else opened.scope
    must(here, asking, Relation.SEE, organisation)
    with reading(here, asked) as (connection, as_of):
        found = tree.below(connection, organisation, AsOf(opened.opens_on, as_of.known))
        counts = oath_answers.counts(connection, of, as_of)
        met = meetings.cells_that_met_for(connection, of, as_of)
        # Books name the theme of a meeting, and not the campaign it was held for.
        days = (opened.opens_on, opened.closes_on)
        met |= meetings.cells_that_met_about(connection, opened.title, days, as_of)
    if not found:
        raise not_found("organisation")
    by_cell: dict[Id, Counter[str | None]] = {}
    for cell, answer, number in counts:
        by_cell.setdefault(cell, Counter())[answer] += number
    parts = [
        Part(id=top.id, name=top.name, kind=top.kind, **_totals(cells, by_cell, met).model_dump())
        for top, cells in _by_part(found).items()
    ]
    every = [one.id for one in found if one.kind == "cell"]
    totals = _totals(every, by_cell, met).model_dump()
    return Coverage(id=of, title=opened.title, organisation=organisation, by=parts, **totals)


def _opened(here: Context, review: Id) -> OathCampaignOpened:
    records = here.ledger.stream(review)
    facts = [wire.decode(record.name, record.data) for record in records if record.kind == OathCampaign.KIND]
    opened = next((fact for fact in facts if isinstance(fact, OathCampaignOpened)), None)
    if opened is None:
        raise not_found("oath review")
    return opened


def _by_part(found: Sequence[tree.Found]) -> dict[tree.Found, list[Id]]:
    """The cells of each organisation directly below the first, which may be cells themselves."""
    scope = found[0].id
    top: dict[Id, tree.Found] = {}
    cells: dict[tree.Found, list[Id]] = {}
    for one in found[1:]:
        top[one.id] = one if one.parent == scope or one.parent is None else top[one.parent]
        of_part = cells.setdefault(top[one.id], [])
        if one.kind == "cell":
            of_part.append(one.id)
    return cells


def _totals(cells: Sequence[Id], by_cell: Mapping[Id, Counter[str | None]], met: set[Id]) -> Totals:
    answers: Counter[str | None] = Counter()
    for cell in cells:
        answers.update(by_cell.get(cell, Counter()))
    roll, reported, silent = answers.total(), answers[oath_answers.REPORTED], answers[None]
    excused = {
        reason: number
        for reason, number in sorted(answers.items(), key=str)
        if reason is not None and reason != oath_answers.REPORTED
    }
    return Totals(
        cells=Cells(held=len(met.intersection(cells)), of=len(cells)),
        members=Members(reported=reported, roll=roll, share=reported / roll if roll else None),
        excused=excused,
        unexplained=silent,
    )

"""What may be asked about a year: how the four-good cells have come on, and how everybody is classified."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from events.classification import Rated, YearBand
from events.fact import Id
from projections import candidacies, classifications
from services.access import Caller, Relation
from services.questions.asked import Question, reading
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Context, Here, must

router = APIRouter(tags=["years"])

YEAR_VIEWS = (classifications.VIEW.name, "tree")
FOUR_GOOD_VIEWS = (candidacies.VIEW.name, *YEAR_VIEWS)

Year = Annotated[int, Field(ge=1990, le=2200)]


class FourGoodQuestion(Question):
    """Of which year, and below which organisation: the caller's own, where none is said."""

    year: Year
    superior: UUID | None = None


class ClassificationsQuestion(Question):
    """Of which year, and of which organisation with all below it: the caller's own, where none is said."""

    year: Year
    organisation: UUID | None = None


class FourGood(BaseModel):
    """`met` the standard; `excellent` are those of them whose year is classified so."""

    registered: int
    withdrawn: int
    assessed: int
    met: int
    excellent: int
    certificates: int


class InBand(BaseModel):
    """How many of a kind are in a band, and which part of those of the kind that are rated (0 to 1)."""

    kind: str
    band: str
    number: int
    share: float


class Classifications(BaseModel):
    """Every band of every kind of which anybody is rated, from the best to the worst; `rated` by kind."""

    year: int
    organisation: Id | None
    rated: dict[str, int]
    items: list[InBand]


@router.get("/four-good")
def read_four_good(
    asking: Asking, here: Here, asked: Annotated[FourGoodQuestion, Query()], at_least: AtLeast = None
) -> FourGood:
    """Totals of the cells that stood below an organisation when they registered, those that moved away included."""
    wait(here, FOUR_GOOD_VIEWS, at_least)
    scope = _scope(here, asking, asked.superior)
    with reading(here, asked) as (connection, as_of):
        found = candidacies.totals(connection, scope, asked.year, as_of)
    return FourGood(**found._asdict())


@router.get("/classifications")
def read_classifications(
    asking: Asking, here: Here, asked: Annotated[ClassificationsQuestion, Query()], at_least: AtLeast = None
) -> Classifications:
    """Totals by kind and band, of the year's subjects where they are charged: at its end, or when it was decided."""
    wait(here, YEAR_VIEWS, at_least)
    scope = _scope(here, asking, asked.organisation)
    with reading(here, asked) as (connection, as_of):
        found = classifications.counts(connection, scope, asked.year, as_of)
    rated: Counter[Rated] = Counter()
    for kind, _, number in found:
        rated[kind] += number
    numbers = {(kind, band): number for kind, band, number in found}
    kinds = [kind for kind in Rated if kind in rated]
    items = [
        InBand(kind=kind, band=band, number=number, share=number / rated[kind])
        for kind in kinds
        for band in YearBand
        for number in [numbers.get((kind, band), 0)]
    ]
    return Classifications(
        year=asked.year, organisation=scope, rated={str(kind): rated[kind] for kind in kinds}, items=items
    )


def _scope(here: Context, asking: Caller, said: UUID | None) -> Id | None:
    """What is asked about; None: everything, for an operator's token.

    Raises:
        Problem: 403.
    """
    scope = asking.organisation if said is None else Id(str(said))
    if scope is not None:
        must(here, asking, Relation.SEE, scope)
    return scope

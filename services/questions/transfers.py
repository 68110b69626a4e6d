"""What may be asked about transfers: which are on their way, for how long, and what became of the others."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from events.fact import Id
from events.member import TransferState
from projections import transfers
from services.access import Relation
from services.questions import shown
from services.questions.asked import ByDay, PageQuestion, Question, Words, page, place, reading
from services.questions.shown import TransferPage, TransferShown
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Here, must
from services.web.problem import Problem, not_found

router = APIRouter(tags=["transfers"])

VIEWS = ("transfers", "tree")
START = ByDay(date.min, UUID(int=0))


class TransfersQuestion(PageQuestion):
    """In which state, from or to the cells below which organisation, of which list; in transit, one may be overdue."""

    state: TransferState | None = None
    organisation: UUID | None = None
    code: Words | None = None
    collective: UUID | None = None


@router.get("/transfers")
def read_transfers(
    asking: Asking, here: Here, asked: Annotated[TransfersQuestion, Query()], at_least: AtLeast = None
) -> TransferPage:
    """Transfers by the day of their introduction."""
    wait(here, VIEWS, at_least)
    scope = Id(str(asked.organisation)) if asked.organisation is not None else asking.organisation
    if asked.organisation is not None:
        must(here, asking, Relation.SEE, scope)
    states = [] if asked.state is None else [asked.state]
    if asked.state is TransferState.IN_TRANSIT:
        states.append(TransferState.OVERDUE)
    after = place(asked, ByDay, START)
    collective = Id(str(asked.collective)) if asked.collective is not None else None
    which = transfers.Asked(states, scope, asked.code, collective)
    with reading(here, asked) as (connection, as_of):
        found = transfers.find(connection, which, as_of, (after.on, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.introduced_on, one.id))
    return TransferPage(items=[shown.transfer(one, as_of.day) for one in lines], next=following)


@router.get("/transfers/{transfer}")
def read_transfer(
    transfer: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> TransferShown:
    """One transfer, for both of its sides."""
    of = ident(transfer, "transfer")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (connection, as_of):
        found = transfers.one(connection, of, as_of)
    if found is None:
        raise not_found("transfer")
    try:
        must(here, asking, Relation.SEE, found.from_cell)
    except Problem:
        must(here, asking, Relation.SEE, found.to_cell)
    return shown.transfer(found, as_of.day)

"""What may be asked about a collective transfer: the hand-over list, and what has become of each who is on it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from events.collective_transfer import CollectiveTransfer
from events.fact import Id
from events.member import TransferState
from projections import transfers
from services.access import Relation
from services.questions.asked import Question, folded, last_known, reading
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import Problem, not_found

router = APIRouter(tags=["transfers"])

VIEWS = ("transfers", "tree")
MOST = 2_000
"""Members on one list."""


class Sent(BaseModel):
    """One who is on the list: his own transfer, and what had become of it."""

    member: Id
    transfer: Id
    state: TransferState
    ended_on: date | None


class Paper(BaseModel):
    """The origin's decision; `by` is an organisation's id, or a name."""

    number: str
    on: date
    by: str


class CollectiveTransferShown(BaseModel):
    """As of a day; `received_on` when the destination took all who were still on the way."""

    id: Id
    from_cell: Id = Field(serialization_alias="from")
    to: Id
    decision: Paper
    code: str | None
    introduced_on: date
    received_on: date | None
    members: list[Sent]
    position: int


@router.get("/collective-transfers/{collective}")
def read_collective_transfer(
    collective: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> CollectiveTransferShown:
    """One hand-over list, for both of its sides."""
    of = ident(collective, "collective transfer")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (connection, as_of):
        known = last_known(as_of)
        which = transfers.Asked(collective=of)
        found = transfers.find(connection, which, as_of, transfers.FIRST, MOST)
    state, position = folded(CollectiveTransfer(), here.ledger.stream(of, known), asked.as_of)
    introduced = state.introduced
    if introduced is None or state.introduced_on is None:
        raise not_found("collective transfer")
    _must_see(here, asking, introduced.from_cell, introduced.to)
    by_member = {one.member: one for one in found}
    decision = introduced.decision
    return CollectiveTransferShown(
        id=of,
        from_cell=introduced.from_cell,
        to=introduced.to,
        decision=Paper(number=decision.number, on=decision.on, by=decision.by),
        code=introduced.code,
        introduced_on=state.introduced_on,
        received_on=state.received_on,
        members=[_sent(by_member[member]) for member in introduced.members if member in by_member],
        position=position,
    )


def _sent(one: transfers.Found) -> Sent:
    return Sent(member=one.member, transfer=one.id, state=one.state, ended_on=one.ended_on)


def _must_see(here: Context, asking: Asking, origin: Id, destination: Id) -> None:
    """Either side, or those above it.

    Raises:
        Problem: 403.
    """
    try:
        must(here, asking, Relation.SEE, origin)
    except Problem:
        must(here, asking, Relation.SEE, destination)

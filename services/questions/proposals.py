"""What waits for a second person, and what became of it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel

from events import wire
from events.fact import Id
from events.proposal import Proposal, ProposalApproved
from projections import proposals
from projections.proposals import State
from services.access import Relation
from services.questions.asked import ByPosition, PageQuestion, page, place, reading
from services.questions.shown import Page
from services.web.asking import AtLeast, wait
from services.web.asking import ident as canonical
from services.web.context import Asking, Here, must
from services.web.problem import not_found

router = APIRouter(tags=["proposals"])

VIEWS = ("proposals", "tree")
START = ByPosition(date.min, 0)


class ProposalsQuestion(PageQuestion):
    """In which state, of which organisation and below it, about which member or other thing."""

    state: State | None = None
    organisation: UUID | None = None
    subject: UUID | None = None


class ProposalLine(BaseModel):
    """A proposal in a list; what was asked in detail is told by itself alone."""

    id: Id
    state: State
    post: str
    subject: Id
    organisation: Id
    by: str
    made_on: date
    position: int


ProposalPage = Page[ProposalLine]


@router.get("/proposals")
def read_proposals(
    asking: Asking, here: Here, asked: Annotated[ProposalsQuestion, Query()], at_least: AtLeast = None
) -> ProposalPage:
    """Proposals, the oldest first: of the caller's organisation and below, where none is said."""
    wait(here, VIEWS, at_least)
    scope = Id(str(asked.organisation)) if asked.organisation is not None else asking.organisation
    if asked.organisation is not None:
        must(here, asking, Relation.SEE, scope)
    subject = Id(str(asked.subject)) if asked.subject is not None else None
    after = place(asked, ByPosition, START)
    which = proposals.Asked(scope, asked.state, subject)
    with reading(here, asked) as (connection, as_of):
        found = proposals.find(connection, which, as_of, (after.on, after.position), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.made_on, one.position))
    return ProposalPage(items=[ProposalLine(**one._asdict()) for one in lines], next=following)


@router.get("/proposals/{ident}")
def read_proposal(ident: str, asking: Asking, here: Here) -> dict[str, Any]:
    """A proposal with the change as it was asked; `state` is open, approved or rejected."""
    proposal = Proposal()
    records = here.opened(here.ledger.stream(canonical(ident, "proposal")))
    for record in records:
        if record.kind == Proposal.KIND:
            proposal.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    if (made := proposal.made) is None:
        raise not_found("proposal")
    must(here, asking, Relation.SEE, made.organisation)
    answer = proposal.answer
    return {
        "id": records[0].stream,
        "state": "open" if answer is None else "approved" if isinstance(answer, ProposalApproved) else "rejected",
        "post": made.path,
        "body": msgspec.json.decode(made.body),
        "subject": made.subject,
        "organisation": made.organisation,
        "by": made.by,
        "decided_by": answer.by if answer is not None else None,
        "made_at": records[0].recorded_at.isoformat().replace("+00:00", "Z"),
        "position": records[0].position,
    }

"""What waits for a second person, and what became of it."""

from typing import Any

import msgspec
from fastapi import APIRouter

from events import wire
from events.proposal import Proposal, ProposalApproved
from services.access import Relation
from services.web.asking import ident as canonical
from services.web.context import Asking, Here, must
from services.web.problem import not_found

router = APIRouter()


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

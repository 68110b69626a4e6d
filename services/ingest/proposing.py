"""Changes that need a second person: what the first one asks is put on record as a proposal."""

from typing import Any
from uuid import UUID, uuid5

from events import proposal
from events.claims import proposal_claim
from events.fact import Id, Refused
from events.proposal import Proposal, ProposalMade
from services.ingest.asked import Asked, Part, Plan
from services.ingest.streams import HolderOf


def propose(
    asked: Asked[Any], plan: Plan, organisation: Id | None, *, path: str = "", person: Id | None = None
) -> Plan:
    """The plan itself where a second person has agreed, else the plan of proposing it.

    `path` is where it was posted, and `person` whom its body is about, where the change's own path does not say it.

    The body is kept with the day on which the change was to take effect, so that agreeing later changes nothing.

    Raises:
        Refused: `proposal.open`.
    """
    if asked.approved or organisation is None:
        return plan
    made = _made(asked, plan, organisation, path or asked.change.path.replace("{id}", asked.path[0]), person)
    waits: Id | None = asked.sight.answer(HolderOf(proposal_claim(made.path)))
    if waits is not None:
        known = asked.sight.of(Proposal, waits).made
        if known is not None and known.body != made.body:
            raise Refused("proposal.open", "another proposal of this change waits for a second person: decide it first")
        return Plan.one(waits, Proposal.KIND, [])
    ident = Id(str(uuid5(UUID(asked.new_id), "proposal")))
    asked.sight.need([ident])
    facts = proposal.propose(asked.sight.of(Proposal, ident), made, asked.now.date())
    return Plan(ident, Proposal.KIND, [Part(ident, facts, on=asked.now.date())], against=plan.stream)


def _made(asked: Asked[Any], plan: Plan, organisation: Id, path: str, person: Id | None) -> ProposalMade:
    body = asked.body.model_copy(update={"effective_on": asked.on})
    return ProposalMade(
        path=path,
        body=body.model_dump_json(exclude_none=True, exclude_defaults=True, by_alias=True),
        subject=plan.stream,
        organisation=organisation,
        by=asked.caller.id,
        person=person,
    )

"""The second person's word on a proposal; what was proposed is done in the same append."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from events.claims import Claim, proposal_claim
from events.fact import Id, Refused
from events.member import Member
from events.member.erasure import must_not_be_erased
from events.persons import proposed
from events.proposal import OWN, Proposal, ProposalMade, approve, reject
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Part, Plan
from services.ingest.bodies import Body
from services.ingest.streams import HolderOf
from services.web.problem import forbidden

ROOTED = ("corrections", "rules")
"""Proposals of these name a position, or a rule pack, where others name whom they are about."""


class ApprovalBody(Body):
    """Agreed."""


class RejectionBody(Body):
    """Not agreed; `reason` says why."""


def changes(proposable: Sequence[Change[Any]]) -> tuple[Change[Any], ...]:
    """The changes of proposals, which know the changes that may be proposed."""
    by_path = {change.path: change for change in proposable}

    def _approve(asked: Asked[ApprovalBody]) -> Plan:
        ident, proposal, made = _second_person(asked)
        facts = _unless_own(lambda: approve(proposal, asked.caller.id, asked.on))
        if not facts:
            return Plan.one(ident, Proposal.KIND, [])
        if (person := proposed(made)) is not None:
            # What was asked was sealed with his key.
            must_not_be_erased(asked.sight.of(Member, person))
        inner = _as_proposed(asked, made, by_path)
        plan = inner.change.plan(inner)
        parts = [structs.replace(part, on=part.on or inner.on, body=part.body or inner.body) for part in plan.parts]
        cause = asked.sight.warm(ident).position
        whole = Plan(ident, Proposal.KIND, [Part(ident, facts), *parts], cause=cause, reason=inner.body.reason or "")
        whole.unless = plan.unless
        whole.releases += [*plan.releases, *_released(asked, ident, made)]
        return whole

    return (
        Change("/proposals/{id}/approvals", ApprovalBody, _approve, "Approve what another person proposed"),
        Change("/proposals/{id}/rejections", RejectionBody, _reject, "Reject what another person proposed"),
    )


def _reject(asked: Asked[RejectionBody]) -> Plan:
    ident, proposal, made = _second_person(asked)
    facts = _unless_own(lambda: reject(proposal, asked.caller.id, asked.body.reason, asked.on))
    plan = Plan.one(ident, Proposal.KIND, facts)
    if facts:
        plan.releases += _released(asked, ident, made)
    return plan


def _released(asked: Asked[Any], ident: Id, made: ProposalMade) -> list[Claim]:
    """From now on the same may be proposed again. A proposal from before there was this claim holds none."""
    claim = proposal_claim(made.path)
    return [(claim, ident)] if asked.sight.answer(HolderOf(claim)) == ident else []


def _second_person(asked: Asked[Any]) -> tuple[Id, Proposal, ProposalMade]:
    """A secretary of the same or a higher organisation."""
    (ident,) = asked.path
    proposal = asked.sight.of(Proposal, ident)
    if proposal.made is None:
        raise Nothing("proposal")
    asked.must_reach(proposal.made.organisation, relation=Relation.APPROVE)
    return ident, proposal, proposal.made


def _unless_own(decide: Any) -> Any:
    try:
        return decide()
    except Refused as refusal:
        if refusal.rule == OWN:
            raise forbidden(str(refusal)) from None
        raise


def _as_proposed(asked: Asked[Any], made: ProposalMade, by_path: dict[str, Change[Any]]) -> Asked[Any]:
    _, collection, *named = made.path.split("/")
    rooted = collection in ROOTED
    change = by_path[f"/{collection}"] if rooted else by_path[f"/{collection}/{{id}}/{named[1]}"]
    path = () if rooted else (Id(named[0]),)
    body = change.body.model_validate_json(made.body)
    inner = Asked(change, path, body, asked.caller, asked.now, approved=True)
    inner.answers, inner.sight = asked.answers, asked.sight
    return inner

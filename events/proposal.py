"""A change that needs two persons: one proposes it, another one of sufficient rank approves or rejects it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Personal, Refused

OWN = "proposal.own"
"""The one refusal that is about who asks, not about what: the outside tells it apart from the others."""

# Facts


class ProposalMade(Fact, frozen=True, kw_only=True, tag="proposal.made"):
    """`path` and `body` (JSON) are the change as asked; `subject` is what it changes, `organisation` whose that is."""

    path: str
    body: Personal = "{}"
    subject: Id
    organisation: Id
    by: str
    person: Id | None = None
    """Whom the body is about, where the path does not say it."""


class ProposalApproved(Fact, frozen=True, tag="proposal.approved"):
    """The change is made in the same append."""

    by: str


class ProposalRejected(Fact, frozen=True, tag="proposal.rejected"):
    """The change is not made; it may be proposed anew."""

    by: str
    reason: Personal | None = None


# State


@dataclass
class Proposal:
    """One proposal and its answer."""

    KIND: ClassVar[str] = "proposal"

    made: ProposalMade | None = None
    answer: ProposalApproved | ProposalRejected | None = None

    def see(self, fact: Fact, _on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case ProposalMade():
                self.made = fact
            case ProposalApproved() | ProposalRejected():
                self.answer = fact


# Decisions


def propose(proposal: Proposal, made: ProposalMade, _on: date) -> list[Fact]:
    """The first person asks.

    Raises:
        Refused: `proposal.exists`.
    """
    if proposal.made == made:
        return []
    if proposal.made is not None:
        raise Refused("proposal.exists", "this proposal is on record already, and otherwise")
    return [made]


def approve(proposal: Proposal, by: str, _on: date) -> list[Fact]:
    """A second person agrees; whether of sufficient rank is for the caller to know.

    Raises:
        Refused: `proposal.unknown`, `proposal.own`, `proposal.decided` (it was rejected).
    """
    _must_be_another(proposal, by)
    if isinstance(proposal.answer, ProposalApproved):
        return []
    if proposal.answer is not None:
        raise Refused("proposal.decided", "this proposal was rejected")
    return [ProposalApproved(by=by)]


def reject(proposal: Proposal, by: str, reason: str | None, _on: date) -> list[Fact]:
    """A second person does not agree.

    Raises:
        Refused: `proposal.unknown`, `proposal.own`, `proposal.decided` (it was approved).
    """
    _must_be_another(proposal, by)
    if isinstance(proposal.answer, ProposalRejected):
        return []
    if proposal.answer is not None:
        raise Refused("proposal.decided", "this proposal was approved")
    return [ProposalRejected(by=by, reason=reason)]


def _must_be_another(proposal: Proposal, by: str) -> None:
    if proposal.made is None:
        raise Refused("proposal.unknown", "there is no such proposal")
    if proposal.made.by == by:
        raise Refused(OWN, "nobody decides on a proposal of his own")

"""Whom a fact is about: the person with whose key what is personal in it is sealed."""

from events.fact import Fact, Id, State
from events.liaison import Liaison
from events.member import Member
from events.proposal import Proposal, ProposalMade

OF_A_MEMBER = "/members/"


def person(fact: Fact, stream: Id, kind: str, state: State | None) -> Id | None:
    """The member whom a fact is about; None where it is about nobody in particular.

    A member's own facts are about him, a liaison's about the resident, a proposal's about the member who would change,
    any other's about the one whom it names as its `member`. `state` is what the stream said before the fact.
    """
    if kind == Member.KIND:
        return stream
    named: Id | None = getattr(fact, "member", None)
    if named is not None:
        return named
    match state:
        case Liaison(introduced=introduced) if introduced is not None:
            return introduced.member
        case Proposal(made=made):
            return _proposed(fact if isinstance(fact, ProposalMade) else made)
    return _proposed(fact)


def _proposed(made: Fact | None) -> Id | None:
    return made.subject if isinstance(made, ProposalMade) and made.path.startswith(OF_A_MEMBER) else None

"""Whom a fact is about: the person with whose key what is personal in it is sealed."""

from events.classification import Classification, ClassificationDecided, ClassificationReopened, Rated
from events.fact import Fact, Id, State
from events.liaison import Liaison
from events.member import Member
from events.proposal import Proposal, ProposalMade

OF_A_MEMBER = "/members/"
OF_A_YEAR = (ClassificationDecided, ClassificationReopened)
WITH_KEYS = frozenset({Member.KIND, "endpoint", "subscription", "silence"})
"""Streams that have keys of their own: those of members, and of what holds the addresses of people or their reasons."""


def person(fact: Fact, stream: Id, kind: str, state: State | None) -> Id | None:
    """The member whom a fact is about; None where it is about nobody in particular.

    A member's own facts are about him (what has a key of its own is sealed with that), a liaison's about the resident,
    a proposal's about the member who would change, a classification's about the member whose year it is, any other's
    about the one whom it names as its `member`.
    `state` is what the stream said before the fact.
    """
    if kind in WITH_KEYS:
        return stream
    named: Id | None = getattr(fact, "member", None)
    if named is not None:
        return named
    if isinstance(fact, OF_A_YEAR):
        return _rated(fact, state)
    match state:
        case Liaison(introduced=introduced) if introduced is not None:
            return introduced.member
        case Proposal(made=made):
            return _proposed(fact if isinstance(fact, ProposalMade) else made)
    return _proposed(fact)


def _rated(fact: Fact, year: State | None) -> Id | None:
    if isinstance(fact, ClassificationDecided):
        return fact.subject if fact.kind is Rated.MEMBER else None
    return year.member if isinstance(year, Classification) else None


def _proposed(made: Fact | None) -> Id | None:
    return proposed(made) if isinstance(made, ProposalMade) else None


def proposed(made: ProposalMade) -> Id | None:
    """The member whom a proposed change is about; None where it is about nobody in particular."""
    return made.person or (made.subject if made.path.startswith(OF_A_MEMBER) else None)

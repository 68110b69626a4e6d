"""Changes by which a decision about a member is complained of and undone; and removals from the list."""

from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from events.fact import Id
from events.member import (
    Ballot,
    ComplaintAnswered,
    ComplaintOutcome,
    Member,
    MemberRemoved,
    RemovalGround,
    RemovalVotes,
    SanctionForm,
    SanctionRestored,
)
from events.member.appeal import answer, comes_back, complain, restore
from events.member.removal import complain_of_removal, remove, restore_removed
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Plan
from services.ingest.bodies import Body, Form, Ident, PaperForm
from services.ingest.changes.members import cell_of, member_here

B = TypeVar("B", bound=Body)

DEEPEST = 16
"""A line of successors longer than that is a circle."""


class ComplaintBody(Body):
    """A member complains of a decision."""


class AnswerBody(Body):
    """What a complaint came to; `form` with `changed` alone, `cell` where an expulsion gives way (his last, unsaid)."""

    outcome: ComplaintOutcome
    form: SanctionForm | None = None
    cell: Ident | None = None


class RestorationBody(Body):
    """A wrongful decision is undone; `cell` is whose roll he is on again, where he was on none (his last, unsaid)."""

    cell: Ident | None = None


class Counted(Form):
    """How many were `for` it `of` all who had a vote."""

    for_: Annotated[int, Field(alias="for", ge=0, le=100_000)]
    of: Annotated[int, Field(ge=1, le=100_000)]

    @model_validator(mode="after")
    def _no_more_than_all(self) -> "Counted":
        if self.for_ > self.of:
            raise PydanticCustomError("votes", "more were for it than had a vote")
        return self


Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=18, decimal_places=17)]
Vote = Share | Counted
"""A share from 0 to 1, or counts."""


class VotesForm(Form):
    """The votes of the cell and, where there is one above it, of the committee."""

    cell: Vote
    committee: Vote | None = None

    def taken(self) -> RemovalVotes:
        """The same as the facts carry it."""
        committee = None if self.committee is None else _ballot(self.committee)
        return RemovalVotes(cell=_ballot(self.cell), committee=committee)


class RemovalBody(Body):
    """Off the list, by two thirds of the cell, then of the committee, then the superior's decision."""

    ground: RemovalGround
    decision: PaperForm
    votes: VotesForm | None = None


def _ballot(said: Decimal | Counted) -> Ballot:
    return Ballot(for_=said.for_, of=said.of) if isinstance(said, Counted) else Ballot(share=said)


def _plan(ident: Id, facts: list[Any]) -> Plan:
    return Plan.one(ident, Member.KIND, facts)


def decided_above(asked: Asked[B]) -> tuple[Id, Member]:
    """The member that a path names, where the caller speaks for an organisation above his cell.

    Raises:
        Nothing: 404.
        Problem: 403.
    """
    ident = asked.path[0]
    member = asked.sight.of(Member, ident)
    if member.admitted is None:
        raise Nothing("member")
    cell = cell_of(asked, member)
    above = asked.sight.glance(Organisation, cell).above_on(asked.now.date()) if cell is not None else None
    asked.must_reach(above)
    return ident, member


def _sanction(asked: Asked[B], member: Member) -> int:
    """The sanction that the path names by its place in the log.

    Raises:
        Nothing: 404, it is none of this member.
    """
    (position,) = asked.numbers
    if position not in member.sanctions.known:
        raise Nothing("sanction")
    return position


def _back_in(
    asked: Asked[AnswerBody] | Asked[RestorationBody], member: Member, *, returns: bool
) -> tuple[Id | None, Organisation | None]:
    """The cell on whose roll he is again, and its state: the one that is named, else his last, or what took it over."""
    cell = asked.body.cell
    if cell is None and returns:
        cell = _heir(asked, member.cells.changes[-1].value)
    if cell is None:
        return None, None
    asked.must_reach(cell)
    return cell, asked.sight.of(Organisation, cell)


def _heir(asked: Asked[AnswerBody] | Asked[RestorationBody], cell: Id) -> Id:
    for _ in range(DEEPEST):
        successor = asked.sight.of(Organisation, cell).successor_on(asked.on)
        if successor is None:
            break
        cell = successor
    return cell


def _complain(asked: Asked[ComplaintBody]) -> Plan:
    (ident,) = asked.path
    member = member_here(asked, ident)
    return _plan(ident, complain(member, _sanction(asked, member), asked.on))


def _answer(asked: Asked[AnswerBody]) -> Plan:
    ident, member = decided_above(asked)
    sanction, body = _sanction(asked, member), asked.body
    returns = body.outcome is not ComplaintOutcome.UPHELD and comes_back(member, sanction)
    cell, state = _back_in(asked, member, returns=returns)
    answered = ComplaintAnswered(sanction=sanction, outcome=body.outcome, form=body.form, cell=cell)
    return _plan(ident, answer(member, answered, state, asked.on))


def _restore(asked: Asked[RestorationBody]) -> Plan:
    ident, member = decided_above(asked)
    sanction = _sanction(asked, member)
    cell, state = _back_in(asked, member, returns=comes_back(member, sanction))
    return _plan(ident, restore(member, SanctionRestored(sanction=sanction, cell=cell), state, asked.on))


def _remove(asked: Asked[RemovalBody]) -> Plan:
    ident, member = decided_above(asked)
    body = asked.body
    votes = None if body.votes is None else body.votes.taken()
    removed = MemberRemoved(ground=body.ground, decision=body.decision.paper(), votes=votes)
    return _plan(ident, remove(member, removed, asked.on))


def _complain_of_removal(asked: Asked[ComplaintBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, complain_of_removal(member_here(asked, ident), asked.on))


def _restore_removed(asked: Asked[RestorationBody]) -> Plan:
    ident, member = decided_above(asked)
    is_out = bool(member.removals) and member.removals[-1].restored_on is None
    cell, state = _back_in(asked, member, returns=is_out and member.died_on is None)
    return _plan(ident, restore_removed(member, cell, state, asked.on))


OF_SANCTION = "/members/{id}/sanctions/{position}"
CHANGES = (
    Change(f"{OF_SANCTION}/complaints", ComplaintBody, _complain, "Record a complaint of a sanction"),
    Change(f"{OF_SANCTION}/complaints/answers", AnswerBody, _answer, "Answer a complaint of a sanction"),
    Change(f"{OF_SANCTION}/restorations", RestorationBody, _restore, "Undo a wrongful sanction"),
    Change("/members/{id}/removals", RemovalBody, _remove, "Take a member off the list"),
    Change("/members/{id}/removals/complaints", ComplaintBody, _complain_of_removal, "Record a complaint of a removal"),
    Change("/members/{id}/removals/restorations", RestorationBody, _restore_removed, "Undo a wrongful removal"),
)

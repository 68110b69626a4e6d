"""Changes of members: admitted, recognised, moved house, rewarded, disciplined."""

from typing import TypeVar

from events.fact import Fact, Id, Refused
from events.member import (
    Member,
    MemberAdmitted,
    MemberDisciplined,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
)
from events.member.admission import admit, recognise
from events.member.discipline import discipline
from events.member.residence import declare_residence
from events.member.reward import reward
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Code, Form, Ident, Line, PaperForm, PastDay, Text
from services.ingest.proposing import propose

B = TypeVar("B", bound=Body)


class Home(Form):
    """Where a member lives; a place whose committee is not here stands alone."""

    committee: Ident | None = None
    place: Code | None = None
    address: Line | None = None

    def declared(self) -> ResidenceDeclared:
        """The same as the facts carry it."""
        return ResidenceDeclared(committee=self.committee, place=self.place, address=self.address)


class MemberBody(Body):
    """A person who comes onto the roll of a cell."""

    name: Line
    cell: Ident
    status: Status
    admitted_on: PastDay
    recognised_on: PastDay | None = None
    born_on: PastDay | None = None
    card: Line | None = None
    citizen: Line | None = None
    residence: Home | None = None
    note: Text | None = None


class RecognitionBody(Body):
    """Probation is over."""


class ResidenceBody(Body, Home):
    """A new home."""


class RewardBody(Body):
    """A reward by its form and its decision."""

    form: RewardForm
    decision: PaperForm


class SanctionBody(Body):
    """A sanction by its form and its decision."""

    form: SanctionForm
    decision: PaperForm


def member_here(asked: Asked[B], ident: Id) -> Member:
    """The member that a path names, within the caller's reach: his cell of today, whatever day the change is about.

    Raises:
        Nothing: 404.
        Problem: 403.
    """
    member = asked.sight.of(Member, ident)
    if member.admitted is None:
        raise Nothing("member")
    asked.must_reach(cell_of(asked, member))
    return member


def cell_of(asked: Asked[B], member: Member) -> Id | None:
    """The cell that answers for a member today; the last one of who has left."""
    cells = member.cells.changes
    return member.cell_on(asked.now.date()) or (cells[-1].value if cells else None)


def _admit(asked: Asked[MemberBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.cell)
    must_be_new(asked, ident, Member.KIND)
    admitted = MemberAdmitted(
        name=body.name, cell=body.cell, status=body.status, admitted_on=body.admitted_on,
        recognised_on=body.recognised_on, born_on=body.born_on, card=body.card, citizen=body.citizen, code=body.code,
        note=body.note,
    )  # fmt: skip
    member = asked.sight.of(Member, ident)
    facts = admit(member, asked.sight.of(Organisation, body.cell), admitted, asked.on)
    if not facts:
        return Plan.one(ident, Member.KIND, _admitted_again(asked, ident, member))
    if body.residence is not None:
        arrived = Member()
        arrived.see(facts[0], asked.on, 0)
        facts = facts + _move(asked, arrived, body.residence)
    return Plan.one(ident, Member.KIND, facts)


def _admitted_again(asked: Asked[MemberBody], ident: Id, member: Member) -> list[Fact]:
    """What the body says beside an admission that is on record: its day must be that one, a new home is declared."""
    body = asked.body
    if body.effective_on not in (None, member.since):
        raise Refused("member.exists", "on record already, and takes effect on another day", "/effective_on")
    if body.residence is None or any(home.value == body.residence.declared() for home in member.residences.changes):
        return []
    return _move(asked, member_here(asked, ident), body.residence)


def _move(asked: Asked[B], member: Member, home: Home) -> list[Fact]:
    committee = asked.sight.of(Organisation, home.committee) if home.committee is not None else None
    return declare_residence(member, committee, home.declared(), asked.on)


def _recognise(asked: Asked[RecognitionBody]) -> Plan:
    (ident,) = asked.path
    return Plan.one(ident, Member.KIND, recognise(member_here(asked, ident), asked.on))


def _declare_residence(asked: Asked[ResidenceBody]) -> Plan:
    (ident,) = asked.path
    return Plan.one(ident, Member.KIND, _move(asked, member_here(asked, ident), asked.body))


def _reward(asked: Asked[RewardBody]) -> Plan:
    (ident,) = asked.path
    given = RewardGiven(form=asked.body.form, decision=asked.body.decision.paper())
    return Plan.one(ident, Member.KIND, reward(member_here(asked, ident), given, asked.on))


def _discipline(asked: Asked[SanctionBody]) -> Plan:
    (ident,) = asked.path
    disciplined = MemberDisciplined(form=asked.body.form, decision=asked.body.decision.paper())
    member = member_here(asked, ident)
    facts = discipline(member, disciplined, asked.on)
    plan = Plan.one(ident, Member.KIND, facts)
    if facts and disciplined.form is SanctionForm.EXPULSION:
        return propose(asked, plan, cell_of(asked, member))
    return plan


CHANGES = (
    Change("/members/{id}/rewards", RewardBody, _reward, "Reward a member"),
    Change("/members/{id}/sanctions", SanctionBody, _discipline, "Discipline a member (an expulsion: propose it)"),
    Change("/members/{id}/residences", ResidenceBody, _declare_residence, "Declare where a member lives"),
    Change("/members/{id}/recognitions", RecognitionBody, _recognise, "Recognise a member as official"),
    Change("/members", MemberBody, _admit, "Put a member on the roll"),
)

"""Changes of liaisons: a working member is introduced to the committee where he lives, followed, remarked upon."""

from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import Field

from events.bands import Band
from events.claims import liaison_claim, resident_claim
from events.fact import Fact, Id, Refused
from events.liaison import (
    ContactKind,
    ContactMade,
    Liaison,
    LiaisonAssigned,
    LiaisonGround,
    LiaisonIntroduced,
    RemarkDrafted,
)
from events.liaison.introduction import accept, assign, end, introduce, refuse
from events.liaison.remark import confirm_remark, draft_remark, make_contact, request_remark
from events.member import Member
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Ident, Line, PastDay, Sha256, Text
from services.ingest.changes.members import cell_of
from services.ingest.regulations import tasks_on
from services.ingest.streams import HolderOf
from services.web.problem import Problem

B = TypeVar("B", bound=Body)

Year = Annotated[int, Field(ge=1990, le=2200)]
DEEPEST = 16
"""A tree deeper than that is a circle."""


class LiaisonBody(Body):
    """An introduction; `activity_exempt`: no residence activity is asked (barracks, mobile work, full-time study)."""

    member: Ident
    committee: Ident
    activity_exempt: bool = False
    strengths: Annotated[tuple[Line, ...], Field(max_length=50)] = ()


class AcceptanceBody(Body):
    """The residence committee has put the member on its list."""


class LiaisonRefusalBody(Body):
    """The residence committee does not take the member."""

    reason: Text


class AssignmentBody(Body):
    """A residential cell keeps in touch from now on."""

    cell: Ident


class ContactBody(Body):
    """That there was a contact, never what was said."""

    on: PastDay
    kind: ContactKind

    def natural_day(self, now: datetime) -> date | None:  # noqa: ARG002  # it is a day already
        """The day of the contact."""
        return self.on


class YearBody(Body):
    """Of which year."""

    year: Year


class RemarkBody(Body):
    """The cell's draft of a year's remark; `items`: a band for each task of the regulation, by its id."""

    year: Year
    band: Band
    items: Annotated[dict[Line, Band], Field(max_length=50)] = Field(default_factory=dict)
    consulted: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    sha256: Sha256 | None = None


class ConfirmationBody(Body):
    """The committee stands by the draft."""


class EndingBody(Body):
    """Why it ends."""

    ground: LiaisonGround


def here(asked: Asked[B]) -> tuple[Id, Liaison, LiaisonIntroduced]:
    """The liaison that the path names, and its introduction.

    Raises:
        Nothing: 404.
    """
    ident = asked.path[0]
    liaison = asked.sight.of(Liaison, ident)
    if liaison.introduced is None:
        raise Nothing("liaison")
    return ident, liaison, liaison.introduced


def _of_committee(asked: Asked[B]) -> tuple[Id, Liaison]:
    """What the residence side does: the committee, those above it, or the cell that follows the member."""
    ident, liaison, introduced = here(asked)
    asked.must_reach(introduced.committee, liaison.cells.at(asked.on))
    return ident, liaison


def _resident(asked: Asked[B], liaison: Liaison) -> Member:
    """Whom the liaison is about; it holds for as long as nothing more happens to him."""
    assert liaison.introduced is not None, "it is there"
    return asked.sight.of(Member, liaison.introduced.member)


def _plan(ident: Id, facts: list[Fact]) -> Plan:
    return Plan.one(ident, Liaison.KIND, facts)


def _introduce(asked: Asked[LiaisonBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    member = asked.sight.of(Member, body.member)
    workplace = member.cell_on(asked.on) or (member.admitted.cell if member.admitted is not None else None)
    asked.must_reach(cell_of(asked, member))
    must_be_new(asked, ident, Liaison.KIND)
    introduced = LiaisonIntroduced(
        member=body.member, committee=body.committee, workplace=workplace, activity_exempt=body.activity_exempt,
        strengths=body.strengths, code=body.code,
    )  # fmt: skip
    committee = asked.sight.of(Organisation, body.committee)
    liaison = asked.sight.of(Liaison, ident)
    if liaison.introduced is None and (first := _open(asked)):
        return _plan(first, [])
    return _plan(ident, introduce(liaison, member, committee, introduced, asked.on))


def _open(asked: Asked[LiaisonBody]) -> Id | None:
    """The member's open liaison, where this is the same introduction again; None where there is none.

    Raises:
        Refused: `liaison.open`, the introduction on record is another one, or to another committee.
    """
    member, committee = asked.body.member, asked.body.committee
    # One from before there was the first claim holds only the second.
    for claim in (resident_claim(member), liaison_claim(member, committee)):
        holder: Id | None = asked.sight.answer(HolderOf(claim))
        known = asked.sight.of(Liaison, holder) if holder is not None else Liaison()
        if known.introduced is None or known.refused_on is not None or known.ended is not None:
            continue
        if known.introduced.committee != committee or not _asks_the_same(asked.body, known):
            raise Refused("liaison.open", "the member has an open liaison already; end that one first", "/member")
        return holder
    return None


def _asks_the_same(body: LiaisonBody, known: Liaison) -> bool:
    """Whether the introduction on record says all that this one does, so that nothing is lost with it."""
    first = known.introduced
    return (
        first is not None
        and (first.activity_exempt, first.strengths) == (body.activity_exempt, body.strengths)
        and body.id is None
        and body.code in (None, first.code)
        and body.effective_on in (None, known.introduced_on)
    )


def _plan_of_end(asked: Asked[B], ident: Id, liaison: Liaison, facts: list[Fact]) -> Plan:
    """The member may be introduced again, to the same committee or to another one."""
    plan = _plan(ident, facts)
    if facts and liaison.introduced is not None:
        member, committee = liaison.introduced.member, liaison.introduced.committee
        for claim in (liaison_claim(member, committee), resident_claim(member)):
            # An introduction from before there was this claim holds none.
            if asked.sight.answer(HolderOf(claim)) == ident:
                plan.releases.append((claim, ident))
    return plan


def _accept(asked: Asked[AcceptanceBody]) -> Plan:
    ident, liaison = _of_committee(asked)
    return _plan(ident, accept(liaison, asked.on))


def _refuse(asked: Asked[LiaisonRefusalBody]) -> Plan:
    ident, liaison = _of_committee(asked)
    return _plan_of_end(asked, ident, liaison, refuse(liaison, asked.body.reason, asked.on))


def _assign(asked: Asked[AssignmentBody]) -> Plan:
    """The residence side gives him to a cell of its own.

    Raises:
        Refused: `liaison.cell_elsewhere`, the cell does not stand below the committee.
    """
    ident, liaison = _of_committee(asked)
    cell = asked.sight.of(Organisation, asked.body.cell)
    facts = assign(liaison, _resident(asked, liaison), cell, LiaisonAssigned(cell=asked.body.cell), asked.on)
    if facts and liaison.introduced is not None and not _stands_below(asked, liaison.introduced.committee):
        raise Refused("liaison.cell_elsewhere", "this cell does not stand below the committee of the liaison", "/cell")
    return _plan(ident, facts)


def _stands_below(asked: Asked[AssignmentBody], committee: Id) -> bool:
    """Whether the cell is the committee or stands below it, or below what took over from it, on that day."""
    committees = {committee}
    heir: Id | None = committee
    while heir is not None and len(committees) < DEEPEST:
        committees.add(heir)
        heir = asked.sight.glance(Organisation, heir).successor_on(asked.on)
    step: Id | None = asked.body.cell
    for _ in range(DEEPEST):
        if step is None or step in committees:
            return step is not None
        step = asked.sight.glance(Organisation, step).above_on(asked.on)
    return False


def _contact(asked: Asked[ContactBody]) -> Plan:
    ident, liaison = _of_committee(asked)
    contact = ContactMade(on=asked.body.on, kind=asked.body.kind)
    return _plan(ident, make_contact(liaison, _resident(asked, liaison), contact, asked.on))


def _request(asked: Asked[YearBody]) -> Plan:
    """Either side may need one."""
    ident, liaison, introduced = here(asked)
    asked.must_reach(introduced.committee, cell_of(asked, asked.sight.of(Member, introduced.member)))
    return _plan(ident, request_remark(liaison, asked.body.year, asked.on))


def _draft(asked: Asked[RemarkBody]) -> Plan:
    ident, liaison = _of_committee(asked)
    body = asked.body
    tasks = tasks_on(asked.on)
    unknown = [(f"/items/{task}", "there is no such task") for task in body.items if task not in tasks]
    if unknown:
        raise Problem(422, "invalid", f"the tasks of the regulation are: {', '.join(tasks)}", unknown)
    drafted = RemarkDrafted(
        year=body.year, band=body.band, items=dict(body.items), consulted=body.consulted, sha256=body.sha256
    )
    return _plan(ident, draft_remark(liaison, _resident(asked, liaison), drafted, asked.on))


def _confirm(asked: Asked[ConfirmationBody]) -> Plan:
    ident, liaison, introduced = here(asked)
    asked.must_reach(introduced.committee)
    return _plan(ident, confirm_remark(liaison, asked.numbers[0], asked.on))


def _end(asked: Asked[EndingBody]) -> Plan:
    ident, liaison, introduced = here(asked)
    works_in = cell_of(asked, asked.sight.of(Member, introduced.member))
    asked.must_reach(introduced.committee, introduced.workplace, works_in)
    return _plan_of_end(asked, ident, liaison, end(liaison, asked.body.ground, asked.on))


CHANGES = (
    Change("/liaisons", LiaisonBody, _introduce, "Introduce a member to the committee where he lives"),
    Change("/liaisons/{id}/acceptances", AcceptanceBody, _accept, "Accept a resident"),
    Change("/liaisons/{id}/refusals", LiaisonRefusalBody, _refuse, "Refuse a resident"),
    Change("/liaisons/{id}/assignments", AssignmentBody, _assign, "Assign a resident to a cell"),
    Change("/liaisons/{id}/contacts", ContactBody, _contact, "Record a contact with a resident"),
    Change("/liaisons/{id}/remark-requests", YearBody, _request, "Ask for a year's remark"),
    Change("/liaisons/{id}/remarks", RemarkBody, _draft, "Draft a year's remark"),
    Change("/liaisons/{id}/remarks/{year}/confirmations", ConfirmationBody, _confirm, "Confirm a year's remark"),
    Change("/liaisons/{id}/endings", EndingBody, _end, "End a liaison"),
)

"""Changes of organisations one by one: established, renamed, handed over, dissolved, disbanded."""

from typing import TypeVar

from events.fact import Id, Refused
from events.organisation import (
    CellKind,
    Organisation,
    OrganisationEstablished,
    OrganisationKind,
    Other,
    disband,
    dissolve,
    establish,
    hand_over,
    rename,
    take_over,
)
from events.request import Unless
from services.access import DEEPEST
from services.ingest.asked import Asked, Change, Nothing, Part, Plan, must_be_new
from services.ingest.bodies import Body, Code, Ident, Line
from services.ingest.proposing import propose
from services.ingest.rolls import Belonging, BelongingTo, still

B = TypeVar("B", bound=Body)


class OrganisationBody(Body):
    """`place`, where it sits, and `serves`, the commune whose residents it follows, are commune codes."""

    name: Line
    kind: OrganisationKind
    cell_kind: CellKind | None = None
    parent: Ident | None = None
    place: Code | None = None
    serves: Code | None = None


class RenamingBody(Body):
    """What it is called from that day on."""

    name: Line


class HandoverBody(Body):
    """`to` is the new parent; all that stands below goes with it."""

    to: Ident


class DissolutionBody(Body):
    """`successor` takes over what is open."""

    successor: Ident | None = None


class DisbandingBody(Body):
    """Ended as a punishment; a second person must agree."""


def organisation_here(asked: Asked[B], ident: Id) -> Organisation:
    """The organisation that a path names.

    Raises:
        Nothing: 404.
    """
    found = asked.sight.of(Organisation, ident)
    if found.established is None:
        raise Nothing("organisation")
    return found


def other(asked: Asked[B], ident: Id) -> Other:
    """Another organisation that a body names; the decision says whether it is one."""
    return Other(ident, asked.sight.of(Organisation, ident))


def _establish(asked: Asked[OrganisationBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.parent)
    must_be_new(asked, ident, Organisation.KIND)
    established = OrganisationEstablished(
        name=body.name, kind=body.kind, cell_kind=body.cell_kind, parent=body.parent, place=body.place,
        serves=body.serves, code=body.code,
    )  # fmt: skip
    parent = asked.sight.of(Organisation, body.parent) if body.parent is not None else None
    known = asked.sight.of(Organisation, ident)
    facts = establish(known, parent, established, asked.on)
    if not facts and body.effective_on not in (None, known.established_on):
        raise Refused("organisation.exists", "on record already, and takes effect on another day", "/effective_on")
    return Plan.one(ident, Organisation.KIND, facts)


def _rename(asked: Asked[RenamingBody]) -> Plan:
    (ident,) = asked.path
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    return Plan.one(ident, Organisation.KIND, rename(organisation, asked.body.name, asked.on))


def _hand_over(asked: Asked[HandoverBody]) -> Plan:
    """Whoever does it is above both sides. All that stands above the new parent is looked at: no circle in a race."""
    (ident,) = asked.path
    organisation, to = organisation_here(asked, ident), other(asked, asked.body.to)
    asked.must_reach(ident)
    asked.must_reach(to.id)
    facts = hand_over(organisation, ident, to, _above(asked, to), asked.on)
    return Plan.one(ident, Organisation.KIND, facts)


def _above(asked: Asked[HandoverBody], to: Other) -> list[Id]:
    """All that stands above an organisation on the day of the change."""
    found: list[Id] = []
    step = to.state.parent_on(asked.on)
    while step is not None and len(found) < DEEPEST:
        found.append(step)
        step = asked.sight.of(Organisation, step).parent_on(asked.on)
    return found


def _dissolve(asked: Asked[DissolutionBody]) -> Plan:
    (ident,) = asked.path
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    successor = other(asked, asked.body.successor) if asked.body.successor is not None else None
    if successor is not None:
        asked.must_reach(successor.id)
    facts = dissolve(organisation, ident, successor, asked.on)
    plan = Plan.one(ident, Organisation.KIND, facts)
    if facts:
        plan.unless = _must_be_empty(asked, ident)
    if facts and successor is not None:
        plan.parts.append(Part(successor.id, take_over(successor.state, ident, asked.on)))
    return plan


def _disband(asked: Asked[DisbandingBody]) -> Plan:
    """The superior punishes; of what stands below nothing only the operator does."""
    (ident,) = asked.path
    organisation = organisation_here(asked, ident)
    superior = organisation.parent_on(asked.sight.today)
    asked.must_reach(superior)
    facts = disband(organisation, asked.on)
    plan = Plan.one(ident, Organisation.KIND, facts)
    if not facts:
        return plan
    plan.unless = _must_be_empty(asked, ident)
    return propose(asked, plan, superior or ident)


def _must_be_empty(asked: Asked[B], ident: Id) -> Unless:
    """Nobody is left without a cell, and nothing stands below what is not there; answers that it is so still.

    Raises:
        Refused: `organisation.not_empty`.
    """
    found: Belonging = asked.sight.answer(BelongingTo(ident, asked.on))
    if found.children:
        raise Refused("organisation.not_empty", "another organisation stands below it on that day")
    if not found.is_empty:
        raise Refused(
            "organisation.not_empty", "somebody is on its roll or its guest on that day, or comes to it later"
        )
    return still(found)


CHANGES = (
    Change("/organisations", OrganisationBody, _establish, "Establish an organisation"),
    Change("/organisations/{id}/renamings", RenamingBody, _rename, "Rename an organisation"),
    Change("/organisations/{id}/handovers", HandoverBody, _hand_over, "Hand an organisation over to another parent"),
    Change("/organisations/{id}/dissolutions", DissolutionBody, _dissolve, "Dissolve an organisation"),
    Change("/organisations/{id}/disbandings", DisbandingBody, _disband, "Propose to disband an organisation"),
)

"""Changes of organisations: established, dissolved."""

from typing import TypeVar

from events.fact import Id, Refused
from events.organisation import (
    CellKind,
    Organisation,
    OrganisationEstablished,
    OrganisationKind,
    Other,
    dissolve,
    establish,
)
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Code, Ident, Line
from services.ingest.rolls import RollsBelow, StandingBelow

B = TypeVar("B", bound=Body)


class OrganisationBody(Body):
    """`place`, where it sits, and `serves`, the commune whose residents it follows, are commune codes."""

    name: Line
    kind: OrganisationKind
    cell_kind: CellKind | None = None
    parent: Ident | None = None
    place: Code | None = None
    serves: Code | None = None


class DissolutionBody(Body):
    """`successor` takes over what is open."""

    successor: Ident | None = None


def organisation_here(asked: Asked[B], ident: Id) -> Organisation:
    """The organisation that a path names.

    Raises:
        Nothing: 404.
    """
    found = asked.sight.of(Organisation, ident)
    if found.established is None:
        raise Nothing("organisation")
    return found


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


def _dissolve(asked: Asked[DissolutionBody]) -> Plan:
    (ident,) = asked.path
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    named = asked.body.successor
    successor = Other(named, asked.sight.of(Organisation, named)) if named is not None else None
    facts = dissolve(organisation, ident, successor, asked.on)
    if facts:
        _must_be_empty(asked, ident)
    return Plan.one(ident, Organisation.KIND, facts)


def _must_be_empty(asked: Asked[DissolutionBody], ident: Id) -> None:
    """Nobody is left without a cell, and nothing stands below what is not there.

    Raises:
        Refused: `organisation.not_empty`.
    """
    if asked.sight.answer(StandingBelow(ident, asked.on)):
        raise Refused("organisation.not_empty", "another organisation stands below it on that day")
    rolls: dict[Id, tuple[Id, ...]] = asked.sight.answer(RollsBelow(ident, asked.on))
    if any(rolls.values()):
        raise Refused("organisation.not_empty", "somebody is on its roll on that day")


CHANGES = (
    Change("/organisations", OrganisationBody, _establish, "Establish an organisation"),
    Change("/organisations/{id}/dissolutions", DissolutionBody, _dissolve, "Dissolve an organisation"),
)

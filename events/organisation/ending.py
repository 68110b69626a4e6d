"""How an organisation ends as a whole: dissolved, disbanded, absorbed by another one, or made one with others."""

from collections.abc import Sequence
from datetime import date

from events.fact import Fact, Id, Refused
from events.organisation.facts import (
    Ending,
    OrganisationAbsorbed,
    OrganisationConsolidated,
    OrganisationDisbanded,
    OrganisationDissolved,
    OrganisationJoinedBy,
    OrganisationKind,
)
from events.organisation.founding import Other, must_be_last
from events.organisation.state import Organisation, must_exist

FEWEST = 2
"""Organisations that may become one."""


def dissolve(organisation: Organisation, ident: Id, successor: Other | None, on: date) -> list[Fact]:
    """It ends; what it was stays on record, and its id is never used again. A successor has its open matters.

    Raises:
        Refused: `organisation.unknown` (not established by that day), `organisation.ended` (otherwise, already),
            `organisation.later_facts`, `organisation.successor_itself`, `organisation.successor_unknown`,
            `organisation.successor_ended`.
    """
    dissolved = OrganisationDissolved(successor=None if successor is None else successor.id)
    if _has_ended_so(organisation, dissolved, on):
        return []
    _must_be_able_to_end(organisation, on)
    if successor is not None:
        _must_succeed(ident, successor, on, "organisation.successor", "/successor")
    return [dissolved]


def disband(organisation: Organisation, on: date) -> list[Fact]:
    """It is ended as a punishment; a second person must agree, which is for the caller to see to.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`, `organisation.later_facts`.
    """
    if _has_ended_so(organisation, OrganisationDisbanded(), on):
        return []
    _must_be_able_to_end(organisation, on)
    return [OrganisationDisbanded()]


def absorb(organisation: Organisation, ident: Id, into: Other, on: date) -> list[Fact]:
    """It becomes a part of another one of its kind, to which its members and children go.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`, `organisation.later_facts`,
            `organisation.absorbs_itself`, `organisation.into_unknown`, `organisation.into_ended` (also on a later day),
            `organisation.into_other_kind`.
    """
    absorbed = OrganisationAbsorbed(into=into.id)
    if _has_ended_so(organisation, absorbed, on):
        return []
    if into.id == ident:
        raise Refused("organisation.absorbs_itself", "an organisation cannot become a part of itself", "/into")
    _must_be_able_to_end(organisation, on)
    _must_succeed(ident, into, on, "organisation.into", "/into")
    if into.state.kind is not organisation.kind:
        raise Refused(
            "organisation.into_other_kind",
            f"a {organisation.kind} becomes a part of another {organisation.kind}, not of a {into.state.kind}",
            "/into",
        )
    return [absorbed]


def consolidate(organisation: Organisation, into: Id, on: date) -> list[Fact]:
    """It becomes one with others; `into` is new.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`, `organisation.later_facts`.
    """
    if _has_ended_so(organisation, OrganisationConsolidated(into=into), on):
        return []
    _must_be_able_to_end(organisation, on)
    return [OrganisationConsolidated(into=into)]


def must_become_one(organisations: Sequence[Other], kind: OrganisationKind) -> None:
    """Two or more, each named once, all of the kind of what they become.

    Raises:
        Refused: `organisation.consolidated_twice`, `organisation.consolidated_alone`,
            `organisation.consolidated_kinds`.
    """
    ids = [one.id for one in organisations]
    if len(set(ids)) < len(ids):
        raise Refused("organisation.consolidated_twice", "an organisation is named twice", "/organisations")
    if len(ids) < FEWEST:
        raise Refused("organisation.consolidated_alone", "one organisation alone becomes no new one", "/organisations")
    for number, one in enumerate(organisations):
        if one.state.established is not None and one.state.kind is not kind:
            raise Refused(
                "organisation.consolidated_kinds",
                f"a {one.state.kind} does not become a {kind}",
                f"/organisations/{number}",
            )


def take_over(successor: Organisation, organisation: Id, _on: date) -> list[Fact]:
    """What the successor's own history says when another one's matters come to it."""
    if any(one == organisation for _, one in successor.joined):
        return []
    return [OrganisationJoinedBy(organisation=organisation)]


def _has_ended_so(organisation: Organisation, ending: Ending, on: date) -> bool:
    return organisation.ending == ending and organisation.ended_on == on


def _must_be_able_to_end(organisation: Organisation, on: date) -> None:
    if not organisation.begun_by(on):
        raise Refused("organisation.unknown", "there is no such organisation on that day")
    if organisation.ended_on is not None:
        raise Refused("organisation.ended", f"the organisation ended on {organisation.ended_on}")
    must_be_last(organisation, on)


def _must_succeed(ident: Id, other: Other, on: date, role: str, pointer: str) -> None:
    """What takes over is there, and is not known to end later: what came to it then would be left behind."""
    if other.id == ident:
        raise Refused(f"{role}_itself", "an organisation does not take over from itself", pointer)
    must_exist(other.state, on, role, pointer)
    if other.state.ended_on is not None:
        raise Refused(f"{role}_ended", f"the organisation ends on {other.state.ended_on}", pointer)

"""How an organisation begins, what it is called, and how it comes to stand below another one."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from events.fact import Fact, Id, Refused
from events.organisation.facts import (
    OrganisationEstablished,
    OrganisationHandedOver,
    OrganisationKind,
    OrganisationRenamed,
)
from events.organisation.state import STANDS_BELOW, Organisation, must_exist, must_have_no_end


class Other(NamedTuple):
    """Another organisation that a decision names."""

    id: Id
    state: Organisation


def establish(
    organisation: Organisation, parent: Organisation | None, established: OrganisationEstablished, on: date
) -> list[Fact]:
    """A new organisation takes its place in the tree; `parent` is the state of the one that it names, if it names one.

    Raises:
        Refused: `organisation.exists`, `organisation.cell_kind_for_cells_only`, `organisation.parent_not_allowed`,
            `organisation.parent_missing`, `organisation.parent_unknown`, `organisation.parent_ended`,
            `organisation.parent_kind`.
    """
    if organisation.established == established:
        return []
    if organisation.established is not None:
        raise Refused("organisation.exists", "this organisation is established already, and otherwise")
    if established.cell_kind is not None and established.kind is not OrganisationKind.CELL:
        raise Refused("organisation.cell_kind_for_cells_only", "only a cell is of a kind of cell", "/cell_kind")
    if established.kind is OrganisationKind.PROVINCE:
        if established.parent is not None:
            raise Refused("organisation.parent_not_allowed", "a province stands below no organisation here", "/parent")
        return [established]
    if established.parent is None or parent is None:
        raise Refused("organisation.parent_missing", f"a {established.kind} stands below an organisation", "/parent")
    _must_stand_below(established.kind, parent, on, "/parent")
    return [established]


def rename(organisation: Organisation, name: str, on: date) -> list[Fact]:
    """It is called otherwise from that day on, until a later day says otherwise.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`.
    """
    must_stand(organisation, on)
    return [] if organisation.name_on(on) == name else [OrganisationRenamed(name=name)]


def hand_over(organisation: Organisation, ident: Id, to: Other, above: Collection[Id], on: date) -> list[Fact]:
    """It goes to another parent, with all that stands below it; `above` are all that stand above that one on the day.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`, `organisation.cycle`, `organisation.parent_not_allowed`
            (a province), `organisation.parent_unknown`, `organisation.parent_ended`, `organisation.parent_kind`,
            `organisation.later_facts`.
    """
    must_stand(organisation, on)
    if organisation.parent_on(on) == to.id:
        return []
    if to.id == ident or ident in above:
        raise Refused("organisation.cycle", "it would stand below itself", "/to")
    assert organisation.kind is not None, "what stands has a kind"
    if organisation.kind is OrganisationKind.PROVINCE:
        raise Refused("organisation.parent_not_allowed", "a province stands below no organisation here", "/to")
    _must_stand_below(organisation.kind, to.state, on, "/to")
    must_be_latest(organisation, on)
    return [OrganisationHandedOver(to=to.id)]


def take_along(organisation: Organisation, to: Id, on: date) -> list[Fact]:
    """What it stood below ends, and it goes with that one to its successor, which is of the same kind.

    A later day on which it went, or goes, elsewhere stays as it is.
    """
    return [] if organisation.parent_on(on) == to else [OrganisationHandedOver(to=to)]


def must_stand(organisation: Organisation, on: date) -> None:
    """No fact takes effect before the establishment, or once there is an end, from that on.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`.
    """
    if not organisation.begun_by(on):
        raise Refused("organisation.unknown", "there is no such organisation on that day")
    if organisation.ended_by(on):
        raise Refused("organisation.ended", f"the organisation ended on {organisation.ended_on}")


def must_be_latest(organisation: Organisation, on: date) -> None:
    """What changes its place in the tree comes after all that has changed it: those decisions looked at it as it was.

    Raises:
        Refused: `organisation.later_facts`.
    """
    latest = max(filter(None, (organisation.structural_on, organisation.ended_on)), default=on)
    if on < latest:
        raise Refused("organisation.later_facts", f"its place in the tree changed on {latest}, which is on record")


def must_be_last(organisation: Organisation, on: date) -> None:
    """After an end there is nothing more, not even a name.

    Raises:
        Refused: `organisation.later_facts`.
    """
    must_be_latest(organisation, on)
    if organisation.names.changes_after(on):
        raise Refused("organisation.later_facts", "it was renamed on a later day, which is on record")


def _must_stand_below(kind: OrganisationKind, parent: Organisation, on: date, pointer: str) -> None:
    must_exist(parent, on, "organisation.parent", pointer)
    must_have_no_end(parent, "organisation.parent", pointer)
    if parent.kind not in STANDS_BELOW[kind]:
        raise Refused("organisation.parent_kind", f"a {kind} may not stand below a {parent.kind}", pointer)

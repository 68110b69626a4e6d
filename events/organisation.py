"""An organisation of the tree: its kind, what it stands below, where it sits, and whether it still is."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from events.fact import Fact, Id, Refused

# Facts


class OrganisationKind(StrEnum):
    """The levels of the tree, from the top; not every branch has each."""

    PROVINCE = "province"
    SUPERIOR = "superior"
    GRASSROOTS = "grassroots"
    SECTIONAL = "sectional"
    CELL = "cell"


class CellKind(StrEnum):
    """Where a cell's members live or work; criteria depend on it."""

    VILLAGE = "village"
    STREET = "street"
    COMMUNE_AGENCY = "commune_agency"
    AGENCY = "agency"
    PUBLIC_SERVICE = "public_service"
    STATE_ENTERPRISE = "state_enterprise"
    PRIVATE_ENTERPRISE = "private_enterprise"
    ARMY = "army"
    POLICE = "police"
    STUDENT = "student"
    TEMPORARY = "temporary"
    OVERSEAS = "overseas"


class OrganisationEstablished(Fact, frozen=True, tag="organisation.established"):
    """`place`, where it sits, and `serves`, the commune whose residents it follows, are commune codes."""

    name: str
    kind: OrganisationKind
    cell_kind: CellKind | None = None
    parent: Id | None = None
    place: str | None = None
    serves: str | None = None
    code: str | None = None


class OrganisationDissolved(Fact, frozen=True, tag="organisation.dissolved"):
    """Ended by decision, not as a punishment (that is a disbanding); `successor` takes over its open matters."""

    successor: Id | None = None


# State

STANDS_BELOW: dict[OrganisationKind, frozenset[OrganisationKind]] = {
    OrganisationKind.PROVINCE: frozenset(),
    OrganisationKind.SUPERIOR: frozenset({OrganisationKind.PROVINCE}),
    OrganisationKind.GRASSROOTS: frozenset({OrganisationKind.SUPERIOR}),
    OrganisationKind.SECTIONAL: frozenset({OrganisationKind.GRASSROOTS}),
    OrganisationKind.CELL: frozenset(
        {OrganisationKind.SECTIONAL, OrganisationKind.GRASSROOTS, OrganisationKind.SUPERIOR}
    ),
}
"""Which kinds may stand directly above each kind; a cell below a superior is a grassroots cell."""


@dataclass
class Organisation:
    """What it is, and from when to when it is."""

    KIND: ClassVar[str] = "organisation"

    established: OrganisationEstablished | None = None
    name: str = ""
    kind: OrganisationKind | None = None
    cell_kind: CellKind | None = None
    parent: Id | None = None
    place: str | None = None
    serves: str | None = None
    code: str | None = None
    established_on: date | None = None
    ended_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case OrganisationEstablished():
                self.established, self.established_on = fact, on
                self.name, self.kind, self.cell_kind = fact.name, fact.kind, fact.cell_kind
                self.parent, self.place, self.serves, self.code = fact.parent, fact.place, fact.serves, fact.code
            case OrganisationDissolved():
                self.ended_on = on

    def exists_on(self, day: date) -> bool:
        """Established by that day and not ended; on the day of its end an organisation is gone."""
        return self.begun_by(day) and not self.ended_by(day)

    def begun_by(self, day: date) -> bool:
        """Established on that day or before."""
        return self.established_on is not None and self.established_on <= day

    def ended_by(self, day: date) -> bool:
        """Ended on that day or before."""
        return self.ended_on is not None and self.ended_on <= day


# Decisions


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
    must_exist(parent, on, "organisation.parent", "/parent")
    if parent.kind not in STANDS_BELOW[established.kind]:
        raise Refused(
            "organisation.parent_kind", f"a {established.kind} may not stand below a {parent.kind}", "/parent"
        )
    return [established]


def dissolve(organisation: Organisation, successor: Id | None, on: date) -> list[Fact]:
    """It ends; what it was stays on record, and its id is never used again.

    Raises:
        Refused: `organisation.unknown` (not established by that day), `organisation.ended` (it ended on another day).
    """
    if organisation.ended_on == on:
        return []
    if organisation.ended_on is not None:
        raise Refused("organisation.ended", f"the organisation ended on {organisation.ended_on}")
    if not organisation.begun_by(on):
        raise Refused("organisation.unknown", "there is no such organisation on that day")
    return [OrganisationDissolved(successor=successor)]


# What decisions of other streams ask


def must_exist(organisation: Organisation, on: date, role: str, pointer: str) -> None:
    """For a decision that names an organisation in a `role` such as `transfer.destination`.

    Raises:
        Refused: `ROLE_unknown` (also when it begins on a later day), `ROLE_ended`.
    """
    if not organisation.begun_by(on):
        raise Refused(f"{role}_unknown", "there is no such organisation on that day", pointer)
    if organisation.ended_by(on):
        raise Refused(f"{role}_ended", f"the organisation ended on {organisation.ended_on}", pointer)


def must_be_cell(organisation: Organisation, on: date, role: str, pointer: str) -> None:
    """The same where only a cell will do: members belong to cells, and cells meet.

    Raises:
        Refused: `ROLE_unknown`, `ROLE_ended`, `ROLE_not_a_cell`.
    """
    must_exist(organisation, on, role, pointer)
    if organisation.kind is not OrganisationKind.CELL:
        raise Refused(f"{role}_not_a_cell", f"it is no cell but of the kind {organisation.kind}", pointer)

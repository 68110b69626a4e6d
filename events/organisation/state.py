"""What an organisation's stream says of its structure: its name and its place in the tree, as of any day."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Refused
from events.office import Offices
from events.organisation.facts import (
    CellKind,
    Ending,
    OrganisationAbsorbed,
    OrganisationConsolidated,
    OrganisationDisbanded,
    OrganisationDissolved,
    OrganisationEstablished,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationKind,
    OrganisationRenamed,
    OrganisationSplit,
    OrganisationSplitOff,
)
from events.organisation_papers import Papers
from events.timeline import Timeline

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
    """What it is, and from when to when it is; `structural_on` is the last day of a fact of its place in the tree."""

    KIND: ClassVar[str] = "organisation"

    established: OrganisationEstablished | None = None
    kind: OrganisationKind | None = None
    cell_kind: CellKind | None = None
    place: str | None = None
    serves: str | None = None
    code: str | None = None
    established_on: date | None = None
    ended_on: date | None = None
    ending: Ending | None = None
    structural_on: date | None = None
    names: Timeline[str] = field(default_factory=Timeline)
    parents: Timeline[Id | None] = field(default_factory=Timeline)
    splits: list[tuple[date, OrganisationSplit]] = field(default_factory=list)
    joined: list[tuple[date, Id]] = field(default_factory=list)
    """Those whose open matters it took over, and since when."""
    split_from: Id | None = None
    """What it was a part of before it began."""
    offices: Offices = field(default_factory=Offices)
    papers: Papers = field(default_factory=Papers)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        match fact:
            case OrganisationEstablished():
                self.established, self.established_on = fact, on
                self.kind, self.cell_kind, self.place = fact.kind, fact.cell_kind, fact.place
                self.serves, self.code = fact.serves, fact.code
                self.names.change(on, position, fact.name)
                self.parents.change(on, position, fact.parent)
            case OrganisationRenamed(name=name):
                self.names.change(on, position, name)
                return
            case OrganisationHandedOver(to=to):
                self.parents.change(on, position, to)
            case OrganisationJoinedBy(organisation=organisation):
                self.joined.append((on, organisation))
            case OrganisationSplitOff(source=source):
                self.split_from = source
            case OrganisationSplit(keeps=True):
                self.splits.append((on, fact))
            case (
                OrganisationAbsorbed()
                | OrganisationConsolidated()
                | OrganisationSplit()
                | OrganisationDissolved()
                | OrganisationDisbanded()
            ):
                self.ending, self.ended_on = fact, on
            case _:
                self.offices.see(fact, on, position)
                self.papers.see(fact, on, position)
                return
        self.structural_on = on if self.structural_on is None else max(self.structural_on, on)

    @property
    def name(self) -> str:
        """What it was called last."""
        return self.names.changes[-1].value if self.names.changes else ""

    @property
    def successors(self) -> tuple[Id, ...]:
        """Those that took over when it ended; of a split all its parts, the first of which has its open matters."""
        match self.ending:
            case OrganisationAbsorbed(into=into) | OrganisationConsolidated(into=into):
                return (into,)
            case OrganisationSplit(into=parts):
                return parts
            case OrganisationDissolved(successor=successor) if successor is not None:
                return (successor,)
        return ()

    def successor_on(self, day: date) -> Id | None:
        """Who has its open matters on that day; None while it is there, and where nobody took them over."""
        return self.successors[0] if self.ended_by(day) and self.successors else None

    def name_on(self, day: date) -> str | None:
        """What it was called; after its end, what it was called last; None before its establishment."""
        return self.names.at(day)

    def parent_on(self, day: date) -> Id | None:
        """What it stood below; after its end, what it stood below last; before its establishment, what it will."""
        if self.parents.changes and day < self.parents.changes[0].on:
            return self.parents.changes[0].value
        return self.parents.at(day)

    def above_on(self, day: date) -> Id | None:
        """Whose word holds for it: its successor's, where it has ended and has one, else its parent's."""
        return self.successor_on(day) or self.parent_on(day)

    def exists_on(self, day: date) -> bool:
        """Established by that day and not ended; on the day of its end an organisation is gone."""
        return self.begun_by(day) and not self.ended_by(day)

    def begun_by(self, day: date) -> bool:
        """Established on that day or before."""
        return self.established_on is not None and self.established_on <= day

    def ended_by(self, day: date) -> bool:
        """Ended on that day or before."""
        return self.ended_on is not None and self.ended_on <= day


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


def must_take_members(organisation: Organisation, on: date, role: str, pointer: str) -> None:
    """The same where somebody comes onto a roll: of a cell that ends, nobody is left on it when it does.

    Who came into the book afterwards, for a day before, would be left behind.

    Raises:
        Refused: `ROLE_unknown`, `ROLE_ended` (by that day, or on a later one), `ROLE_not_a_cell`.
    """
    must_be_cell(organisation, on, role, pointer)
    must_have_no_end(organisation, role, pointer)


def must_have_no_end(organisation: Organisation, role: str, pointer: str) -> None:
    """Nothing is added, for an earlier day, to what was empty when it ended, or went to a successor as a whole.

    Raises:
        Refused: `ROLE_ended`.
    """
    if organisation.ended_on is not None:
        raise Refused(
            f"{role}_ended",
            f"it ends on {organisation.ended_on}, and what came to it for a day before would be left behind",
            pointer,
        )

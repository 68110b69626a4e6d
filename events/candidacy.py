"""A cell that means to be a four-good cell in a year: registered, self-assessed, appraised, recognised, exemplary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, NamedTuple

from events.fact import Fact, Id, Refused
from events.organisation import Organisation, must_be_cell
from events.papers import Decision
from events.timeline import Timeline

# Facts


class CandidacyRegistered(Fact, frozen=True, tag="candidacy.registered"):
    """The cell takes part in that year; it counts where it stood on the day of its registration."""

    cell: Id
    year: int
    code: str | None = None


class CandidacyWithdrawn(Fact, frozen=True, tag="candidacy.withdrawn"):
    """It takes part no longer, for instance because it has moved to another superior."""

    cell: Id
    year: int
    reason: str


class CandidacySelfAssessed(Fact, frozen=True, tag="candidacy.self_assessed"):
    """The cell's own points by item of its issuer's table; there is no national one."""

    cell: Id
    year: int
    items: dict[str, Decimal]


class CandidacyAppraised(Fact, frozen=True, tag="candidacy.appraised"):
    """The superior's points by item; the cell's own stay beside them."""

    cell: Id
    year: int
    items: dict[str, Decimal]


class CandidacyRecognised(Fact, frozen=True, tag="candidacy.recognised"):
    """The superior finds that the cell meets the standard."""

    cell: Id
    year: int


class CandidacyCertified(Fact, frozen=True, tag="candidacy.certified"):
    """A certificate of merit, for the exemplary."""

    cell: Id
    year: int
    decision: Decision


FACTS = (
    CandidacyRegistered,
    CandidacyWithdrawn,
    CandidacySelfAssessed,
    CandidacyAppraised,
    CandidacyRecognised,
    CandidacyCertified,
)

# State

FULL_MARKS = 100


class Step(StrEnum):
    """How far a candidacy has come."""

    REGISTERED = "registered"
    SELF_ASSESSED = "self_assessed"
    APPRAISED = "appraised"
    RECOGNISED = "recognised"
    CERTIFIED = "certified"
    WITHDRAWN = "withdrawn"


@dataclass
class Candidacy:
    """One cell's candidacy of one year: each step once, and on which day."""

    KIND: ClassVar[str] = "candidacy"

    registered: CandidacyRegistered | None = None
    withdrawn: CandidacyWithdrawn | None = None
    self_assessed: CandidacySelfAssessed | None = None
    appraised: CandidacyAppraised | None = None
    recognised: CandidacyRecognised | None = None
    certified: CandidacyCertified | None = None
    steps: Timeline[Step] = field(default_factory=Timeline)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        match fact:
            case CandidacyRegistered():
                self.registered, step = fact, Step.REGISTERED
            case CandidacyWithdrawn():
                self.withdrawn, step = fact, Step.WITHDRAWN
            case CandidacySelfAssessed():
                self.self_assessed, step = fact, Step.SELF_ASSESSED
            case CandidacyAppraised():
                self.appraised, step = fact, Step.APPRAISED
            case CandidacyRecognised():
                self.recognised, step = fact, Step.RECOGNISED
            case CandidacyCertified():
                self.certified, step = fact, Step.CERTIFIED
            case _:
                return
        self.steps.change(on, position, step)

    @property
    def registered_on(self) -> date | None:
        """The day by whose tree it counts."""
        return self.steps.changes[0].on if self.steps.changes else None

    @property
    def self_assessed_on(self) -> date | None:
        """The day of the self-assessment, by whose table the superior appraises, too."""
        return next((change.on for change in self.steps.changes if change.value is Step.SELF_ASSESSED), None)

    @property
    def latest_on(self) -> date:
        """The day of its last step."""
        return self.steps.changes[-1].on if self.steps.changes else date.min


# Decisions, in the order of a candidacy's life; no national paper sets it.


def register(candidacy: Candidacy, cell: Organisation, registered: CandidacyRegistered, on: date) -> list[Fact]:
    """A cell registers for a year; that it has one open candidacy a year is a claim (`events.claims`).

    Raises:
        Refused: `candidacy.exists`, `candidacy.cell_unknown`, `candidacy.cell_ended`, `candidacy.cell_not_a_cell`.
    """
    if candidacy.registered == registered:
        return []
    if candidacy.registered is not None:
        raise Refused("candidacy.exists", "this candidacy is on record already, and otherwise")
    must_be_cell(cell, on, "candidacy.cell", "/cell")
    return [registered]


def withdraw(candidacy: Candidacy, reason: str, on: date) -> list[Fact]:
    """The candidacy ends before its standard is recognised; the cell may register again.

    Raises:
        Refused: `candidacy.unknown`, `candidacy.recognised`, `candidacy.too_early`.
    """
    if candidacy.withdrawn is not None:
        return []
    if candidacy.recognised is not None:
        raise Refused("candidacy.recognised", "what has been recognised is not withdrawn")
    whose = _must_go_on(candidacy, on)
    return [CandidacyWithdrawn(cell=whose.cell, year=whose.year, reason=reason)]


def self_assess(candidacy: Candidacy, items: dict[str, Decimal], on: date) -> list[Fact]:
    """The cell gives itself points, once.

    Raises:
        Refused: `candidacy.unknown`, `candidacy.withdrawn`, `candidacy.too_early`, `candidacy.self_assessed`
            (otherwise, already), `candidacy.points` (none, below 0 or, together, above 100).
    """
    if candidacy.self_assessed is not None and candidacy.self_assessed.items == items:
        return []
    whose = _must_go_on(candidacy, on)
    if candidacy.self_assessed is not None:
        raise Refused("candidacy.self_assessed", "the self-assessment is on record already, and otherwise")
    _must_be_points(items)
    return [CandidacySelfAssessed(cell=whose.cell, year=whose.year, items=items)]


def appraise(candidacy: Candidacy, items: dict[str, Decimal], on: date) -> list[Fact]:
    """The superior gives points, once, after the cell has given its own.

    Raises:
        Refused: `candidacy.unknown`, `candidacy.withdrawn`, `candidacy.too_early`, `candidacy.not_self_assessed`,
            `candidacy.appraised` (otherwise, already), `candidacy.points`.
    """
    if candidacy.appraised is not None and candidacy.appraised.items == items:
        return []
    whose = _must_go_on(candidacy, on)
    if candidacy.appraised is not None:
        raise Refused("candidacy.appraised", "the appraisal is on record already, and otherwise")
    if candidacy.self_assessed is None:
        raise Refused("candidacy.not_self_assessed", "the cell has not assessed itself yet")
    _must_be_points(items)
    return [CandidacyAppraised(cell=whose.cell, year=whose.year, items=items)]


class Standard(NamedTuple):
    """What an issuer's table asks for: so many points together, and of each item in `full` so many."""

    points: Decimal
    full: Mapping[str, Decimal] = {}


def recognise(candidacy: Candidacy, standard: Standard | None, on: date) -> list[Fact]:
    """The superior recognises that its appraisal meets the standard of its table; there is no national one.

    Without a `standard` nobody knows a table, and the superior's word is enough.

    Raises:
        Refused: `candidacy.unknown`, `candidacy.withdrawn`, `candidacy.too_early`, `candidacy.not_appraised`,
            `candidacy.below_standard`.
    """
    if candidacy.recognised is not None:
        return []
    whose = _must_go_on(candidacy, on)
    if candidacy.appraised is None:
        raise Refused("candidacy.not_appraised", "the superior has not appraised the cell yet")
    if standard is not None:
        _must_meet(candidacy.appraised.items, standard)
    return [CandidacyRecognised(cell=whose.cell, year=whose.year)]


def certify(candidacy: Candidacy, decision: Decision, on: date) -> list[Fact]:
    """The exemplary among those that meet the standard get a certificate, one.

    Raises:
        Refused: `candidacy.unknown`, `candidacy.withdrawn`, `candidacy.too_early`, `candidacy.not_recognised`,
            `candidacy.certified` (otherwise, already).
    """
    if candidacy.certified is not None and candidacy.certified.decision == decision:
        return []
    whose = _must_go_on(candidacy, on)
    if candidacy.certified is not None:
        raise Refused("candidacy.certified", "a certificate by another decision is on record already", "/decision")
    if candidacy.recognised is None:
        raise Refused("candidacy.not_recognised", "the standard has not been recognised yet")
    return [CandidacyCertified(cell=whose.cell, year=whose.year, decision=decision)]


def _must_go_on(candidacy: Candidacy, on: date) -> CandidacyRegistered:
    if candidacy.registered is None:
        raise Refused("candidacy.unknown", "there is no such candidacy")
    if candidacy.withdrawn is not None:
        raise Refused("candidacy.withdrawn", "the candidacy was withdrawn")
    if on < candidacy.latest_on:
        raise Refused("candidacy.too_early", f"the step before is of {candidacy.latest_on}", "/effective_on")
    return candidacy.registered


def _must_meet(items: dict[str, Decimal], standard: Standard) -> None:
    total = sum(items.values(), Decimal())
    if total < standard.points:
        raise Refused(
            "candidacy.below_standard", f"the standard is {standard.points:f} points, and {total:f} were appraised"
        )
    short = [item for item, points in standard.full.items() if items.get(item, Decimal()) < points]
    if short:
        raise Refused("candidacy.below_standard", f"the standard asks for full marks on: {', '.join(short)}")


def _must_be_points(items: dict[str, Decimal]) -> None:
    given = [*items.values()]
    if not given or not all(points.is_finite() and points >= 0 for points in given) or sum(given) > FULL_MARKS:
        raise Refused("candidacy.points", f"points are from 0 to {FULL_MARKS}, all together", "/items")

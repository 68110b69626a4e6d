"""The papers of an organisation: rules for its term, trainings, four-good plans, targets, rewards and sanctions."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from events.fact import Fact, Id
from events.papers import Decision
from events.timeline import Timeline

# Facts


class WorkingRulesAdopted(Fact, frozen=True, tag="organisation.working_rules_adopted"):
    """The rules by which a committee works in its `term`, such as 2025-2030."""

    term: str


class TrainingHeld(Fact, frozen=True, tag="organisation.training_held"):
    """These members were trained, for that year."""

    year: int
    members: tuple[Id, ...]


class FourGoodPlanAdopted(Fact, frozen=True, tag="organisation.four_good_plan_adopted"):
    """A plan to build four-good cells in that year."""

    year: int


class TargetKind(StrEnum):
    """What a target counts."""

    ADMISSIONS = "admissions"


class TargetSet(Fact, frozen=True, tag="organisation.target_set"):
    """So many are to be reached in that year; the last one that was set counts."""

    year: int
    kind: TargetKind
    value: int


class Merit(StrEnum):
    """What an organisation may be given; badges are for members."""

    COMMENDATION = "commendation"
    CERTIFICATE_LOWER = "certificate_lower"
    CERTIFICATE_HIGHER = "certificate_higher"
    OTHER = "other"


class OrganisationRewarded(Fact, frozen=True, tag="organisation.rewarded"):
    """A reward, from the day on which it is awarded, which need not be the day of its decision."""

    form: Merit
    decision: Decision


class Censure(StrEnum):
    """The forms of discipline that an organisation outlives; the third, disbanding, is its end."""

    REPRIMAND = "reprimand"
    WARNING = "warning"


class OrganisationDisciplined(Fact, frozen=True, tag="organisation.disciplined"):
    """Discipline, from the day of its announcement; also after the organisation's end."""

    form: Censure
    decision: Decision


FACTS = (
    WorkingRulesAdopted,
    TrainingHeld,
    FourGoodPlanAdopted,
    TargetSet,
    OrganisationRewarded,
    OrganisationDisciplined,
)

# State


class Honour(NamedTuple):
    """A reward as it was recorded; `position` is its fact's place in the log."""

    position: int
    on: date
    form: Merit
    decision: Decision


class Reproof(NamedTuple):
    """A sanction as it was recorded; `position` is its fact's place in the log, `on` its announcement."""

    position: int
    on: date
    form: Censure
    decision: Decision


class Training(NamedTuple):
    """A training as it was recorded."""

    position: int
    on: date
    held: TrainingHeld


@dataclass
class Papers:
    """All papers of one organisation."""

    rules: dict[str, date] = field(default_factory=dict)
    """Since when the rules of a term are on record."""
    trainings: list[Training] = field(default_factory=list)
    plans: dict[int, date] = field(default_factory=dict)
    targets: dict[tuple[int, TargetKind], Timeline[int]] = field(default_factory=dict)
    rewards: list[Honour] = field(default_factory=list)
    sanctions: list[Reproof] = field(default_factory=list)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact of the organisation's stream."""
        match fact:
            case WorkingRulesAdopted(term=term):
                self.rules[term] = on
            case TrainingHeld():
                self.trainings.append(Training(position, on, fact))
            case FourGoodPlanAdopted(year=year):
                self.plans[year] = on
            case TargetSet(year=year, kind=kind, value=value):
                self.targets.setdefault((year, kind), Timeline()).change(on, position, value)
            case OrganisationRewarded(form=form, decision=decision):
                self.rewards.append(Honour(position, on, form, decision))
            case OrganisationDisciplined(form=censure, decision=decision):
                self.sanctions.append(Reproof(position, on, censure, decision))

    def trained(self, year: int) -> set[Id]:
        """Everybody who was trained for a year."""
        return {member for training in self.trainings if training.held.year == year for member in training.held.members}

    def target_on(self, year: int, kind: TargetKind, day: date) -> int | None:
        """The target of a year as it stood on a day; None where none was set by then."""
        line = self.targets.get((year, kind))
        return None if line is None else line.at(day)

    def disciplined_in(self, year: int) -> bool:
        """Whether a sanction of the organisation was announced in that year."""
        return any(sanction.on.year == year for sanction in self.sanctions)

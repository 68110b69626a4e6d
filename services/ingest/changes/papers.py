"""Changes of an organisation's papers: working rules, trainings, plans, targets, rewards and sanctions."""

from typing import Annotated, TypeVar

from pydantic import Field

from events.fact import Fact, Id
from events.member import Member
from events.organisation import Organisation
from events.organisation_papers import (
    Censure,
    FourGoodPlanAdopted,
    Merit,
    OrganisationDisciplined,
    OrganisationRewarded,
    TargetKind,
    TargetSet,
    TrainingHeld,
    WorkingRulesAdopted,
)
from events.paperwork import (
    adopt_plan,
    adopt_rules,
    discipline_organisation,
    hold_training,
    reward_organisation,
    set_target,
)
from services.ingest.above import stands_below
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import Body, Count, Ident, Line, PaperForm
from services.ingest.changes.organisations import organisation_here

B = TypeVar("B", bound=Body)

Year = Annotated[int, Field(ge=1990, le=2200)]


class WorkingRulesBody(Body):
    """The term of the rules, such as `2025-2030`."""

    term: Line


class TrainingBody(Body):
    """Who was trained, for which year."""

    year: Year
    members: Annotated[tuple[Ident, ...], Field(min_length=1, max_length=2000)]


class FourGoodPlanBody(Body):
    """A plan of which year."""

    year: Year


class TargetBody(Body):
    """How many persons are to be admitted in a year."""

    year: Year
    kind: TargetKind
    value: Count


class OrganisationRewardBody(Body):
    """A reward by its form and its decision."""

    form: Merit
    decision: PaperForm


class OrganisationSanctionBody(Body):
    """A sanction by its form and its decision; a disbanding is a change of its own."""

    form: Censure
    decision: PaperForm


def _here(asked: Asked[B]) -> tuple[Id, Organisation]:
    (ident,) = asked.path
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    return ident, organisation


def _plan(ident: Id, facts: list[Fact]) -> Plan:
    return Plan.one(ident, Organisation.KIND, facts)


def _adopt_rules(asked: Asked[WorkingRulesBody]) -> Plan:
    ident, organisation = _here(asked)
    return _plan(ident, adopt_rules(organisation, WorkingRulesAdopted(term=asked.body.term), asked.on))


def _train(asked: Asked[TrainingBody]) -> Plan:
    ident, organisation = _here(asked)
    held = TrainingHeld(year=asked.body.year, members=asked.body.members)
    asked.sight.need(held.members)
    members = {member: asked.sight.of(Member, member) for member in held.members}
    belong = frozenset(
        one for one, state in members.items() if stands_below(asked.sight, state.cell_on(asked.on), ident, asked.on)
    )
    return _plan(ident, hold_training(organisation, held, members, belong, asked.on))


def _adopt_plan(asked: Asked[FourGoodPlanBody]) -> Plan:
    ident, organisation = _here(asked)
    return _plan(ident, adopt_plan(organisation, FourGoodPlanAdopted(year=asked.body.year), asked.on))


def _set_target(asked: Asked[TargetBody]) -> Plan:
    ident, organisation = _here(asked)
    target = TargetSet(year=asked.body.year, kind=asked.body.kind, value=asked.body.value)
    return _plan(ident, set_target(organisation, target, asked.on))


def _reward(asked: Asked[OrganisationRewardBody]) -> Plan:
    ident, organisation = _here(asked)
    given = OrganisationRewarded(form=asked.body.form, decision=asked.body.decision.paper())
    return _plan(ident, reward_organisation(organisation, given, asked.on))


def _discipline(asked: Asked[OrganisationSanctionBody]) -> Plan:
    ident, organisation = _here(asked)
    disciplined = OrganisationDisciplined(form=asked.body.form, decision=asked.body.decision.paper())
    return _plan(ident, discipline_organisation(organisation, disciplined, asked.on))


CHANGES = (
    Change("/organisations/{id}/working-rules", WorkingRulesBody, _adopt_rules, "Adopt working rules for a term"),
    Change("/organisations/{id}/trainings", TrainingBody, _train, "Record that members were trained"),
    Change("/organisations/{id}/four-good-plans", FourGoodPlanBody, _adopt_plan, "Adopt a year's four-good plan"),
    Change("/organisations/{id}/targets", TargetBody, _set_target, "Set a year's target"),
    Change("/organisations/{id}/rewards", OrganisationRewardBody, _reward, "Reward an organisation"),
    Change("/organisations/{id}/sanctions", OrganisationSanctionBody, _discipline, "Discipline an organisation"),
)

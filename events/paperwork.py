"""How an organisation's papers come on record: each once, by what makes it the same paper again."""

from collections.abc import Mapping
from datetime import date

from events.fact import Fact, Id, Refused
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_exist
from events.organisation_papers import (
    FourGoodPlanAdopted,
    OrganisationDisciplined,
    OrganisationRewarded,
    TargetSet,
    TrainingHeld,
    WorkingRulesAdopted,
)

ROLE = "organisation"
"""A paper of an organisation that is not there yet, or no longer: `organisation_unknown`, `organisation_ended`."""


def adopt_rules(organisation: Organisation, adopted: WorkingRulesAdopted, on: date) -> list[Fact]:
    """Working rules for a term, once a term.

    Raises:
        Refused: `working_rules.organisation_unknown`, `working_rules.organisation_ended`.
    """
    if adopted.term in organisation.papers.rules:
        return []
    must_exist(organisation, on, f"working_rules.{ROLE}", "")
    return [adopted]


def hold_training(
    organisation: Organisation, held: TrainingHeld, members: Mapping[Id, Member], belong: frozenset[Id], on: date
) -> list[Fact]:
    """Members were trained; nothing new where all of them were, for that year, already.

    `members` are the states of those who are named, `belong` those whose cell of that day stands below.

    Raises:
        Refused: `training.organisation_unknown`, `training.organisation_ended`, `training.member_twice`,
            `training.member_unknown`, `training.member_elsewhere`, `training.year_not_begun`,
            `member.not_yet_admitted`, `member.left`.
    """
    if set(held.members) <= organisation.papers.trained(held.year):
        return []
    must_exist(organisation, on, f"training.{ROLE}", "")
    if held.year > on.year:
        raise Refused("training.year_not_begun", "that year has not begun on that day", "/year")
    if len(set(held.members)) < len(held.members):
        raise Refused("training.member_twice", "a member stands on the list twice", "/members")
    for number, ident in enumerate(held.members):
        if members[ident].admitted is None:
            raise Refused("training.member_unknown", "there is no such member", f"/members/{number}")
        must_be_listed(members[ident], on)
        if ident not in belong:
            raise Refused("training.member_elsewhere", "the member's cell does not stand below", f"/members/{number}")
    return [held]


def adopt_plan(organisation: Organisation, adopted: FourGoodPlanAdopted, on: date) -> list[Fact]:
    """A four-good plan, once a year.

    Raises:
        Refused: `four_good_plan.organisation_unknown`, `four_good_plan.organisation_ended`.
    """
    if adopted.year in organisation.papers.plans:
        return []
    must_exist(organisation, on, f"four_good_plan.{ROLE}", "")
    return [adopted]


def set_target(organisation: Organisation, target: TargetSet, on: date) -> list[Fact]:
    """A target for a year; another value is a new target from that day on.

    Raises:
        Refused: `target.organisation_unknown`, `target.organisation_ended`.
    """
    if organisation.papers.target_on(target.year, target.kind, on) == target.value:
        return []
    must_exist(organisation, on, f"target.{ROLE}", "")
    return [target]


def reward_organisation(organisation: Organisation, given: OrganisationRewarded, on: date) -> list[Fact]:
    """A reward, known by its form and its decision; on which day it is asked again does not matter.

    Raises:
        Refused: `organisation_reward.organisation_unknown`, `organisation_reward.organisation_ended`.
    """
    if any((known.form, known.decision) == (given.form, given.decision) for known in organisation.papers.rewards):
        return []
    must_exist(organisation, on, f"organisation_reward.{ROLE}", "")
    return [given]


def discipline_organisation(organisation: Organisation, disciplined: OrganisationDisciplined, on: date) -> list[Fact]:
    """A reprimand or a warning, known by its form and its decision; what has ended can still be disciplined.

    Raises:
        Refused: `organisation_sanction.organisation_unknown`, it was not established by that day.
    """
    known = [(sanction.form, sanction.decision) for sanction in organisation.papers.sanctions]
    if (disciplined.form, disciplined.decision) in known:
        return []
    if not organisation.begun_by(on):
        raise Refused(f"organisation_sanction.{ROLE}_unknown", "there is no such organisation on that day")
    return [disciplined]

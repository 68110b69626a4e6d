"""An organisation's papers: each once, and what a paper says again is nothing new."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.fact import Decision, Fact, Id
from events.member import Member
from events.organisation import Organisation, OrganisationDissolved
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
from tests.examples import CELL_7_ESTABLISHED, HOA, LAN, LAN_ADMITTED, a_decision, a_member, an_expulsion
from tests.given import DAY, given, seen

EARLIER, LATER = date(2026, 1, 5), date(2026, 9, 1)
RULES = WorkingRulesAdopted(term="2025-2030")
PLAN = FourGoodPlanAdopted(year=2026)
TARGET = TargetSet(year=2026, kind=TargetKind.ADMISSIONS, value=20)
REWARD = OrganisationRewarded(form=Merit.CERTIFICATE_LOWER, decision=a_decision())
WARNING = OrganisationDisciplined(form=Censure.WARNING, decision=a_decision())
TRAINED = TrainingHeld(year=2026, members=(LAN, HOA))
BOTH: dict[Id, Member] = {LAN: a_member(), HOA: a_member()}
BELONG = frozenset(BOTH)

EACH = [(adopt_rules, RULES), (adopt_plan, PLAN), (set_target, TARGET), (reward_organisation, REWARD)]
KIND = ["working_rules", "four_good_plan", "target", "organisation_reward"]


@pytest.mark.parametrize(("decision", "paper"), [*EACH, (discipline_organisation, WARNING)])
def test_a_paper_comes_on_record_once(decision: Decision, paper: Fact) -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED)
    asked.when(decision, paper).then(paper)
    given(Organisation, CELL_7_ESTABLISHED, paper).when(decision, paper, on=LATER).ignored()


@pytest.mark.parametrize(("decision", "paper", "kind"), [(*each, kind) for each, kind in zip(EACH, KIND, strict=True)])
def test_an_organisation_has_papers_only_while_it_is_there(decision: Decision, paper: Fact, kind: str) -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, (OrganisationDissolved(), LATER))
    ended.when(decision, paper, on=LATER).refused(f"{kind}.organisation_ended")
    ended.when(decision, paper, on=EARLIER).refused(f"{kind}.organisation_unknown")


def test_a_dissolved_organisation_can_still_be_disciplined() -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, (OrganisationDissolved(), LATER))
    ended.when(discipline_organisation, WARNING, on=LATER).then(WARNING)


def test_what_was_never_established_is_not_disciplined() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED).when(discipline_organisation, WARNING, on=EARLIER)
    asked.refused("organisation_sanction.organisation_unknown")


def test_another_form_or_another_decision_is_another_reward() -> None:
    known = given(Organisation, CELL_7_ESTABLISHED, REWARD)
    for other in (replace(REWARD, form=Merit.OTHER), replace(REWARD, decision=a_decision("9"))):
        known.when(reward_organisation, other).then(other)


def test_another_value_is_a_new_target_from_that_day_on() -> None:
    more = replace(TARGET, value=25)
    given(Organisation, CELL_7_ESTABLISHED, TARGET).when(set_target, more, on=LATER).then(more)
    state = seen(Organisation, CELL_7_ESTABLISHED, TARGET, (more, LATER))
    on = [state.papers.target_on(2026, TargetKind.ADMISSIONS, day) for day in (EARLIER, DAY, LATER)]
    assert on == [None, 20, 25]


def test_members_are_trained() -> None:
    given(Organisation, CELL_7_ESTABLISHED).when(hold_training, TRAINED, BOTH, BELONG).then(TRAINED)


def test_a_training_of_those_who_were_trained_is_ignored_because_already_done() -> None:
    again = replace(TRAINED, members=(HOA,))
    given(Organisation, CELL_7_ESTABLISHED, TRAINED).when(hold_training, again, BOTH, BELONG, on=LATER).ignored()


def test_trained_for_another_year_is_something_new() -> None:
    other = replace(TRAINED, year=2025)
    given(Organisation, CELL_7_ESTABLISHED, TRAINED).when(hold_training, other, BOTH, BELONG).then(other)


@pytest.mark.parametrize(
    ("members", "known", "rule"),
    [
        ((LAN, LAN), BOTH, "training.member_twice"),
        ((LAN, HOA), {LAN: a_member(), HOA: Member()}, "training.member_unknown"),
        ((LAN, HOA), {LAN: a_member(), HOA: a_member(on=LATER)}, "member.not_yet_admitted"),
        ((LAN, HOA), {LAN: a_member(), HOA: seen(Member, LAN_ADMITTED, an_expulsion())}, "member.left"),
    ],
)
def test_only_members_of_the_day_are_trained(members: tuple[Id, ...], known: dict[Id, Member], rule: str) -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED)
    asked.when(hold_training, replace(TRAINED, members=members), known, BELONG).refused(rule)


def test_nobody_from_elsewhere_is_trained() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED).when(hold_training, TRAINED, BOTH, frozenset({LAN}))
    asked.refused("training.member_elsewhere")


def test_nobody_is_trained_for_a_year_that_has_not_begun() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED)
    asked.when(hold_training, replace(TRAINED, year=2027), BOTH, BELONG).refused("training.year_not_begun")


def test_no_training_is_held_where_there_is_no_organisation() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED).when(hold_training, TRAINED, BOTH, BELONG, on=EARLIER)
    asked.refused("training.organisation_unknown")


def test_a_sanction_counts_for_the_year_of_its_announcement() -> None:
    state = seen(Organisation, CELL_7_ESTABLISHED, WARNING)
    assert [state.papers.disciplined_in(year) for year in (2025, 2026, 2027)] == [False, True, False]

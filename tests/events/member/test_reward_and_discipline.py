"""What a member is given, what he is disciplined with, and how long that holds."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from events.member import (
    Member,
    MemberDisciplined,
    MemberRecognised,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    SanctionRestored,
    lapses_on,
)
from events.member.discipline import discipline
from events.member.residence import declare_residence
from events.member.reward import reward
from events.timeline import Span
from tests.examples import (
    CELL_7,
    LAN_ADMITTED,
    MINH_ADMITTED,
    a_certificate,
    a_decision,
    a_reprimand,
    an_expulsion,
)
from tests.given import DAY, given, seen

APRIL, JUNE = date(2026, 4, 1), date(2026, 6, 1)
VETERAN = replace(LAN_ADMITTED, admitted_on=date(1996, 2, 3), recognised_on=date(1997, 2, 3))
BADGE = RewardGiven(form=RewardForm.BADGE_30, decision=a_decision("01-QĐ/TU"))
TET, MAY_19, SEPTEMBER_2, NOVEMBER_7 = date(2026, 2, 3), date(2026, 5, 19), date(2026, 9, 2), date(2026, 11, 7)
REMOVAL = MemberDisciplined(form=SanctionForm.REMOVAL_FROM_POST, decision=a_decision("15-QĐ/ĐU"))
WARNING = MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision("16-QĐ/ĐU"))

# Rewards


def test_a_member_is_rewarded() -> None:
    given(Member, LAN_ADMITTED).when(reward, a_certificate()).then(a_certificate())


def test_rewarded_again_by_the_same_decision_is_ignored_because_already_done() -> None:
    given(Member, LAN_ADMITTED, a_certificate()).when(reward, a_certificate(), on=APRIL).ignored()


def test_the_same_form_by_another_decision_is_another_reward() -> None:
    another = replace(a_certificate(), decision=a_decision(on=date(2026, 3, 1)))
    given(Member, LAN_ADMITTED, a_certificate()).when(reward, another).then(another)


def test_who_has_left_is_not_rewarded() -> None:
    given(Member, LAN_ADMITTED, an_expulsion()).when(reward, a_certificate()).refused("member.left")


def test_nobody_is_rewarded_before_he_is_a_member() -> None:
    given(Member, LAN_ADMITTED).when(reward, a_certificate(), on=date(2026, 3, 1)).refused("member.not_yet_admitted")


@pytest.mark.parametrize(
    ("sanction", "blocked_on", "free_on"),
    [
        (a_reprimand(), MAY_19, SEPTEMBER_2),
        (WARNING, NOVEMBER_7, date(2027, 2, 3)),
        (REMOVAL, date(2027, 2, 3), date(2027, 5, 19)),
    ],
)
def test_a_sanction_blocks_badges_for_six_nine_or_twelve_months(
    sanction: MemberDisciplined, blocked_on: date, free_on: date
) -> None:
    sanctioned = given(Member, VETERAN, sanction)
    sanctioned.when(reward, BADGE, on=DAY).refused("reward.badge_blocked")
    sanctioned.when(reward, BADGE, on=blocked_on).refused("reward.badge_blocked")
    sanctioned.when(reward, BADGE, on=free_on).then(BADGE)


def test_a_sanction_that_was_undone_blocks_no_badge_from_that_day() -> None:
    undone = given(Member, VETERAN, a_reprimand(), (SanctionRestored(sanction=2), MAY_19))
    undone.when(reward, BADGE, on=MAY_19).then(BADGE)
    undone.when(reward, BADGE, on=date(2026, 5, 18)).refused("reward.badge_blocked")


def test_a_sanction_does_not_block_what_is_no_badge_nor_what_came_before_it() -> None:
    sanctioned = given(Member, (VETERAN, TET), (a_reprimand(), APRIL))
    sanctioned.when(reward, a_certificate(), on=APRIL).then(a_certificate())
    sanctioned.when(reward, BADGE, on=TET).then(BADGE)


@pytest.mark.parametrize("wave", [TET, MAY_19, SEPTEMBER_2, NOVEMBER_7])
def test_a_badge_is_given_on_one_of_the_four_waves(wave: date) -> None:
    member = given(Member, (VETERAN, TET))
    member.when(reward, BADGE, on=wave).then(BADGE)
    member.when(reward, BADGE, on=wave + timedelta(days=1)).refused("reward.badge_wave")


def test_the_years_of_a_badge_are_over_by_its_wave() -> None:
    member = given(Member, (replace(VETERAN, admitted_on=date(1986, 5, 20)), TET))
    forty = replace(BADGE, form=RewardForm.BADGE_40)
    member.when(reward, forty, on=MAY_19).refused("reward.badge_too_early")
    member.when(reward, forty, on=SEPTEMBER_2).then(forty)
    given(Member, (replace(VETERAN, admitted_on=date(1986, 5, 19)), TET)).when(reward, forty, on=MAY_19).then(forty)


# Sanctions


def test_a_member_is_disciplined() -> None:
    given(Member, LAN_ADMITTED).when(discipline, a_reprimand()).then(a_reprimand())


def test_disciplined_again_by_the_same_decision_is_ignored_because_already_done() -> None:
    given(Member, LAN_ADMITTED, a_reprimand()).when(discipline, a_reprimand(), on=APRIL).ignored()


def test_nobody_is_disciplined_before_he_is_a_member() -> None:
    asked = given(Member, LAN_ADMITTED).when(discipline, a_reprimand(), on=date(2026, 3, 1))
    asked.refused("member.not_yet_admitted")


@pytest.mark.parametrize("form", [SanctionForm.REPRIMAND, SanctionForm.WARNING])
def test_a_probationary_member_is_reprimanded_or_warned(form: SanctionForm) -> None:
    sanction = replace(a_reprimand(), form=form)
    given(Member, MINH_ADMITTED).when(discipline, sanction).then(sanction)


@pytest.mark.parametrize("form", [SanctionForm.REMOVAL_FROM_POST, SanctionForm.EXPULSION])
def test_a_probationary_member_gets_no_other_form(form: SanctionForm) -> None:
    asked = given(Member, MINH_ADMITTED).when(discipline, replace(a_reprimand(), form=form))
    asked.refused("sanction.form_not_for_probationary")


def test_which_forms_there_are_is_a_question_of_the_status_on_the_day() -> None:
    recognised = given(Member, MINH_ADMITTED, (MemberRecognised(), date(2026, 9, 2)))
    recognised.when(discipline, REMOVAL, on=date(2026, 9, 1)).refused("sanction.form_not_for_probationary")
    recognised.when(discipline, REMOVAL, on=date(2026, 9, 2)).then(REMOVAL)


def test_an_expulsion_ends_the_membership() -> None:
    given(Member, LAN_ADMITTED).when(discipline, an_expulsion()).then(an_expulsion())
    state = seen(Member, LAN_ADMITTED, (an_expulsion(), APRIL))
    assert state.cell_on(date(2026, 3, 31)) == CELL_7
    assert state.cell_on(APRIL) is None
    assert state.cell_spans() == (Span(DAY, APRIL, CELL_7),)


def test_who_is_expelled_is_not_disciplined_again_but_may_be_found_to_have_been_before() -> None:
    expelled = given(Member, LAN_ADMITTED, (an_expulsion(), APRIL))
    expelled.when(discipline, an_expulsion(), on=JUNE).ignored()
    expelled.when(discipline, a_reprimand(), on=APRIL).refused("member.left")
    expelled.when(discipline, a_reprimand(), on=date(2026, 3, 31)).then(a_reprimand())
    expelled.when(declare_residence, None, ResidenceDeclared(place="06793"), on=JUNE).refused("member.left")


def test_an_expulsion_leaves_nothing_after_itself() -> None:
    rewarded = given(Member, LAN_ADMITTED, (a_certificate(), JUNE), (a_reprimand(), APRIL))
    rewarded.when(discipline, an_expulsion(), on=date(2026, 5, 31)).refused("member.later_facts")
    rewarded.when(discipline, WARNING, on=APRIL).then(WARNING)
    rewarded.when(discipline, an_expulsion(), on=JUNE).then(an_expulsion())


# How long it holds


def test_a_sanction_lapses_one_year_after_its_announcement() -> None:
    assert lapses_on(SanctionForm.REPRIMAND, date(2026, 4, 13)) == date(2027, 4, 13)


def test_an_expulsion_never_lapses() -> None:
    assert lapses_on(SanctionForm.EXPULSION, date(2026, 4, 13)) is None


def test_a_new_sanction_within_the_year_keeps_the_earlier_one_in_force() -> None:
    first, second, third = date(2026, 4, 1), date(2027, 3, 31), date(2028, 3, 30)
    assert lapses_on(SanctionForm.REPRIMAND, first, [second]) == date(2028, 3, 31)
    assert lapses_on(SanctionForm.REPRIMAND, first, [third, second]) == date(2029, 3, 30)
    assert lapses_on(SanctionForm.REPRIMAND, first, [date(2027, 4, 1)]) == date(2027, 4, 1)


def test_what_is_in_force_is_a_question_of_the_day() -> None:
    state = seen(Member, LAN_ADMITTED, a_reprimand())
    days = (date(2026, 3, 1), DAY, date(2027, 3, 1), date(2027, 3, 2))
    assert [len(state.sanctions_on(day)) for day in days] == [0, 1, 1, 0]
    assert state.sanction_spans()[0].value.position == 2

"""How a member is taken off the list, and comes back; how he dies, and does not."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from events.member import (
    Ballot,
    Member,
    MemberAppointed,
    MemberDied,
    MemberExempted,
    MemberRemoved,
    RemovalComplained,
    RemovalGround,
    RemovalRestored,
    RemovalVotes,
    ResidenceDeclared,
    Standing,
    standing,
)
from events.member.appointment import appoint
from events.member.death import die
from events.member.discipline import discipline
from events.member.facts_of_life import ExemptionGround
from events.member.removal import complain_of_removal, remove, restore_removed
from events.member.residence import declare_residence
from events.member.reward import reward
from events.organisation import Organisation
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    HOSPITAL,
    LAN_ADMITTED,
    LAN_LIVES_IN_HAI_HOA,
    MINH_ADMITTED,
    a_certificate,
    a_decision,
    a_reprimand,
    an_expulsion,
    an_organisation,
)
from tests.given import DAY, Dated, given, seen

CELL = an_organisation()
MARCH_9, APRIL, MAY = date(2026, 3, 9), date(2026, 4, 1), date(2026, 5, 4)
REMOVED = MemberRemoved(ground=RemovalGround.ABSENT, decision=a_decision("20-QĐ/ĐU"))
COMPLAINED, RESTORED = RemovalComplained(), RemovalRestored(cell=CELL_7)
OUT: list[Dated] = [(LAN_ADMITTED, BOOK_OPENED), REMOVED]

# Removed


def test_a_member_is_taken_off_the_list() -> None:
    given(Member, LAN_ADMITTED).when(remove, REMOVED).then(REMOVED)
    state = seen(Member, *OUT)
    assert (standing(state, DAY), state.cell_spans()) == (Standing.OUT, (Span(BOOK_OPENED, DAY, CELL_7),))
    assert state.sanction_spans() == (), "it is no discipline"


def test_removed_again_by_the_same_decision_is_ignored_because_already_done() -> None:
    given(Member, *OUT).when(remove, REMOVED, on=APRIL).ignored()


def test_who_is_off_the_list_is_not_removed_by_another_decision() -> None:
    given(Member, *OUT).when(remove, replace(REMOVED, ground=RemovalGround.DUES)).refused("member.left")


def test_nothing_takes_effect_after_a_removal() -> None:
    rewarded = given(Member, (LAN_ADMITTED, BOOK_OPENED), (a_certificate(), APRIL))
    rewarded.when(remove, REMOVED, on=MARCH_9).refused("member.later_facts")
    given(Member, *OUT).when(reward, a_certificate(), on=APRIL).refused("member.left")


def test_only_probation_can_be_failed() -> None:
    failed = replace(REMOVED, ground=RemovalGround.PROBATION)
    given(Member, LAN_ADMITTED).when(remove, failed).refused("removal.not_probationary")
    given(Member, MINH_ADMITTED).when(remove, failed).then(failed)


def share(written: str) -> Ballot:
    return Ballot(share=Decimal(written))


@pytest.mark.parametrize("ballot", [share("0.6667"), share("1"), share("0.6666666666666666"), Ballot(for_=6, of=9)])
def test_two_thirds_are_enough(ballot: Ballot) -> None:
    voted = replace(REMOVED, votes=RemovalVotes(cell=ballot, committee=ballot))
    given(Member, LAN_ADMITTED).when(remove, voted).then(voted)
    without_committee = replace(REMOVED, votes=RemovalVotes(cell=ballot))
    given(Member, LAN_ADMITTED).when(remove, without_committee).then(without_committee)


@pytest.mark.parametrize("ballot", [share("0.66"), share("0"), Ballot(for_=5, of=8), Ballot(for_=66, of=100), Ballot()])
def test_less_than_two_thirds_is_too_few_of_the_cell_and_of_the_committee(ballot: Ballot) -> None:
    asked = given(Member, LAN_ADMITTED)
    of_cell, of_committee = RemovalVotes(cell=ballot), RemovalVotes(cell=share("1"), committee=ballot)
    asked.when(remove, replace(REMOVED, votes=of_cell)).refused("removal.cell_votes")
    asked.when(remove, replace(REMOVED, votes=of_committee)).refused("removal.committee_votes")


# Complained of and undone


def test_a_removal_is_complained_of_within_thirty_working_days_and_once() -> None:
    given(Member, *OUT).when(complain_of_removal, on=date(2026, 4, 13)).then(COMPLAINED)
    given(Member, *OUT).when(complain_of_removal, on=date(2026, 4, 14)).refused("complaint.too_late")
    given(Member, *OUT).when(complain_of_removal, on=date(2026, 2, 27)).refused("complaint.before_announcement")
    given(Member, *OUT, (COMPLAINED, MARCH_9)).when(complain_of_removal, on=MAY).ignored()
    given(Member, LAN_ADMITTED).when(complain_of_removal).refused("removal.none")
    given(Member, *OUT, (RESTORED, MARCH_9)).when(complain_of_removal, on=APRIL).refused("removal.undone")


def test_a_removal_that_is_undone_puts_him_on_a_roll_again() -> None:
    given(Member, *OUT).when(restore_removed, CELL_7, CELL, on=MAY).then(RESTORED)
    elsewhere = RemovalRestored(cell=CELL_8)
    state = seen(Member, *OUT, (COMPLAINED, MARCH_9), (elsewhere, MAY))
    assert state.cell_spans() == (Span(BOOK_OPENED, DAY, CELL_7), Span(MAY, None, CELL_8))
    assert [state.complaint_open_on(day) for day in (DAY, APRIL, MAY)] == [False, True, False]
    assert standing(state, MAY) is Standing.FULL


def test_undone_again_is_ignored_because_already_done() -> None:
    given(Member, *OUT, (RESTORED, APRIL)).when(restore_removed, CELL_7, CELL, on=MAY).ignored()


def test_only_a_removal_is_undone_and_not_before_it() -> None:
    given(Member, LAN_ADMITTED).when(restore_removed, CELL_7, CELL).refused("removal.none")
    given(Member, *OUT).when(restore_removed, CELL_7, CELL, on=date(2026, 2, 27)).refused("restoration.too_early")
    given(Member, *OUT).when(restore_removed, None, None, on=MAY).refused("restoration.cell")
    given(Member, *OUT).when(restore_removed, CELL_7, Organisation(), on=MAY).refused("restoration.cell_unknown")


def test_who_was_taken_off_twice_comes_back_from_the_second() -> None:
    again = replace(REMOVED, decision=a_decision("21-QĐ/ĐU"))
    twice: list[Dated] = [*OUT, (RESTORED, MARCH_9), (again, APRIL)]
    given(Member, *twice).when(restore_removed, CELL_7, CELL, on=MAY).then(RESTORED)
    state = seen(Member, *twice, (RESTORED, MAY))
    assert [span.since for span in state.cell_spans()] == [BOOK_OPENED, MARCH_9, MAY]


# Died


def test_a_death_ends_the_membership() -> None:
    given(Member, LAN_ADMITTED).when(die).then(MemberDied())
    state = seen(Member, (LAN_ADMITTED, BOOK_OPENED), MemberDied())
    assert [standing(state, day) for day in (date(2026, 3, 1), DAY)] == [Standing.FULL, Standing.OUT]


def test_nobody_dies_on_two_days_or_before_what_he_did() -> None:
    given(Member, LAN_ADMITTED, (MemberDied(), APRIL)).when(die, on=MAY).refused("member.died")
    given(Member, LAN_ADMITTED, (a_certificate(), APRIL)).when(die, on=MARCH_9).refused("member.later_facts")
    given(Member, LAN_ADMITTED).when(die, on=date(2026, 3, 1)).refused("member.not_yet_admitted")


def test_after_a_death_nothing_happens_to_him() -> None:
    dead = given(Member, LAN_ADMITTED, MemberDied())
    dead.when(reward, a_certificate(), on=APRIL).refused("member.died")
    dead.when(discipline, an_expulsion(), on=DAY).refused("member.died")
    dead.when(remove, REMOVED, on=APRIL).refused("member.died")
    dead.when(declare_residence, None, ResidenceDeclared(place="06793"), on=APRIL).refused("member.died")
    given(Member, (LAN_ADMITTED, BOOK_OPENED), MemberDied()).when(discipline, a_reprimand(), on=date(2026, 2, 27)).then(
        a_reprimand()
    )


def test_an_end_that_is_undone_after_his_death_brings_nobody_back() -> None:
    died: list[Dated] = [*OUT, (MemberDied(), APRIL)]
    given(Member, *OUT).when(die, on=APRIL).then(MemberDied())
    given(Member, *died).when(restore_removed, None, None, on=MAY).then(RemovalRestored())
    assert standing(seen(Member, *died, (RemovalRestored(), MAY)), MAY) is Standing.OUT


def test_what_was_open_ends_with_the_membership() -> None:
    exempt = MemberExempted(ground=ExemptionGround.AGE)
    state = seen(Member, LAN_ADMITTED, LAN_LIVES_IN_HAI_HOA, exempt, (REMOVED, APRIL), (RESTORED, MAY))
    assert [state.exempt_on(day) for day in (DAY, APRIL, MAY)] == [True, False, False]
    assert [(span.since, span.until) for span in state.residence_spans()] == [(DAY, APRIL), (MAY, None)]


# Appointed

DIRECTOR = MemberAppointed(post="Giám đốc Bệnh viện", at=HOSPITAL)


def test_a_member_is_appointed_to_a_post() -> None:
    given(Member, LAN_ADMITTED).when(appoint, DIRECTOR, an_organisation()).then(DIRECTOR)
    outside = MemberAppointed(post="Hiệu trưởng", at="Trường THPT")
    given(Member, LAN_ADMITTED).when(appoint, outside, None).then(outside)


def test_an_organisation_that_is_not_here_is_no_place_of_a_post() -> None:
    given(Member, LAN_ADMITTED).when(appoint, DIRECTOR, Organisation()).refused("appointment.at_unknown")


def test_who_has_left_is_not_appointed() -> None:
    given(Member, *OUT).when(appoint, DIRECTOR, an_organisation()).refused("member.left")

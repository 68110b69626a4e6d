"""Who may hold which office, from when to when; one secretary an organisation on any day."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from events.fact import Fact, Id, Refused
from events.member import Member, MemberDisciplined, SanctionForm, TransferReceived
from events.office import Office, OfficerAppointed, OfficerEnded, Post, Term
from events.officers import appoint, end_office, gone_from
from events.organisation import Organisation, OrganisationDissolved
from tests.examples import (
    CELL_7,
    CELL_7_ESTABLISHED,
    HOA,
    LAN,
    LAN_ADMITTED,
    MINH,
    SURGERY,
    TRANSFER,
    a_decision,
    a_member,
    an_expulsion,
    lans_introduction,
)
from tests.given import DAY, given, seen

EARLIER, LATER = date(2026, 1, 5), date(2026, 9, 1)
LAN_LEADS = OfficerAppointed(member=LAN, office=Office.SECRETARY)
LAN_LEADS_VILLAGE_TOO = OfficerAppointed(member=LAN, office=Office.SECRETARY, concurrently=Post.VILLAGE_HEAD)
HOA_LEADS = OfficerAppointed(member=HOA, office=Office.SECRETARY)
LAN_STOPS = OfficerEnded(member=LAN, office=Office.SECRETARY)


def test_a_member_takes_an_office() -> None:
    given(Organisation, CELL_7_ESTABLISHED).when(appoint, a_member(), LAN_LEADS).then(LAN_LEADS)


def test_the_same_office_again_is_ignored_because_already_held() -> None:
    given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS).when(appoint, a_member(), LAN_LEADS, on=LATER).ignored()


def test_another_post_beside_the_office_is_new_and_the_office_goes_on() -> None:
    held = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS)
    held.when(appoint, a_member(), LAN_LEADS_VILLAGE_TOO, on=LATER).then(LAN_LEADS_VILLAGE_TOO)


def test_a_second_secretary_is_refused_by_name() -> None:
    held = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS)
    held.when(appoint, a_member(), HOA_LEADS, on=LATER).refused("office.secretary_taken")


def test_a_secretary_for_a_day_before_another_one_begins_is_refused_too() -> None:
    held = given(Organisation, (CELL_7_ESTABLISHED, EARLIER), LAN_LEADS)
    held.when(appoint, a_member(), HOA_LEADS, on=EARLIER).refused("office.secretary_taken")


def test_on_the_day_on_which_one_ends_the_next_begins() -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS, (LAN_STOPS, LATER))
    ended.when(appoint, a_member(), HOA_LEADS, on=LATER).then(HOA_LEADS)
    ended.when(appoint, a_member(), HOA_LEADS, on=LATER - timedelta(days=1)).refused("office.secretary_taken")


@pytest.mark.parametrize("office", [Office.DEPUTY_SECRETARY, Office.COMMITTEE_MEMBER, Office.SUPERVISOR])
def test_of_other_offices_there_may_be_several(office: Office) -> None:
    first, second = (OfficerAppointed(member=who, office=office) for who in (LAN, HOA))
    given(Organisation, CELL_7_ESTABLISHED, first).when(appoint, a_member(), second).then(second)


def test_a_secretary_who_has_left_makes_room_and_his_office_is_ended_in_words() -> None:
    held = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS)
    asked = held.when(appoint, a_member(), HOA_LEADS, on=LATER, gone={LAN: date(2026, 5, 1)})
    asked.then(LAN_STOPS, HOA_LEADS)


def test_a_secretary_who_leaves_later_is_still_in_office() -> None:
    held = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS)
    asked = held.when(appoint, a_member(), HOA_LEADS, on=LATER, gone={LAN: date(2026, 9, 2)})
    asked.refused("office.secretary_taken")


def test_a_stranger_holds_no_office() -> None:
    given(Organisation, CELL_7_ESTABLISHED).when(appoint, Member(), LAN_LEADS).refused("office.member_unknown")


def test_who_has_left_takes_no_office() -> None:
    out = seen(Member, LAN_ADMITTED, an_expulsion())
    given(Organisation, CELL_7_ESTABLISHED).when(appoint, out, LAN_LEADS, on=LATER).refused("member.left")


def test_who_comes_later_takes_no_office_yet() -> None:
    coming = a_member(on=LATER)
    given(Organisation, CELL_7_ESTABLISHED).when(appoint, coming, LAN_LEADS).refused("member.not_yet_admitted")


def test_a_member_of_a_cell_elsewhere_takes_no_office() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED).when(appoint, a_member(), LAN_LEADS, belongs=False)
    asked.refused("office.member_elsewhere")


def test_an_organisation_that_is_not_there_yet_has_no_officers() -> None:
    asked = given(Organisation, CELL_7_ESTABLISHED).when(appoint, a_member(), LAN_LEADS, on=EARLIER)
    asked.refused("office.organisation_unknown")


def test_an_organisation_that_has_ended_gets_no_officer_and_loses_none() -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS, (OrganisationDissolved(), LATER))
    ended.when(appoint, a_member(), HOA_LEADS, on=LATER).refused("office.organisation_ended")
    ended.when(end_office, LAN, Office.SECRETARY, on=LATER).refused("office.organisation_ended")


def test_an_office_ends() -> None:
    given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS).when(end_office, LAN, Office.SECRETARY, on=LATER).then(LAN_STOPS)


def test_an_office_that_ended_on_that_day_is_ignored_because_already_over() -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS, (LAN_STOPS, LATER))
    ended.when(end_office, LAN, Office.SECRETARY, on=LATER).ignored()


@pytest.mark.parametrize(("who", "office"), [(HOA, Office.SECRETARY), (LAN, Office.DEPUTY_SECRETARY)])
def test_an_office_that_is_not_held_does_not_end(who: Id, office: Office) -> None:
    given(Organisation, CELL_7_ESTABLISHED, LAN_LEADS).when(end_office, who, office).refused("office.not_held")


def test_an_office_does_not_end_before_it_begins() -> None:
    held = given(Organisation, (CELL_7_ESTABLISHED, EARLIER), LAN_LEADS)
    held.when(end_office, LAN, Office.SECRETARY, on=EARLIER).refused("office.not_held")


def test_terms_are_told_one_after_another_with_the_post_beside_the_office() -> None:
    state = seen(Organisation, CELL_7_ESTABLISHED, LAN_LEADS, (LAN_LEADS_VILLAGE_TOO, LATER))
    assert list(state.offices.terms()) == [
        Term(LAN, Office.SECRETARY, None, DAY, LATER),
        Term(LAN, Office.SECRETARY, Post.VILLAGE_HEAD, LATER, None),
    ]


def below_cell_7(cell: Id, _day: date) -> bool:
    return cell == CELL_7


def test_who_stays_is_not_gone() -> None:
    assert gone_from(a_member(), DAY, below_cell_7) is None


def test_who_was_expelled_is_gone_from_that_day() -> None:
    assert gone_from(seen(Member, LAN_ADMITTED, (an_expulsion(), LATER)), DAY, below_cell_7) == LATER


def test_who_was_received_elsewhere_is_gone_from_that_day() -> None:
    moved = seen(Member, LAN_ADMITTED, lans_introduction(), (TransferReceived(transfer=TRANSFER), LATER))
    assert gone_from(moved, DAY, below_cell_7) == LATER
    assert gone_from(moved, DAY, lambda cell, _: cell in (CELL_7, SURGERY)) is None


def test_a_warning_takes_nobody_out_of_office() -> None:
    warned = seen(Member, LAN_ADMITTED, MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision()))
    assert gone_from(warned, DAY, below_cell_7) is None


PEOPLE = [LAN, HOA, MINH]
DAYS = st.integers(0, 60).map(lambda days: DAY + timedelta(days=days))
ASKS = st.tuples(st.booleans(), st.sampled_from(PEOPLE), st.sampled_from(Post), DAYS)


@for_all(st.lists(ASKS, max_size=25))
def test_whatever_is_asked_in_whatever_order_there_is_one_secretary_on_any_day(
    asks: list[tuple[bool, Id, Post, date]],
) -> None:
    told: list[tuple[Fact, date]] = [(CELL_7_ESTABLISHED, EARLIER)]
    for begins, who, post, on in asks:
        state = seen(Organisation, *told)
        try:
            if begins:
                said = OfficerAppointed(member=who, office=Office.SECRETARY, concurrently=post)
                facts = appoint(state, a_member(), said, on)
            else:
                facts = end_office(state, who, Office.SECRETARY, on)
        except Refused:
            continue
        told += [(fact, on) for fact in facts]
    offices = seen(Organisation, *told).offices
    for day in (DAY + timedelta(days=days) for days in range(62)):
        assert sum(offices.held_on(Office.SECRETARY, who, day) is not None for who in PEOPLE) <= 1

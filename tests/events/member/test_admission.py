"""How a member comes onto the roll, and how probation ends."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.member import Member, MemberAdmitted, MemberRecognised, Status
from events.member.admission import admit, recognise
from events.organisation import Organisation, OrganisationDissolved
from tests.examples import (
    BOOK_OPENED,
    CELL_7_ESTABLISHED,
    COMMUNE_ESTABLISHED,
    LAN_ADMITTED,
    MINH_ADMITTED,
    an_expulsion,
    an_organisation,
)
from tests.given import DAY, given, seen

CELL = an_organisation()
A_YEAR_LATER = date(2026, 9, 2)


def test_a_member_is_admitted_to_a_cell() -> None:
    given(Member).when(admit, CELL, LAN_ADMITTED).then(LAN_ADMITTED)


def test_admitted_again_is_ignored_because_already_done() -> None:
    given(Member, LAN_ADMITTED).when(admit, CELL, LAN_ADMITTED).ignored()


def test_admitted_otherwise_is_refused() -> None:
    given(Member, LAN_ADMITTED).when(admit, CELL, replace(LAN_ADMITTED, note="khác")).refused("member.exists")


@pytest.mark.parametrize("born_on", [date(1980, 5, 20), date(1998, 5, 20)])
def test_nobody_is_admitted_before_he_is_eighteen_or_born(born_on: date) -> None:
    given(Member).when(admit, CELL, replace(LAN_ADMITTED, born_on=born_on)).refused("member.too_young")


def test_he_may_be_admitted_on_the_day_on_which_he_is_eighteen() -> None:
    admitted = replace(LAN_ADMITTED, born_on=date(1980, 5, 19))
    given(Member).when(admit, CELL, admitted).then(admitted)


@pytest.mark.parametrize("written", ["000 220 000 001", "000.220.000.001", "000220-000001", "\u00a0000220000001"])
def test_a_card_is_kept_as_its_digits_however_it_is_written(written: str) -> None:
    given(Member).when(admit, CELL, replace(LAN_ADMITTED, card=written)).then(LAN_ADMITTED)


def test_a_citizen_number_is_kept_as_its_digits() -> None:
    given(Member).when(admit, CELL, replace(LAN_ADMITTED, citizen="000175 000001")).then(LAN_ADMITTED)


@pytest.mark.parametrize("written", ["", "  ", "A123", "12a", "١٢٣"])
def test_what_has_other_signs_than_digits_is_no_card(written: str) -> None:
    given(Member).when(admit, CELL, replace(LAN_ADMITTED, card=written)).refused("member.card")


def test_what_has_other_signs_than_digits_is_no_citizen_number() -> None:
    given(Member).when(admit, CELL, replace(LAN_ADMITTED, citizen="none")).refused("member.citizen")


def test_a_member_without_numbers_is_a_member() -> None:
    unnumbered = replace(LAN_ADMITTED, card=None, citizen=None)
    given(Member).when(admit, CELL, unnumbered).then(unnumbered)


def test_nobody_counts_before_the_day_of_his_admission() -> None:
    early = replace(MINH_ADMITTED, admitted_on=date(2026, 3, 3))
    given(Member).when(admit, CELL, early).refused("member.not_yet_admitted")


def test_a_probationary_member_has_not_been_recognised() -> None:
    odd = replace(MINH_ADMITTED, recognised_on=date(2026, 1, 1))
    given(Member).when(admit, CELL, odd).refused("member.recognition")


@pytest.mark.parametrize("recognised_on", [date(1998, 5, 18), date(2026, 3, 3)])
def test_recognition_lies_between_admission_and_the_day_of_the_fact(recognised_on: date) -> None:
    odd = replace(LAN_ADMITTED, recognised_on=recognised_on)
    given(Member).when(admit, CELL, odd).refused("member.recognition")


def test_of_an_official_member_the_day_of_recognition_may_be_unknown() -> None:
    unknown = replace(LAN_ADMITTED, recognised_on=None)
    given(Member).when(admit, CELL, unknown).then(unknown)


def test_a_cell_that_does_not_exist_takes_nobody() -> None:
    given(Member).when(admit, Organisation(), LAN_ADMITTED).refused("member.cell_unknown")


def test_a_cell_that_begins_later_takes_nobody_yet() -> None:
    given(Member).when(admit, an_organisation(on=A_YEAR_LATER), LAN_ADMITTED).refused("member.cell_unknown")


def test_only_a_cell_takes_members() -> None:
    commune = an_organisation(COMMUNE_ESTABLISHED)
    given(Member).when(admit, commune, LAN_ADMITTED).refused("member.cell_not_a_cell")


def test_a_cell_that_has_ended_takes_nobody() -> None:
    ended = seen(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
    given(Member).when(admit, ended, LAN_ADMITTED).refused("member.cell_ended")


def test_probation_ends_after_twelve_months() -> None:
    given(Member, MINH_ADMITTED).when(recognise, on=A_YEAR_LATER).then(MemberRecognised())


def test_probation_lasts_its_twelve_months() -> None:
    given(Member, MINH_ADMITTED).when(recognise, on=date(2026, 9, 1)).refused("member.probation_not_over")


def test_recognised_again_is_ignored_because_already_done() -> None:
    recognised = given(Member, MINH_ADMITTED, (MemberRecognised(), A_YEAR_LATER))
    recognised.when(recognise, on=date(2026, 10, 1)).ignored()
    recognised.when(recognise, on=date(2026, 1, 1)).ignored()


def test_who_came_as_an_official_member_is_not_recognised() -> None:
    given(Member, LAN_ADMITTED).when(recognise).refused("member.already_official")


def test_nobody_is_recognised_before_he_is_on_the_roll() -> None:
    given(Member).when(recognise).refused("member.not_yet_admitted")
    listed: MemberAdmitted = replace(MINH_ADMITTED, admitted_on=date(2020, 1, 1))
    given(Member, listed).when(recognise, on=date(2026, 3, 1)).refused("member.not_yet_admitted")


def test_who_has_left_is_not_recognised() -> None:
    given(Member, MINH_ADMITTED, an_expulsion()).when(recognise, on=A_YEAR_LATER).refused("member.left")


def test_the_status_is_a_question_of_the_day() -> None:
    state = seen(Member, MINH_ADMITTED, (MemberRecognised(), A_YEAR_LATER))
    days = (date(2026, 3, 1), DAY, date(2026, 9, 1), A_YEAR_LATER)
    assert [state.status_on(day) for day in days] == [None, Status.PROBATIONARY, Status.PROBATIONARY, Status.OFFICIAL]

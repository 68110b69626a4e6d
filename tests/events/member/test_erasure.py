"""A member is forgotten once, on a ground, and nothing personal is written about him afterwards."""

from datetime import date

import pytest

from events.fact import Refused
from events.member import Member, MemberErased
from events.member.discipline import discipline
from events.member.erasure import erase, must_not_be_erased
from tests.examples import BOOK_OPENED, LAN_ADMITTED, an_expulsion
from tests.given import given

ERASED = MemberErased(ground="gia đình yêu cầu")


def test_a_member_is_erased_on_a_ground() -> None:
    given(Member, (LAN_ADMITTED, BOOK_OPENED)).when(erase, "gia đình yêu cầu").then(ERASED)


def test_who_is_erased_already_is_not_erased_again() -> None:
    given(Member, (LAN_ADMITTED, BOOK_OPENED), ERASED).when(erase, "another ground").then()


def test_an_erasure_without_a_ground_is_refused() -> None:
    given(Member, (LAN_ADMITTED, BOOK_OPENED)).when(erase, " ").refused("erasure.ground_missing")


def test_an_erasure_is_no_event_of_his_life() -> None:
    given(Member, (LAN_ADMITTED, BOOK_OPENED), (ERASED, date(2026, 11, 1))).when(
        discipline, an_expulsion(), on=date(2026, 10, 1)
    ).then(an_expulsion())


def test_nothing_personal_is_written_about_who_is_erased() -> None:
    member = Member()
    must_not_be_erased(member)
    member.see(ERASED, BOOK_OPENED, 1)
    with pytest.raises(Refused, match="erased"):
        must_not_be_erased(member)

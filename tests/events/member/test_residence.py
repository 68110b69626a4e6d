"""Where a member lives, and which committee follows him there."""

from datetime import date

from events.member import Member, ResidenceDeclared
from events.member.residence import declare_residence
from events.organisation import Organisation, OrganisationDissolved
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    COMMUNE_ESTABLISHED,
    LAN_ADMITTED,
    LAN_LIVES_IN_HAI_HOA,
    an_expulsion,
    an_organisation,
)
from tests.given import DAY, given, seen

COMMITTEE = an_organisation(COMMUNE_ESTABLISHED)
ELSEWHERE = ResidenceDeclared(place="06793")
JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)


def test_a_member_lives_in_a_place_with_a_committee() -> None:
    given(Member, LAN_ADMITTED).when(declare_residence, COMMITTEE, LAN_LIVES_IN_HAI_HOA).then(LAN_LIVES_IN_HAI_HOA)


def test_a_place_without_a_committee_here_stands_alone() -> None:
    given(Member, LAN_ADMITTED).when(declare_residence, None, ELSEWHERE).then(ELSEWHERE)


def test_declared_again_is_ignored_because_already_done() -> None:
    lives = given(Member, LAN_ADMITTED, LAN_LIVES_IN_HAI_HOA)
    lives.when(declare_residence, COMMITTEE, LAN_LIVES_IN_HAI_HOA, on=JUNE).ignored()


def test_who_moves_back_declares_it_anew() -> None:
    moved = given(Member, LAN_ADMITTED, LAN_LIVES_IN_HAI_HOA, (ELSEWHERE, JUNE))
    moved.when(declare_residence, COMMITTEE, LAN_LIVES_IN_HAI_HOA, on=JULY).then(LAN_LIVES_IN_HAI_HOA)


def test_nowhere_is_no_residence() -> None:
    given(Member, LAN_ADMITTED).when(declare_residence, None, ResidenceDeclared()).refused("residence.nowhere")


def test_a_committee_that_does_not_exist_follows_nobody() -> None:
    asked = given(Member, LAN_ADMITTED).when(declare_residence, Organisation(), LAN_LIVES_IN_HAI_HOA)
    asked.refused("residence.committee_unknown")


def test_a_committee_that_has_ended_follows_nobody() -> None:
    ended = seen(Organisation, (COMMUNE_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
    asked = given(Member, LAN_ADMITTED).when(declare_residence, ended, LAN_LIVES_IN_HAI_HOA)
    asked.refused("residence.committee_ended")


def test_nobody_lives_here_before_he_is_a_member() -> None:
    asked = given(Member, LAN_ADMITTED).when(declare_residence, None, ELSEWHERE, on=date(2026, 1, 1))
    asked.refused("member.not_yet_admitted")


def test_who_has_left_declares_nothing() -> None:
    given(Member, LAN_ADMITTED, an_expulsion()).when(declare_residence, None, ELSEWHERE).refused("member.left")


def test_a_residence_recorded_late_finds_its_place_in_time() -> None:
    state = seen(Member, LAN_ADMITTED, (ELSEWHERE, JULY), LAN_LIVES_IN_HAI_HOA, (an_expulsion(), AUGUST))
    assert state.residence_spans() == (Span(DAY, JULY, LAN_LIVES_IN_HAI_HOA), Span(JULY, AUGUST, ELSEWHERE))
    assert state.residence_on(JUNE) == LAN_LIVES_IN_HAI_HOA
    assert state.residence_on(AUGUST) is None

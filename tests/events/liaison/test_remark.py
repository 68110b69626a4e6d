"""What happens in a liaison's years: contacts and remarks."""

from datetime import date

from msgspec.structs import replace

from events.bands import Band
from events.liaison import (
    ContactKind,
    ContactMade,
    Liaison,
    LiaisonAccepted,
    LiaisonEnded,
    LiaisonGround,
    RemarkConfirmed,
    RemarkDrafted,
    RemarkRequested,
)
from events.liaison.remark import confirm_remark, draft_remark, make_contact, request_remark
from events.member import Member, MemberDied, MemberRemoved, RemovalGround
from tests.examples import BOOK_OPENED, GOOD_2025, LAN_ADMITTED, LAN_INTRODUCED, a_decision, a_member
from tests.given import DAY, given, seen

ACCEPTED = (LAN_INTRODUCED, LiaisonAccepted())
EXEMPT = (replace(LAN_INTRODUCED, activity_exempt=True), LiaisonAccepted())
VISIT = ContactMade(on=DAY, kind=ContactKind.VISIT)
FAIR_2025 = RemarkDrafted(year=2025, band=Band.FAIR)
CONFIRMED = RemarkConfirmed(year=2025)
APRIL = date(2026, 4, 1)
RESIDENT = a_member()


def test_the_cell_is_in_touch_with_its_resident() -> None:
    given(Liaison, *ACCEPTED).when(make_contact, RESIDENT, VISIT).then(VISIT)


def test_the_same_contact_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED, VISIT).when(make_contact, RESIDENT, VISIT, on=APRIL).ignored()


def test_another_kind_or_another_day_is_another_contact() -> None:
    asked, later = ContactMade(on=DAY, kind=ContactKind.OPINION), ContactMade(on=APRIL, kind=ContactKind.VISIT)
    given(Liaison, *ACCEPTED, VISIT).when(make_contact, RESIDENT, asked).then(asked)
    given(Liaison, *ACCEPTED, VISIT).when(make_contact, RESIDENT, later, on=APRIL).then(later)


def test_there_is_no_contact_before_the_acceptance() -> None:
    given(Liaison, LAN_INTRODUCED).when(make_contact, RESIDENT, VISIT).refused("liaison.not_accepted")
    accepted_in_april = given(Liaison, LAN_INTRODUCED, (LiaisonAccepted(), APRIL))
    accepted_in_april.when(make_contact, RESIDENT, VISIT, on=APRIL).refused("liaison.not_accepted")


def test_there_is_no_contact_after_the_end() -> None:
    ended = given(Liaison, *ACCEPTED, (LiaisonEnded(ground=LiaisonGround.MOVED), APRIL))
    ended.when(make_contact, RESIDENT, replace(VISIT, on=APRIL), on=APRIL).refused("liaison.ended")
    ended.when(make_contact, RESIDENT, VISIT).then(VISIT)


def test_nobody_is_in_touch_with_the_dead() -> None:
    dead = seen(Member, (LAN_ADMITTED, BOOK_OPENED), (MemberDied(), APRIL))
    on_the_day = replace(VISIT, on=APRIL)
    given(Liaison, *ACCEPTED).when(make_contact, dead, on_the_day, on=APRIL).refused("member.died")
    given(Liaison, *ACCEPTED).when(make_contact, dead, VISIT, on=APRIL).then(VISIT)
    given(Liaison, *ACCEPTED, on_the_day).when(make_contact, dead, on_the_day, on=APRIL).ignored()


def test_who_was_taken_off_the_list_is_met_as_a_resident_no_longer() -> None:
    removed = seen(
        Member, (LAN_ADMITTED, BOOK_OPENED), (MemberRemoved(ground=RemovalGround.DUES, decision=a_decision()), APRIL)
    )
    on_the_day = replace(VISIT, on=APRIL)
    given(Liaison, *ACCEPTED).when(make_contact, removed, on_the_day, on=APRIL).refused("member.left")


def test_an_exempt_member_may_be_contacted_all_the_same() -> None:
    given(Liaison, *EXEMPT).when(make_contact, RESIDENT, VISIT).then(VISIT)


def test_the_cell_drafts_a_remark() -> None:
    given(Liaison, *ACCEPTED).when(draft_remark, RESIDENT, GOOD_2025).then(GOOD_2025)


def test_the_same_draft_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED, GOOD_2025).when(draft_remark, RESIDENT, GOOD_2025).ignored()
    given(Liaison, *ACCEPTED, GOOD_2025, CONFIRMED).when(draft_remark, RESIDENT, GOOD_2025).ignored()


def test_it_may_draft_again_until_the_remark_is_confirmed() -> None:
    given(Liaison, *ACCEPTED, GOOD_2025).when(draft_remark, RESIDENT, FAIR_2025).then(FAIR_2025)
    confirmed = given(Liaison, *ACCEPTED, GOOD_2025, CONFIRMED)
    confirmed.when(draft_remark, RESIDENT, FAIR_2025).refused("liaison.remark_confirmed")


def test_no_remark_is_of_a_year_that_has_not_begun_or_that_he_did_not_live_to_see() -> None:
    given(Liaison, *ACCEPTED).when(draft_remark, RESIDENT, replace(GOOD_2025, year=2027)).refused(
        "liaison.year_not_begun"
    )
    dead = seen(Member, (LAN_ADMITTED, BOOK_OPENED), (MemberDied(), date(2025, 12, 1)))
    given(Liaison, *ACCEPTED).when(draft_remark, dead, replace(GOOD_2025, year=2026)).refused("member.died")
    given(Liaison, *ACCEPTED).when(draft_remark, dead, GOOD_2025).then(GOOD_2025)


def test_there_is_no_remark_before_the_acceptance() -> None:
    given(Liaison, LAN_INTRODUCED).when(draft_remark, RESIDENT, GOOD_2025).refused("liaison.not_accepted")
    given(Liaison, LAN_INTRODUCED).when(confirm_remark, 2025).refused("liaison.not_accepted")
    given(Liaison).when(request_remark, 2025).refused("liaison.not_introduced")


def test_of_an_exempt_member_a_remark_is_written_on_request_only() -> None:
    given(Liaison, *EXEMPT).when(draft_remark, RESIDENT, GOOD_2025).refused("liaison.remark_not_due")
    given(Liaison, *EXEMPT, RemarkRequested(year=2024)).when(draft_remark, RESIDENT, GOOD_2025).refused(
        "liaison.remark_not_due"
    )
    given(Liaison, *EXEMPT, RemarkRequested(year=2025)).when(draft_remark, RESIDENT, GOOD_2025).then(GOOD_2025)


def test_a_remark_is_requested() -> None:
    given(Liaison, *EXEMPT).when(request_remark, 2025).then(RemarkRequested(year=2025))


def test_requested_again_is_ignored_because_already_done() -> None:
    given(Liaison, *EXEMPT, RemarkRequested(year=2025)).when(request_remark, 2025, on=APRIL).ignored()


def test_the_committee_confirms_what_was_drafted() -> None:
    given(Liaison, *ACCEPTED, GOOD_2025).when(confirm_remark, 2025).then(CONFIRMED)


def test_confirmed_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED, GOOD_2025, CONFIRMED).when(confirm_remark, 2025, on=APRIL).ignored()


def test_without_a_draft_of_that_year_there_is_nothing_to_confirm() -> None:
    given(Liaison, *ACCEPTED, GOOD_2025).when(confirm_remark, 2026).refused("liaison.no_draft")

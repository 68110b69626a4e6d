"""An oath review, sentence by sentence: the campaign, and the review of one cell."""

from datetime import date

from msgspec.structs import replace

from events.oath_campaign import OathCampaign, OathCampaignClosed, OathCampaignOpened, close_campaign, open_campaign
from events.oath_review import (
    Excuse,
    MemberExcused,
    OathReview,
    OathReviewClosed,
    close_review,
    excuse,
    open_review,
    report,
    stream_of,
)
from tests.examples import CAMPAIGN, CELL_7, CELL_7_OPENED, CELL_8, HOA, LAN, LAN_REPORTED, PROVINCE, STRANGER, an_id
from tests.given import DAY, given

OPENED = OathCampaignOpened(
    scope=PROVINCE, title="Giữ trọn lời thề 2026", opens_on=date(2026, 3, 1), closes_on=date(2026, 5, 31)
)
LAN_EXCUSED = MemberExcused(member=LAN, reason=Excuse.ILL)
MAY_31, JUNE = date(2026, 5, 31), date(2026, 6, 1)

# The campaign


def test_a_campaign_opens() -> None:
    given(OathCampaign).when(open_campaign, OPENED).then(OPENED)


def test_opened_again_is_ignored_because_already_done() -> None:
    given(OathCampaign, OPENED).when(open_campaign, OPENED, on=JUNE).ignored()


def test_opened_otherwise_is_refused() -> None:
    given(OathCampaign, OPENED).when(open_campaign, replace(OPENED, title="khác")).refused("oath_campaign.exists")


def test_a_campaign_does_not_close_before_it_opens() -> None:
    odd = replace(OPENED, closes_on=date(2026, 2, 28))
    given(OathCampaign).when(open_campaign, odd).refused("oath_campaign.closes_before_opening")


def test_the_rolls_of_a_later_day_are_not_frozen() -> None:
    given(OathCampaign).when(open_campaign, replace(OPENED, opens_on=date(2026, 3, 3))).refused("oath_campaign.not_yet")


def test_it_closes_once() -> None:
    given(OathCampaign, OPENED).when(close_campaign, on=MAY_31).then(OathCampaignClosed())
    given(OathCampaign, OPENED, OathCampaignClosed()).when(close_campaign, on=JUNE).ignored()


def test_what_never_opened_does_not_close() -> None:
    given(OathCampaign).when(close_campaign).refused("oath_campaign.unknown")


# One cell


def test_a_cell_s_review_has_a_stream_that_everybody_can_name() -> None:
    assert stream_of(CAMPAIGN, CELL_7) == stream_of(CAMPAIGN, CELL_7)
    assert len({stream_of(CAMPAIGN, CELL_7), stream_of(CAMPAIGN, CELL_8), stream_of(an_id("2027"), CELL_7)}) == 3


def test_its_roll_is_frozen() -> None:
    given(OathReview).when(open_review, CELL_7_OPENED).then(CELL_7_OPENED)


def test_frozen_again_is_ignored_because_already_done() -> None:
    given(OathReview, CELL_7_OPENED).when(open_review, CELL_7_OPENED, on=JUNE).ignored()


def test_a_frozen_roll_does_not_change() -> None:
    given(OathReview, CELL_7_OPENED).when(open_review, replace(CELL_7_OPENED, roll=(LAN,))).refused(
        "oath_review.exists"
    )


def test_nobody_stands_on_the_roll_twice() -> None:
    given(OathReview).when(open_review, replace(CELL_7_OPENED, roll=(LAN, HOA, LAN))).refused(
        "oath_review.member_twice"
    )


def test_a_member_on_the_roll_reports() -> None:
    given(OathReview, CELL_7_OPENED).when(report, LAN_REPORTED).then(LAN_REPORTED)


def test_reported_again_is_ignored_because_already_done() -> None:
    given(OathReview, CELL_7_OPENED, LAN_REPORTED, OathReviewClosed()).when(report, LAN_REPORTED, on=JUNE).ignored()


def test_reported_otherwise_is_refused() -> None:
    reported = given(OathReview, CELL_7_OPENED, LAN_REPORTED)
    reported.when(report, replace(LAN_REPORTED, kept=6)).refused("oath_review.has_reported")


def test_an_excused_member_may_still_report() -> None:
    given(OathReview, CELL_7_OPENED, LAN_EXCUSED).when(report, LAN_REPORTED).then(LAN_REPORTED)


def test_a_stranger_neither_reports_nor_is_excused() -> None:
    opened = given(OathReview, CELL_7_OPENED)
    opened.when(report, replace(LAN_REPORTED, member=STRANGER)).refused("oath_review.not_on_roll")
    opened.when(excuse, STRANGER, Excuse.ILL).refused("oath_review.not_on_roll")


def test_a_member_is_excused_and_the_reason_may_change() -> None:
    given(OathReview, CELL_7_OPENED).when(excuse, LAN, Excuse.ILL).then(LAN_EXCUSED)
    other = MemberExcused(member=LAN, reason=Excuse.OTHER)
    given(OathReview, CELL_7_OPENED, LAN_EXCUSED).when(excuse, LAN, Excuse.OTHER).then(other)


def test_excused_again_is_ignored_because_already_done() -> None:
    given(OathReview, CELL_7_OPENED, LAN_EXCUSED).when(excuse, LAN, Excuse.ILL).ignored()


def test_who_has_reported_needs_no_excuse() -> None:
    given(OathReview, CELL_7_OPENED, LAN_REPORTED).when(excuse, LAN, Excuse.ILL).refused("oath_review.has_reported")


def test_a_closed_review_takes_nothing_of_a_later_day() -> None:
    closed = given(OathReview, CELL_7_OPENED, (OathReviewClosed(), MAY_31))
    closed.when(report, LAN_REPORTED, on=MAY_31).refused("oath_review.closed")
    closed.when(excuse, LAN, Excuse.ILL, on=JUNE).refused("oath_review.closed")


def test_what_was_presented_before_the_end_and_recorded_late_is_welcome() -> None:
    closed = given(OathReview, CELL_7_OPENED, (OathReviewClosed(), MAY_31))
    closed.when(report, LAN_REPORTED, on=DAY).then(LAN_REPORTED)


def test_a_review_that_never_opened_takes_nothing() -> None:
    given(OathReview).when(report, LAN_REPORTED).refused("oath_review.closed")


def test_a_cell_s_review_closes_once() -> None:
    given(OathReview, CELL_7_OPENED).when(close_review).then(OathReviewClosed())
    given(OathReview, CELL_7_OPENED, OathReviewClosed()).when(close_review).ignored()
    given(OathReview).when(close_review).ignored()

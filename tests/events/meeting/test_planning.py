"""A meeting is put off, called off, or chosen as a model; and it may serve an oath review that is open."""

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from events.meeting import (
    Meeting,
    MeetingCancelled,
    MeetingChosenAsModel,
    MeetingKind,
    MeetingPostponed,
)
from events.meeting.planning import cancel, choose_as_model, postpone
from events.meeting.preparation import Served, call
from events.meeting.session import hold
from events.oath_campaign import OathCampaign, OathCampaignClosed, OathCampaignOpened
from events.oath_review import OathReview
from tests.examples import (
    CAMPAIGN,
    CELL_7_OPENED,
    COMMUNE,
    HANOI,
    HELD_BY_NAME,
    MARCH_MEETING,
    an_organisation,
)
from tests.given import given, seen

LATER = MeetingPostponed(planned_at=datetime(2026, 3, 12, 19, 30, tzinfo=HANOI))
OPENED = OathCampaignOpened(scope=COMMUNE, title="Lời thề", opens_on=date(2026, 3, 1), closes_on=date(2026, 5, 31))
FOR_THE_REVIEW = replace(MARCH_MEETING, kind=MeetingKind.THEMATIC, campaign=CAMPAIGN)


def test_a_meeting_is_put_off() -> None:
    given(Meeting, MARCH_MEETING).when(postpone, LATER).then(LATER)
    assert seen(Meeting, MARCH_MEETING, LATER).planned_at == LATER.planned_at


def test_a_meeting_is_put_off_as_often_as_need_be() -> None:
    again = MeetingPostponed(planned_at=LATER.planned_at + timedelta(days=7))
    given(Meeting, MARCH_MEETING, LATER).when(postpone, again).then(again)


def test_to_put_it_off_to_when_it_is_anyway_says_nothing_new() -> None:
    given(Meeting, MARCH_MEETING).when(postpone, MeetingPostponed(planned_at=MARCH_MEETING.planned_at)).ignored()


def test_what_was_held_is_neither_put_off_nor_called_off() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(postpone, LATER).refused("meeting.held")
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(cancel).refused("meeting.held")


def test_nobody_puts_off_what_nobody_called() -> None:
    given(Meeting).when(postpone, LATER).refused("meeting.not_called")
    given(Meeting).when(cancel).refused("meeting.not_called")
    given(Meeting).when(choose_as_model).refused("meeting.not_called")


def test_a_meeting_is_called_off() -> None:
    given(Meeting, MARCH_MEETING).when(cancel).then(MeetingCancelled())


def test_nothing_more_happens_to_a_cancelled_meeting() -> None:
    cancelled = given(Meeting, MARCH_MEETING, MeetingCancelled())
    cancelled.when(hold, HELD_BY_NAME).refused("meeting.cancelled")
    cancelled.when(postpone, LATER).refused("meeting.cancelled")
    cancelled.when(postpone, MeetingPostponed(planned_at=MARCH_MEETING.planned_at)).refused("meeting.cancelled")
    cancelled.when(choose_as_model).refused("meeting.cancelled")


def test_the_superior_chooses_a_model_once() -> None:
    given(Meeting, MARCH_MEETING).when(choose_as_model).then(MeetingChosenAsModel())
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(choose_as_model).then(MeetingChosenAsModel())


def test_an_extraordinary_meeting_is_no_model() -> None:
    extraordinary = replace(MARCH_MEETING, kind=MeetingKind.EXTRAORDINARY)
    given(Meeting, extraordinary).when(choose_as_model).refused("meeting.model_extraordinary")


def serving(*facts: OathCampaignOpened | OathCampaignClosed, part: bool = True) -> Served:
    return Served(seen(OathCampaign, *facts), seen(OathReview, CELL_7_OPENED) if part else OathReview())


def test_a_thematic_meeting_serves_an_open_review() -> None:
    given(Meeting).when(call, an_organisation(), FOR_THE_REVIEW, serves=serving(OPENED)).then(FOR_THE_REVIEW)


@pytest.mark.parametrize(
    ("serves", "kind", "rule"),
    [
        (serving(OPENED), MeetingKind.REGULAR, "meeting.campaign_not_thematic"),
        (serving(), MeetingKind.THEMATIC, "meeting.campaign_unknown"),
        (None, MeetingKind.THEMATIC, "meeting.campaign_unknown"),
        (serving(OPENED, OathCampaignClosed()), MeetingKind.THEMATIC, "meeting.campaign_closed"),
        (serving(OPENED, part=False), MeetingKind.THEMATIC, "meeting.campaign_elsewhere"),
    ],
)
def test_a_review_that_it_cannot_serve_is_refused(serves: Served | None, kind: MeetingKind, rule: str) -> None:
    asked = replace(FOR_THE_REVIEW, kind=kind)
    given(Meeting).when(call, an_organisation(), asked, serves=serves).refused(rule)

"""What each item of the national frame (42-HD/BTCTW of 28 Oct 2025) gives, at its limits and on both sides of them."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from events.meeting import (
    Attendance,
    AttendanceRecorded,
    Counts,
    DocumentsSent,
    LastResults,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    SelfScored,
)
from tests.examples import HOA, LAN, MINH, an_id
from tests.scoring.meeting import (
    ADOPTED,
    APPROVED,
    CALLED,
    DOCUMENTS,
    PERFECT,
    PREPARED,
    at,
    held,
    instead,
    line,
    points,
    scored,
    without,
)

FACT_ITEMS = ("time", "attendance", "notice", "closing")
JUDGED_ITEMS = ("content", "steps", "discussion", "chairing", "principles", "last-resolution")

# Time


@pytest.mark.parametrize(
    ("base", "end", "given"),
    [
        (29, "21:00", 5),  # 90 minutes
        (29, "20:59", 0),
        (29, "20:59:59", 0),
        (30, "21:30", 5),  # 120 minutes
        (30, "21:29", 0),
        (30, "21:00", 0),
        (1, "21:00", 5),
        (200, "21:30", 5),
    ],
)
def test_a_base_below_30_meets_for_90_minutes_and_a_larger_one_for_120(base: int, end: str, given: int) -> None:
    assert points("time", *instead(session=held(base, end=at(5, end)))) == given


def test_the_size_is_the_base_and_not_who_came() -> None:
    ninety_minutes = at(5, "21:00")
    assert points("time", *instead(session=held(27, excused=2, end=ninety_minutes))) == 5
    assert points("time", *instead(session=held(27, excused=2, absent=1, end=ninety_minutes))) == 0


def test_a_session_over_midnight_has_its_length() -> None:
    assert points("time", *instead(session=held(start=at(5, "23:00"), end=at(6, "00:30")))) == 5


def test_time_says_its_figures_and_its_thresholds() -> None:
    told = line("time", *instead(session=held(25, excused=4, end=at(5, "20:59"))))
    assert told.because == (
        "Họp 89 phút; 29 đảng viên thuộc diện dự họp. Chưa đạt: dưới 30 đảng viên, họp ít nhất 90 phút; "
        "hoặc từ 30 đảng viên trở lên, họp ít nhất 120 phút."
    )
    assert told.facts == (4,)
    assert "42-HD/BTCTW ngày 28/10/2025" in told.source


# Attendance


@pytest.mark.parametrize(
    ("present", "excused", "absent", "given"),
    [
        (10, 0, 0, 5),
        (9, 1, 0, 5),  # 90 % exactly
        (27, 3, 0, 5),
        (26, 3, 0, 0),  # 89.66 %
        (89, 10, 0, 0),  # 89.9 %
        (899, 101, 0, 0),
        (99, 0, 1, 0),  # one absent without a reason
        (9, 0, 1, 0),
    ],
)
def test_nine_of_ten_are_present_and_nobody_is_absent_without_reason(
    present: int, excused: int, absent: int, given: int
) -> None:
    assert points("attendance", *instead(session=held(present, excused, absent))) == given


def test_a_share_that_falls_short_never_looks_reached() -> None:
    told = line("attendance", *instead(session=held(89_999, 10_001, 0)))
    assert told.points == 0
    assert "(89,99 %)" in told.because


def test_a_session_without_anybody_can_have_no_share() -> None:
    told = line("attendance", *instead(session=held(0)))
    assert told.points is None
    assert told.because == "Không có đảng viên nào thuộc diện dự họp."


def test_names_count_as_heads_do() -> None:
    named = MeetingHeld(
        started_at=at(5),
        ended_at=at(5, "21:30"),
        attendance=(Attendance(LAN, Presence.PRESENT), Attendance(HOA, Presence.EXCUSED)),
    )
    told = line("attendance", *instead(session=named))
    assert told.points == 0
    assert told.because.startswith("Có mặt 1/2 đảng viên thuộc diện dự họp (50 %); vắng có lý do 1")


def test_names_recorded_after_the_counts_are_facts_of_the_line() -> None:
    names = AttendanceRecorded(attendance=(Attendance(LAN, Presence.PRESENT), Attendance(MINH, Presence.PRESENT)))
    told = line("attendance", *instead(session=held(2)), names)
    assert told.points == 5
    assert told.facts == (4, 8)


# Notice


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        (at(3), 5),
        (at(4, "23:59:59"), 5),  # the day before, by a second
        (at(5, "00:00"), 0),  # the day itself, from its first second
        (at(5, "19:00"), 0),
        (at(6), 0),
    ],
)
def test_documents_go_out_on_an_earlier_calendar_day(sent: object, given: int) -> None:
    assert points("notice", *instead(documents=DocumentsSent(sent_at=sent))) == given  # type: ignore[arg-type]


def test_less_than_a_day_is_enough_when_the_day_is_an_earlier_one() -> None:
    early_session = held(start=at(5, "00:30"), end=at(5, "02:30"))
    assert points("notice", *instead(session=early_session, documents=DocumentsSent(sent_at=at(4, "23:00")))) == 5


def test_the_day_is_that_of_the_committees_clock() -> None:
    # 23:30 of the 4th in Hanoi is 16:30 of the 4th in UTC; 06:30 of the 5th in Hanoi is 23:30 of the 4th in UTC.
    facts = instead(documents=DocumentsSent(sent_at=at(5, "06:30")))
    assert points("notice", *facts) == 0
    assert points("notice", *facts, zone=ZoneInfo("UTC")) == 5


def test_the_first_documents_count_when_more_follow() -> None:
    more = DocumentsSent(sent_at=at(5, "19:00"), titles=("Bản sửa",))
    assert points("notice", *PERFECT, more) == 5
    late_first = (CALLED, PREPARED, more, held(), DOCUMENTS, ADOPTED, APPROVED)
    assert points("notice", *late_first) == 5


@pytest.mark.parametrize(("when", "given"), [(at(5, "19:29:59"), 5), (at(5, "19:30"), 0), (at(6), 0)])
def test_the_committee_met_before_the_meeting_began(when: object, given: int) -> None:
    assert points("notice", *instead(before=PreMeetingHeld(held_at=when))) == given  # type: ignore[arg-type]


def test_what_nobody_recorded_gives_no_points_and_is_said() -> None:
    told = line("notice", *without(PREPARED, DOCUMENTS))
    assert told.points == 0
    assert "chưa ghi nhận họp chi ủy trước; chưa ghi nhận gửi tài liệu" in told.because
    assert told.facts == (1, 2)


def test_notice_names_every_fact_that_it_looked_at() -> None:
    assert line("notice", *PERFECT).facts == (1, 2, 3, 4)


# Closing


@pytest.mark.parametrize(
    ("approved", "given"),
    [
        (at(5, "21:30"), 5),
        (at(7, "23:59:59"), 5),  # two days exactly, to their last second
        (at(8, "00:00"), 0),
        (at(20), 0),
    ],
)
def test_minutes_are_approved_at_most_two_days_later(approved: object, given: int) -> None:
    assert points("closing", *instead(minutes=MinutesApproved(approved_at=approved))) == given  # type: ignore[arg-type]


def test_two_days_are_counted_from_the_day_on_which_it_ended() -> None:
    over_midnight = held(start=at(5, "22:00"), end=at(6, "00:10"))
    assert points("closing", *instead(session=over_midnight, minutes=MinutesApproved(approved_at=at(8)))) == 5


def test_minutes_approved_at_the_table_before_midnight_are_not_too_early() -> None:
    over_midnight = held(start=at(5, "22:00"), end=at(6, "00:10"))
    told = line("closing", *instead(session=over_midnight, minutes=MinutesApproved(approved_at=at(5, "23:50"))))
    assert told.points == 5
    assert "0 ngày sau cuộc họp" in told.because


def test_closing_needs_a_resolution_and_minutes() -> None:
    assert points("closing", *without(ADOPTED)) == 0
    assert points("closing", *without(APPROVED)) == 0
    told = line("closing", *PERFECT)
    assert told.points == 5
    assert told.facts == (4, 5, 6)


# What people judge, and what nobody can know yet


def test_facts_give_all_points_or_none() -> None:
    assert [points(item, *PERFECT) for item in FACT_ITEMS] == [5, 5, 5, 5]
    assert not any(line(item, *PERFECT).judged for item in FACT_ITEMS)


@pytest.mark.parametrize("item", JUDGED_ITEMS)
def test_people_judge_the_rest_and_their_self_score_is_the_fact(item: str) -> None:
    told = line(item, *PERFECT)
    assert (told.judged, told.points, told.facts) == (True, told.max, (7,))


def test_a_judged_line_says_who_gave_what() -> None:
    assert line("discussion", *instead(own=scored(discussion="22.5"))).because == "Chi ủy tự chấm 22,5/25 điểm."


def test_a_value_above_the_maximum_counts_for_nothing_and_is_never_cut_down() -> None:
    told = line("steps", *instead(own=scored(steps=6)))
    assert told.points is None
    assert "quá mức tối đa 5 điểm" in told.because


def test_before_the_session_nothing_can_be_known() -> None:
    facts = (CALLED, PREPARED, DOCUMENTS)
    assert [points(item, *facts) for item in FACT_ITEMS] == [None] * 4
    assert line("time", *facts).because == "Chưa ghi nhận cuộc họp."


def test_counts_of_old_books_need_no_names() -> None:
    assert held().counts == Counts(present=25, excused=0, absent=0)
    assert points("attendance", *PERFECT) == 5


# The last resolution


def looked_back(share: str) -> SelfScored:
    """A self-score that gives it 12 points, made when that much of the last resolution was on record as done."""
    last = LastResults(meeting=an_id("the meeting before"), share=Decimal(share))
    return replace(scored(last_resolution=12), last=last)


@pytest.mark.parametrize(("share", "given"), [("1", 30), ("0.9", 30), ("0.8999", 0), ("0", 0)])
def test_results_of_the_last_resolution_decide_where_they_are_on_record(share: str, given: int) -> None:
    told = line("last-resolution", *instead(own=looked_back(share)))
    assert (told.points, told.judged, told.facts) == (Decimal(given), False, (7,))
    assert "kỳ trước thực hiện đạt" in told.because


def test_without_results_on_record_people_judge_the_last_resolution() -> None:
    told = line("last-resolution", *instead(own=scored(last_resolution=12)))
    assert (told.points, told.judged) == (Decimal(12), True)

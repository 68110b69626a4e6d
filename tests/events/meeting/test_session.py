"""How a meeting is held and written up."""

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from events.meeting import (
    Attendance,
    AttendanceRecorded,
    Counts,
    Meeting,
    MeetingHeld,
    MinutesApproved,
    Presence,
    ResolutionAdopted,
    Task,
)
from events.meeting.session import adopt, approve_minutes, count, hold
from tests.examples import (
    BY_NAME,
    ENDED,
    HANOI,
    HELD_BY_NAME,
    HELD_IN_COUNTS,
    HOA,
    LAN,
    MARCH_MEETING,
    MINH,
    STARTED,
    STRANGER,
)
from tests.given import given, seen

RESOLVED = ResolutionAdopted(tasks=(Task(to=HOA, what="Thu đảng phí quý I", due_on=date(2026, 3, 31)),))
APPROVED = MinutesApproved(approved_at=datetime(2026, 3, 6, 9, 0, tzinfo=HANOI))

# The session


@pytest.mark.parametrize("held", [HELD_BY_NAME, HELD_IN_COUNTS])
def test_a_meeting_is_held_with_attendance_by_name_or_in_counts(held: MeetingHeld) -> None:
    given(Meeting, MARCH_MEETING).when(hold, held).then(held)


@pytest.mark.parametrize("held", [HELD_BY_NAME, HELD_IN_COUNTS])
def test_held_again_is_ignored_because_already_done(held: MeetingHeld) -> None:
    given(Meeting, MARCH_MEETING, held).when(hold, held).ignored()


def test_the_order_of_names_says_nothing_new() -> None:
    turned = replace(HELD_BY_NAME, attendance=BY_NAME[::-1])
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(hold, turned).ignored()


def test_a_meeting_that_nobody_called_is_not_held() -> None:
    given(Meeting).when(hold, HELD_BY_NAME).refused("meeting.not_called")


@pytest.mark.parametrize(
    "otherwise",
    [
        replace(HELD_BY_NAME, chair=HOA),
        replace(HELD_BY_NAME, attendance=BY_NAME[:2]),
        replace(HELD_BY_NAME, attendance=(*BY_NAME, Attendance(member=STRANGER, status=Presence.ABSENT))),
        HELD_IN_COUNTS,
    ],
)
def test_held_otherwise_is_refused(otherwise: MeetingHeld) -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(hold, otherwise).refused("meeting.held")


@pytest.mark.parametrize("ended_at", [STARTED, datetime(2026, 3, 5, 12, 0, tzinfo=HANOI)])
def test_a_session_ends_after_its_start(ended_at: datetime) -> None:
    held = replace(HELD_BY_NAME, ended_at=ended_at)
    given(Meeting, MARCH_MEETING).when(hold, held).refused("meeting.ended_before_start")


@pytest.mark.parametrize(
    "held", [replace(HELD_BY_NAME, attendance=()), replace(HELD_BY_NAME, counts=HELD_IN_COUNTS.counts)]
)
def test_an_attendance_is_by_name_or_in_counts_and_never_both(held: MeetingHeld) -> None:
    given(Meeting, MARCH_MEETING).when(hold, held).refused("meeting.attendance_or_counts")


def test_nobody_stands_in_an_attendance_twice() -> None:
    held = replace(HELD_BY_NAME, attendance=(*BY_NAME, Attendance(member=LAN, status=Presence.ABSENT)))
    given(Meeting, MARCH_MEETING).when(hold, held).refused("meeting.member_twice")


@pytest.mark.parametrize("status", [Presence.EXCUSED, Presence.ABSENT])
def test_only_those_present_can_have_spoken(status: Presence) -> None:
    held = replace(HELD_BY_NAME, attendance=(Attendance(member=LAN, status=status, spoke=True),))
    given(Meeting, MARCH_MEETING).when(hold, held).refused("meeting.absent_spoke")


@pytest.mark.parametrize(
    "counts",
    [
        Counts(present=-1, excused=0, absent=0),
        Counts(present=2, excused=0, absent=-3),
        Counts(present=2, excused=0, absent=0, spoke=3),
        Counts(present=2, excused=0, absent=0, spoke=-1),
    ],
)
def test_counts_are_possible_counts(counts: Counts) -> None:
    given(Meeting, MARCH_MEETING).when(hold, replace(HELD_IN_COUNTS, counts=counts)).refused("meeting.counts")


# The names behind the counts


def test_a_session_recorded_with_counts_gets_its_attendance() -> None:
    named = AttendanceRecorded(attendance=BY_NAME)
    given(Meeting, MARCH_MEETING, HELD_IN_COUNTS).when(hold, HELD_BY_NAME).then(named)


def test_it_gets_its_attendance_once() -> None:
    named = given(Meeting, MARCH_MEETING, HELD_IN_COUNTS, AttendanceRecorded(attendance=BY_NAME))
    others = (Attendance(member=STRANGER, status=Presence.PRESENT, spoke=True), *BY_NAME[1:])
    named.when(hold, HELD_BY_NAME).ignored()
    named.when(hold, HELD_IN_COUNTS).ignored()
    named.when(hold, replace(HELD_BY_NAME, attendance=others)).refused("meeting.held")


@pytest.mark.parametrize(
    "attendance",
    [
        BY_NAME[:2],
        (BY_NAME[0], Attendance(member=HOA, status=Presence.ABSENT), BY_NAME[2]),
        (replace(BY_NAME[0], spoke=False), *BY_NAME[1:]),
    ],
)
def test_names_that_do_not_add_up_to_the_counts_are_refused(attendance: tuple[Attendance, ...]) -> None:
    held = replace(HELD_BY_NAME, attendance=attendance)
    given(Meeting, MARCH_MEETING, HELD_IN_COUNTS).when(hold, held).refused("meeting.counts_disagree")


def test_names_without_a_note_of_who_spoke_agree_with_counts_of_speakers() -> None:
    attendance = tuple(replace(one, spoke=None) for one in BY_NAME)
    held = replace(HELD_BY_NAME, attendance=attendance)
    given(Meeting, MARCH_MEETING, HELD_IN_COUNTS).when(hold, held).then(AttendanceRecorded(attendance=attendance))


def test_names_for_another_session_are_refused() -> None:
    held = replace(HELD_BY_NAME, started_at=datetime(2026, 3, 5, 19, 0, tzinfo=HANOI))
    given(Meeting, MARCH_MEETING, HELD_IN_COUNTS).when(hold, held).refused("meeting.held")


def test_names_that_contradict_themselves_are_refused_there_too() -> None:
    held = replace(HELD_BY_NAME, attendance=(*BY_NAME, BY_NAME[0]))
    given(Meeting, MARCH_MEETING, HELD_IN_COUNTS).when(hold, held).refused("meeting.member_twice")


def test_an_attendance_adds_up() -> None:
    assert count(BY_NAME) == Counts(present=2, excused=1, absent=0, spoke=1)
    assert count([replace(one, spoke=None) for one in BY_NAME]).spoke is None


@pytest.mark.parametrize("held", [HELD_BY_NAME, HELD_IN_COUNTS])
def test_the_number_of_those_present_is_known_either_way(held: MeetingHeld) -> None:
    assert seen(Meeting, MARCH_MEETING, held).present == 2


# The papers


def test_the_cell_resolves() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(adopt, RESOLVED).then(RESOLVED)


def test_resolved_again_is_ignored_because_already_done() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME, RESOLVED).when(adopt, RESOLVED).ignored()


def test_a_second_resolution_is_refused() -> None:
    resolved = given(Meeting, MARCH_MEETING, HELD_BY_NAME, RESOLVED)
    resolved.when(adopt, ResolutionAdopted()).refused("meeting.resolution_adopted")


def test_nothing_is_resolved_before_the_session() -> None:
    given(Meeting, MARCH_MEETING).when(adopt, RESOLVED).refused("meeting.not_held")


def test_the_minutes_are_approved() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(approve_minutes, APPROVED).then(APPROVED)


def test_approved_again_is_ignored_because_already_done() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME, APPROVED).when(approve_minutes, APPROVED).ignored()


def test_minutes_are_not_approved_otherwise() -> None:
    approved = given(Meeting, MARCH_MEETING, HELD_BY_NAME, APPROVED)
    approved.when(approve_minutes, replace(APPROVED, sent_at=ENDED)).refused("meeting.minutes_approved")


def test_there_are_no_minutes_before_the_session() -> None:
    given(Meeting, MARCH_MEETING).when(approve_minutes, APPROVED).refused("meeting.not_held")
    early = MinutesApproved(approved_at=datetime(2026, 3, 4, 23, 59, tzinfo=HANOI))
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(approve_minutes, early).refused("meeting.minutes_before_session")


def test_a_book_that_keeps_only_the_day_of_approval_may_give_any_hour_of_the_session_s_day() -> None:
    same_day = MinutesApproved(approved_at=datetime(2026, 3, 5, 0, 0, tzinfo=HANOI))
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(approve_minutes, same_day).then(same_day)


def test_a_session_of_months_is_a_mistyped_day() -> None:
    for days, ends in ((3, "taken"), (4, "refused")):
        long = replace(HELD_BY_NAME, ended_at=STARTED + timedelta(days=days))
        asked = given(Meeting, MARCH_MEETING).when(hold, long)
        asked.then(long) if ends == "taken" else asked.refused("meeting.too_long")


@pytest.mark.parametrize("role", ["chair", "secretary"])
def test_who_was_not_there_neither_chairs_nor_writes(role: str) -> None:
    absent = replace(HELD_BY_NAME, **{role: MINH})
    given(Meeting, MARCH_MEETING).when(hold, absent).refused(f"meeting.{role}_absent")


def test_minutes_are_not_sent_before_the_session() -> None:
    early = MinutesApproved(approved_at=ENDED, sent_at=STARTED - timedelta(days=1))
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(approve_minutes, early).refused("meeting.minutes_before_session")

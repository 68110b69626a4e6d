"""How a meeting is held and written up: who was there, what was resolved, and when the minutes were final."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from events.fact import Fact, Refused
from events.meeting.facts import (
    Attendance,
    AttendanceRecorded,
    Counts,
    MeetingHeld,
    MinutesApproved,
    Presence,
    ResolutionAdopted,
)
from events.meeting.state import Meeting, must_be_called, must_be_held

LONGEST = timedelta(days=3)
"""A session of one evening, or a cell's congress; what is longer is a mistyped day. No paper sets it."""


def hold(meeting: Meeting, held: MeetingHeld, _on: date) -> list[Fact]:
    """The session took place; one recorded with counts may get its attendance once, where the two agree.

    Raises:
        Refused: `meeting.not_called`, `meeting.held` (another session is on record), `meeting.attendance_or_counts`,
            `meeting.ended_before_start`, `meeting.too_long`, `meeting.member_twice`, `meeting.absent_spoke`,
            `meeting.chair_absent`, `meeting.secretary_absent`, `meeting.counts`, `meeting.counts_disagree`,
            `meeting.cancelled`.
    """
    must_be_called(meeting)
    if meeting.held is None:
        _must_be_a_session(held)
        return [held]
    if held == meeting.held:
        return []
    if not held.attendance or _frame(held) != _frame(meeting.held):
        raise Refused("meeting.held", "this meeting is held already, and otherwise")
    if set(held.attendance) == set(meeting.attendance):
        return []
    if meeting.attendance or meeting.held.counts is None:
        raise Refused("meeting.held", "the attendance is on record already, and otherwise", "/attendance")
    _must_be_a_session(held)
    _must_agree(meeting.held.counts, count(held.attendance))
    return [AttendanceRecorded(attendance=held.attendance)]


def adopt(meeting: Meeting, adopted: ResolutionAdopted, _on: date) -> list[Fact]:
    """The cell resolved something.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`, `meeting.resolution_adopted` (another one is on record).
    """
    if meeting.resolution == adopted:
        return []
    must_be_held(meeting)
    if meeting.resolution is not None:
        raise Refused("meeting.resolution_adopted", "the resolution is on record already, and otherwise")
    return [adopted]


def approve_minutes(meeting: Meeting, approved: MinutesApproved, _on: date) -> list[Fact]:
    """The minutes are final. Offices keep the day of it and seldom the hour, so the session's own day is not before it.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`, `meeting.minutes_approved` (otherwise, already),
            `meeting.minutes_before_session`.
    """
    if meeting.minutes == approved:
        return []
    held = must_be_held(meeting)
    if meeting.minutes is not None:
        raise Refused("meeting.minutes_approved", "the minutes are approved already, and otherwise")
    for field, said in (("approved_at", approved.approved_at), ("sent_at", approved.sent_at)):
        if said is not None and said.astimezone(held.started_at.tzinfo).date() < held.started_at.date():
            raise Refused("meeting.minutes_before_session", "on a day before the session", f"/{field}")
    return [approved]


def count(attendance: Sequence[Attendance]) -> Counts:
    """The counts that an attendance by name adds up to; `spoke` where it was noted of anybody."""
    present = excused = spoke = noted = 0
    for one in attendance:
        if one.status is Presence.PRESENT:
            present += 1
        elif one.status is Presence.EXCUSED:
            excused += 1
        if one.spoke is not None:
            noted += 1
            spoke += one.spoke
    absent = len(attendance) - present - excused
    return Counts(present=present, excused=excused, absent=absent, spoke=spoke if noted else None)


def _frame(held: MeetingHeld) -> MeetingHeld:
    return replace(held, attendance=(), counts=None)


def _must_be_a_session(held: MeetingHeld) -> None:
    if held.ended_at <= held.started_at:
        raise Refused("meeting.ended_before_start", "a session ends after its start", "/ended_at")
    if held.ended_at - held.started_at > LONGEST:
        raise Refused("meeting.too_long", f"a session lasts for {LONGEST.days} days at most", "/ended_at")
    if bool(held.attendance) == (held.counts is not None):
        raise Refused("meeting.attendance_or_counts", "give the attendance by name, or counts, one of the two", "")
    if len({one.member for one in held.attendance}) < len(held.attendance):
        raise Refused("meeting.member_twice", "a member stands in the attendance twice", "/attendance")
    if any(one.spoke and one.status is not Presence.PRESENT for one in held.attendance):
        raise Refused("meeting.absent_spoke", "only those present can have spoken", "/attendance")
    away = {one.member for one in held.attendance if one.status is not Presence.PRESENT}
    for role, who in (("chair", held.chair), ("secretary", held.secretary)):
        if who in away:
            raise Refused(f"meeting.{role}_absent", f"the {role} is marked as absent", f"/{role}")
    if held.counts is not None:
        _must_be_counts(held.counts)


def _must_be_counts(counts: Counts) -> None:
    if min(counts.present, counts.excused, counts.absent, counts.spoke or 0) < 0:
        raise Refused("meeting.counts", "a count is never below nought", "/counts")
    if (counts.spoke or 0) > counts.present:
        raise Refused("meeting.counts", "no more can have spoken than were present", "/counts/spoke")


def _must_agree(known: Counts, named: Counts) -> None:
    spoke_differs = known.spoke is not None and named.spoke is not None and known.spoke != named.spoke
    if spoke_differs or replace(known, spoke=None) != replace(named, spoke=None):
        raise Refused(
            "meeting.counts_disagree", "the attendance does not add up to the counts on record", "/attendance"
        )

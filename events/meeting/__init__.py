"""A meeting: its facts (`facts`), what they add up to (`state`), and what may happen next, a file a matter."""

from events.meeting.facts import (
    Attendance,
    AttendanceRecorded,
    BandDecided,
    Counts,
    DocumentsSent,
    MeetingCalled,
    MeetingHeld,
    MeetingKind,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    Task,
    VoteTaken,
)
from events.meeting.state import Meeting

__all__ = [
    "Attendance",
    "AttendanceRecorded",
    "BandDecided",
    "Counts",
    "DocumentsSent",
    "Meeting",
    "MeetingCalled",
    "MeetingHeld",
    "MeetingKind",
    "MinutesApproved",
    "PreMeetingHeld",
    "Presence",
    "ResolutionAdopted",
    "SelfScored",
    "Task",
    "VoteTaken",
]

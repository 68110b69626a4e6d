"""What a meeting's stream says so far: each step once, as it was recorded."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from events.fact import Fact, Refused
from events.meeting.facts import (
    Attendance,
    AttendanceRecorded,
    BandDecided,
    DocumentsSent,
    MeetingCalled,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    VoteTaken,
)


@dataclass
class Meeting:
    """One meeting; `attendance` is by name, from the session or recorded later, and empty where only counts are."""

    KIND: ClassVar[str] = "meeting"

    called: MeetingCalled | None = None
    pre_meeting: PreMeetingHeld | None = None
    documents: list[DocumentsSent] = field(default_factory=list)
    held: MeetingHeld | None = None
    attendance: tuple[Attendance, ...] = ()
    resolution: ResolutionAdopted | None = None
    minutes: MinutesApproved | None = None
    self_score: SelfScored | None = None
    vote: VoteTaken | None = None
    band: BandDecided | None = None
    band_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case MeetingCalled() | PreMeetingHeld() | DocumentsSent():
                self._see_preparation(fact)
            case MeetingHeld() | AttendanceRecorded() | ResolutionAdopted() | MinutesApproved():
                self._see_session(fact)
            case SelfScored():
                self.self_score = fact
            case VoteTaken():
                self.vote = fact
            case BandDecided():
                self.band, self.band_on = fact, on

    def _see_preparation(self, fact: MeetingCalled | PreMeetingHeld | DocumentsSent) -> None:
        match fact:
            case MeetingCalled():
                self.called = fact
            case PreMeetingHeld():
                self.pre_meeting = fact
            case DocumentsSent():
                self.documents.append(fact)

    def _see_session(self, fact: MeetingHeld | AttendanceRecorded | ResolutionAdopted | MinutesApproved) -> None:
        match fact:
            case MeetingHeld(attendance=attendance):
                self.held, self.attendance = fact, attendance
            case AttendanceRecorded(attendance=attendance):
                self.attendance = attendance
            case ResolutionAdopted():
                self.resolution = fact
            case MinutesApproved():
                self.minutes = fact

    @property
    def present(self) -> int:
        """How many were there, by name or by count."""
        if self.held is not None and self.held.counts is not None:
            return self.held.counts.present
        return sum(one.status is Presence.PRESENT for one in self.attendance)


def must_be_called(meeting: Meeting) -> None:
    """Nothing happens to a meeting that nobody called.

    Raises:
        Refused: `meeting.not_called`.
    """
    if meeting.called is None:
        raise Refused("meeting.not_called", "this meeting has not been called")


def must_be_held(meeting: Meeting) -> MeetingHeld:
    """What follows a session needs one.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`.
    """
    must_be_called(meeting)
    if meeting.held is None:
        raise Refused("meeting.not_held", "this meeting has not been held")
    return meeting.held

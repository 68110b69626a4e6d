"""What a meeting's stream says so far: each step once, as it was recorded."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from events.fact import Fact, Refused
from events.meeting.facts import (
    Attendance,
    AttendanceRecorded,
    BandDecided,
    DocumentsSent,
    MeetingCalled,
    MeetingCancelled,
    MeetingChosenAsModel,
    MeetingHeld,
    MeetingPostponed,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    TaskResult,
    TaskResultsRecorded,
    VoteTaken,
)


@dataclass
class Meeting:
    """One meeting; `attendance` is by name, from the session or recorded later, and empty where only counts are.

    `results` are the last ones that were told of each task of its resolution, by the tasks' numbers.
    """

    KIND: ClassVar[str] = "meeting"

    called: MeetingCalled | None = None
    postponed: MeetingPostponed | None = None
    cancelled_on: date | None = None
    pre_meeting: PreMeetingHeld | None = None
    documents: list[DocumentsSent] = field(default_factory=list)
    held: MeetingHeld | None = None
    attendance: tuple[Attendance, ...] = ()
    resolution: ResolutionAdopted | None = None
    results: dict[int, TaskResult] = field(default_factory=dict)
    minutes: MinutesApproved | None = None
    self_score: SelfScored | None = None
    vote: VoteTaken | None = None
    band: BandDecided | None = None
    band_on: date | None = None
    is_model: bool = False

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case MeetingCalled() | PreMeetingHeld() | DocumentsSent():
                self._see_preparation(fact)
            case MeetingPostponed():
                self.postponed = fact
            case MeetingCancelled():
                self.cancelled_on = on
            case MeetingChosenAsModel():
                self.is_model = True
            case MeetingHeld() | AttendanceRecorded() | ResolutionAdopted() | MinutesApproved():
                self._see_session(fact)
            case TaskResultsRecorded(results=results):
                self.results.update((result.task, result) for result in results)
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
    def planned_at(self) -> datetime | None:
        """When it is to be, after all that was said of it; None before the call."""
        said = self.postponed or self.called
        return None if said is None else said.planned_at

    @property
    def present(self) -> int:
        """How many were there, by name or by count."""
        if self.held is not None and self.held.counts is not None:
            return self.held.counts.present
        return sum(one.status is Presence.PRESENT for one in self.attendance)


def must_be_called(meeting: Meeting) -> MeetingCalled:
    """Nothing happens to a meeting that nobody called, or that was called off; answers the call.

    Raises:
        Refused: `meeting.not_called`, `meeting.cancelled`.
    """
    if meeting.called is None:
        raise Refused("meeting.not_called", "this meeting has not been called")
    if meeting.cancelled_on is not None:
        raise Refused("meeting.cancelled", f"this meeting was cancelled on {meeting.cancelled_on}")
    return meeting.called


def must_be_held(meeting: Meeting) -> MeetingHeld:
    """What follows a session needs one.

    Raises:
        Refused: `meeting.not_called`, `meeting.cancelled`, `meeting.not_held`.
    """
    must_be_called(meeting)
    if meeting.held is None:
        raise Refused("meeting.not_held", "this meeting has not been held")
    return meeting.held

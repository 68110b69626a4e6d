"""How a meeting is called and prepared. Late is a matter for the score, and no reason to keep a fact out."""

from datetime import date

from events.fact import Fact, Refused
from events.meeting.facts import DocumentsSent, MeetingCalled, PreMeetingHeld
from events.meeting.state import Meeting, must_be_called
from events.organisation import Organisation, must_be_cell


def call(meeting: Meeting, cell: Organisation, called: MeetingCalled, on: date) -> list[Fact]:
    """A living cell is called to meet.

    Raises:
        Refused: `meeting.exists`, `meeting.cell_unknown`, `meeting.cell_ended`, `meeting.cell_not_a_cell`.
    """
    if meeting.called == called:
        return []
    if meeting.called is not None:
        raise Refused("meeting.exists", "this meeting is called already, and otherwise")
    must_be_cell(cell, on, "meeting.cell", "/cell")
    return [called]


def hold_pre_meeting(meeting: Meeting, held: PreMeetingHeld, _on: date) -> list[Fact]:
    """The committee met before the meeting.

    Raises:
        Refused: `meeting.not_called`, `meeting.pre_meeting_held` (another one is on record).
    """
    if meeting.pre_meeting == held:
        return []
    must_be_called(meeting)
    if meeting.pre_meeting is not None:
        raise Refused("meeting.pre_meeting_held", "the pre-meeting is on record already, and otherwise")
    return [held]


def send_documents(meeting: Meeting, sent: DocumentsSent, _on: date) -> list[Fact]:
    """Documents went out; more may follow.

    Raises:
        Refused: `meeting.not_called`.
    """
    if sent in meeting.documents:
        return []
    must_be_called(meeting)
    return [sent]

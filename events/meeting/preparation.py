"""How a meeting is called and prepared. Late is a matter for the score, and no reason to keep a fact out."""

from dataclasses import dataclass
from datetime import date

from events.fact import Fact, Refused
from events.meeting.facts import DocumentsSent, MeetingCalled, MeetingKind, PreMeetingHeld
from events.meeting.state import Meeting, must_be_called
from events.oath_campaign import OathCampaign
from events.oath_review import OathReview
from events.organisation import Organisation, must_be_cell


@dataclass(frozen=True)
class Served:
    """The oath review that a meeting is called for: the campaign as a whole, and the cell's own part in it."""

    campaign: OathCampaign
    review: OathReview


def call(
    meeting: Meeting, cell: Organisation, called: MeetingCalled, on: date, *, serves: Served | None = None
) -> list[Fact]:
    """A living cell is called to meet; a thematic meeting may serve an oath review (`serves`) that is open.

    Raises:
        Refused: `meeting.exists`, `meeting.cell_unknown`, `meeting.cell_ended`, `meeting.cell_not_a_cell`,
            `meeting.campaign_not_thematic`, `meeting.campaign_unknown`, `meeting.campaign_closed`,
            `meeting.campaign_elsewhere` (the cell has no part in it).
    """
    if meeting.called == called:
        return []
    if meeting.called is not None:
        raise Refused("meeting.exists", "this meeting is called already, and otherwise")
    must_be_cell(cell, on, "meeting.cell", "/cell")
    if called.campaign is not None:
        _must_serve(called, serves, on)
    return [called]


def _must_serve(called: MeetingCalled, serves: Served | None, on: date) -> None:
    if called.kind is not MeetingKind.THEMATIC:
        raise Refused("meeting.campaign_not_thematic", "an oath review is held in a thematic meeting", "/kind")
    if serves is None or serves.campaign.opened is None:
        raise Refused("meeting.campaign_unknown", "there is no such oath review", "/campaign")
    closed_on = serves.campaign.closed_on
    if closed_on is not None and on >= closed_on:
        raise Refused("meeting.campaign_closed", f"the oath review was closed on {closed_on}", "/campaign")
    if serves.review.opened is None:
        raise Refused("meeting.campaign_elsewhere", "the cell has no part in this oath review", "/campaign")


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

"""Changes of meetings on their way: called, prepared, put off, called off, chosen as a model."""

from datetime import date, datetime
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from events.fact import Id
from events.meeting import DocumentsSent, Meeting, MeetingCalled, MeetingKind, MeetingPostponed, PreMeetingHeld
from events.meeting.planning import cancel, choose_as_model, postpone
from events.meeting.preparation import Served, call, hold_pre_meeting, send_documents
from events.oath_campaign import OathCampaign
from events.oath_review import OathReview, stream_of
from events.organisation import Organisation
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Ident, Instant, Line, PastInstant

B = TypeVar("B", bound=Body)


class MeetingBody(Body):
    """A cell is called to meet; `campaign` is an oath review's id."""

    cell: Ident
    kind: MeetingKind
    planned_at: Instant
    theme: Line | None = None
    campaign: Ident | None = None
    agenda: Annotated[tuple[Line, ...], Field(max_length=100)] = ()


class PreMeetingBody(Body):
    """The committee met before; `minutes`: whether they were written, or where they lie."""

    held_at: PastInstant
    minutes: bool | Line | None = None

    def natural_day(self, now: datetime) -> date | None:
        """The day of the pre-meeting."""
        return day_of(self.held_at, now)


class DocumentsBody(Body):
    """Documents went out."""

    sent_at: PastInstant
    titles: Annotated[tuple[Line, ...], Field(max_length=100)] = ()

    def natural_day(self, now: datetime) -> date | None:
        """The day on which they went out."""
        return day_of(self.sent_at, now)


class PostponementBody(Body):
    """The meeting is to be at another time."""

    planned_at: Instant


class CancellationBody(Body):
    """The meeting will not be."""


class ModelChoiceBody(Body):
    """The superior shows the meeting to other cells."""


def day_of(instant: datetime, now: datetime) -> date:
    """The day of an instant on the clock of the committees."""
    return instant.astimezone(now.tzinfo or ZoneInfo("UTC")).date()


def here(asked: Asked[B], relation: Relation = Relation.RECORD) -> tuple[Id, Meeting]:
    """The meeting that the path names, of a cell that the caller reaches.

    Raises:
        Nothing: 404.
        Problem: 403.
    """
    (ident,) = asked.path
    meeting = asked.sight.of(Meeting, ident)
    if meeting.called is None:
        raise Nothing("meeting")
    asked.must_reach(meeting.called.cell, relation=relation)
    return ident, meeting


def of_superior(asked: Asked[B]) -> tuple[Id, Meeting]:
    """The same for what is its superior's to decide: a token of the cell's own does not."""
    ident, meeting = here(asked)
    assert meeting.called is not None
    asked.must_reach(asked.sight.glance(Organisation, meeting.called.cell).parent_on(asked.sight.today))
    return ident, meeting


def _call(asked: Asked[MeetingBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.cell)
    must_be_new(asked, ident, Meeting.KIND)
    called = MeetingCalled(
        cell=body.cell, kind=body.kind, theme=body.theme, campaign=body.campaign, planned_at=body.planned_at,
        agenda=body.agenda, code=body.code,
    )  # fmt: skip
    meeting = asked.sight.of(Meeting, ident)
    cell = asked.sight.of(Organisation, body.cell)
    return Plan.one(ident, Meeting.KIND, call(meeting, cell, called, asked.on, serves=_served(asked)))


def _served(asked: Asked[MeetingBody]) -> Served | None:
    campaign, cell = asked.body.campaign, asked.body.cell
    if campaign is None:
        return None
    review = asked.sight.of(OathReview, stream_of(campaign, cell))
    return Served(asked.sight.of(OathCampaign, campaign), review)


def _pre_meeting(asked: Asked[PreMeetingBody]) -> Plan:
    ident, meeting = here(asked)
    held = PreMeetingHeld(held_at=asked.body.held_at, minutes=asked.body.minutes)
    return Plan.one(ident, Meeting.KIND, hold_pre_meeting(meeting, held, asked.on))


def _documents(asked: Asked[DocumentsBody]) -> Plan:
    ident, meeting = here(asked)
    sent = DocumentsSent(sent_at=asked.body.sent_at, titles=asked.body.titles)
    return Plan.one(ident, Meeting.KIND, send_documents(meeting, sent, asked.on))


def _postpone(asked: Asked[PostponementBody]) -> Plan:
    ident, meeting = here(asked)
    postponed = MeetingPostponed(planned_at=asked.body.planned_at)
    return Plan.one(ident, Meeting.KIND, postpone(meeting, postponed, asked.on))


def _cancel(asked: Asked[CancellationBody]) -> Plan:
    ident, meeting = here(asked)
    return Plan.one(ident, Meeting.KIND, cancel(meeting, asked.on))


def _choose(asked: Asked[ModelChoiceBody]) -> Plan:
    ident, meeting = of_superior(asked)
    return Plan.one(ident, Meeting.KIND, choose_as_model(meeting, asked.on))


CHANGES = (
    Change("/meetings", MeetingBody, _call, "Call a meeting"),
    Change("/meetings/{id}/postponements", PostponementBody, _postpone, "Put a meeting off"),
    Change("/meetings/{id}/cancellations", CancellationBody, _cancel, "Call a meeting off"),
    Change("/meetings/{id}/pre-meetings", PreMeetingBody, _pre_meeting, "Record the committee's pre-meeting"),
    Change("/meetings/{id}/documents", DocumentsBody, _documents, "Record that documents were sent"),
    Change("/meetings/{id}/model-choices", ModelChoiceBody, _choose, "Choose a meeting as a model, as the superior"),
)

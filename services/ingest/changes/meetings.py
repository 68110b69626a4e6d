"""Changes of meetings: called, prepared, held, written up, judged."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from events.bands import Band
from events.fact import Id
from events.meeting import (
    Attendance,
    BandDecided,
    Counts,
    DocumentsSent,
    Meeting,
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
from events.meeting.judgement import decide_band, self_score, vote
from events.meeting.preparation import call, hold_pre_meeting, send_documents
from events.meeting.session import adopt, approve_minutes, hold
from events.member import Member, Status
from events.organisation import Organisation
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Count, Day, Form, Ident, Instant, Line, PastInstant, Sha256, Text
from services.web.problem import Problem

B = TypeVar("B", bound=Body)


def _number(value: Any) -> Any:
    if isinstance(value, str | bool):
        raise PydanticCustomError("number", "points are a number")
    return value


Points = Annotated[
    Decimal,
    # Not strict, because behind a validator a number of JSON counts as Python's, and only a Decimal would be one.
    Field(strict=False, ge=0, le=100, max_digits=6, decimal_places=3, allow_inf_nan=False),
    BeforeValidator(_number, json_schema_input_type=float),
]
Item = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


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
        return _day(self.held_at, now)


class DocumentsBody(Body):
    """Documents went out."""

    sent_at: PastInstant
    titles: Annotated[tuple[Line, ...], Field(max_length=100)] = ()

    def natural_day(self, now: datetime) -> date | None:
        """The day on which they went out."""
        return _day(self.sent_at, now)


class AttendanceForm(Form):
    """One member at the session."""

    member: Ident
    status: Presence
    spoke: bool | None = None


class CountsForm(Form):
    """What old books kept."""

    present: Count
    excused: Count
    absent: Count
    spoke: Count | None = None


class SessionBody(Body):
    """The session took place; its attendance by name, or in counts."""

    started_at: PastInstant
    ended_at: PastInstant
    chair: Ident | None = None
    secretary: Ident | None = None
    attendance: Annotated[tuple[AttendanceForm, ...], Field(max_length=2000)] = ()
    counts: CountsForm | None = None

    def natural_day(self, now: datetime) -> date | None:
        """The day on which it began."""
        return _day(self.started_at, now)


class TaskForm(Form):
    """What somebody is to do."""

    to: Line
    what: Text
    due_on: Day | None = None


class ResolutionBody(Body):
    """The conclusion, by its tasks."""

    tasks: Annotated[tuple[TaskForm, ...], Field(max_length=200)] = ()


class MinutesBody(Body):
    """The minutes are final."""

    approved_at: PastInstant
    sent_at: PastInstant | None = None
    sha256: Sha256 | None = None

    def natural_day(self, now: datetime) -> date | None:
        """The day on which they were approved."""
        return _day(self.approved_at, now)


class SelfScoreBody(Body):
    """The committee's own points: by item, or in total."""

    items: Annotated[dict[Item, Points], Field(max_length=100)] | None = None
    total: Points | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "SelfScoreBody":
        if bool(self.items) == (self.total is not None):
            raise ValueError("give `items` or `total`, one of the two")
        return self


class VoteBody(Body):
    """The cell's vote on the self-score."""

    for_: Annotated[int, Field(ge=0, le=100_000, alias="for")]
    against: Count
    abstained: Count


class BandBody(Body):
    """The superior's word; `reason` is its reason."""

    band: Band


def _day(instant: datetime, now: datetime) -> date:
    return instant.astimezone(now.tzinfo or ZoneInfo("UTC")).date()


def _here(asked: Asked[B], relation: Relation = Relation.RECORD) -> tuple[Id, Meeting]:
    (ident,) = asked.path
    meeting = asked.sight.of(Meeting, ident)
    if meeting.called is None:
        raise Nothing("meeting")
    asked.must_reach(meeting.called.cell, relation=relation)
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
    return Plan.one(ident, Meeting.KIND, call(meeting, asked.sight.of(Organisation, body.cell), called, asked.on))


def _pre_meeting(asked: Asked[PreMeetingBody]) -> Plan:
    ident, meeting = _here(asked)
    held = PreMeetingHeld(held_at=asked.body.held_at, minutes=asked.body.minutes)
    return Plan.one(ident, Meeting.KIND, hold_pre_meeting(meeting, held, asked.on))


def _documents(asked: Asked[DocumentsBody]) -> Plan:
    ident, meeting = _here(asked)
    sent = DocumentsSent(sent_at=asked.body.sent_at, titles=asked.body.titles)
    return Plan.one(ident, Meeting.KIND, send_documents(meeting, sent, asked.on))


def _session(asked: Asked[SessionBody]) -> Plan:
    ident, meeting = _here(asked)
    body = asked.body
    _must_be_members(asked)
    held = MeetingHeld(
        started_at=body.started_at, ended_at=body.ended_at, chair=body.chair, secretary=body.secretary,
        attendance=tuple(Attendance(member=a.member, status=a.status, spoke=a.spoke) for a in body.attendance),
        counts=Counts(**body.counts.model_dump()) if body.counts is not None else None,
    )  # fmt: skip
    return Plan.one(ident, Meeting.KIND, hold(meeting, held, asked.on))


def _must_be_members(asked: Asked[SessionBody]) -> None:
    """Everybody who is named is a member of the record. No condition: who once was a member always was one."""
    body = asked.body
    named = [(f"/attendance/{n}/member", one.member) for n, one in enumerate(body.attendance)]
    named += [(f"/{role}", who) for role, who in (("chair", body.chair), ("secretary", body.secretary)) if who]
    asked.sight.need(who for _, who in named)
    unknown = [where for where, who in named if asked.sight.glance(Member, who).admitted is None]
    if unknown:
        raise unknown_members(unknown)


def unknown_members(pointers: list[str]) -> Problem:
    """409: the body names members who are not on record."""
    errors = [(pointer, "there is no such member") for pointer in pointers]
    return Problem(409, "member.unknown", "the body names members who are not on record", errors)


def _resolution(asked: Asked[ResolutionBody]) -> Plan:
    ident, meeting = _here(asked)
    tasks = tuple(Task(to=task.to, what=task.what, due_on=task.due_on) for task in asked.body.tasks)
    return Plan.one(ident, Meeting.KIND, adopt(meeting, ResolutionAdopted(tasks=tasks), asked.on))


def _minutes(asked: Asked[MinutesBody]) -> Plan:
    ident, meeting = _here(asked)
    body = asked.body
    approved = MinutesApproved(approved_at=body.approved_at, sent_at=body.sent_at, sha256=body.sha256)
    return Plan.one(ident, Meeting.KIND, approve_minutes(meeting, approved, asked.on))


def _self_score(asked: Asked[SelfScoreBody]) -> Plan:
    ident, meeting = _here(asked)
    scored = SelfScored(items=dict(asked.body.items or {}), total=asked.body.total)
    return Plan.one(ident, Meeting.KIND, self_score(meeting, scored, asked.on))


def _vote(asked: Asked[VoteBody]) -> Plan:
    ident, meeting = _here(asked)
    taken = VoteTaken(
        for_=asked.body.for_, against=asked.body.against, abstained=asked.body.abstained,
        entitled=_entitled(asked, meeting),
    )  # fmt: skip
    return Plan.one(ident, Meeting.KIND, vote(meeting, taken, asked.on))


def _entitled(asked: Asked[VoteBody], meeting: Meeting) -> int | None:
    """How many of those present had a vote; None where the session has only counts.

    At a glance: what is recorded of a member at the same moment need not stop the vote.
    """
    if meeting.called is None or meeting.held is None or not meeting.attendance:
        return None
    present = [one.member for one in meeting.attendance if one.status is Presence.PRESENT]
    asked.sight.need(present)
    cell, day = meeting.called.cell, _day(meeting.held.started_at, asked.now)
    return sum(_votes_in(asked.sight.glance(Member, member), cell, day) for member in present)


def _votes_in(member: Member, cell: Id, day: date) -> bool:
    """Official, and not here for a time only; who came into the book later counts by what he was then."""
    status = member.status_on(day) or (member.admitted.status if member.admitted is not None else None)
    away = member.away(day)
    return status is not Status.PROBATIONARY and (away is None or away.introduced.to != cell)


def _band(asked: Asked[BandBody]) -> Plan:
    """The superior decides: a token of the cell's own does not."""
    ident, meeting = _here(asked)
    assert meeting.called is not None
    asked.must_reach(asked.sight.glance(Organisation, meeting.called.cell).parent)
    decided = BandDecided(band=asked.body.band, reason=asked.body.reason)
    return Plan.one(ident, Meeting.KIND, decide_band(meeting, decided, asked.on, history=asked.body.backfill))


CHANGES = (
    Change("/meetings", MeetingBody, _call, "Call a meeting"),
    Change("/meetings/{id}/pre-meetings", PreMeetingBody, _pre_meeting, "Record the committee's pre-meeting"),
    Change("/meetings/{id}/documents", DocumentsBody, _documents, "Record that documents were sent"),
    Change("/meetings/{id}/sessions", SessionBody, _session, "Record the session and its attendance"),
    Change("/meetings/{id}/resolutions", ResolutionBody, _resolution, "Record the resolution"),
    Change("/meetings/{id}/minutes", MinutesBody, _minutes, "Record that the minutes were approved"),
    Change("/meetings/{id}/self-scores", SelfScoreBody, _self_score, "Record the committee's self-score"),
    Change("/meetings/{id}/votes", VoteBody, _vote, "Record the cell's vote on the self-score"),
    Change("/meetings/{id}/bands", BandBody, _band, "Decide the band, as the superior"),
)

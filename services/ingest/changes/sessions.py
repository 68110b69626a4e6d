"""Changes of meetings that take place: the session, who was there, what was resolved, and what came of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from events.fact import Id, Refused
from events.meeting import (
    Attendance,
    Counts,
    Meeting,
    MeetingHeld,
    MinutesApproved,
    Presence,
    ResolutionAdopted,
    Task,
    TaskResult,
    TaskResultsRecorded,
)
from events.meeting.results import record_results
from events.meeting.session import adopt, approve_minutes, hold
from events.member import Member
from events.organisation import Organisation, must_exist
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import NUMBER, Body, Count, Day, Form, Ident, Line, PastInstant, Sha256, Text
from services.ingest.changes.meetings import day_of, here
from services.web.problem import Problem

A_DAY = timedelta(days=1)


def _task_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4 else value


TaskNumber = Annotated[int, Field(ge=1, le=200), BeforeValidator(_task_number, json_schema_input_type=int | str)]
"""Of a task in its resolution, from 1 on; its id in an answer is the same as a text."""
Share = Annotated[Decimal, Field(strict=False, ge=0, le=1, max_digits=5, decimal_places=4, allow_inf_nan=False), NUMBER]


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
        return day_of(self.started_at, now)


class TaskForm(Form):
    """What somebody is to do."""

    to: Line
    what: Text
    due_on: Day | None = None


class ResolutionBody(Body):
    """The conclusion, by its tasks."""

    tasks: Annotated[tuple[TaskForm, ...], Field(max_length=200)] = ()


class TaskResultForm(Form):
    """How much of a task is done: `share` from 0 to 1."""

    task: TaskNumber
    share: Share


class TaskResultsBody(Body):
    """What has come of this meeting's resolution; it may be said again as work goes on."""

    results: Annotated[tuple[TaskResultForm, ...], Field(min_length=1, max_length=200)]


class MinutesBody(Body):
    """The minutes are final."""

    approved_at: PastInstant
    sent_at: PastInstant | None = None
    sha256: Sha256 | None = None

    def natural_day(self, now: datetime) -> date | None:
        """The day on which they were approved."""
        return day_of(self.approved_at, now)


def _session(asked: Asked[SessionBody]) -> Plan:
    ident, meeting = here(asked)
    body = asked.body
    held = MeetingHeld(
        started_at=body.started_at, ended_at=body.ended_at, chair=body.chair, secretary=body.secretary,
        attendance=tuple(Attendance(member=a.member, status=a.status, spoke=a.spoke) for a in body.attendance),
        counts=Counts(**body.counts.model_dump()) if body.counts is not None else None,
    )  # fmt: skip
    members = _named(asked)
    facts = hold(meeting, held, asked.on)
    if facts and meeting.called is not None:
        # It was there when the meeting was called; a cell that has ended since does not meet.
        cell = asked.sight.of(Organisation, meeting.called.cell)
        must_exist(cell, day_of(body.started_at, asked.now), "meeting.cell", "/started_at")
        _must_belong(asked, members, meeting.called.cell)
        _must_have_lived(asked, members)
    return Plan.one(ident, Meeting.KIND, facts)


def _named(asked: Asked[SessionBody]) -> dict[Id, Member]:
    """Everybody who is named, and is a member of the record; what is looked at may not change until it is recorded.

    Raises:
        Problem: 409 `member.unknown`.
    """
    body = asked.body
    named = [(f"/attendance/{n}/member", one.member) for n, one in enumerate(body.attendance)]
    named += [(f"/{role}", who) for role, who in (("chair", body.chair), ("secretary", body.secretary)) if who]
    asked.sight.need(who for _, who in named)
    members = {who: asked.sight.of(Member, who) for _, who in named}
    unknown = [where for where, who in named if members[who].admitted is None]
    if unknown:
        raise unknown_members(unknown)
    return members


def _must_belong(asked: Asked[SessionBody], members: Mapping[Id, Member], cell: Id) -> None:
    """Only the cell's own members attend, and those whom others have sent to it for a time; anybody may chair.

    Raises:
        Refused: `meeting.attendee_elsewhere`.
    """
    day = day_of(asked.body.started_at, asked.now)
    for number, one in enumerate(asked.body.attendance):
        if cell not in _belongs_to(members[one.member], day):
            pointer = f"/attendance/{number}/member"
            raise Refused("meeting.attendee_elsewhere", "on that day this member belongs to another cell", pointer)


def _must_have_lived(asked: Asked[SessionBody], members: Mapping[Id, Member]) -> None:
    """Whoever chairs or keeps the minutes may be anybody, but is alive; on the day of his death he may have been.

    Raises:
        Refused: `member.died`.
    """
    day = day_of(asked.body.started_at, asked.now)
    for role, who in (("chair", asked.body.chair), ("secretary", asked.body.secretary)):
        died_on = members[who].died_on if who is not None else None
        if died_on is not None and day > died_on:
            raise Refused("member.died", f"the member died on {died_on}", f"/{role}")


def _belongs_to(member: Member, day: date) -> set[Id | None]:
    """Where he may attend. On the day of a reception both sides count; who came into the book later, as he came."""
    guest = [away.introduced.to for on in (day - A_DAY, day) if (away := member.away(on))]
    admitted = member.admitted
    came_later = member.since is None or day < member.since
    first = admitted.cell if admitted is not None and came_later else None
    return {member.cell_on(day - A_DAY), member.cell_on(day), first, *guest} - {None}


def unknown_members(pointers: list[str]) -> Problem:
    """409: the body names members who are not on record."""
    errors = [(pointer, "there is no such member") for pointer in pointers]
    return Problem(409, "member.unknown", "the body names members who are not on record", errors)


def _resolution(asked: Asked[ResolutionBody]) -> Plan:
    ident, meeting = here(asked)
    tasks = tuple(Task(to=task.to, what=task.what, due_on=task.due_on) for task in asked.body.tasks)
    return Plan.one(ident, Meeting.KIND, adopt(meeting, ResolutionAdopted(tasks=tasks), asked.on))


def _results(asked: Asked[TaskResultsBody]) -> Plan:
    ident, meeting = here(asked)
    results = tuple(TaskResult(task=one.task, share=one.share) for one in asked.body.results)
    return Plan.one(ident, Meeting.KIND, record_results(meeting, TaskResultsRecorded(results=results), asked.on))


def _minutes(asked: Asked[MinutesBody]) -> Plan:
    ident, meeting = here(asked)
    body = asked.body
    approved = MinutesApproved(approved_at=body.approved_at, sent_at=body.sent_at, sha256=body.sha256)
    return Plan.one(ident, Meeting.KIND, approve_minutes(meeting, approved, asked.on))


CHANGES = (
    Change("/meetings/{id}/sessions", SessionBody, _session, "Record the session and its attendance"),
    Change("/meetings/{id}/resolutions", ResolutionBody, _resolution, "Record the resolution"),
    Change("/meetings/{id}/task-results", TaskResultsBody, _results, "Record what came of the resolution's tasks"),
    Change("/meetings/{id}/minutes", MinutesBody, _minutes, "Record that the minutes were approved"),
)

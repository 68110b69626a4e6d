"""Every meeting in a line: when, how many were there, which steps it has taken, what three bodies thought of it."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from events.bands import Band
from events.fact import Id
from events.meeting import Meeting, MeetingKind
from events.meeting.session import count
from projections.folded import Folded, facts_of
from projections.view import View


class Row(NamedTuple):
    """A meeting. `meets_on` is the day on which it was held, until then the one for which it is planned."""

    cell: Id
    kind: MeetingKind
    theme: str | None
    campaign: Id | None
    code: str | None
    planned_at: datetime
    meets_on: date
    started_at: datetime | None
    ended_at: datetime | None
    present: int | None
    excused: int | None
    absent: int | None
    spoke: int | None
    pre_meeting_at: datetime | None
    documents_at: datetime | None
    tasks: int | None
    minutes_at: datetime | None
    minutes_sent_at: datetime | None
    points: Decimal | None
    votes_for: int | None
    votes_against: int | None
    votes_abstained: int | None
    band: Band | None


def rows(meeting: Meeting) -> Sequence[Row]:
    """The one line of a meeting that was called."""
    called = meeting.called
    if called is None:
        return ()
    on = (meeting.held.started_at if meeting.held else called.planned_at).date()
    said = (called.cell, called.kind, called.theme, called.campaign, called.code, called.planned_at, on)
    return [Row._make((*said, *_session(meeting), *_steps(meeting), *_judgement(meeting)))]


def _session(meeting: Meeting) -> tuple[Any, ...]:
    held = meeting.held
    if held is None:
        return (None,) * 6
    counts = count(meeting.attendance) if meeting.attendance else held.counts
    numbers = (counts.present, counts.excused, counts.absent, counts.spoke) if counts else (None,) * 4
    return (held.started_at, held.ended_at, *numbers)


def _steps(meeting: Meeting) -> tuple[Any, ...]:
    before, minutes, resolution = meeting.pre_meeting, meeting.minutes, meeting.resolution
    return (
        before.held_at if before else None,
        min((sent.sent_at for sent in meeting.documents), default=None),
        len(resolution.tasks) if resolution else None,
        minutes.approved_at if minutes else None,
        minutes.sent_at if minutes else None,
    )


def _judgement(meeting: Meeting) -> tuple[Any, ...]:
    score, vote, decided = meeting.self_score, meeting.vote, meeting.band
    votes = (vote.for_, vote.against, vote.abstained) if vote else (None,) * 3
    return (score.points if score else None, *votes, decided.band if decided else None)


VIEW = View(
    name="meetings",
    columns={
        "cell": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "theme": "text",
        "campaign": "uuid",
        "code": "text",
        "planned_at": "timestamptz NOT NULL",
        "meets_on": "date NOT NULL",
        "started_at": "timestamptz",
        "ended_at": "timestamptz",
        "present": "integer",
        "excused": "integer",
        "absent": "integer",
        "spoke": "integer",
        "pre_meeting_at": "timestamptz",
        "documents_at": "timestamptz",
        "tasks": "integer",
        "minutes_at": "timestamptz",
        "minutes_sent_at": "timestamptz",
        "points": "numeric",
        "votes_for": "integer",
        "votes_against": "integer",
        "votes_abstained": "integer",
        "band": "text",
    },
    reads=facts_of("meeting"),
    subject=lambda: Folded(Meeting(), rows),
    indexes=("(cell, meets_on)", "(campaign) WHERE campaign IS NOT NULL", "(meets_on, stream)", "(code)"),
)

"""Years of cells as secretaries enter them: twelve regular and four thematic meetings, each with all of its facts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bench.facts import ACTOR
from events import wire
from events.bands import Band
from events.fact import Fact, Id, stored_name
from events.meeting import (
    Attendance,
    BandDecided,
    DocumentsSent,
    LastResults,
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
from events.request import Entry, Request, Write
from services.ingest.asked import new_id

YEAR = 2026
THEMATIC = (3, 6, 9, 12)
MEETINGS = 12 + len(THEMATIC)
HEADS = 16
"""On the roll of a cell: 42,000 members in 2,618 cells."""
JUDGED = {"content": 5, "steps": 5, "discussion": 24, "chairing": 9, "principles": 5}


def years(members: Mapping[Id, list[Id]]) -> Iterator[Request]:
    """A request a meeting of each cell, with its members listed, in the order of the months."""
    for month in range(1, 13):
        for number, (cell, listed) in enumerate(members.items()):
            yield _met(cell, listed, MeetingKind.REGULAR, datetime(YEAR, month, 5, 12, 30, tzinfo=UTC), number)
            if month in THEMATIC:
                at = datetime(YEAR, month, 19, 12, 30, tzinfo=UTC)
                yield _met(cell, listed, MeetingKind.THEMATIC, at, number)


def _met(cell: Id, members: list[Id], kind: MeetingKind, at: datetime, number: int) -> Request:
    meeting, day = new_id(), at.date()
    facts = _facts(cell, members, kind, at, number + at.month)
    entries = [Entry(stored_name(fact), _on(fact, day), wire.encode(fact)) for fact in facts]
    return Request(new_id(), ACTOR, [Write(meeting, 0, entries)])


def _on(fact: Fact, day: date) -> date:
    return day - timedelta(days=3) if isinstance(fact, MeetingCalled | PreMeetingHeld | DocumentsSent) else day


def _facts(cell: Id, members: list[Id], kind: MeetingKind, at: datetime, number: int) -> list[Fact]:
    day = timedelta(days=1)
    missing = number % 5
    there = tuple(
        Attendance(member, Presence.EXCUSED if seat < missing // 2 else Presence.PRESENT, seat % 2 == 0 or None)
        for seat, member in enumerate(members)
    )
    tasks = (Task(to=members[0], what="Rà soát việc thực hiện nghị quyết", due_on=(at + 30 * day).date()),)
    items = {item: Decimal(points) for item, points in JUDGED.items()}
    last = LastResults(meeting=cell, share=Decimal("0.95")) if number % 3 else None
    if last is None:
        items["last-resolution"] = Decimal(26)
    return [
        MeetingCalled(cell=cell, kind=kind, planned_at=at, agenda=("Tình hình tháng trước", "Nhiệm vụ tháng này")),
        PreMeetingHeld(held_at=at - 2 * day, minutes=True),
        DocumentsSent(sent_at=at - (number % 4) * day, titles=("Dự thảo nghị quyết",)),
        MeetingHeld(started_at=at, ended_at=at + timedelta(minutes=80 + number % 3 * 10), attendance=there),
        ResolutionAdopted(tasks=tasks),
        MinutesApproved(approved_at=at + (number % 4) * day, sent_at=at + 2 * day),
        SelfScored(items=items, last=last),
        VoteTaken(for_=14, against=0, abstained=0, entitled=15),
        BandDecided(band=Band.GOOD),
    ]

"""Meetings of cell 7 that are worth so many points by the national frame."""

from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from events.fact import Fact, Id
from events.meeting import DocumentsSent, MeetingKind, MinutesApproved, PreMeetingHeld, SelfScored
from tests.examples import CELL_7
from tests.scoring.meeting import ADOPTED, ALL_JUDGED, CALLED, HANOI, held

BY_FACTS = 20
"""What time, attendance, notice and closing give."""


def judged(points: Decimal) -> SelfScored:
    """A self-score that makes so many of the meeting, 20 to 100, together with what its facts give."""
    items, left = {}, points - BY_FACTS
    for item, most in ALL_JUDGED.items():
        items[item] = min(left, Decimal(most))
        left -= items[item]
    assert left == 0, "from 20 to 100 points"
    return SelfScored(items=items)


def worth(
    day: str, points: object = 100, *, kind: MeetingKind = MeetingKind.REGULAR, cell: Id = CELL_7
) -> tuple[Fact, ...]:
    """A meeting of two hours on the evening of a day, prepared and closed in time; "?": nobody has scored it."""
    start = datetime.fromisoformat(f"{day}T19:30").replace(tzinfo=HANOI)
    facts: tuple[Fact, ...] = (
        replace(CALLED, cell=cell, kind=kind, planned_at=start),
        PreMeetingHeld(held_at=start.replace(hour=8), minutes=True),
        DocumentsSent(sent_at=datetime.fromtimestamp(start.timestamp() - 2 * 86_400, HANOI)),
        held(start=start, end=start.replace(hour=21, minute=30)),
        ADOPTED,
        MinutesApproved(approved_at=start.replace(hour=23)),
    )
    return facts if points == "?" else (*facts, judged(Decimal(str(points))))

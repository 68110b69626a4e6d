"""A meeting of cell 7 that went well, fact by fact, and what a score says of it when one of them is another."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from events import wire
from events.bands import Band
from events.fact import Fact, Id, Record, stored_name
from events.meeting import (
    BandDecided,
    Counts,
    DocumentsSent,
    MeetingCalled,
    MeetingHeld,
    MeetingKind,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
    VoteTaken,
)
from services.scoring.meetings.meeting_facts import gather
from services.scoring.meetings.meeting_score import score_in_force
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import shipped
from services.scoring.score import Line, Score
from tests.examples import CELL_7, an_id

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MEETING = an_id("meeting")


def at(day: int, clock: str = "19:30", month: int = 3) -> datetime:
    """An instant of March 2026 on Hanoi's clock, kept in UTC as offices' servers do."""
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    return datetime(2026, month, day, hour, minute, second, tzinfo=HANOI).astimezone(UTC)


START, END = at(5), at(5, "21:30")

CALLED = MeetingCalled(cell=CELL_7, kind=MeetingKind.REGULAR, planned_at=at(5))
PREPARED = PreMeetingHeld(held_at=at(2), minutes=True)
DOCUMENTS = DocumentsSent(sent_at=at(3), titles=("Dự thảo nghị quyết",))
ADOPTED = ResolutionAdopted()
APPROVED = MinutesApproved(approved_at=at(6))
ALL_JUDGED = {"content": 5, "steps": 5, "discussion": 25, "chairing": 10, "principles": 5, "last-resolution": 30}


def held(
    present: int = 25,
    excused: int = 0,
    absent: int = 0,
    *,
    start: datetime = START,
    end: datetime = END,
) -> MeetingHeld:
    """A session with counts; two hours on the evening of 5 March."""
    return MeetingHeld(started_at=start, ended_at=end, counts=Counts(present=present, excused=excused, absent=absent))


def scored(**items: int | str) -> SelfScored:
    """Full marks for what people judge, but for these (`last_resolution` for `last-resolution`)."""
    given = ALL_JUDGED | {name.replace("_", "-"): points for name, points in items.items()}
    return SelfScored(items={name: Decimal(points) for name, points in given.items()})


def voted(for_: int, against: int = 0, abstained: int = 0) -> VoteTaken:
    return VoteTaken(for_=for_, against=against, abstained=abstained)


def decided(band: Band = Band.GOOD) -> BandDecided:
    return BandDecided(band=band)


PERFECT: tuple[Fact, ...] = (CALLED, PREPARED, DOCUMENTS, held(), ADOPTED, APPROVED, scored())
"""At positions 1 to 7."""


def without(*facts: Fact) -> tuple[Fact, ...]:
    return tuple(fact for fact in PERFECT if fact not in facts)


def instead(**facts: Fact) -> tuple[Fact, ...]:
    """The perfect meeting with the fact of the same class replaced; the names are for the reader."""
    other = {type(fact): fact for fact in facts.values()}
    return tuple(other.get(type(fact), fact) for fact in PERFECT)


def record(fact: Fact, position: int) -> Record:
    """As the ledger keeps it."""
    day = at(5).date()
    return Record(position, MEETING, position, stored_name(fact), day, 0, "clerk", "", MEETING, 0, wire.encode(fact))


def records(facts: Iterable[Fact]) -> list[Record]:
    """At positions 1, 2, …"""
    return [record(fact, position) for position, fact in enumerate(facts, start=1)]


def score_meeting(meeting: Id, of: Iterable[Record], packs: Iterable[Pack], zone: ZoneInfo) -> Score | None:
    """What a meeting is worth by its own records alone, where nobody has adopted a pack."""
    return score_in_force(gather(meeting, of, zone), RulesInForce(packs))


def score_of(*facts: Fact, zone: ZoneInfo = HANOI) -> Score:
    found = score_meeting(MEETING, records(facts), shipped(), zone)
    assert found is not None
    return found


def line(item: str, *facts: Fact, zone: ZoneInfo = HANOI) -> Line:
    return next(one for one in score_of(*facts, zone=zone).lines if one.item == item)


def points(item: str, *facts: Fact, zone: ZoneInfo = HANOI) -> Decimal | None:
    return line(item, *facts, zone=zone).points

"""What is on record about one meeting: the facts that a score looks at, each with its place in the log."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, cast
from zoneinfo import ZoneInfo

from events import wire
from events.correction import NAMES, Struck
from events.fact import Fact, Id, Record, stored_name
from events.meeting import (
    Attendance,
    AttendanceRecorded,
    BandDecided,
    Counts,
    DocumentsSent,
    MeetingCalled,
    MeetingCancelled,
    MeetingHeld,
    MeetingPostponed,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
    VoteTaken,
)
from events.meeting.session import count
from services.scoring.meetings.meeting_context import ALONE, MeetingContext

F = TypeVar("F", bound=Fact)

KINDS: tuple[type[Fact], ...] = (
    MeetingCalled,
    MeetingPostponed,
    MeetingCancelled,
    PreMeetingHeld,
    DocumentsSent,
    MeetingHeld,
    AttendanceRecorded,
    ResolutionAdopted,
    MinutesApproved,
    SelfScored,
    VoteTaken,
    BandDecided,
)
LOOKED_AT = frozenset(stored_name(kind) for kind in KINDS)
"""The stored names of the facts that may change a score; any other record of the stream changes nothing."""


class Told(NamedTuple, Generic[F]):
    """A fact and the position that told of it."""

    position: int
    fact: F


KnownAt = Callable[[Id, int], "MeetingFacts | None"]
"""The same meeting, and what surrounded it, as known at a position."""


class MeetingFacts:
    """One meeting's facts in the order of their positions, the time zone of its days, and what surrounds it."""

    def __init__(
        self, meeting: Id, told: Sequence[Told[Fact]], zone: ZoneInfo, context: MeetingContext = ALONE
    ) -> None:
        self.meeting = meeting
        self.told = told
        self.zone = zone
        self.context = context
        self.struck: tuple[int, ...] = ()
        """The positions that struck through what a score looks at."""
        self.known_at: KnownAt | None = None
        self.findings: dict[str, Any] = {}
        """What the rules of `meeting_lines` have found in them already, by their names."""
        self._last = {type(one.fact): one for one in told}
        called, held = self.last(MeetingCalled), self.last(MeetingHeld)
        self.cell: Id | None = None if called is None else called.fact.cell
        """Whose meeting it is; None before the call."""
        self.planned = None if called is None else self._planned(called)
        """When it was to be by the last word on it, and the positions that say so; None before the call."""
        self.day: date | None = None
        """On which it began, or is planned to by now, on the committees' clock; None before the call."""
        if self.planned is not None:
            self.day = self.local(held.fact.started_at if held else self.planned[0]).date()

    @property
    def position(self) -> int:
        """The last position that was looked at; 0 where there is none."""
        return self.told[-1].position if self.told else 0

    def all(self, kind: type[F]) -> list[Told[F]]:
        """Every fact of one kind, oldest first."""
        return [Told(position, fact) for position, fact in self.told if isinstance(fact, kind)]

    def last(self, kind: type[F]) -> Told[F] | None:
        """The latest word of one kind; None where nobody has said anything."""
        return cast("Told[F] | None", self._last.get(kind))

    def upto(self, position: int) -> "MeetingFacts":
        """What was on record at that position, of its surroundings too where those are known."""
        if self.known_at is not None and self.context.position > position:
            found = self.known_at(self.meeting, position)
            if found is not None:
                return found
        told, context = [told for told in self.told if told.position <= position], self.context.upto(position)
        then = MeetingFacts(self.meeting, told, self.zone, context)
        if len(told) == len(self.told):
            # Only thematic meetings of the month may be others, at which no rule looks.
            then.findings = self.findings
        return then

    @cached_property
    def session(self) -> tuple[int, ...]:
        """The positions that tell of the session and of who was there; () before it."""
        held, named = self.last(MeetingHeld), self.last(AttendanceRecorded)
        if held is None:
            return ()
        return (held.position, named.position) if named else (held.position,)

    @cached_property
    def attendance(self) -> tuple[Attendance, ...]:
        """Everybody who is listed by name, also who is outside the base; () where there are only counts."""
        held, named = self.last(MeetingHeld), self.last(AttendanceRecorded)
        if held is None:
            return ()
        return named.fact.attendance if named else held.fact.attendance

    @cached_property
    def listed(self) -> frozenset[Id]:
        """The same as ids."""
        return frozenset([one.member for one in self.attendance])

    def there(self) -> tuple[Counts, tuple[int, ...]] | None:
        """How many of the base were present, excused and absent, and the positions that say so; None before it.

        Who is outside the base on that day counts nowhere, though he be listed. A session's names, recorded after its
        counts, agree with them (contract of `meeting.attendance_recorded`); counts have nobody but the base.
        """
        return self._there

    @cached_property
    def _there(self) -> tuple[Counts, tuple[int, ...]] | None:
        held, listed, outside = self.last(MeetingHeld), self.attendance, self.context.outside
        if held is None:
            return None
        if listed and outside and not outside.isdisjoint(self.listed):
            left = count([one for one in listed if one.member not in outside])
            return left, tuple(sorted({*self.session, *self.context.outside_facts}))
        return held.fact.counts or count(listed), self.session

    @cached_property
    def unlisted(self) -> frozenset[Id]:
        """Who belongs to the base by the roll of the day while nobody has said whether he came; nobody of counts."""
        if not self.attendance or not self.context.unlisted:
            return frozenset()
        return self.context.unlisted - self.listed

    @cached_property
    def base(self) -> tuple[int, tuple[int, ...]] | None:
        """How many there should have been, and the positions that say so; None before the session."""
        if self._there is None:
            return None
        counts, positions = self._there
        if self.attendance and self.context.roll_facts:
            positions = tuple(sorted({*positions, *self.context.roll_facts}))
        return counts.present + counts.excused + counts.absent + len(self.unlisted), positions

    def _planned(self, called: Told[MeetingCalled]) -> tuple[datetime, tuple[int, ...]]:
        postponed = self.last(MeetingPostponed)
        if postponed is None:
            return called.fact.planned_at, (called.position,)
        return postponed.fact.planned_at, (called.position, postponed.position)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.last(MeetingCancelled) is not None

    def local(self, instant: datetime) -> datetime:
        """The same instant on the committees' clock, whose date is the day that counts."""
        return instant.astimezone(self.zone)


def decoded(records: Iterable[Record]) -> Iterator[Told[Fact]]:
    """What the records say that a score looks at."""
    return (Told(r.position, wire.decode(r.name, r.data)) for r in records if r.name in LOOKED_AT)


def strikes(records: Sequence[Record]) -> tuple[int, ...]:
    """The positions that struck through what a score looks at."""
    looked_at = {record.position for record in records if record.name in LOOKED_AT}
    said = [(record.position, wire.decode(record.name, record.data)) for record in records if record.name in NAMES]
    return tuple(position for position, fact in said if isinstance(fact, Struck) and fact.position in looked_at)


def gather(meeting: Id, records: Iterable[Record], zone: ZoneInfo) -> MeetingFacts:
    """The facts in a meeting's records; the place in the log orders them, not the order in which they come."""
    return MeetingFacts(meeting, sorted(decoded(records), key=lambda one: one.position), zone)

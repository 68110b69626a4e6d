"""The rhythm of a cell's meetings: a regular one every month, a thematic one at least once a quarter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from events.meeting import MeetingCalled, MeetingHeld, MeetingKind
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.period import Period

SOURCE = (
    "Mục tiêu theo nghị quyết năm 2023 của tỉnh: 100 % chi bộ sinh hoạt thường kỳ hằng tháng, "
    "sinh hoạt chuyên đề ít nhất mỗi quý một lần"
)


@dataclass(frozen=True, slots=True)
class Beat:
    """`held` of the `of` months (or quarters) that are over, or in which it has met already; `missing` are the others.

    `meetings` counts every meeting of the kind, `facts` are the positions of their sessions.
    """

    meetings: int
    held: int
    of: int
    missing: tuple[str, ...]
    facts: tuple[int, ...]

    @property
    def kept(self) -> bool | None:
        """Whether none is missing; None while nothing can be known yet."""
        return None if self.of == 0 else self.held == self.of


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Both kinds; a quarter counts where the period has all of it."""

    regular: Beat
    thematic: Beat
    source: str = SOURCE


@dataclass(frozen=True, slots=True)
class Life:
    """When a cell was there: from `since` on, and before `until` where it has ended."""

    since: date
    until: date | None = None

    def whole(self, span: Period) -> bool:
        """Whether it was there from the first day of it to the last."""
        return self.since <= span.first and (self.until is None or span.last < self.until)


def rhythm(meetings: Iterable[MeetingFacts], period: Period, life: Life, today: date) -> Rhythm:
    """How regularly a cell has met in a period, as far as can be known at the end of `today`.

    A month in which it was not there from its first day to its last is asked for nothing.
    """
    held = [facts for facts in meetings if facts.last(MeetingHeld) is not None and facts.day in period]
    return Rhythm(
        regular=_beat(_of(held, MeetingKind.REGULAR), months(period), life, today),
        thematic=_beat(_of(held, MeetingKind.THEMATIC), quarters(period), life, today),
    )


def months(period: Period) -> tuple[Period, ...]:
    """Its months, in order."""
    return tuple(Period.parse(f"{first:%Y-%m}") for first in period.months())


def quarters(period: Period) -> tuple[Period, ...]:
    """The quarters that it has all of: four, one, or none."""
    of_year = (Period.parse(f"{period.first.year:04}-Q{number}") for number in range(1, 5))
    return tuple(one for one in of_year if one.first in period and one.last in period)


def _of(held: Iterable[MeetingFacts], kind: MeetingKind) -> list[MeetingFacts]:
    return [facts for facts in held if (called := facts.last(MeetingCalled)) is not None and called.fact.kind is kind]


def _beat(held: Sequence[MeetingFacts], spans: Sequence[Period], life: Life, today: date) -> Beat:
    days = [facts.day for facts in held if facts.day is not None]
    met = {span.text for span in spans if any(day in span for day in days)}
    due = [span.text for span in spans if span.text in met or (span.last <= today and life.whole(span))]
    missing = tuple(text for text in due if text not in met)
    return Beat(len(held), len(met), len(due), missing, _positions(held))


def _positions(held: Iterable[MeetingFacts]) -> tuple[int, ...]:
    return tuple(sorted({position for facts in held for position in facts.session}))

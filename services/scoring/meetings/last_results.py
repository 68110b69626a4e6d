"""What has come of the resolution of the regular meeting before, for the meeting that is scored by it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from events import wire
from events.correction import effective
from events.fact import Fact, Id, Record, stored_name
from events.meeting import (
    LastResults,
    MeetingCalled,
    MeetingHeld,
    MeetingKind,
    ResolutionAdopted,
    SelfScored,
    TaskResultsRecorded,
)
from events.meeting.results import mean_of
from services.scoring.meetings.meeting_facts import MeetingFacts, Told

NAME = stored_name(TaskResultsRecorded)


class Result(NamedTuple):
    """What was told of some tasks, by which record, of which day."""

    position: int
    on: date
    fact: TaskResultsRecorded


class Late(NamedTuple):
    """A meeting whose self-score is to be read with other results than it was given with, and the records of these."""

    share: Decimal
    facts: tuple[int, ...]
    meeting: Id


def results_of(records: Iterable[Record], day: date) -> list[Result]:
    """What counts of it by a day, in the order of the log."""
    counts = (record for record in effective(list(records)) if record.name == NAME and record.effective_on <= day)
    return sorted(Result(one.position, one.effective_on, _read(one)) for one in counts)


def late_results(
    meetings: Sequence[MeetingFacts], told: Mapping[Id, Sequence[Result]]
) -> Iterator[tuple[MeetingFacts, Late]]:
    """Each self-score, in meetings in their order, after which results were told that the day of its session had.

    What was told before is in the self-score itself. What was done after the session is the next meeting's matter.
    """
    before: MeetingFacts | None = None
    for facts in meetings:
        called, held = facts.last(MeetingCalled), facts.last(MeetingHeld)
        if called is None or held is None or called.fact.kind is not MeetingKind.REGULAR or facts.is_cancelled:
            continue
        earlier, before = before, facts
        scored = facts.last(SelfScored)
        results = told.get(earlier.meeting, ()) if earlier is not None else ()
        if not results or earlier is None or scored is None or facts.day is None or earlier.day == facts.day:
            continue
        if results[-1].position < scored.position:
            continue
        counted = [one for one in results if one.position < scored.position or one.on <= facts.day]
        resolution = earlier.last(ResolutionAdopted)
        share = mean_of(len(resolution.fact.tasks) if resolution else 0, [one.fact for one in counted])
        if share is not None and counted[-1].position > scored.position:
            yield facts, Late(share, tuple(one.position for one in counted), earlier.meeting)


def with_results(told: Sequence[Told[Fact]], late: Late) -> list[Told[Fact]]:
    """The same facts, with the self-score as it would be given with those results."""
    last = LastResults(meeting=late.meeting, share=late.share)
    return [
        Told(position, replace(fact, last=last)) if isinstance(fact, SelfScored) else Told(position, fact)
        for position, fact in told
    ]


def _read(record: Record) -> TaskResultsRecorded:
    fact = wire.decode(record.name, record.data)
    assert isinstance(fact, TaskResultsRecorded), "it has that name"
    return fact

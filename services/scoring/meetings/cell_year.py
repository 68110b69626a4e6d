"""A cell's year: all of its meetings with what surrounds each, read from the log, and what each of them is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from events.correction import NAMES, effective
from events.fact import Fact, Id, Record
from events.meeting import AttendanceRecorded, MeetingHeld
from projections import meeting_records, meetings
from projections.asked import AsOf
from projections.reading import pasts
from services.scoring.meetings import circumstances
from services.scoring.meetings.circumstances import Circumstances
from services.scoring.meetings.last_results import NAME as RESULTS
from services.scoring.meetings.last_results import Result, late_results, results_of, with_results
from services.scoring.meetings.meeting_facts import MeetingFacts, Told, decoded, gather, strikes
from services.scoring.meetings.meeting_score import score_in_force
from services.scoring.meetings.year_context import contexts, day_of
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Score

SESSIONS = (MeetingHeld, AttendanceRecorded)
_position = attrgetter("position")
AT_ONCE = 100
"""Cells whose meetings are in memory at a time."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a year follows from, up to some position: the records of all meetings that ever were in it."""

    records: Mapping[Id, Sequence[Record]]
    told: Mapping[int, Told[Fact]]
    """What the records say that a score looks at, by position."""
    around: Circumstances
    zone: ZoneInfo
    day: date
    """Facts count that held by then."""
    results: frozenset[Id] = frozenset()
    """The meetings of whose resolutions results were ever told."""


@dataclass(frozen=True, slots=True)
class CellYear:
    """The meetings of a cell whose day is in that year, in the order of their days; those called off are among them."""

    cell: Id
    year: int
    meetings: tuple[MeetingFacts, ...]
    sources: Sources | None = field(default=None, repr=False, compare=False)

    def at(self, position: int) -> "CellYear":
        """The same year as it was known at an earlier position; a year that was not read from a log is what it is."""
        return self if self.sources is None else made(self.cell, self.year, self.sources, position)


def made(cell: Id, year: int, sources: Sources, known: int) -> CellYear:
    """The year that follows from its sources up to a position."""
    mine: list[MeetingFacts] = []
    struck = 0
    results: dict[Id, Sequence[Result]] = {}
    for meeting, records in sources.records.items():
        read = records
        if records and records[-1].position > known:
            read = [record for record in records if record.position <= known]
        striking = [record.position for record in read if record.name in NAMES]
        facts = MeetingFacts(meeting, _told(read, sources, bool(striking)), sources.zone)
        if striking:
            struck, facts.struck = max(struck, *striking), strikes(read)
        if facts.cell == cell and facts.day is not None:
            mine.append(facts)
            if meeting in sources.results:
                results[meeting] = results_of(read, sources.day)
    mine.sort(key=_place)
    later = _scored_by(mine, results) if results else {}
    found = [facts for facts in mine if facts.day is not None and facts.day.year == year]

    def known_at(meeting: Id, position: int) -> MeetingFacts | None:
        then = made(cell, year, sources, position)
        return next((facts for facts in then.meetings if facts.meeting == meeting), None)

    for facts, context in zip(found, contexts(cell, found, sources.around, known, struck), strict=True):
        facts.context, facts.known_at = context, known_at
        if facts.meeting in later:
            facts.context = replace(
                context, result_facts=later[facts.meeting], position=max(context.position, *later[facts.meeting])
            )
    return CellYear(cell, year, tuple(found), sources)


def _scored_by(meetings: list[MeetingFacts], results: Mapping[Id, Sequence[Result]]) -> dict[Id, tuple[int, ...]]:
    """Put the results that were told since into the self-scores that they belong to; which, by meeting."""
    late = {facts.meeting: one for facts, one in late_results(meetings, results)}
    for number, facts in enumerate(meetings):
        if facts.meeting in late:
            meetings[number] = MeetingFacts(facts.meeting, with_results(facts.told, late[facts.meeting]), facts.zone)
            meetings[number].struck = facts.struck
    return {meeting: one.facts for meeting, one in late.items()}


def cell_years(
    connection: psycopg.Connection[Any], cells: Sequence[Id], years: Sequence[int], zone: ZoneInfo, as_of: AsOf
) -> Iterator[CellYear]:
    """Each of these years of each of these cells, also where there was no meeting, some cells at a time.

    Facts of meetings count that hold by `as_of.day`, and all that was known at `as_of.known`. The connection is in
    autocommit, and may be used for other questions between two of the answers.
    """
    rest = iter(cells)
    while some := list(islice(rest, AT_ONCE)):
        for year in sorted(set(years)):
            yield from _years(connection, some, year, zone, as_of)


def meeting_in_year(
    connection: psycopg.Connection[Any], meeting: Id, zone: ZoneInfo, as_of: AsOf
) -> tuple[CellYear, MeetingFacts] | None:
    """A meeting in the year of its cell, by the same clocks; None of one that nobody has called.

    The meeting's own records are those of the log, also where no view has read them yet.
    """
    (past,) = pasts(connection, [meeting], as_of.known)
    counts = (record for record in effective(past[meeting]) if record.effective_on <= as_of.day)
    facts = gather(meeting, counts, zone)
    if facts.cell is None or facts.day is None:
        return None
    (year,) = _years(connection, [facts.cell], facts.day.year, zone, as_of, meeting)
    return year, next(one for one in year.meetings if one.meeting == meeting)


def score_year(year: CellYear, rules: RulesInForce) -> list[Score]:
    """The scores of its meetings in their order, but for those that were called off."""
    found = (score_in_force(facts, rules) for facts in year.meetings)
    return [score for score in found if score is not None]


def _years(
    connection: psycopg.Connection[Any],
    cells: Sequence[Id],
    year: int,
    zone: ZoneInfo,
    as_of: AsOf,
    also: Id | None = None,
) -> Iterator[CellYear]:
    """Of each cell; `also` is a meeting of theirs, whatever the view says."""
    days = (date(year, 1, 1) - A_DAY, date(year, 12, 31) + A_DAY)
    whose = meetings.ever_of_cells(connection, cells, days, as_of.known)
    if also is not None:
        whose.setdefault(cells[0], []).append(also)
    # What has come of its resolution is scored at the first regular meeting of the year.
    for cell, last in meetings.last_regulars(connection, cells, days[0], as_of.known).items():
        whose.setdefault(cell, []).append(last)
    wanted = {meeting for its in whose.values() for meeting in its}
    records = meeting_records.records(connection, wanted, as_of.known)
    told = {one.position: one for its in records.values() for one in decoded(its)}
    results = frozenset(meeting for meeting, its in records.items() if any(one.name == RESULTS for one in its))
    around = circumstances.read(connection, cells, list(_named(told)), year, as_of.known)
    for cell in cells:
        mine = {meeting: records[meeting] for meeting in whose.get(cell, ())}
        yield made(cell, year, Sources(mine, told, around, zone, as_of.day, results & mine.keys()), as_of.known)


def _named(told: Mapping[int, Told[Fact]]) -> set[Id]:
    """Everybody who was ever listed at a meeting."""
    sessions = [one.fact for one in told.values() if isinstance(one.fact, SESSIONS)]
    return {one.member for session in sessions for one in session.attendance}


def _told(records: Sequence[Record], sources: Sources, striking: bool) -> list[Told[Fact]]:
    """What counts of a meeting's records, in the order of their positions; some may be `striking` others."""
    day, told = sources.day, sources.told
    standing = sorted(effective(records), key=_position) if striking else records
    return [told[one.position] for one in standing if one.effective_on <= day and one.position in told]


def _place(facts: MeetingFacts) -> tuple[date, datetime, Id]:
    held, planned = facts.last(MeetingHeld), facts.planned
    assert planned is not None, "it was called"
    return day_of(facts), held.fact.started_at if held else planned[0], facts.meeting

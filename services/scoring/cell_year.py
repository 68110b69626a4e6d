"""A cell's year: all of its meetings with what surrounds each, read from the log, and what each of them is worth."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from events.correction import effective
from events.fact import Id
from events.meeting import MeetingHeld
from projections import meetings
from projections.asked import AsOf
from projections.reading import pasts
from services.scoring.meeting_facts import MeetingFacts, gather
from services.scoring.meeting_score import score
from services.scoring.rulebook import Of
from services.scoring.rules_in_force import RulesInForce
from services.scoring.score import Score

AT_ONCE = 100
"""Cells whose meetings are in memory at a time."""
A_DAY = timedelta(days=1)


class CellYear(NamedTuple):
    """The meetings of a cell whose day is in that year, in the order of their days; those called off are among them."""

    cell: Id
    year: int
    meetings: tuple[MeetingFacts, ...]


def cell_years(
    connection: psycopg.Connection[Any], cells: Sequence[Id], years: Sequence[int], zone: ZoneInfo, as_of: AsOf
) -> Iterator[CellYear]:
    """Each of these years of each of these cells, cell by cell, also where there was no meeting.

    Facts count that hold by `as_of.day` and were known at `as_of.known`. The connection is in autocommit, and may be
    used for other questions between two of the answers.
    """
    rest = iter(cells)
    while some := list(islice(rest, AT_ONCE)):
        for year in sorted(set(years)):
            yield from _years(connection, some, year, zone, as_of)


def score_year(year: CellYear, rules: RulesInForce) -> list[Score]:
    """The scores of its meetings in their order, but for those that were called off."""
    found: list[Score] = []
    for facts in year.meetings:
        day = facts.day
        if day is not None and not facts.is_cancelled:
            pack = rules.pack(Of.MEETING, year.cell, day, facts.context.cell_kind)
            found.append(score(facts, year.cell, day, pack))
    return found


def _years(
    connection: psycopg.Connection[Any], cells: Sequence[Id], year: int, zone: ZoneInfo, as_of: AsOf
) -> Iterator[CellYear]:
    first, last = date(year, 1, 1) - A_DAY, date(year, 12, 31) + A_DAY
    ids = meetings.ever_of_cells(connection, cells, (first, last), as_of.known)
    found: dict[Id, list[MeetingFacts]] = {cell: [] for cell in cells}
    for past in pasts(connection, ids, as_of.known):
        for meeting, records in past.items():
            facts = gather(meeting, (r for r in effective(records) if r.effective_on <= as_of.day), zone)
            if facts.day is not None and facts.day.year == year and facts.cell in found:
                found[facts.cell].append(facts)
    for cell, its in found.items():
        yield CellYear(cell, year, tuple(sorted(its, key=_place)))


def _place(facts: MeetingFacts) -> tuple[date, datetime, Id]:
    held, planned, day = facts.last(MeetingHeld), facts.planned, facts.day
    assert day is not None, "it was called"
    assert planned is not None, "it was called"
    return day, held.fact.started_at if held else planned[0], facts.meeting

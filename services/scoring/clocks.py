"""By which clocks a score of a longer time is read, and the records that count by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from events.correction import effective
from events.fact import Id, Record
from projections.asked import AsOf
from projections.reading import pasts
from services.scoring.meetings.cell_year import CellYear, cell_years
from services.scoring.period import Period


@dataclass(frozen=True, slots=True)
class At:
    """By which clocks something is read: facts that hold by `day`, known at `known`.

    `today` is the last day of which anything can be known: see `last_day`.
    """

    day: date
    known: int
    today: date
    zone: ZoneInfo

    @property
    def facts(self) -> AsOf:
        """Which facts of meetings and years count."""
        return AsOf(self.day, self.known)

    def within(self, period: Period) -> AsOf:
        """The day on which a period is looked at: its last one, or the day asked about where it is earlier."""
        return AsOf(min(period.last, self.today), self.known)


def last_day(now: datetime, as_of: date | None, known_at: datetime | None) -> date:
    """The day on which it is asked, or from which it is looked at where that is earlier; `now` tells the time zone.

    Who asks what was believed on 3 March is not told that April's meeting is missing.
    """
    days = [now.date()]
    days += [as_of] if as_of is not None else []
    days += [known_at.astimezone(now.tzinfo).date()] if known_at is not None else []
    return min(days)


def cell_year_of(connection: psycopg.Connection[Any], cell: Id, year: int, at: At) -> CellYear:
    """One year of one cell."""
    (found,) = cell_years(connection, [cell], [year], at.zone, at.facts)
    return found


def records_of(connection: psycopg.Connection[Any], stream: Id, at: At) -> list[Record]:
    """What counts of one stream, by both clocks."""
    return records_of_all(connection, [stream], at)[stream]


def records_of_all(connection: psycopg.Connection[Any], streams: Sequence[Id], at: At) -> dict[Id, list[Record]]:
    """What counts of each stream, by both clocks."""
    return {
        stream: [record for record in effective(records) if record.effective_on <= at.day]
        for part in pasts(connection, streams, at.known)
        for stream, records in part.items()
    }

"""The dated calendar of public holidays, read from its file and checked once: on which days offices work."""

import tomllib
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

SHIPPED = Path(__file__).with_name("holidays.toml")
SATURDAY = 5


class CalendarRefused(ValueError):
    """A file is no calendar; the text names the year and what is wrong in it."""


class Paper(Struct, frozen=True, forbid_unknown_fields=True):
    """Where it was decided; `on` where the day of the paper is known."""

    number: str
    on: date | None = None


class Act(Struct, frozen=True, forbid_unknown_fields=True):
    """A law by its number, and the first year whose days follow it."""

    number: str
    says: str
    from_year: int
    on: date | None = None


class Exchange(Struct, frozen=True, forbid_unknown_fields=True):
    """A weekday off for a weekend day worked."""

    off: date
    worked: date


class Year(Struct, frozen=True, forbid_unknown_fields=True):
    """One year's holidays with the days in their stead; not `decided`, they are what the law alone comes to."""

    year: int
    new_year: tuple[date, ...]
    tet: tuple[date, ...]
    hung_kings: tuple[date, ...]
    april_may: tuple[date, ...]
    national_day: tuple[date, ...]
    culture_day: tuple[date, ...] = ()
    exchanged: tuple[Exchange, ...] = ()
    papers: tuple[Paper, ...] = ()
    decided: bool = True

    def holidays(self) -> list[date]:
        """All that is told, in the order of the file, a day told twice twice."""
        told = (self.new_year, self.tet, self.hung_kings, self.april_may, self.national_day, self.culture_day)
        return list(chain.from_iterable(told))


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """All of a file."""

    acts: tuple[Act, ...]
    years: tuple[Year, ...]


class Calendar(NamedTuple):
    """The weekdays on which nobody works, and the weekend days on which all do."""

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]
    """Those that the calendar knows; in any other only weekends are known."""

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day not in self.off if day.weekday() < SATURDAY else day in self.worked


def read(path: Path = SHIPPED) -> Calendar:
    """A calendar from its file.

    Raises:
        CalendarRefused: it is no such file, or a year of it cannot be so.
        OSError: it cannot be read.
    """
    try:
        said = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise CalendarRefused(f"{path.name}: {error}") from None
    years = [year.year for year in said.years]
    if years != sorted(set(years)):
        raise CalendarRefused(f"{path.name}: the years do not follow each other")
    for year in said.years:
        if why := trouble(year, said.acts):
            raise CalendarRefused(f"{path.name}: {year.year}: {why}")
    off = [day for year in said.years for day in (*year.holidays(), *(exchange.off for exchange in year.exchanged))]
    worked = [exchange.worked for year in said.years for exchange in year.exchanged]
    return Calendar(frozenset(off), frozenset(worked), frozenset(years))


def trouble(year: Year, acts: tuple[Act, ...]) -> str:
    """What cannot be so in a year; '' where all can."""
    days = [*year.holidays(), *(day for one in year.exchanged for day in (one.off, one.worked))]
    wanted: dict[str, Any] = {
        "no act is in force": any(act.from_year <= year.year for act in acts),
        "a day of another year": all(day.year == year.year for day in days),
        "a day is told twice": len(days) == len(set(days)),
        "1 January is missing": date(year.year, 1, 1) in year.new_year,
        "Tết has five days": len(year.tet) >= 5,
        "the Hùng Kings' day is missing": year.hung_kings,
        "30 April or 1 May is missing": {date(year.year, 4, 30), date(year.year, 5, 1)} <= set(year.april_may),
        "2 September is missing": date(year.year, 9, 2) in year.national_day,
        "an exchange gives a weekday for a weekend day": all(
            one.off.weekday() < SATURDAY <= one.worked.weekday() for one in year.exchanged
        ),
    }
    return next((why for why, so in wanted.items() if not so), "")

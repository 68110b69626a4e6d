"""A period as it is asked for: a year `2026`, a quarter `2026-Q3`, a month `2026-10`."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Self

WRITTEN = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; `text` is how it is written."""

    text: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """The period that is written so.

        Raises:
            ValueError: it is none; the text says what one looks like.
        """
        found = WRITTEN.fullmatch(text)
        if found is None or found[1] == "0000":
            raise ValueError("a period is a year (2026), a quarter (2026-Q3) or a month (2026-10)")
        year, quarter, month = int(found[1]), found[2], found[3]
        first, last = 1, 12
        if quarter:
            first, last = 3 * int(quarter) - 2, 3 * int(quarter)
        elif month:
            first = last = int(month)
        return cls(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    @classmethod
    def of_year(cls, year: int) -> Self:
        """A whole year, from 1 to 9999."""
        return cls.parse(f"{year:04}")

    @property
    def year(self) -> int:
        """The year in which all of it lies."""
        return self.first.year

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def months(self) -> tuple[date, ...]:
        """The first day of each of its months, in order: 12, 3 or 1."""
        return tuple(date(self.year, month, 1) for month in range(self.first.month, self.last.month + 1))

    def __str__(self) -> str:
        return self.text

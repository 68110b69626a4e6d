"""Reads office spreadsheets as they are: title rows, a BOM or none, dates in three forms, stray spaces."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

from openpyxl import load_workbook

from services.program.demo.lines import CLOCK, DIRTY, PassedOver, Reading, Source

BOOKS = Path(__file__).parent / "books"
OPENED_ON = date(2025, 1, 1)
WRITTEN_ON = date(2026, 11, 15)
DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d")
HEADINGS_ROW = 4


class Dirty(Exception):
    """A row that nobody can read for certain: it is passed over whole, for the importer to ask about."""


class Row(NamedTuple):
    """One row under its headings. Every reading of a cell raises Dirty where the cell is not what it should be."""

    source: Source
    cells: dict[str, Any]

    def text(self, heading: str) -> str:
        """Composed letters (NFC), outer spaces removed, inner runs one space; empty for an empty cell."""
        return tidy(self.cells.get(heading))

    def must(self, heading: str) -> str:
        """The same of a cell that may not be empty."""
        text = self.text(heading)
        if not text:
            raise Dirty(f"{heading} is missing")
        return text

    def word(self, heading: str, words: dict[str, str]) -> str:
        """What the office's word in this cell is to the interface."""
        text = self.must(heading)
        if text not in words:
            raise Dirty(f"{heading} is none of the words that are known")
        return words[text]

    def any_day(self, heading: str) -> date | None:
        """A date of Excel or a text, day before month; None for an empty cell."""
        value = self.cells.get(heading)
        if isinstance(value, datetime):
            return value.date()
        text = tidy(value)
        for form in DATE_FORMS if text else ():
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no timezone
            except ValueError:
                continue
        if text:
            raise Dirty(f"{heading} is no date")
        return None

    def past_day(self, heading: str) -> date | None:
        """A day that had come when the office wrote the book."""
        day = self.any_day(heading)
        if day and day > WRITTEN_ON:
            raise Dirty(f"{heading} is in the future")
        return day

    def day(self, heading: str) -> date:
        """A past day that may not be empty."""
        day = self.past_day(heading)
        if day is None:
            raise Dirty(f"{heading} is missing")
        return day

    def at(self, day: date, heading: str) -> str:
        """The instant of a time of that day, `19:30` or `19h30`."""
        try:
            return datetime.combine(day, time.fromisoformat(self.must(heading).replace("h", ":")), CLOCK).isoformat()
        except ValueError:
            raise Dirty(f"{heading} is no time") from None

    def number(self, heading: str) -> Decimal | None:
        """A number with a comma or a point; None for an empty cell."""
        text = self.text(heading)
        try:
            return Decimal(text.replace(",", ".")) if text else None
        except InvalidOperation:
            raise Dirty(f"{heading} is no number") from None

    def count(self, heading: str) -> int:
        """A whole number that may not be empty."""
        text = self.must(heading)
        if not text.isdecimal():
            raise Dirty(f"{heading} is no count")
        return int(text)


def tidy(value: Any) -> str:
    """A cell as text: what letters look like decides, not how they were typed."""
    return " ".join(normalize("NFC", str(value)).split()) if value is not None else ""


def csv_rows(book: str, delimiter: str = ";") -> Iterator[Row]:
    """The rows of a CSV; the headings are its first line."""
    with (BOOKS / book).open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=delimiter)
        headings = [tidy(heading) for heading in next(lines)]
        for cells in lines:
            yield Row(Source(book, "", lines.line_num), dict(zip(headings, cells, strict=False)))


def sheet_rows(book: str, only: str | None = None) -> Iterator[Row]:
    """The rows of one sheet, or of all; two lines of title and one of merged groups stand above the headings."""
    for sheet in load_workbook(BOOKS / book).worksheets:
        if only is None or sheet.title == only:
            lines = sheet.iter_rows(min_row=HEADINGS_ROW, values_only=True)
            headings = [tidy(heading) for heading in next(lines)]
            for number, cells in enumerate(lines, HEADINGS_ROW + 1):
                yield Row(Source(book, sheet.title, number), dict(zip(headings, cells, strict=True)))


def each(rows: Iterable[Row], read: Callable[[Row], Iterable[Reading]]) -> Iterator[Reading]:
    """What the rows come to; nothing at all of a dirty one but that it was passed over."""
    for row in rows:
        try:
            yield from list(read(row))
        except Dirty as dirty:
            yield PassedOver(row.source, DIRTY, str(dirty))

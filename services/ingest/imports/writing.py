"""Writes sheets in the forms that are read: CSV as offices have it, workbooks with real text; no cell is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter  # type: ignore[import-untyped]

from services.ingest.imports.cells import guarded, vietnamese

SHEET_NAME = 31
"""Letters that the name of a sheet may have."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "dd/mm/yyyy",
}


class Writer(Protocol):
    """Takes tables; a CSV takes one."""

    def table(self, title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Headings, and the rows below them."""


class _Csv:
    def __init__(self, path: Path) -> None:
        self._path = path

    def table(self, _title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        with self._path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file, delimiter=";")
            lines.writerow([guarded(heading) for heading in headings])
            lines.writerows([_text(value) for value in row] for row in rows)


class _Xlsx:
    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), OPTIONS)
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})

    def table(self, title: str | None, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet((title or "Trang")[:SHEET_NAME])
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(chain((headings,), rows)):
            for place, value in enumerate(row):
                self._cell(sheet, (number, place), value)

    def _cell(self, sheet: Any, place: tuple[int, int], value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime | date):
            sheet.write_datetime(*place, value, self._day)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            sheet.write_number(*place, value)
        else:
            # As a text, whatever it begins with.
            sheet.write_string(*place, _shown(value))

    def close(self) -> None:
        """The file is whole."""
        self._book.close()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A writer by the end of the file's name: `.csv` or `.xlsx`.

    Raises:
        ValueError: it ends otherwise.
    """
    if path.suffix.lower() == ".csv":
        yield _Csv(path)
        return
    if path.suffix.lower() != ".xlsx":
        raise ValueError("a sheet is written as .csv or .xlsx")
    book = _Xlsx(path)
    yield book
    book.close()


def _text(value: Any) -> str:
    return guarded(_shown(value)) if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return vietnamese(value.date())
    if isinstance(value, date):
        return vietnamese(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value)

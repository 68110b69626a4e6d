"""Opens the files of offices: CSV with `;` or `,`, workbooks with titles above their headings; read row by row."""

import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import ParseError

from services.ingest.imports.cells import Row, heading, tidy, unguarded

if TYPE_CHECKING:
    from openpyxl import Workbook

HEADINGS_WITHIN = 30
"""Rows from the top among which the headings are looked for."""
UNPACKED = 1 << 30
"""Bytes that a workbook may come to when it is unpacked."""
DELIMITERS = ";,\t"
NO_WORKBOOK = "tệp không phải là sổ Excel (.xlsx), hoặc đã hỏng"
BROKEN = (zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError)
Values = Sequence[Any]


class Unreadable(Exception):
    """A file that cannot be opened as what it says it is; the text is in the words of the office."""


class Sheet(NamedTuple):
    """One table: a CSV, or a sheet of a workbook. `rows` may be asked again, and reads from the top each time."""

    file: str
    title: str | None
    rows: Callable[[], Iterator[tuple[int, Values]]]


class Table(NamedTuple):
    """A sheet whose headings were found: they stand in row `top`; `places` tells in which column each stands."""

    sheet: Sheet
    top: int
    places: dict[str, int]
    headings: tuple[str, ...]
    """All of them, in their order, as they are written."""

    def rows(self) -> Iterator[Row]:
        """The rows below the headings that hold anything."""
        columns, places = tuple(self.places), tuple(self.places.values())
        picked, least = itemgetter(*places, *places[:1]), max(places) + 1  # of one place it would give no tuple
        for number, values in self.sheet.rows():
            if number > self.top and any(value is not None and value != "" for value in values):
                width = len(values)
                if width >= least:
                    yield Row(number, dict(zip(columns, picked(values), strict=False)))
                else:
                    yield Row(number, {column: values[at] for column, at in self.places.items() if at < width})


def sheets(path: Path, name: str) -> list[Sheet]:
    """The tables of a file, by the end of its name.

    Raises:
        Unreadable: it is of another kind, or broken.
    """
    if name.lower().endswith(".csv"):
        delimiter = _delimiter(path)
        return [Sheet(name, None, lambda: _csv(path, delimiter))]
    if name.lower().endswith(".xlsx"):
        return [Sheet(name, title, lambda title=title: _xlsx(path, title)) for title in _titles(path)]  # type: ignore[misc]
    raise Unreadable("chỉ nhận tệp .csv, .xlsx và .ndjson")


def head(sheet: Sheet) -> list[tuple[int, Values]]:
    """The rows among which the headings are."""
    return list(islice(sheet.rows(), HEADINGS_WITHIN))


def table(sheet: Sheet, top: int, values: Values, columns: dict[str, str]) -> Table:
    """The sheet under the headings in row `top`; `columns` tells which heading is which column of its form."""
    written = tuple(tidy(value) for value in values)
    places = {columns.get(heading(text), text): at for at, text in reversed(list(enumerate(written))) if text}
    return Table(sheet, top, places, written)


def _delimiter(path: Path) -> str:
    try:
        with _text(path) as file:
            first = next((line for line in file if line.strip()), "")
    except UnicodeDecodeError:
        raise Unreadable("tệp không phải UTF-8; xin lưu lại là “CSV UTF-8”") from None
    return max(DELIMITERS, key=first.count)


def _text(path: Path) -> TextIOWrapper:
    with path.open("rb") as file:
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    return path.open(encoding="utf-16" if wide else "utf-8-sig", newline="")


def _csv(path: Path, delimiter: str) -> Iterator[tuple[int, Values]]:
    with _text(path) as file:
        reader = csv.reader(file, delimiter=delimiter)
        number = 1
        try:
            for values in reader:
                yield number, [unguarded(value) for value in values] if "'" in "".join(values) else values
                number = reader.line_num + 1
        except UnicodeDecodeError:
            raise Unreadable(f"sau dòng {number} tệp không phải UTF-8; xin lưu lại là “CSV UTF-8”") from None
        except csv.Error:
            raise Unreadable(f"dòng {number} không đọc được như CSV") from None


def _titles(path: Path) -> list[str]:
    with _archive(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > UNPACKED:
            raise Unreadable("tệp quá lớn khi mở ra; xin chia nhỏ")
    with _book(path) as book:
        return [sheet.title for sheet in book.worksheets]


def _archive(path: Path) -> zipfile.ZipFile:
    """A workbook as the archive that it is.

    Raises:
        Unreadable: it is none.
    """
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise Unreadable(NO_WORKBOOK) from None


@contextmanager
def _book(path: Path) -> Iterator["Workbook"]:
    # A tenth of the time in which http starts, for what it may never see.
    from openpyxl import load_workbook

    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True)
        except BROKEN:
            raise Unreadable(NO_WORKBOOK) from None
        try:
            yield book
        except BROKEN:
            raise Unreadable(NO_WORKBOOK) from None
        finally:
            book.close()


def _xlsx(path: Path, title: str) -> Iterator[tuple[int, Values]]:
    with _book(path) as book:
        sheet = book[title]
        # What a sheet says of its own size may be wrong, and then rows would be cut off.
        sheet.reset_dimensions()
        yield from enumerate(sheet.iter_rows(values_only=True), 1)

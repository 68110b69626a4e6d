"""What stands in the cells of an office's sheet: text, days before months, times, decimals with commas."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from unicodedata import normalize

DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
TIME = re.compile(r"(\d{1,2})\s*[:hHgG]\s*(\d{2})?(?::\d{2})?")
SERIAL = re.compile(r"\d{4,5}(?:\.0+)?")
SERIAL_BEGINS = date(1899, 12, 30)
SERIALS = range(3_654, 73_051)
"""What a spreadsheet counts as the days of 1910 to 2099."""
UNSEEN = re.compile("[\u200b\u2060\ufeff]+")
DANGEROUS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
"""How a text begins that a spreadsheet could take for a formula (OWASP, CSV injection)."""


class Unclear(Exception):
    """A cell that nobody can read for certain, or a row that cannot be so: `why` is in the words of the office."""

    def __init__(self, column: str | None, rule: str, why: str) -> None:
        super().__init__(why)
        self.column = column
        self.rule = rule
        self.why = why


class Row:
    """One row under its headings; `number` is the line of a CSV, the row of a sheet. Readings raise Unclear."""

    __slots__ = ("cells", "number")

    def __init__(self, number: int, cells: Mapping[str, Any]) -> None:
        self.number = number
        # Once for all readings: a cell is read as part of the row, as what it is looked up by, and as what it says.
        self.cells = {at: _tidied(value) if value.__class__ is str else value for at, value in cells.items()}

    def text(self, column: str) -> str:
        """What stands there: composed, without outer spaces, inner runs one space; empty for an empty cell."""
        value = self.cells.get(column)
        return value if value.__class__ is str else tidy(value)

    def texts(self, columns: Iterable[str]) -> list[str]:
        """The same of several."""
        return [value if value.__class__ is str else tidy(value) for value in map(self.cells.get, columns)]

    def must(self, column: str) -> str:
        """The same of a cell that may not be empty."""
        return self.text(column) or _missing(column)

    def word(self, column: str, words: dict[str, str]) -> str:
        """What the office's word is to the record; letters of another case are the same word."""
        said = self.must(column)
        found = words.get(said) or _folded(words).get(said.casefold())
        if found is None:
            raise Unclear(column, "import.word", f"“{said}” không có trong danh mục; được dùng: {'; '.join(words)}")
        return found

    def number_of(self, column: str, digits: int) -> str:
        """A number that is kept as text; what a spreadsheet made a number of gets back the noughts that it lost."""
        value = self.cells.get(column)
        if value.__class__ is str:
            return value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).zfill(digits) if isinstance(value, int) else tidy(value)

    def any_day(self, column: str) -> date | None:
        """A spreadsheet's date or a text, day before month; None for an empty cell."""
        value = self.cells.get(column)
        if value is None or value == "":
            return None
        if value.__class__ is str:
            return _day(column, value, False)
        if isinstance(value, datetime):
            return value.date()
        return _day(column, tidy(value), isinstance(value, int | float))

    def past_day(self, column: str, today: date) -> date | None:
        """A day that has come."""
        day = self.any_day(column)
        if day is not None and day > today:
            raise Unclear(column, "import.future", f"{vietnamese(day)} là ngày trong tương lai")
        return day

    def day(self, column: str, today: date) -> date:
        """A day that has come, and that may not be missing."""
        return self.past_day(column, today) or _missing(column)

    def at(self, column: str) -> time:
        """A time of the day: `19:30`, `19h30`, or a spreadsheet's."""
        value: Any = self.cells.get(column)
        if isinstance(value, datetime):
            return value.time()
        if isinstance(value, time):
            return value
        said = self.must(column)
        match = TIME.fullmatch(said)
        try:
            found = time(int(match[1]), int(match[2] or 0)) if match else None
        except ValueError:
            found = None
        if found is None:
            raise Unclear(column, "import.time", f"“{said}” không phải là giờ; ghi 19:30 hoặc 19h30")
        return found

    def decimal(self, column: str) -> Decimal | None:
        """A number with a comma or a point; None for an empty cell."""
        said = self.text(column)
        try:
            found = Decimal(said.replace(",", ".")) if said else None
        except InvalidOperation:
            raise Unclear(column, "import.number", f"“{said}” không phải là số") from None
        if found is not None and not found.is_finite():
            raise Unclear(column, "import.number", f"“{said}” không phải là số")
        return found

    def count(self, column: str) -> int:
        """A whole number that may not be missing."""
        said = self.must(column)
        whole = said.removesuffix(".0")
        if not (whole.isascii() and whole.isdecimal() and len(whole) < 7):
            raise Unclear(column, "import.count", f"“{said}” không phải là số nguyên không âm")
        return int(whole)


def tidy(value: Any) -> str:
    """A cell as text: what the letters look like decides, not how they were typed."""
    if value is None:
        return ""
    return _tidied(value if isinstance(value, str) else _plain(value))


@lru_cache(8_192)
def _tidied(text: str) -> str:
    if text.isascii():
        return " ".join(text.split())
    if not text.isprintable():
        text = UNSEEN.sub("", text)
    return " ".join(normalize("NFC", text).split())


def heading(value: Any) -> str:
    """What a heading is known by: case and spaces do not matter, nor how its letters were composed."""
    return tidy(value).casefold()


def guarded(text: str) -> str:
    """A text for a CSV that no spreadsheet takes for a formula: `unguarded` takes the apostrophe off again."""
    return "'" + text if DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """The text as it was before it was guarded."""
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text


def vietnamese(day: date) -> str:
    """A day as an office writes it."""
    return f"{day:%d/%m/%Y}"


@lru_cache(65_536)
def _day(column: str, said: str, is_number: bool) -> date | None:
    if not said:
        return None
    match, iso = DAY.fullmatch(said), ISO_DAY.fullmatch(said)
    try:
        if match:
            return date(int(match[3]), int(match[2]), int(match[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        raise Unclear(column, "import.date", f"“{said}” không có trong lịch; ghi ngày trước tháng") from None
    if SERIAL.fullmatch(said) and (serial := int(float(said))) in SERIALS:
        meant = vietnamese(SERIAL_BEGINS + timedelta(days=serial))
        kind = "một số" if is_number else "chữ"
        why = f"“{said}” là {kind}, không phải ngày; giống số của Excel cho ngày {meant}; xin nhập lại ngày"
        raise Unclear(column, "import.date_serial", why)
    raise Unclear(column, "import.date", f"“{said}” không phải là ngày; ghi ngày/tháng/năm, ví dụ 03/02/2026")


@lru_cache(256)
def _folded_of(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {said.casefold(): meant for said, meant in words}


def _folded(words: dict[str, str]) -> dict[str, str]:
    return _folded_of(tuple(words.items()))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return vietnamese(value.date())
    found = getattr(value, "text", value)  # an array formula of a spreadsheet has its text in it
    return "" if found is None else str(found)


def _missing(column: str) -> Any:
    raise Unclear(column, "import.missing", f"thiếu “{column}”")

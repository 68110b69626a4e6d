"""The rows that were refused, as they came and with what is wrong beside them: to be mended and sent again."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from services.ingest.imports.form import WRONG
from services.ingest.imports.forms import recognised
from services.ingest.imports.sheets import Sheet, Table, sheets
from services.ingest.imports.writing import writing

Reasons = Mapping[int, str]
"""What is wrong, by the number of the row."""


class Refused(NamedTuple):
    """The refused rows of one sheet of a file."""

    path: Path
    sheet: str | None
    reasons: Reasons


def write(out: Path, refused: Sequence[Refused]) -> list[Path]:
    """Writes them; answers which files were made.

    A directory gets a file for each that came in, under the same name; a workbook a sheet for each; any other name is
    that of the one file, or the beginning of the names of several.

    Raises:
        OSError: a file cannot be written.
    """
    by_file: dict[Path, list[Refused]] = {}
    for one in refused:
        by_file.setdefault(one.path, []).append(one)
    if out.is_dir():
        return [_file(out / path.name, some) for path, some in by_file.items()]
    if out.suffix.lower() == ".xlsx" and not any(_is_lines(path) for path in by_file):
        return [_book(out, refused)]
    if len(by_file) == 1:
        ((path, some),) = by_file.items()
        return [_file(out if _fits(out, path, some) else out.with_suffix(path.suffix), some)]
    return [_file(out.with_name(f"{out.stem}-{path.stem}{path.suffix}"), some) for path, some in by_file.items()]


def _fits(out: Path, path: Path, some: Sequence[Refused]) -> bool:
    """Whether the file can be of the kind that its name says: several sheets make no CSV, and lines no sheet."""
    if _is_lines(path):
        return _is_lines(out)
    return out.suffix.lower() == ".xlsx" or (out.suffix.lower() == ".csv" and len(some) == 1)


def _file(out: Path, refused: Sequence[Refused]) -> Path:
    if _is_lines(refused[0].path):
        return _lines(out, refused[0])
    return _book(out, refused)


def _book(out: Path, refused: Sequence[Refused]) -> Path:
    with writing(out) as writer:
        titles: set[str] = set()
        for one in refused:
            sheet = next(sheet for sheet in sheets(one.path, one.path.name) if sheet.title == one.sheet)
            found = recognised(sheet)
            if found is not None:
                _, table = found
                headings = [*[text for text in table.headings if text != WRONG], WRONG]
                title = _title(one, titles)
                writer.table(title, headings, _rows(sheet, table, one.reasons))
    return out


def _title(one: Refused, taken: set[str]) -> str:
    title = (one.sheet or one.path.stem)[:28]
    while title.casefold() in taken:
        title = f"{title[:26]}-{len(taken)}"
    taken.add(title.casefold())
    return title


def _rows(sheet: Sheet, table: Table, reasons: Reasons) -> Iterator[list[Any]]:
    """As they came, cell by cell."""
    places = [at for at, text in enumerate(table.headings) if text != WRONG]
    for number, values in sheet.rows():
        if number > table.top and number in reasons:
            yield [*[values[at] if at < len(values) else None for at in places], reasons[number]]


def _lines(out: Path, refused: Refused) -> Path:
    with refused.path.open("rb") as came, out.open("wb") as file:
        file.writelines(line for number, line in enumerate(came, 1) if number in refused.reasons)
    return out


def _is_lines(path: Path) -> bool:
    return path.suffix.lower() in (".ndjson", ".jsonl")

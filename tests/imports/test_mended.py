"""The rows that were refused come out, are mended, and go in: only they are new, and each of them is."""

from pathlib import Path
from shutil import copy
from typing import Any

from openpyxl import load_workbook

from services.ingest.imports import mending
from services.ingest.imports.form import WRONG
from tests.imports.conftest import BOOKS, FIRST, Office, book

MENDED = {
    "000229533390": {"Ngày vào Đảng": "24/12/2021"},
    "000225681040": {"Chi bộ": "HH-12"},
    "000226082484": {"Ngày vào Đảng": "19/05/1972", "Ngày chính thức": "19/05/1973"},
    "000224134790": {"Họ và tên": "Hoàng Thị Bưởi"},
    "000228167096": {"Số thẻ": "000228167097"},
    "CT-09/260506-TK": {"Mã chi bộ": "CT-06"},
    "HH-03/620915-TK": {
        "Ngày": "15/09/2026", "Ngày họp chi ủy": "13/09/2026", "Ngày gửi tài liệu": "13/09/2026",
        "Ngày thông qua biên bản": "16/09/2026",
    },
    "GT-016b": {"Chi bộ đến": "CT-06"},
    "000221241347": {"Hình thức": "Cảnh cáo"},
    "LH-074": {"Ngày": "10/12/2025"},
}  # fmt: skip
"""What somebody puts right, by the first code in the row."""


def refused(reports: list[dict[str, Any]], folder: Path) -> list[mending.Refused]:
    """The refused rows, out of copies of the books."""
    return [
        mending.Refused(
            Path(copy(BOOKS / one["file"], folder)),
            one["sheet"],
            {wrong["row"]: wrong["message"] for wrong in one["refusals"]},
        )
        for one in reports
        if one["refusals"]
    ]


def mend(file: Path) -> int:
    """Put right what is wrong in each row; answers how many there were."""
    rows, pages = 0, load_workbook(file)
    for page in pages.worksheets:
        headings = {str(cell.value): number for number, cell in enumerate(page[1], 1)}
        key = next(name for name in ("Mã cuộc họp", "Mã phiếu", "Mã hồ sơ", "Số thẻ") if name in headings)
        for row in range(2, page.max_row + 1):
            assert page.cell(row, headings[WRONG]).value, "what is wrong stands beside the row"
            for column, value in MENDED[str(page.cell(row, headings[key]).value)].items():
                page.cell(row, headings[column]).value = value
            rows += 1
    pages.save(file)
    return rows


def test_each_row_goes_in_once_it_is_mended(office: Office, tmp_path: Path) -> None:
    reports = office.send(*map(book, FIRST))
    (file,) = mending.write(tmp_path / "mend.xlsx", refused(reports, tmp_path))
    assert mend(file) == len(MENDED)
    mended = (file.name, file.read_bytes())
    first = office.send(mended)
    assert [wrong for one in first for wrong in one["refusals"]] == []
    assert sum(one["new"] for one in first) == len(MENDED)
    head = office.head()
    assert sum(one["new"] for one in office.send(mended, *map(book, FIRST))) == 0
    assert office.head() == head

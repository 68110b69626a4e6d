"""The books of an office go in as they are: the clean rows, and of the dirty ones what their table says."""

import csv
from typing import Any
from unicodedata import normalize

import pytest

from tests.imports.conftest import EXPECTED, FIRST, OATH, Entered, book

FLAWS = EXPECTED["import"]["flaws"]
RULES = {
    "serial_date_as_text": "import.date_serial", "unknown_cell": "organisation.unknown",
    "future_date": "import.future", "empty_mandatory": "import.missing", "duplicate_card": "member.card_in_use",
    "transfer_to_dissolved_cell": "transfer.destination_ended",
    "probationary_removed_from_post": "sanction.form_not_for_probationary",
}  # fmt: skip
SAID = {
    ("members.xlsx", 135): ("“35564”", "chữ", "14/05/1997", "nhập lại"),
    ("members.xlsx", 203): ("tổ chức đảng", "HH-21"),
    ("members.xlsx", 271): ("19/05/2062", "tương lai"),
    ("members.xlsx", 352): ("thiếu", "Họ và tên"),
    ("members.xlsx", 389): ("000228167096", "đã là của người khác", "chưa được ghi"),
    ("meetings-2026.csv", 134): ("tổ chức đảng", "CT-09"),
    ("meetings-2026.csv", 299): ("15/09/2062", "tương lai"),
    ("transfers-2026.csv", 16): ("CT-07", "đã giải thể", "30/06/2025"),
    ("rewards-and-discipline-2026.csv", 54): ("dự bị", "khiển trách hoặc cảnh cáo"),
    ("liaison-2025.csv", 292): ("“46001”", "chữ", "10/12/2025", "nhập lại"),
    ("oath-review-2026.csv", 144): ("thiếu", "Số thẻ", "không nói về ai"),
}
"""What is said of each row that is refused, so that whoever typed it knows what to do."""


def numbers(reports: list[dict[str, Any]]) -> dict[tuple[str, str | None], tuple[int, int]]:
    """Rows and refusals of each sheet."""
    return {(one["file"], one["sheet"]): (one["rows"], len(one["refusals"])) for one in reports}


def said(reports: list[dict[str, Any]], what: str) -> dict[tuple[str, str | None], list[dict[str, Any]]]:
    """What was said of each sheet's rows."""
    return {(one["file"], one["sheet"]): one[what] for one in reports}


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: f"{flaw['file']}:{flaw['row']}:{flaw['kind']}")
def test_each_dirty_row_is_answered_as_its_table_asks(entered: Entered, flaw: dict[str, Any]) -> None:
    report = entered.report(flaw["file"], flaw.get("sheet"))
    refusals = [one for one in report["refusals"] if one["row"] == flaw["row"]]
    warnings = [one for one in report["warnings"] if one["row"] == flaw["row"]]
    if flaw["outcome"] == "refused":
        (refusal,) = refusals
        assert (refusal["column"], refusal["rule"]) == (flaw["column"], RULES[flaw["kind"]])
        for word in SAID[flaw["file"], flaw["row"]]:
            assert word in refusal["message"]
    else:
        assert refusals == []
        assert bool(warnings) == (flaw["kind"] == "same_name_and_birthday")


def test_no_other_row_is_refused(entered: Entered) -> None:
    said = {(one["file"], wrong["row"]) for one in entered.reports for wrong in one["refusals"]}
    assert said == {(flaw["file"], flaw["row"]) for flaw in FLAWS if flaw["outcome"] == "refused"}


def test_the_rows_are_counted_as_a_person_counts_them(entered: Entered) -> None:
    rows = EXPECTED["import"]["rows"]
    by_file: dict[str, int] = {}
    for one in entered.reports:
        key = "members.xlsx#Biến động" if one["sheet"] == "Biến động" else one["file"]
        by_file[key] = by_file.get(key, 0) + one["rows"]
        assert one["new"] + one["unchanged"] + len(one["refusals"]) == one["rows"], one["file"]
    assert by_file == {key: said["data_rows"] for key, said in rows.items()}


def test_a_dry_run_says_what_the_run_says_and_writes_nothing(entered: Entered) -> None:
    assert entered.log_after_rehearsal == 0
    real = [one for one in entered.reports if one["file"] != OATH]
    fields = ("file", "sheet", "form", "rows", "new", "unchanged", "refusals", "warnings")
    assert [{name: one[name] for name in fields} for one in entered.rehearsed] == [
        {name: one[name] for name in fields} for one in real
    ]


def test_the_same_files_again_change_nothing(entered: Entered) -> None:
    office, before = entered.office, entered.office.head()
    again = office.send(*map(book, (*FIRST, OATH)), campaign=entered.campaign)
    assert {one["new"] for one in again} == {0}
    assert numbers(again) == numbers(entered.reports)
    for what in ("refusals", "warnings"):
        assert said(again, what) == said(entered.reports, what)
    assert office.head() == before


def test_an_expulsion_waits_for_its_second_person(entered: Entered) -> None:
    waiting = [proposal for one in entered.reports for proposal in one["proposals"]]
    assert [one["row"] for one in waiting] == [48]


def test_names_are_kept_as_they_look_and_found_however_they_were_typed(entered: Entered) -> None:
    ask, here = entered.office.ask, entered.office.organisation("HH-10")
    names = {one["card"]: one["name"] for one in ask("/members", cell=here, name="tran thi hoa")["items"]}
    assert names == {"000225247699": "Trần Thị Hòa", "000221248810": "Trần Thị Hoà"}
    for card, name in (("000225781849", "Trịnh Văn Dũng"), ("000220241117", "Nguyễn Đình Văn Đông")):
        assert [one["name"] for one in ask("/members", card=card)["items"]] == [normalize("NFC", name)]


def test_two_people_with_one_name_and_birthday_are_both_there(entered: Entered) -> None:
    warned = {one["row"]: one["message"] for one in entered.report("members.xlsx", "Đảng viên")["warnings"]}
    assert warned.keys() == {45, 402}
    assert ("000226775443" in warned[45], "000222781477" in warned[402]) == (True, True)
    cells = {one["card"]: one["cell"] for one in entered.office.ask("/members", name="Bùi Đình Khánh")["items"]}
    assert {"000226775443", "000222781477"} <= cells.keys()


def test_who_holds_the_card_stays_as_he_was(entered: Entered) -> None:
    (holder,) = entered.office.ask("/members", card="000228167096")["items"]
    assert holder["name"] == "Nguyễn Quốc Đức Hùng"
    assert entered.office.ask("/members", name="Đoàn Hồng Bích")["items"] == []


def test_spaces_around_a_code_and_a_card_are_nothing(entered: Entered) -> None:
    office = entered.office
    (row,) = [values for number, values in lines("organisations.csv") if number == 8]
    (found,) = office.ask("/organisations", code=row["Mã"], as_of="2025-01-01")["items"]
    assert (row["Trực thuộc"] != "HH", found["parent"]) == (True, office.organisation("HH"))
    (ledger,) = office.ask("/liaisons", code="LH-014")["items"]
    (member,) = office.ask("/members", card="000229041397")["items"]
    assert ledger["member"] == member["id"]


def lines(name: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV, by their lines."""
    text = book(name)[1].decode("utf-8-sig").splitlines()
    return list(enumerate(csv.DictReader(text, delimiter=";"), 2))

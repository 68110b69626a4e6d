"""The books of an office go in as they are: the clean rows, and of the dirty ones what their table says."""

from typing import Any

import pytest

from tests.imports.conftest import EXPECTED, FIRST, OATH, Entered, book

FLAWS = EXPECTED["import"]["flaws"]
SHEETS = {"members.xlsx": "Đảng viên", "attendance-2026-10.xlsx": "HH"}


def numbers(reports: list[dict[str, Any]]) -> dict[tuple[str, str | None], tuple[int, int]]:
    """Rows and refusals of each sheet."""
    return {(one["file"], one["sheet"]): (one["rows"], len(one["refusals"])) for one in reports}


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: f"{flaw['file']}:{flaw['row']}:{flaw['kind']}")
def test_each_dirty_row_is_answered_as_its_table_asks(entered: Entered, flaw: dict[str, Any]) -> None:
    report = entered.report(flaw["file"], flaw.get("sheet"))
    refusals = [one for one in report["refusals"] if one["row"] == flaw["row"]]
    warnings = [one for one in report["warnings"] if one["row"] == flaw["row"]]
    if flaw["outcome"] == "refused":
        (refusal,) = refusals
        assert refusal["column"] == flaw["column"]
        assert refusal["rule"]
        assert refusal["message"]
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
    assert office.head() == before


def test_an_expulsion_waits_for_its_second_person(entered: Entered) -> None:
    waiting = [proposal for one in entered.reports for proposal in one["proposals"]]
    assert [one["row"] for one in waiting] == [48]

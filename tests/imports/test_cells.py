"""Cells as offices fill them: what is read of each, and what nobody can read for certain."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.imports.cells import Row, Unclear, guarded, heading, tidy, unguarded

TODAY = date(2026, 11, 15)
CELL = datetime(2026, 2, 3, 19, 30)  # noqa: DTZ001  # as a spreadsheet has it


def row(value: Any) -> Row:
    return Row(5, {"Ngày": value})


@pytest.mark.parametrize("value", ["03/02/2026", "3/2/2026", "2026-02-03", " 03/02/2026 ", CELL])
def test_a_day_is_read_day_before_month_however_it_is_written(value: object) -> None:
    assert row(value).day("Ngày", TODAY) == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("value", "rule", "word"),
    [
        ("46001", "import.date_serial", "10/12/2025"),
        (35564, "import.date_serial", "14/05/1997"),
        ("31/02/2026", "import.date", "lịch"),
        ("hôm qua", "import.date", "không phải là ngày"),
        ("19/05/2062", "import.future", "tương lai"),
        ("", "import.missing", "thiếu"),
    ],
)
def test_what_is_no_day_that_has_come_is_said_to_be_so(value: object, rule: str, word: str) -> None:
    with pytest.raises(Unclear) as raised:
        row(value).day("Ngày", TODAY)
    assert (raised.value.rule, raised.value.column) == (rule, "Ngày")
    assert word in raised.value.why


@pytest.mark.parametrize("value", ["19:30", "19h30", "19 h 30", "19H30", time(19, 30), CELL])
def test_a_time_is_read_in_the_forms_of_offices(value: object) -> None:
    assert row(value).at("Ngày") == time(19, 30)


@pytest.mark.parametrize("value", ["25:00", "7 giờ tối", "19:75"])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(Unclear):
        row(value).at("Ngày")


def test_a_decimal_has_a_comma_or_a_point() -> None:
    assert row("92,5").decimal("Ngày") == row(92.5).decimal("Ngày") == Decimal("92.5")
    for wrong in ("chín mươi", "NaN", "1,2,3"):
        with pytest.raises(Unclear):
            row(wrong).decimal("Ngày")


def test_letters_are_composed_and_spaces_are_one() -> None:
    assert tidy("  Nguye\u0302\u0303n\u00a0\u0110i\u0300nh \u200b Va\u0306n\t") == "Nguyễn Đình Văn"


def test_a_heading_is_known_in_any_case_and_composition() -> None:
    assert heading("  HỌ  VÀ TÊN ") == heading("Ho\u0323 va\u0300 te\u0302n")


def test_a_spreadsheet_that_made_a_number_of_a_card_gives_back_its_noughts() -> None:
    assert Row(5, {"Số thẻ": 222446022}).number_of("Số thẻ", 12) == "000222446022"
    assert Row(5, {"Số thẻ": 222446022.0}).number_of("Số thẻ", 12) == "000222446022"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-5", "@x", "\tx", "\rx", "'=1", "''=1", "＝1"])
def test_no_guarded_text_begins_as_a_formula_does(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@given(st.text())
def test_whatever_is_guarded_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))

"""A period is a year, a quarter or a month, and nothing else."""

from datetime import date

import pytest

from services.scoring.period import Period


@pytest.mark.parametrize(
    ("text", "first", "last", "months"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), 12),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), 3),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), 3),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), 1),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), 1),
        ("9999", date(9999, 1, 1), date(9999, 12, 31), 12),
    ],
)
def test_a_period_has_its_first_and_last_day_and_its_months(text: str, first: date, last: date, months: int) -> None:
    period = Period.parse(text)
    assert (period.first, period.last, len(period.months()), str(period)) == (first, last, months, text)
    assert all(month in period for month in period.months())


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-Q0", "2026-Q5", "2026-13", "2026-00", "2026-1", "0000", "2026-q1", " 2026", "2026\n", "²026"],
)
def test_what_is_written_otherwise_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="a year"):
        Period.parse(text)


def test_a_quarter_ends_before_the_next_one_begins() -> None:
    assert date(2026, 9, 30) in Period.parse("2026-Q3")
    assert date(2026, 10, 1) not in Period.parse("2026-Q3")
    assert Period.of_year(2026) == Period.parse("2026")

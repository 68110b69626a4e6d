"""Time limits, counted from dates alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.working_days import CALENDAR, months_after, working_days_after

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 2), 30, date(2026, 4, 13)),
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
    ],
)
def test_weekends_do_not_count(day: date, count: int, last: date) -> None:
    assert working_days_after(day, count) == last


@given(DAYS, st.integers(1, 60))
def test_a_limit_of_working_days_has_that_many_working_days(day: date, count: int) -> None:
    last = working_days_after(day, count)
    worked = [d for n in range(1, (last - day).days + 1) if CALENDAR.works(d := day + timedelta(days=n))]
    assert len(worked) == count
    assert worked[-1] == last


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 10, 15), 3, date(2027, 1, 15)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_its_last(day: date, count: int, later: date) -> None:
    assert months_after(day, count) == later


@given(DAYS, st.integers(0, 60))
def test_so_many_months_later_is_so_many_months_later(day: date, count: int) -> None:
    later = months_after(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day <= day.day

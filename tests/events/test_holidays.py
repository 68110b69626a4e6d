"""The calendar of public holidays: what each year took off, and which files are none."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from events.holidays import SHIPPED, CalendarRefused, read
from events.working_days import CALENDAR, working_days_after

WEEKDAYS_OFF = {
    2020: ["01-01", "01-23", "01-24", "01-27", "01-28", "01-29", "04-02", "04-30", "05-01", "09-02"],
    2021: ["01-01", "02-10", "02-11", "02-12", "02-15", "02-16", "04-21", "04-30", "05-03", "09-02", "09-03"],
    2022: ["01-03", "01-31", "02-01", "02-02", "02-03", "02-04", "04-11", "05-02", "05-03", "09-01", "09-02"],
    2023: ["01-02", "01-20", "01-23", "01-24", "01-25", "01-26", "05-01", "05-02", "05-03", "09-01", "09-04"],
    2024: ["01-01", "02-08", "02-09", "02-12", "02-13", "02-14", "04-18", "04-29", "04-30", "05-01", "09-02", "09-03"],
    2025: ["01-01", "01-27", "01-28", "01-29", "01-30", "01-31", "04-07", "04-30", "05-01", "05-02", "09-01", "09-02"],
    2026: [
        "01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "04-27", "04-30", "05-01", "08-31", "09-01",
        "09-02", "11-24",
    ],
    2027: ["01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "04-16", "04-30", "05-03", "09-02", "09-03", "11-24"],
}  # fmt: skip
WEEKENDS_WORKED = {2024: ["05-04"], 2025: ["04-26"], 2026: ["01-10", "08-22"]}


def days_of(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(days=number) for number in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_each_year_takes_off_the_days_that_were_decided(year: int) -> None:
    off = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() < 5 and not CALENDAR.works(day)]
    worked = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() >= 5 and CALENDAR.works(day)]
    assert (off, worked) == (WEEKDAYS_OFF[year], WEEKENDS_WORKED.get(year, []))


def test_years_that_it_does_not_know_have_weekends_only() -> None:
    assert CALENDAR.years == set(WEEKDAYS_OFF)
    for year in (2019, 2028):
        assert all(CALENDAR.works(day) == (day.weekday() < 5) for day in days_of(year))


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
        (date(2026, 8, 20), 2, date(2026, 8, 22)),
        (date(2026, 8, 20), 30, date(2026, 10, 5)),
        (date(2026, 4, 20), 30, date(2026, 6, 4)),
        (date(2025, 12, 31), 60, date(2026, 4, 2)),
    ],
)
def test_holidays_do_not_count_and_days_worked_in_exchange_do(day: date, count: int, last: date) -> None:
    assert working_days_after(day, count) == last


def changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "ours.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("year = 2024\n", "year = 2031\n", "the years do not follow each other"),
        ("year = 2024\n", "year = 2024\nmonth = 1\n", "unknown field `month`"),
        ("new_year = [2024-01-01]", "new_year = [2024-01-02]", "2024: 1 January is missing"),
        ("new_year = [2024-01-01]", "new_year = [2024-01-01, 2025-01-01]", "2024: a day of another year"),
        ("new_year = [2024-01-01]", "new_year = [2024-01-01, 2024-02-08]", "2024: a day is told twice"),
        ("hung_kings = [2024-04-18]", "hung_kings = []", "2024: the Hùng Kings' day is missing"),
        ("april_may = [2024-04-30, 2024-05-01]", "april_may = [2024-04-30]", "2024: 30 April or 1 May is missing"),
        ("national_day = [2024-09-02, 2024-09-03]", "national_day = [2024-09-03]", "2024: 2 September is missing"),
        ("off = 2024-04-29, worked = 2024-05-04", "off = 2024-04-28, worked = 2024-05-04", "2024: an exchange"),
        ("tet = [2025-01-27, 2025-01-28, ", "tet = [", "2025: Tết has five days"),
        ("from_year = 2013", "from_year = 2021", "2020: no act is in force"),
        ('[[acts]]\nnumber = "10/2012/QH13"', '[[acts]\nnumber = "10/2012/QH13"', "Expected"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_calendar_is_refused_with_the_year(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(CalendarRefused, match=said) as refusal:
        read(changed(tmp_path, old, new))
    assert str(refusal.value).startswith("ours.toml: ")

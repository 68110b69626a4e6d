"""How regularly a cell meets: months and quarters that are over, and those in which it was not there at all."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from events.meeting import MeetingKind
from services.scoring.meetings.meeting_facts import MeetingFacts, gather
from services.scoring.period import Period
from services.scoring.periods.rhythm import Life, Rhythm, rhythm
from tests.examples import an_id
from tests.scoring.meeting import CALLED, HANOI, held, records

SINCE_LONG = Life(date(2020, 1, 1))
YEAR_END = date(2026, 12, 31)


def meeting(day: str, kind: MeetingKind = MeetingKind.REGULAR, *, took_place: bool = True) -> MeetingFacts:
    start = datetime.fromisoformat(f"{day}T19:30").replace(tzinfo=HANOI)
    facts = [replace(CALLED, kind=kind, planned_at=start)]
    session = [held(start=start, end=start.replace(hour=21))] if took_place else []
    return gather(an_id(day), records([*facts, *session]), HANOI)


def told(*days: str, period: str = "2026", life: Life = SINCE_LONG, today: date = YEAR_END) -> Rhythm:
    return rhythm([meeting(day) for day in days], Period.parse(period), life, today)


def test_a_regular_meeting_every_month_keeps_the_rhythm() -> None:
    regular = told(*(f"2026-{month:02}-03" for month in range(1, 13))).regular
    assert (regular.meetings, regular.held, regular.of, regular.missing, regular.kept) == (12, 12, 12, (), True)


def test_months_without_one_are_named_and_two_in_a_month_are_one_month() -> None:
    regular = told("2026-01-03", "2026-01-30", "2026-03-01", period="2026-Q1").regular
    assert (regular.meetings, regular.held, regular.of, regular.missing) == (3, 2, 3, ("2026-02",))
    assert regular.kept is False


def test_a_meeting_that_was_called_and_not_held_is_none() -> None:
    found = rhythm([meeting("2026-01-03", took_place=False)], Period.parse("2026-01"), SINCE_LONG, YEAR_END)
    assert found.regular.missing == ("2026-01",)


@pytest.mark.parametrize(
    ("today", "of"),
    [(date(2026, 10, 30), 9), (date(2026, 10, 31), 10), (date(2026, 11, 1), 10), (date(2025, 12, 31), 0)],
)
def test_a_month_is_missing_from_the_end_of_its_last_day_on(today: date, of: int) -> None:
    regular = told(today=today).regular
    assert (regular.held, regular.of) == (0, of)
    assert regular.kept is (None if of == 0 else False)


def test_a_month_that_runs_counts_once_it_has_its_meeting() -> None:
    regular = told("2026-10-05", today=date(2026, 10, 10), period="2026-10").regular
    assert (regular.held, regular.of, regular.kept) == (1, 1, True)


def test_a_cell_is_asked_for_nothing_in_a_month_in_which_it_began_or_ended() -> None:
    regular = told(life=Life(date(2026, 3, 2), date(2026, 11, 30))).regular
    assert regular.missing == tuple(f"2026-{month:02}" for month in range(4, 11))
    whole = told(life=Life(date(2026, 3, 1), date(2026, 12, 1))).regular
    assert whole.missing[0] == "2026-03"
    assert whole.missing[-1] == "2026-11"


def test_a_thematic_meeting_is_asked_for_once_a_quarter() -> None:
    days = ("2026-02-10", "2026-03-20", "2026-05-05", "2026-12-31")
    meetings = [meeting(day, MeetingKind.THEMATIC) for day in days]
    thematic = rhythm(meetings, Period.parse("2026"), SINCE_LONG, YEAR_END).thematic
    assert (thematic.meetings, thematic.held, thematic.of, thematic.missing) == (4, 3, 4, ("2026-Q3",))
    month = rhythm(meetings, Period.parse("2026-02"), SINCE_LONG, YEAR_END).thematic
    assert (month.meetings, month.of, month.kept) == (1, 0, None)


def test_each_kind_is_counted_apart_and_names_the_records_of_its_sessions() -> None:
    meetings = [meeting("2026-01-05"), meeting("2026-01-06", MeetingKind.EXTRAORDINARY)]
    found = rhythm(meetings, Period.parse("2026-01"), SINCE_LONG, YEAR_END)
    assert (found.regular.meetings, found.thematic.meetings) == (1, 0)
    assert found.regular.facts == (2,)

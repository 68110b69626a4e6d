"""What holds of every period, whatever its meetings: better ones never make it worse, and their order is no matter."""

from datetime import date, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.clocks import last_day
from services.scoring.meetings.cell_year import CellYear
from services.scoring.meetings.meeting_facts import MeetingFacts, gather
from services.scoring.period import Period
from services.scoring.periods.cell_period import PeriodScore, mean, score_period
from services.scoring.periods.rhythm import Life
from services.scoring.rules.rules_in_force import RulesInForce
from tests.examples import CELL_7, an_id
from tests.scoring.meeting import HANOI, records
from tests.scoring.year import worth

POINTS = st.integers(80, 400).map(lambda quarters: Decimal(quarters) / 4)
MEETINGS = st.dictionaries(st.dates(date(2026, 1, 2), date(2026, 12, 30)), POINTS, min_size=1, max_size=8)
ORDER = ["weak", "average", "fair", "good"]
RULES = RulesInForce.shipped()
SINCE = Life(date(2020, 1, 1))


def facts(meetings: dict[date, Decimal]) -> list[MeetingFacts]:
    return [gather(an_id(str(day)), records(worth(str(day), points)), HANOI) for day, points in meetings.items()]


def scored(meetings: dict[date, Decimal], period: str = "2026") -> PeriodScore:
    year = CellYear(CELL_7, 2026, tuple(facts(meetings)))
    return score_period(year, Period.parse(period), RULES, SINCE, date(2026, 12, 31))


@settings(max_examples=40, deadline=None)
@given(MEETINGS, st.data())
def test_a_better_meeting_never_makes_a_period_worse(meetings: dict[date, Decimal], data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(sorted(meetings)))
    better = {**meetings, day: data.draw(st.sampled_from([meetings[day], Decimal(100)]))}
    before, after = scored(meetings), scored(better)
    assert before.points is not None
    assert after.points is not None
    assert after.points >= before.points
    assert ORDER.index(str(after.band)) >= ORDER.index(str(before.band))


@settings(max_examples=20, deadline=None)
@given(MEETINGS)
def test_a_year_is_made_of_its_quarters_and_they_of_their_months(meetings: dict[date, Decimal]) -> None:
    year = scored(meetings)
    quarters = [scored(meetings, f"2026-Q{number}") for number in range(1, 5)]
    months = [scored(meetings, f"2026-{number:02}") for number in range(1, 13)]
    for parts in (quarters, months):
        lines = [line for part in parts for line in part.lines]
        assert {line.item for line in lines} == {line.item for line in year.lines}
        assert mean([line.points for line in lines if line.points is not None]) == year.points
        assert sum(part.rhythm.regular.held for part in parts) == year.rhythm.regular.held
        assert [name for part in parts for name in part.rhythm.regular.missing] == list(year.rhythm.regular.missing)


@settings(max_examples=20, deadline=None)
@given(MEETINGS, st.randoms(use_true_random=False))
def test_the_order_in_which_meetings_are_read_is_no_matter(meetings: dict[date, Decimal], shuffled: Random) -> None:
    days = list(meetings)
    shuffled.shuffle(days)
    other = scored({day: meetings[day] for day in days})
    told = scored(meetings)
    assert (other.points, other.band, other.rhythm, other.meetings) == (
        told.points, told.band, told.rhythm, told.meetings
    )  # fmt: skip


def test_nothing_is_asked_for_after_the_day_from_which_it_is_looked_at() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    now = datetime(2026, 11, 23, 9, tzinfo=zone)
    assert last_day(now, None, None) == date(2026, 11, 23)
    assert last_day(now, date(2026, 2, 28), None) == date(2026, 2, 28)
    assert last_day(now, date(2027, 2, 28), None) == date(2026, 11, 23)
    # 18:00 of 2 March in UTC is the 3rd in Hanoi.
    assert last_day(now, None, datetime(2026, 3, 2, 18, tzinfo=ZoneInfo("UTC"))) == date(2026, 3, 3)

"""The score of a cell's month, quarter or year: the mean of its meetings, by hand."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from events.bands import Band
from events.fact import Fact
from events.meeting import BandDecided, MeetingCancelled
from services.scoring.meetings.cell_year import CellYear
from services.scoring.meetings.meeting_facts import gather
from services.scoring.period import Period
from services.scoring.periods.cell_period import PeriodScore, score_period
from services.scoring.periods.rhythm import Life
from services.scoring.rules.rules_in_force import RulesInForce
from tests.examples import CELL_7, an_id
from tests.scoring.meeting import HANOI, records
from tests.scoring.year import worth

TABLE = tomllib.loads((Path(__file__).parent / "tables" / "cell_periods.toml").read_text("utf-8"), parse_float=Decimal)


def score_of(period: str, *meetings: tuple[Fact, ...]) -> PeriodScore:
    facts = [gather(an_id(f"meeting {number}"), records(one), HANOI) for number, one in enumerate(meetings)]
    year = CellYear(CELL_7, 2026, tuple(facts))
    rules, life = RulesInForce.shipped(), Life(date(2020, 1, 1))
    return score_period(year, Period.parse(period), rules, life, date(2026, 12, 31))


@pytest.mark.parametrize("case", TABLE["case"], ids=[case["says"] for case in TABLE["case"]])
def test_by_hand(case: dict[str, Any]) -> None:
    told = score_of(case["period"], *(worth(day, points) for day, points in case["meetings"]))
    assert told.points == case.get("points")
    assert told.band == told.bands.computed == case.get("band")
    assert told.complete is case.get("complete", True)


def test_each_meeting_has_a_line_with_its_facts_and_its_paper() -> None:
    told = score_of("2026", worth("2026-02-05", 88), worth("2026-03-05", "?"))
    first, second = told.lines
    assert (first.item, first.title, first.points, first.max) == (
        an_id("meeting 0"), "Sinh hoạt thường kỳ ngày 05/02/2026", Decimal(88), Decimal(100)
    )  # fmt: skip
    assert first.because == "88 điểm; xếp loại khá, chi ủy tự chấm."
    assert first.facts == (1, 2, 3, 4, 5, 6, 7)
    assert "42-HD/BTCTW ngày 28/10/2025" in first.source
    assert (second.points, second.because) == (None, "Chưa đủ điểm (6 mục chưa có).")


def test_meetings_are_counted_by_the_band_in_force_whoever_gave_it() -> None:
    decided = (*worth("2026-03-05", 95), BandDecided(band=Band.FAIR))
    told = score_of("2026", worth("2026-01-05", 95), decided, worth("2026-04-05", "?"))
    assert told.meetings == {"good": 1, "fair": 1, "none": 1}


def test_a_meeting_that_was_called_off_or_is_to_come_counts_for_nothing() -> None:
    called = worth("2026-05-05")[0]
    told = score_of("2026", worth("2026-01-05", 95), (called,), (called, MeetingCancelled()))
    assert (told.points, told.complete, len(told.lines)) == (Decimal(95), True, 1)


def test_what_came_after_a_decision_is_late_for_the_period_too() -> None:
    *facts, own = worth("2026-03-05", 95)
    told = score_of("2026", (*facts[:-1], own, BandDecided(band=Band.GOOD), facts[-1]))
    assert told.late == (8,)

"""The year of an organisation by the national frame, by hand: points, conditions, and which tasks were on time."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from events import wire
from events.classification import ClassificationDecided, ClassificationReopened, Rated, YearBand, stream_of
from events.fact import Fact, Id, Record, stored_name
from events.meeting import ResolutionAdopted, TaskResultsRecorded
from events.meeting.facts import Task, TaskResult
from services.scoring.meetings.meeting_rules import Finding
from services.scoring.periods.year_facts import tasks
from services.scoring.periods.year_score import YearFacts, YearScore, score_year_of
from services.scoring.rules.shelf import shipped
from tests.examples import CELL_7, LAN
from tests.scoring.meeting import MEETING

TABLE = tomllib.loads((Path(__file__).parent / "tables" / "years.toml").read_text("utf-8"), parse_float=Decimal)
(FRAME,) = shipped().versions("year-national")


def record(stream: Id, position: int, on: date, fact: Fact) -> Record:
    return Record(position, stream, position, stored_name(fact), on, 0, "clerk", "", stream, 0, wire.encode(fact))


def decided(points: Decimal | None, band: YearBand = YearBand.GOOD, at: int = 10) -> Record:
    said = ClassificationDecided(
        subject=CELL_7, kind=Rated.CELL, year=2026, band=band, placed_on=date(2026, 12, 31), points=points
    )
    return record(stream_of(CELL_7, 2026), at, date(2026, 12, 31), said)


def found(on_time: Any, sanctions: int) -> dict[str, Finding]:
    share = None if on_time == "?" else {"on_time": Decimal(on_time)}
    return {
        "tasks": Finding(share, "nhiệm vụ.", (3,)),
        "discipline": Finding({"sanctions": Decimal(sanctions)}, "kỷ luật.", (12,) if sanctions else ()),
    }


def scored(*records: Record, findings: dict[str, Finding] | None = None, kind: Rated = Rated.CELL) -> YearScore:
    subject = LAN if kind is Rated.MEMBER else CELL_7
    return score_year_of(YearFacts(subject, kind, 2026, records, findings or {}), FRAME)


@pytest.mark.parametrize("case", TABLE["case"], ids=[case["says"] for case in TABLE["case"]])
def test_the_band_of_points_and_conditions(case: dict[str, Any]) -> None:
    told = scored(decided(Decimal(case["points"])), findings=found(case["on_time"], case["sanctions"]))
    assert told.bands.computed == case.get("band")
    assert told.band == told.bands.superior == "good", "what was decided stays beside it"


@pytest.mark.parametrize("case", TABLE["tasks"], ids=[case["says"] for case in TABLE["tasks"]])
def test_the_tasks_that_were_on_time(case: dict[str, Any]) -> None:
    due = [date.fromisoformat(day) if day else None for day in case["due"]]
    adopted = ResolutionAdopted(tasks=tuple(Task(to=LAN, what="Rà soát", due_on=day) for day in due))
    records = [record(MEETING, 1, date(2026, 3, 5), adopted)]
    for position, (day, task, share) in enumerate(case["results"], start=2):
        result = TaskResultsRecorded(results=(TaskResult(task, Decimal(share)),))
        records.append(record(MEETING, position, date.fromisoformat(day), result))
    finding = tasks({MEETING: records}, 2026, date(2026, 11, 1))
    assert (finding.measures or {}).get("on_time") == case.get("on_time")


def test_without_points_or_a_decision_there_is_no_computed_band() -> None:
    for records in ((), (decided(None),)):
        assert scored(*records, findings=found(1, 0)).bands.computed is None


def test_what_was_found_after_the_decision_is_late_and_changes_no_decided_band() -> None:
    told = scored(decided(Decimal(95), YearBand.EXCELLENT), findings=found(1, 1))
    assert (told.late, told.band, told.bands.computed) == ((12,), "excellent", "good")


def test_a_decision_tells_a_total_and_no_points_by_item() -> None:
    told = scored(decided(Decimal("87.5")))
    assert [(line.item, line.points, line.max, line.judged, line.facts) for line in told.lines] == [
        ("general", None, Decimal(30), True, (10,)),
        ("tasks", None, Decimal(70), True, (10,)),
    ]
    assert "tổng điểm 87,5" in told.lines[0].because
    assert told.complete is False


def test_a_year_that_is_open_again_has_nothing_but_its_history() -> None:
    opened = record(stream_of(CELL_7, 2026), 11, date(2027, 2, 1), ClassificationReopened(subject=CELL_7, year=2026))
    told = scored(decided(Decimal(80)), opened)
    assert (told.band, told.points, told.reopened, told.late) == (None, None, True, ())
    assert [(step.band, step.points) for step in told.history] == [("good", Decimal(80)), (None, None)]
    assert (told.charged_to, told.placed_on) == (CELL_7, date(2026, 12, 31))


def test_a_person_is_not_asked_for_a_units_conditions() -> None:
    assert [gate.gate for gate in scored(kind=Rated.MEMBER).gates] == ["above-requirement"]

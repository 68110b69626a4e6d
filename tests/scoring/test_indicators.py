"""Every indicator of the board, worked out by hand for a commune of four cells in the first quarter of 2026."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.office import Post
from events.organisation import CellKind
from projections.board import Leading
from projections.cell_months import Month, Tally, tally
from services.scoring.boards.formulas import FORMULAS
from services.scoring.boards.indicators import Board, Cell, Counting, Figures, behind, compute
from services.scoring.boards.terms import covers
from services.scoring.period import Period
from services.scoring.periods.rhythm import Life
from services.scoring.rules.measures import INDICATORS
from services.scoring.rules.shelf import shipped
from tests.examples import an_id

EARLY = Life(date(2020, 1, 1))
QUARTER, YEAR = Period.parse("2026-Q1"), Period.parse("2026")
AFTERWARDS = date(2027, 1, 10)


def cell(
    name: str, *months: Month, kind: CellKind = CellKind.VILLAGE, life: Life = EARLY, living: bool = True, **more: Any
) -> Cell:
    return Cell(an_id(name), name, kind, life, living, tally(an_id(name), months), **more)


def month(number: int, **told: Any) -> Month:
    return Month(an_id("x"), date(2026, number, 1), **told)


def board(*cells: Cell, period: Period = QUARTER, today: date = AFTERWARDS, **more: Any) -> Board:
    return Board(period, today, cells, **more)


def figures(indicator: str, told: Board) -> Figures:
    return compute(FORMULAS[indicator], told)


def met(indicator: str, told: Board) -> dict[str, bool | None]:
    return {one.name: part.met for one, part in behind(FORMULAS[indicator], told)}


def led(*posts: Post | None, supervised: bool = False, committee: int = 0, trained: int = 0) -> Leading:
    return Leading(an_id("x"), supervised, posts, committee, trained)


def regular(numbers: Sequence[int], thematic: Sequence[int] = ()) -> list[Month]:
    return [
        month(n, regular=int(n in numbers), thematic=int(n in thematic), held=1) for n in sorted({*numbers, *thematic})
    ]


def test_there_is_a_formula_for_every_indicator_and_a_title_and_source_of_each() -> None:
    (pack,) = shipped().versions("indicators-province")
    assert list(FORMULAS) == list(INDICATORS) == [item.id for item in pack.items]
    assert all(item.title and item.source for item in pack.items)


@pytest.mark.parametrize("indicator", list(FORMULAS))
def test_where_nothing_is_on_record_a_value_is_null_and_never_0(indicator: str) -> None:
    for told in (board(), board(cell("A"), cell("B", kind=CellKind.AGENCY)), board(cell("A"), period=YEAR)):
        assert figures(indicator, told) == Figures(None, None, None)
        assert behind(FORMULAS[indicator], told) == []


# The rhythm


def test_regular_rhythm_asks_for_every_month_and_a_thematic_meeting_in_the_quarter() -> None:
    told = board(
        cell("all", *regular([1, 2, 3], [2])),
        cell("no theme", *regular([1, 2, 3])),
        cell("no February", *regular([1, 3], [3])),
        cell("silent"),
    )
    assert figures("regular-rhythm", told) == Figures(Decimal("0.25"), 1, 4)
    assert met("regular-rhythm", told) == {"all": True, "no theme": False, "no February": False, "silent": False}
    parts = {one.name: (part.numerator, part.denominator) for one, part in behind(FORMULAS["regular-rhythm"], told)}
    assert parts == {"all": (4, 4), "no theme": (3, 4), "no February": (3, 4), "silent": (0, 4)}


def test_a_month_that_is_not_over_is_asked_for_nothing_yet_but_counts_when_it_is_met() -> None:
    told = board(cell("A", *regular([1, 2])), cell("B", *regular([1])), today=date(2026, 2, 27))
    assert met("regular-rhythm", told) == {"A": True, "B": True}
    assert met("regular-rhythm", board(*told.cells, today=date(2026, 2, 28))) == {"A": True, "B": False}


def test_a_cell_is_asked_for_the_months_that_it_was_there_from_the_first_day_to_the_last() -> None:
    young = cell("young", *regular([3]), life=Life(date(2026, 2, 2)))
    old = cell("old", *regular([1, 2, 3], [1]))
    assert met("regular-rhythm", board(young, old)) == {"young": True, "old": True}
    newborn = cell("newborn", life=Life(date(2026, 3, 2)))
    assert met("regular-rhythm", board(newborn, old)) == {"old": True}


def test_a_month_alone_asks_for_no_thematic_meeting() -> None:
    told = board(cell("A", *regular([3])), cell("B"), period=Period.parse("2026-03"))
    assert figures("regular-rhythm", told) == Figures(Decimal("0.5"), 1, 2)


def test_of_a_cell_that_has_ended_only_sums_are_told() -> None:
    gone = cell("gone", month(1, regular=1, held=1, present=9, base=10, admitted=1), living=False)
    here = cell("here", *regular([1, 2, 3], [1]))
    assert met("regular-rhythm", board(gone, here)) == {"here": True}
    assert figures("attendance", board(gone, here)) == Figures(Decimal("0.9"), 9, 10)
    assert figures("admissions", board(gone, here, target=2)) == Figures(Decimal("0.5"), 1, 2)


# What meetings tell


@pytest.mark.parametrize(("indicator", "name"), [("pre-meeting", "pre"), ("full-procedure", "full")])
def test_a_cell_is_met_where_every_one_of_its_meetings_is(indicator: str, name: str) -> None:
    def told(number: int, done: int, of: int) -> Month:
        return month(number, **{f"{name}_met": done, f"{name}_of": of}, held=of)

    cells = (
        cell("all", told(1, 1, 1), told(2, 2, 2)),
        cell("one short", told(1, 1, 1), told(2, 1, 2)),
        cell("none asked", told(1, 0, 0)),
    )
    assert figures(indicator, board(*cells)) == Figures(Decimal("0.5"), 1, 2)
    parts = {one.name: (part.numerator, part.denominator) for one, part in behind(FORMULAS[indicator], board(*cells))}
    assert parts == {"all": (3, 3), "one short": (2, 3)}


def test_attendance_is_all_who_were_present_of_all_who_had_to_be() -> None:
    told = board(cell("A", month(1, present=17, base=20)), cell("B", month(2, present=40, base=44)))
    assert figures("attendance", told) == Figures(Decimal(57) / 64, 57, 64)


def test_exactly_85_percent_does_not_exceed_85() -> None:
    (pack,) = shipped().versions("indicators-province")
    item = pack.item("attendance")
    assert item is not None
    assert item.target is not None
    assert item.target.hold(Decimal("0.8501"))
    value = figures("attendance", board(cell("A", month(1, present=85, base=100)))).value
    assert value is not None
    assert not item.target.hold(value)


def scored(points: str, whole: int = 1, held: int = 1, **more: Any) -> Month:
    return month(1, held=held, whole=whole, points=Decimal(points), good_from=Decimal(90), **more)


def test_a_cell_is_good_by_the_mean_of_its_meetings_points() -> None:
    told = board(
        cell("exactly 90", scored("180", whole=2, held=2)),
        cell("just below", scored("269.99", whole=3, held=3)),
        cell("kept back by the gate", scored("95", gated=1, missed=1)),
        cell("through the gate", scored("95", gated=1)),
    )
    assert met("good-cells", told) == {
        "exactly 90": True, "just below": False, "kept back by the gate": False, "through the gate": True,
    }  # fmt: skip
    assert figures("good-cells", told) == Figures(Decimal("0.5"), 2, 4)


def test_a_cell_whose_points_are_not_all_known_is_good_by_most_of_its_bands_in_force() -> None:
    told = board(
        cell("most", scored("10", whole=1, held=3, banded=3, good=2)),
        cell("half", scored("0", whole=0, held=2, banded=2, good=1)),
        cell("nobody has said", scored("0", whole=0)),
    )
    assert met("good-cells", told) == {"most": True, "half": False}


def test_the_last_rubric_of_the_period_says_what_is_good() -> None:
    told = cell("A", scored("95"), month(2, held=1, whole=1, points=Decimal(95), good_from=Decimal(96)))
    assert met("good-cells", board(told)) == {"A": False}


@pytest.mark.parametrize("kind", ["regular", "thematic"])
def test_models_are_a_share_of_all_cells_and_unknown_while_nobody_is_chosen_in_a_running_period(kind: str) -> None:
    cells = [cell(str(number), *regular([1])) for number in range(19)]
    chosen = cell("chosen", month(2, held=1, **{f"model_{kind}": 1}))
    assert figures(f"model-{kind}", board(*cells, chosen)) == Figures(Decimal("0.05"), 1, 20)
    assert figures(f"model-{kind}", board(*cells)) == Figures(Decimal(0), 0, 19)
    assert figures(f"model-{kind}", board(*cells, today=date(2026, 3, 30))).value is None


# What papers and offices tell


def test_a_supervisor_is_in_charge_of_a_cell_or_not() -> None:
    told = board(cell("A", leading=led(supervised=True)), cell("B", leading=led(None)), cell("C"))
    assert figures("supervisor", told) == Figures(Decimal(1) / 3, 1, 3)
    assert met("supervisor", told) == {"A": True, "B": False, "C": False}


def test_training_is_of_those_who_are_in_a_cells_committee() -> None:
    told = board(
        cell("A", leading=led(None, committee=3, trained=3)),
        cell("B", leading=led(None, committee=2, trained=1)),
        cell("C"),
        trainings=True,
    )
    assert figures("committee-training", told) == Figures(Decimal("0.8"), 4, 5)
    assert met("committee-training", told) == {"A": True, "B": False}
    assert figures("committee-training", board(*told.cells)).value is None


def test_working_rules_hold_for_the_years_of_their_term() -> None:
    told = board(
        cell("now", terms=("2020-2025", "2025-2030")), cell("before", terms=("2020 – 2025",)), cell("none"),
        cell("until now", terms=("2022-2026",)),
    )  # fmt: skip
    assert met("working-rules", told) == {"now": True, "before": False, "none": False, "until now": True}
    assert figures("working-rules", told) == Figures(Decimal("0.5"), 2, 4)


@pytest.mark.parametrize(
    ("term", "holds"),
    [("2025-2030", True), ("nhiệm kỳ 2026–2030", True), ("2026/2027", True), ("2027-2030", False), ("XIV", True)],
)
def test_a_term_is_read_as_committees_write_it(term: str, holds: bool) -> None:
    assert covers(term, 2026) is holds


def test_a_four_good_plan_is_there_or_not() -> None:
    told = board(cell("A", planned=True), cell("B"), cell("C"), cell("D", planned=True))
    assert figures("four-good-plan", told) == Figures(Decimal("0.5"), 2, 4)


def test_admissions_are_a_share_of_the_organisations_target_and_a_number_without_one() -> None:
    cells = (cell("A", month(1, admitted=2), month(3, admitted=1), target=3), cell("B", month(2, admitted=1), target=2))
    assert figures("admissions", board(*cells, target=10)) == Figures(Decimal("0.4"), 4, 10)
    assert figures("admissions", board(*cells)) == Figures(None, 4, None)
    assert figures("admissions", board(cell("C"), target=10)) == Figures(Decimal(0), 0, 10)
    assert met("admissions", board(*cells)) == {"A": True, "B": False}


def test_a_secretary_is_the_head_of_the_village_or_of_the_unit_by_the_kind_of_the_cell() -> None:
    told = board(
        cell("A", leading=led(Post.VILLAGE_HEAD)),
        cell("B", leading=led(Post.STREET_HEAD), kind=CellKind.STREET),
        cell("C", leading=led(None)),
        cell("D", leading=led()),
        cell("E", leading=led(Post.UNIT_HEAD), kind=CellKind.STATE_ENTERPRISE),
        cell("F", leading=led(Post.OTHER), kind=CellKind.AGENCY),
        cell("G", leading=led(Post.OTHER), kind=CellKind.STUDENT),
    )
    assert figures("double-office-village", told) == Figures(Decimal(2) / 3, 2, 3)
    assert met("double-office-village", told) == {"A": True, "B": True, "C": False}
    assert figures("double-office-unit", told) == Figures(Decimal("0.5"), 1, 2)
    assert met("double-office-unit", told) == {"E": True, "F": False}


# Residents and the oath


def test_the_december_habit_is_the_share_of_the_years_contacts_that_waited_for_december() -> None:
    told = board(
        cell("only then", month(12, contacts=3)), cell("all year", month(2, contacts=4), month(12, contacts=1)),
        period=YEAR, contacts={date(2026, 2, 1): 4, date(2026, 12, 1): 4},
    )  # fmt: skip
    assert figures("liaison-december", told) == Figures(Decimal("0.5"), 4, 8)
    assert met("liaison-december", told) == {"only then": False, "all year": True}
    assert told.by_month() == [0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4]


def test_before_december_begins_nothing_is_known_of_its_habit() -> None:
    told = cell("A", month(2, contacts=4))
    assert figures("liaison-december", board(told, period=YEAR, today=date(2026, 11, 30))).value is None
    assert figures("liaison-december", board(told, period=YEAR, today=date(2026, 12, 1))).value == 0
    assert figures("liaison-december", board(told)).value is None
    assert board(told, period=YEAR, today=date(2026, 2, 3), contacts={date(2026, 2, 1): 4}).by_month() == [0, 4]


def test_oath_coverage_is_those_who_presented_of_the_frozen_roll() -> None:
    told = board(cell("A", oath=(9, 10)), cell("B", oath=(5, 5)), cell("C"))
    assert figures("oath-coverage", told) == Figures(Decimal(14) / 15, 14, 15)
    assert met("oath-coverage", told) == {"A": False, "B": True}


def test_the_reference_province_is_what_it_was() -> None:
    assert figures("oath-coverage", board(cell("all", oath=(38_885, 42_022)))).value == Decimal(38_885) / 42_022
    year = board(cell("all", month(1, admitted=2030)), period=YEAR, target=2000)
    assert figures("admissions", year).value == Decimal("1.015")


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Cells that are alike in much and differ in anything."""
    few, flag = st.integers(0, 2), st.booleans()
    numbers = {name: draw(few) for name in Tally._fields if name not in ("cell", "points", "good_from")}
    points, good_from = Decimal(draw(st.sampled_from([0, 90, 180]))), draw(st.sampled_from([None, Decimal(90)]))
    posts = tuple(draw(st.lists(st.sampled_from([None, Post.VILLAGE_HEAD, Post.UNIT_HEAD]), max_size=2)))
    return Cell(
        an_id("x"), "x", draw(st.sampled_from([None, CellKind.VILLAGE, CellKind.AGENCY])),
        draw(st.sampled_from([EARLY, Life(date(2026, 3, 1)), Life(date(2020, 1, 1), date(2026, 6, 1))])), draw(flag),
        Tally(cell=an_id("x"), points=points, good_from=good_from, **numbers),
        Leading(an_id("x"), draw(flag), posts, draw(few), draw(few)),
        draw(st.sampled_from([(), ("2025-2030",), ("2020-2025",)])), draw(flag), draw(st.none() | few),
        draw(st.sampled_from([(0, 0), (1, 2), (2, 2)])),
    )  # fmt: skip


@pytest.mark.parametrize("indicator", list(FORMULAS))
@given(some=st.lists(cells(), max_size=12))
def test_what_an_indicator_comes_to_is_what_the_cells_behind_it_come_to(indicator: str, some: list[Cell]) -> None:
    formula, told = FORMULAS[indicator], board(*some, period=YEAR, target=7, trainings=True)
    parts = [part for _, part in behind(formula, told)]
    number, of = sum(part.met is True for part in parts), len(parts)
    if formula.counting is Counting.SUMS:
        number, of = sum(part.numerator for part in parts), sum(part.denominator for part in parts)
    found = compute(formula, told)
    assert (found.numerator or 0, found.denominator or 0) == (number, 7 if formula.targeted else of)

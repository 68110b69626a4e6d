"""The sixteen indicators added up once more, each by a few lines of its own, from what was posted of a made-up commune.

Written from the objectives' words alone; nothing here asks the program how it counts.
"""

from collections.abc import Callable, Iterator, Sequence

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import a_commune
from tests.ingest.feeding import feeding
from tests.scoring.boards import keeping_months
from tests.scoring.cells import get
from tests.scoring.made_up import Met, Told, made_up

Share = tuple[int | None, int | None]
Board = Callable[..., tuple[list[Told], dict[str, Share]]]
Months = Sequence[int]
SEEDS = (1, 2)
PERIODS: dict[str, Months] = {"2026-02": (2,), "2026-Q1": (1, 2, 3), "2026-Q2": (4, 5, 6), "2026": tuple(range(1, 13))}
OVER = range(1, 11)
"""The months that are behind whoever asks as of 31 October 2026."""
NOTHING: Share = (None, None)


def met_in(cell: Told, months: Months, *kinds: str) -> list[Met]:
    return [met for met in cell.meetings if met.month in months and met.kind in (kinds or ("regular", "thematic"))]


def cells_with(flags: Sequence[bool | None]) -> Share:
    """How many of those who are asked (None: is not) are so."""
    asked = [flag for flag in flags if flag is not None]
    return (sum(asked), len(asked)) if asked else NOTHING


def regular_rhythm(cells: list[Told], months: Months) -> Share:
    def kept(cell: Told) -> bool | None:
        asked = [month for month in months if month in OVER]
        quarters = [months[at : at + 3] for at in range(0, len(months), 3)] if len(months) >= 3 else []
        regular = all(met_in(cell, (month,), "regular") for month in asked)
        thematic = all(met_in(cell, quarter, "thematic") for quarter in quarters if quarter[-1] in OVER)
        return regular and thematic

    return cells_with([kept(cell) for cell in cells])


def pre_meeting(cells: list[Told], months: Months) -> Share:
    def kept(cell: Told) -> bool | None:
        held = met_in(cell, months)
        return None if cell.alone or not held else all(met.prepared for met in held)

    return cells_with([kept(cell) for cell in cells])


def full_procedure(cells: list[Told], months: Months) -> Share:
    def whole(met: Met) -> bool:
        latest = (10 if met.kind == "regular" else 20) + 2
        return met.resolved and met.approved <= latest and met.scored <= latest

    def kept(cell: Told) -> bool | None:
        held = met_in(cell, months)
        return all(map(whole, held)) if held else None

    return cells_with([kept(cell) for cell in cells])


def attendance(cells: list[Told], months: Months) -> Share:
    held = [met for cell in cells for met in met_in(cell, months)]
    present, base = sum(met.present for met in held), sum(met.present + met.excused + met.absent for met in held)
    return (present, base) if base else NOTHING


def points(met: Met) -> int:
    """By the national frame: what people gave, and five each for what facts decide."""
    everybody = met.present + met.excused + met.absent
    latest = (10 if met.kind == "regular" else 20) + 2
    time = met.minutes >= 90
    there = met.present * 10 >= everybody * 9 and met.absent == 0
    closed = met.resolved and met.approved <= latest
    return 55 + met.discussion + 5 * (time + there + met.prepared + closed)


def good_cells(cells: list[Told], months: Months) -> Share:
    def good(cell: Told) -> bool | None:
        held = met_in(cell, months)
        return sum(map(points, held)) >= 90 * len(held) if held else None

    return cells_with([good(cell) for cell in cells])


def models(kind: str) -> Callable[[list[Told], Months], Share]:
    def share(cells: list[Told], months: Months) -> Share:
        chosen = [any(met.model for met in met_in(cell, months, kind)) for cell in cells]
        anybody_met = any(met_in(cell, months) for cell in cells)
        if not anybody_met or (not any(chosen) and months[-1] not in OVER):
            return NOTHING
        return sum(chosen), len(cells)

    return share


def supervisor(cells: list[Told], _: Months) -> Share:
    return sum(cell.supervised for cell in cells), len(cells)


def committee_training(cells: list[Told], _: Months) -> Share:
    return sum(cell.trained for cell in cells), sum(cell.committee for cell in cells)


def working_rules(cells: list[Told], _: Months) -> Share:
    return (sum(cell.rules for cell in cells), len(cells)) if any(cell.rules for cell in cells) else NOTHING


def four_good_plan(cells: list[Told], _: Months) -> Share:
    return (sum(cell.plan for cell in cells), len(cells)) if any(cell.plan for cell in cells) else NOTHING


def admissions(cells: list[Told], months: Months) -> Share:
    return sum(month in months for cell in cells for month in cell.admitted), 6


def double_office(kinds: Sequence[str], posts: Sequence[str]) -> Callable[[list[Told], Months], Share]:
    def share(cells: list[Told], _: Months) -> Share:
        asked = [cell for cell in cells if cell.kind in kinds and cell.secretary]
        return (sum(cell.secretary in posts for cell in asked), len(asked)) if asked else NOTHING

    return share


def no_december_yet(_cells: list[Told], _months: Months) -> Share:
    return NOTHING


def oath_coverage(cells: list[Told], months: Months) -> Share:
    """It opened in February, and everybody who reported did so in March."""
    if 2 not in months:
        return NOTHING
    reported = sum(cell.reported for cell in cells) if 3 in months else 0
    return reported, sum(len(cell.members) for cell in cells)


ADDED_UP: dict[str, Callable[[list[Told], Months], Share]] = {
    "regular-rhythm": regular_rhythm,
    "pre-meeting": pre_meeting,
    "full-procedure": full_procedure,
    "supervisor": supervisor,
    "attendance": attendance,
    "committee-training": committee_training,
    "working-rules": working_rules,
    "good-cells": good_cells,
    "four-good-plan": four_good_plan,
    "model-regular": models("regular"),
    "model-thematic": models("thematic"),
    "admissions": admissions,
    "double-office-village": double_office(("village", "street"), ("village_head", "street_head")),
    "double-office-unit": double_office(("agency", "state_enterprise"), ("unit_head",)),
    "liaison-december": no_december_yet,
    "oath-coverage": oath_coverage,
}


@pytest.fixture(scope="module")
def told(template: Postgres) -> Iterator[Board]:
    """The cells of a seed, and what the board says of a period, by indicator."""
    with (
        fresh(template) as database,
        feeding(database.app),
        a_commune(database) as commune,
        keeping_months(database.app),
    ):
        made = {seed: made_up(commune, seed) for seed in SEEDS}

        def board(seed: int, period: str, *, kept: bool = True) -> tuple[list[Told], dict[str, Share]]:
            top, cells, _ = made[seed]
            clock = {} if kept else {"as_of": "2026-10-31"}
            items = get(commune, f"/indicators/{top}", 200, period=period, **clock)["items"]
            return cells, {item["id"]: (item["numerator"], item["denominator"]) for item in items}

        yield board


@pytest.mark.parametrize("period", list(PERIODS))
@pytest.mark.parametrize("seed", SEEDS)
def test_every_indicator_is_what_was_posted_added_up(told: Board, seed: int, period: str) -> None:
    """As of a day it is worked out from the log; a period that is over is told from what is kept, and is the same."""
    cells, board = told(seed, period, kept=False)
    assert board == {name: formula(cells, PERIODS[period]) for name, formula in ADDED_UP.items()}
    if PERIODS[period][-1] in OVER:
        assert told(seed, period, kept=True)[1] == board


@pytest.mark.parametrize("seed", SEEDS)
def test_the_december_habit_of_a_year_that_is_over_is_added_up(told: Board, seed: int) -> None:
    cells, board = told(seed, "2025", kept=True)
    contacts = [month for cell in cells for month in cell.contacts]
    assert board["liaison-december"] == ((contacts.count(12), len(contacts)) if contacts else NOTHING)

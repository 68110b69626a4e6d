"""Every case that was worked out by hand, in tables/*.toml: at each limit of each rubric, and on both sides of it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from services.scoring.rules.rulebook import Pack
from services.scoring.rules.shelf import shipped
from tests.scoring.tables import read, scored

RUBRICS = ("meeting-national", "meeting-ward", "meeting-gated")
WHOLE = ("whole", "bands")


def pack(rubric: str) -> Pack:
    return shipped().versions(rubric)[-1]


def rows(*, of_items: bool) -> Iterator[Any]:
    for rubric in RUBRICS:
        for name, table in read(rubric).items():
            if of_items == (name not in WHOLE):
                for number, row in enumerate(table, start=1):
                    yield pytest.param(rubric, name, row, id=f"{rubric} {name} {number}")


@pytest.mark.parametrize(("rubric", "item", "row"), list(rows(of_items=True)))
def test_an_item_gives_what_the_table_says(rubric: str, item: str, row: dict[str, Any]) -> None:
    line = next(line for line in scored(row, pack(rubric)).lines if line.item == item)
    if row["points"] in ("unknown", "not asked"):
        assert (line.points, line.applies) == (None, row["points"] == "unknown")
    else:
        assert (line.points, line.applies) == (row["points"], True)


@pytest.mark.parametrize(("rubric", "table", "row"), list(rows(of_items=False)))
def test_a_meeting_has_the_points_and_the_band_that_the_table_says(
    rubric: str, table: str, row: dict[str, Any]
) -> None:
    if table == "bands":
        assert pack(rubric).band(Decimal(row["points"])) == row["band"]
        return
    score = scored(row, pack(rubric))
    assert (score.points, score.complete, score.bands.computed) == (row["points"], True, row["band"])


@pytest.mark.parametrize("rubric", ["meeting-national", "meeting-ward"])
def test_every_item_that_facts_decide_is_in_the_table(rubric: str) -> None:
    assert {item.id for item in pack(rubric).items if item.rule is not None} <= read(rubric).keys()


def test_the_gated_table_has_the_wards_items() -> None:
    ward, gated = pack("meeting-ward"), pack("meeting-gated")
    assert [(item.id, item.max, item.options) for item in ward.items] == [
        (item.id, item.max, item.options) for item in gated.items
    ]

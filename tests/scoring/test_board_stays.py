"""A cell's months count for whom it stood below then: a board of the past does not change when a cell moves."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.boards import keeping_months
from tests.scoring.cells import get, head, meet

KEPT, WORKED_OUT = "kept", "worked out"
MONTHS = ("01", "02", "03", "04", "05", "06")


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One cell stands where it always stood, one goes on 10 May 2026, and one is absorbed elsewhere on 20 March."""
    with (
        fresh(template) as database,
        feeding(database.app),
        a_commune(database) as made,
        keeping_months(database.app),
    ):
        first = made.establish("Đảng bộ cơ sở một", "grassroots", made.agency)
        second = made.establish("Đảng bộ cơ sở hai", "grassroots", made.agency)
        mover = made.establish("Chi bộ chuyển", "cell", first, cell_kind="agency")
        stays = made.establish("Chi bộ ở lại", "cell", first, cell_kind="agency")
        ended = made.establish("Chi bộ sáp nhập", "cell", first, cell_kind="agency")
        lan, hoa = made.admit("Lê Lan", mover), made.admit("Trần Hòa", stays)
        minh = made.admit("Vũ Minh", ended)
        for month in MONTHS:
            meet(made, mover, f"2026-{month}-05", [lan])
            meet(made, stays, f"2026-{month}-05", [hoa])
        for month in ("01", "02", "03"):
            meet(made, ended, f"2026-{month}-06", [minh])
        meet(made, mover, "2026-04-20", [lan], kind="thematic")
        heir = made.establish("Chi bộ nhận", "cell", second, cell_kind="agency")
        made.post(f"/organisations/{ended}/absorptions", {"into": heir, "effective_on": "2026-03-20"})
        made.post(f"/organisations/{mover}/handovers", {"to": second, "effective_on": "2026-05-10"})
        made.commune, made.agency, made.village_cell, made.office_cell = first, second, mover, ended
        yield made


def asked(commune: Commune, way: str) -> dict[str, Any]:
    assert head(commune)
    return {} if way == KEPT else {"known_at": datetime.now(UTC).isoformat(), "as_of": "2026-10-31"}


def figures(commune: Commune, of: str, indicator: str, period: str, way: str) -> tuple[Any, Any]:
    items = get(commune, f"/indicators/{of}", period=period, **asked(commune, way))["items"]
    (one,) = [item for item in items if item["id"] == indicator]
    return one["numerator"], one["denominator"]


@pytest.mark.parametrize("way", [KEPT, WORKED_OUT])
@pytest.mark.parametrize(
    ("period", "first", "second"),
    [
        ("2026-01", (3, 3), (None, None)),
        ("2026-03", (3, 3), (None, None)),
        ("2026-04", (3, 3), (None, None)),  # one of them thematic
        ("2026-05", (1, 1), (1, 1)),
        ("2026-06", (1, 1), (1, 1)),
        ("2026-Q1", (9, 9), (None, None)),
        ("2026-Q2", (5, 5), (2, 2)),
        ("2026", (14, 14), (2, 2)),
    ],
)
def test_who_was_there_counts_where_the_cell_stood_at_the_end_of_the_month(
    commune: Commune, period: str, first: tuple[Any, Any], second: tuple[Any, Any], way: str
) -> None:
    assert figures(commune, commune.commune, "attendance", period, way) == first
    assert figures(commune, commune.agency, "attendance", period, way) == second


@pytest.mark.parametrize("way", [KEPT, WORKED_OUT])
def test_who_came_in_the_year_is_asked_for_the_months_since_and_no_quarter_before(commune: Commune, way: str) -> None:
    path = f"/indicators/{commune.agency}/regular-rhythm/cells"
    line, idle = get(commune, path, period="2026-Q2", **asked(commune, way))["items"]
    assert (line["cell"], line["numerator"], line["denominator"]) == (commune.village_cell, 2, 2)
    assert (idle["numerator"], idle["denominator"]) == (0, 4)
    path = f"/indicators/{commune.commune}/regular-rhythm/cells"
    (line,) = get(commune, path, period="2026-Q2", **asked(commune, way))["items"]
    assert (line["numerator"], line["denominator"], line["value"]) == (3, 4, 0.75), "no thematic meeting in its quarter"


@pytest.mark.parametrize("way", [KEPT, WORKED_OUT])
def test_all_months_of_all_below_are_those_of_the_organisation_above_both(commune: Commune, way: str) -> None:
    parts = [figures(commune, of, "attendance", "2026", way) for of in (commune.commune, commune.agency)]
    total = figures(commune, commune.province, "attendance", "2026", way)
    assert total == (sum(part[0] for part in parts), sum(part[1] for part in parts))


def test_the_cells_behind_a_sum_name_who_has_left(commune: Commune) -> None:
    lines = get(commune, f"/indicators/{commune.commune}/attendance/cells", period="2026")["items"]
    assert {(line["name"], line["numerator"]) for line in lines} == {
        ("Chi bộ chuyển", 5), ("Chi bộ sáp nhập", 3), ("Chi bộ ở lại", 6),
    }  # fmt: skip
    assert all(Decimal(str(line["value"])) == 1 for line in lines)

"""Results of the last resolution that were told after the self-score: a fact of that time counts, whenever it comes."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.boards import anew, rows, step
from tests.scoring.cells import a_cell, get, head, meet


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file, each of which makes cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def told(commune: Commune, meeting: str, share: float, on: str) -> int:
    body = {"results": [{"task": "1", "share": share}], "effective_on": on}
    return int(commune.post(f"/meetings/{meeting}/task-results", body)["position"])


def line(commune: Commune, meeting: str, **asked: Any) -> dict[str, Any]:
    lines = get(commune, f"/scores/meetings/{meeting}", **asked)["lines"]
    found: dict[str, Any] = next(line for line in lines if line["item"] == "last-resolution")
    return found


def instant(commune: Commune) -> str:
    return str(commune.operator.get(f"/log/{head(commune)}").json()["recorded_at"])


@pytest.mark.parametrize(("first", "second"), [("2026-01-05", "2026-02-05"), ("2025-12-05", "2026-01-06")])
def test_results_that_come_late_decide_what_people_had_judged(commune: Commune, first: str, second: str) -> None:
    cell, (lan,) = a_cell(commune, f"Kết quả {first}", "Lê Lan")
    before, meeting = meet(commune, cell, first, [lan]), meet(commune, cell, second, [lan])
    judged, then = line(commune, meeting), instant(commune)
    assert (judged["points"], judged["judged"]) == (30, True)
    position = told(commune, before, 0.5, first[:8] + "20")
    decided = line(commune, meeting)
    assert (decided["points"], decided["judged"], decided["claimed"]) == (0, False, 30)
    assert position in decided["facts"]
    assert line(commune, meeting, known_at=then) == judged, "what was believed before stays readable"
    (*_, last) = get(commune, f"/scores/meetings/{meeting}/history")["items"]
    assert (last["position"], last["name"]) == (position, "meeting.task_results_recorded")
    assert last["items"] == [{"item": "last-resolution", "from": 30, "to": 0}]
    assert get(commune, f"/scores/meetings/{meeting}")["bands"]["self"] == "good", "who has scored has scored"


def test_what_was_done_after_the_session_is_not_its_matter(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Làm sau", "Lê Lan")
    before, meeting = meet(commune, cell, "2026-01-05", [lan]), meet(commune, cell, "2026-02-05", [lan])
    told(commune, before, 0.5, "2026-02-06")
    assert line(commune, meeting)["judged"] is True
    position = told(commune, before, 1, "2026-02-05")
    assert line(commune, meeting)["points"] == 30
    assert position in line(commune, meeting)["facts"]


def test_what_comes_after_the_decision_is_late_and_what_is_struck_is_gone(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Muộn gạch", "Lê Lan")
    before, meeting = meet(commune, cell, "2026-01-05", [lan]), meet(commune, cell, "2026-02-05", [lan])
    commune.post(f"/meetings/{meeting}/bands", {"band": "good", "effective_on": "2026-02-10"})
    position = told(commune, before, 0.5, "2026-02-01")
    score = get(commune, f"/scores/meetings/{meeting}")
    assert (score["late"], score["band"], score["points"]) == ([position], "good", 70)
    proposal = commune.post("/corrections", {"position": position, "reason": "Nhầm"}, 202)["proposal"]
    with commune.client("secretary", commune.province) as second:
        assert second.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    assert line(commune, meeting)["judged"] is True


def test_a_board_that_is_kept_follows_results_of_the_year_before(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Bảng", "Lê Lan")
    before, _ = meet(commune, cell, "2025-12-05", [lan]), meet(commune, cell, "2026-01-06", [lan])
    assert get(commune, f"/scores/cells/{cell}", period="2026-01")["points"] == 100
    step(commune.database.app)
    told(commune, before, 0.5, "2025-12-20")
    get(commune, f"/scores/cells/{cell}", period="2026-01")
    step(commune.database.app)
    kept = rows(commune.database.app)
    assert kept == anew(commune.database.app)
    good = [row for row in kept if str(row[0]) == cell and row[1].year == 2026]
    assert len(good) == 1
    assert 70 in good[0], "the points of its January"

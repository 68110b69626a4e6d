"""The scores of cells, organisations and members for longer times, over HTTP and by both clocks."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.cells import a_cell, get, head, meet


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file, each of which makes cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def classify(commune: Commune, subject: str, band: str, status: int = 201, **more: Any) -> dict[str, Any]:
    return commune.post("/classifications", {"subject": subject, "year": 2026, "band": band, **more}, status)


def test_a_cells_quarter_is_the_mean_of_its_meetings_and_tells_its_rhythm(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Quý", "Lê Lan", "Trần Hòa")
    first = meet(commune, cell, "2026-01-05", [lan, hoa])
    meet(commune, cell, "2026-02-05", [lan, hoa], minus=25)
    meet(commune, cell, "2026-03-10", [lan, hoa], kind="thematic", minus=7)
    told = get(commune, f"/scores/cells/{cell}", period="2026-Q1")
    assert (told["points"], told["band"], told["complete"]) == (89.33, "fair", True)
    assert told["rubric"]["number"] == "42-HD/BTCTW"
    assert [line["points"] for line in told["lines"]] == [100, 75, 93]
    assert told["lines"][0]["item"] == first
    told_of = [commune.operator.get(f"/log/{position}").json()["name"] for position in told["lines"][0]["facts"]]
    assert "meeting.held" in told_of
    assert "meeting.self_scored" in told_of
    assert told["rhythm"]["regular"]["missing"] == ["2026-03"]
    assert (told["rhythm"]["thematic"]["held"], told["rhythm"]["thematic"]["of"]) == (1, 1)
    assert told["meetings"] == {"good": 2, "fair": 1}
    assert told["year"] is None
    assert get(commune, f"/scores/cells/{cell}", period="2026-02")["points"] == 75
    assert get(commune, f"/scores/cells/{cell}", period="2026-Q2")["points"] is None


def test_a_period_is_told_by_both_clocks(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Hai đồng hồ", "Lê Lan")
    meet(commune, cell, "2026-01-05", [lan])
    before = commune.operator.get(f"/log/{head(commune)}").json()["recorded_at"]
    meet(commune, cell, "2026-02-05", [lan], minus=10)
    path = f"/scores/cells/{cell}"
    assert get(commune, path, period="2026")["points"] == 95
    assert get(commune, path, period="2026", known_at=before)["points"] == 100
    assert get(commune, path, period="2026", as_of="2026-01-31")["points"] == 100
    early = get(commune, path, period="2026", as_of="2026-01-31")["rhythm"]["regular"]
    assert (early["held"], early["of"]) == (1, 1)


def test_a_cells_year_tells_how_it_is_classified_and_which_conditions_are_met(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Năm", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan])
    path, results = f"/scores/cells/{cell}", f"/meetings/{meeting}/task-results"
    open_year = get(commune, path, period="2026")["year"]
    assert (open_year["band"], open_year["points"], open_year["history"]) == (None, None, [])
    gates = {gate["gate"]: gate["met"] for gate in open_year["gates"]}
    assert gates == {"tasks-on-time": None, "above-requirement": None, "no-discipline": True}
    commune.post(results, {"results": [{"task": 1, "share": 1}], "effective_on": "2026-01-28"})
    decided = classify(commune, cell, "good", points=85, effective_on="2026-11-01")
    told = get(commune, path, period="2026")["year"]
    assert (told["band"], told["points"], told["bands"]["superior"], told["bands"]["computed"]) == (
        "good", 85, "good", "good"
    )  # fmt: skip
    assert {gate["gate"]: gate["met"] for gate in told["gates"]}["tasks-on-time"] is True
    assert told["lines"][0]["facts"] == [decided["position"]]
    assert (told["charged_to"], told["late"], told["reopened"]) == (cell, [], False)
    sanction = {"form": "warning", "decision": DECISION, "effective_on": "2026-11-05"}
    late = commune.post(f"/organisations/{cell}/sanctions", sanction)
    told = get(commune, path, period="2026")["year"]
    assert (told["late"], told["band"]) == ([late["position"]], "good")
    assert {gate["gate"]: gate["met"] for gate in told["gates"]}["no-discipline"] is False


def test_a_task_that_is_done_after_its_day_was_not_on_time(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Trễ hạn", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan])
    late = {"results": [{"task": 1, "share": 1}], "effective_on": "2026-01-29"}
    commune.post(f"/meetings/{meeting}/task-results", late)
    classify(commune, cell, "good", points=92)
    told = get(commune, f"/scores/organisations/{cell}", year=2026)
    gate = next(gate for gate in told["gates"] if gate["gate"] == "tasks-on-time")
    assert (gate["met"], gate["because"]) == (
        False, "Mọi nhiệm vụ hoàn thành đúng hạn: 0/1 nhiệm vụ có hạn trong năm 2026 hoàn thành đúng hạn."
    )  # fmt: skip
    assert told["bands"]["computed"] == "good", "92 points alone would be excellent"


def test_an_excellent_year_with_late_tasks_is_refused_with_the_list_of_what_is_broken(commune: Commune) -> None:
    grassroots = commune.establish("Đảng bộ Điều kiện", "grassroots", commune.agency)
    cells = [commune.establish(f"Chi bộ điều kiện {number}", "cell", grassroots) for number in range(6)]
    for cell in cells[1:]:
        classify(commune, cell, "good")
    (lan,) = [commune.admit("Lê Lan", cells[0])]
    meeting = meet(commune, cells[0], "2026-01-05", [lan])
    results = f"/meetings/{meeting}/task-results"
    commune.post(results, {"results": [{"task": 1, "share": 0.9}], "effective_on": "2026-01-20"})
    refused = classify(commune, cells[0], "excellent", 409)
    assert refused["type"] == "/problems/classification.conditions"
    assert [condition["gate"] for condition in refused["conditions"]] == ["tasks-on-time"]
    assert "0/1 nhiệm vụ" in refused["conditions"][0]["because"]
    commune.post(results, {"results": [{"task": 1, "share": 1}], "effective_on": "2026-01-25"})
    classify(commune, cells[0], "excellent")


def test_a_year_says_how_many_may_be_excellent_where_it_counts(commune: Commune) -> None:
    grassroots = commune.establish("Đảng bộ Một phần năm", "grassroots", commune.agency)
    cells = [commune.establish(f"Chi bộ một phần năm {number}", "cell", grassroots) for number in range(7)]
    for cell in cells[:5]:
        classify(commune, cell, "good")
    said = "Trong Đảng bộ Một phần năm: 5 xếp loại tốt, được xếp xuất sắc tối đa 1, đã xếp"

    def cap() -> tuple[int, str]:
        told = get(commune, f"/scores/organisations/{cells[6]}", year=2026)["evidence"]
        return next((one["value"], one["because"]) for one in told if one["item"] == "excellent-cap")

    assert cap() == (1, f"{said} 0.")
    classify(commune, cells[5], "excellent")
    assert cap() == (1, f"{said} 1.")
    reopening = {"subject": cells[5], "year": 2026, "reason": "phát hiện sai phạm"}
    commune.post("/classifications/reopenings", reopening)
    assert cap() == (1, f"{said} 0.")


def test_a_year_that_was_opened_again_has_no_band_until_it_is_decided_again(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Mở lại")
    classify(commune, cell, "good", points=80, effective_on="2026-10-01")
    reopening = {"subject": cell, "year": 2026, "reason": "phát hiện sai phạm", "effective_on": "2026-10-15"}
    commune.post("/classifications/reopenings", reopening)
    path = f"/scores/organisations/{cell}"
    told = get(commune, path, year=2026)
    assert (told["band"], told["points"], told["reopened"]) == (None, None, True)
    assert get(commune, path, year=2026, as_of="2026-10-14")["band"] == "good"
    classify(commune, cell, "completed", points=60)
    told = get(commune, path, year=2026)
    assert [step["band"] for step in told["history"]] == ["good", None, "completed"]
    assert (told["band"], told["points"], told["reopened"]) == ("completed", 60, False)


def test_a_members_year_tells_his_band_his_attendance_and_what_he_was_given(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Đảng viên", "Lê Lan", "Trần Hòa")
    meet(commune, cell, "2026-01-05", [lan, hoa])
    meet(commune, cell, "2026-02-05", [lan])
    classify(commune, cell, "good")
    classify(commune, hoa, "good", points=77)
    commune.post(f"/members/{hoa}/rewards", {"form": "commendation", "decision": DECISION})
    told = get(commune, f"/scores/members/{hoa}", year=2026)
    assert (told["band"], told["points"], told["kind"], told["charged_to"]) == ("good", 77, "member", cell)
    assert [gate["gate"] for gate in told["gates"]] == ["above-requirement"], "the others are about a unit's work"
    evidence = {one["item"]: one for one in told["evidence"]}
    assert (evidence["attendance"]["value"], evidence["rewards"]["value"], evidence["sanctions"]["value"]) == (1, 1, 0)
    assert evidence["attendance"]["because"].startswith("Có mặt 1/1 cuộc họp (100 %)")
    assert len(evidence["attendance"]["facts"]) == 1
    lines = [(line["item"], line["max"], line["points"], line["judged"]) for line in told["lines"]]
    assert lines == [("general", 30, None, True), ("tasks", 70, None, True)]


def test_what_the_committee_of_his_residence_remarks_stands_beside_a_members_year(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Cư trú")
    member = commune.admit("Phạm Mai", cell, residence={"committee": commune.commune})

    def remark() -> dict[str, Any] | None:
        told = get(commune, f"/scores/members/{member}", year=2026)["evidence"]
        return next((one for one in told if one["item"] == "residence-remark"), None)

    assert remark() is None
    introduced = {"member": member, "committee": commune.commune, "effective_on": "2026-01-10"}
    tie = f"/liaisons/{commune.post('/liaisons', introduced)['id']}"
    commune.post(f"{tie}/acceptances", {"effective_on": "2026-01-12"})
    commune.post(f"{tie}/assignments", {"cell": commune.village_cell, "effective_on": "2026-01-13"})
    draft = {"year": 2026, "band": "fair", "consulted": ["Ban công tác Mặt trận thôn 1"]}
    drafted = commune.post(f"{tie}/remarks", draft)["position"]
    before = remark()
    assert before is not None
    assert before["because"] == "Chưa có nhận xét năm 2026 được cấp ủy nơi cư trú xác nhận."
    confirmed = commune.post(f"{tie}/remarks/2026/confirmations", {})["position"]
    after = remark()
    assert after is not None
    assert (after["because"], after["facts"]) == ("Cấp ủy nơi cư trú nhận xét năm 2026: khá.", [drafted, confirmed])


def test_an_exempt_members_year_says_that_he_gets_no_rating(commune: Commune) -> None:
    _, (lan,) = a_cell(commune, "Miễn", "Lê Lan")
    commune.post(f"/members/{lan}/exemptions", {"ground": "age", "effective_on": "2026-02-01"})
    told = get(commune, f"/scores/members/{lan}", year=2026)
    assert told["band"] is None
    assert "không xếp loại" in next(one["because"] for one in told["evidence"] if one["item"] == "exempt")


def test_scores_are_told_to_those_above_and_to_nobody_beside(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Quyền", "Lê Lan")
    asked: dict[str, dict[str, Any]] = {
        f"/scores/cells/{cell}": {"period": "2026"},
        f"/scores/members/{lan}": {"year": 2026},
    }
    asked[f"/scores/organisations/{cell}"] = {"year": 2026}
    with (
        commune.client("inspector", commune.agency) as above,
        commune.client("secretary", commune.commune) as beside,
        commune.client("clerk", cell) as own,
    ):
        for path, params in asked.items():
            assert [who.get(path, params=params).status_code for who in (above, own, beside)] == [200, 200, 403]


@pytest.mark.parametrize("period", ["2026-13", "2026-Q5", "26", "always"])
def test_what_is_no_period_is_refused_in_words(commune: Commune, period: str) -> None:
    wrong = get(commune, f"/scores/cells/{commune.office_cell}", 422, period=period)
    assert wrong["errors"][0]["pointer"] == "/period"


def test_what_is_not_there_is_not_found(commune: Commune) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    get(commune, f"/scores/cells/{nobody}", 404, period="2026")
    get(commune, f"/scores/cells/{commune.agency}", 404, period="2026")
    get(commune, f"/scores/cells/{commune.office_cell}", 404, period="2024")
    get(commune, f"/scores/members/{nobody}", 404, year=2026)
    get(commune, f"/scores/organisations/{nobody}", 404, year=2026)

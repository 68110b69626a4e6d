"""Four-good candidacies by the table of their issuer: what may be given, what is recognised, and how it is told."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.cells import a_cell, get, head, meet

FULL = {"political-task": 40, "meetings": 20, "solidarity": 20, "members": 20}


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file, each of which makes cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def adopt(commune: Commune, pack: str, organisation: str, **more: Any) -> None:
    commune.post(f"/rules/{pack}/adoptions", {"organisation": organisation, **more})


def register(commune: Commune, cell: str, **more: Any) -> str:
    return str(commune.post("/four-good", {"cell": cell, "year": 2026, **more})["id"])


def assess(commune: Commune, candidacy: str, items: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    return commune.post(f"/four-good/{candidacy}/self-assessments", {"items": items, **more}, status)


def appraise(commune: Commune, candidacy: str, items: dict[str, Any], status: int = 201, **more: Any) -> dict[str, Any]:
    return commune.post(f"/four-good/{candidacy}/appraisals", {"items": items, **more}, status)


def recognise(commune: Commune, candidacy: str, status: int = 201) -> dict[str, Any]:
    return commune.post(f"/four-good/{candidacy}/recognitions", {}, status)


def told(commune: Commune, candidacy: str, **asked: Any) -> dict[str, Any]:
    return get(commune, f"/scores/four-good/{candidacy}", **asked)


def test_points_above_an_items_maximum_are_refused_with_their_pointer(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Mức tối đa")
    ident = register(commune, cell)
    wrong = assess(commune, ident, {**FULL, "meetings": 20.5, "members": 19}, 422)
    assert [error["pointer"] for error in wrong["errors"]] == ["/items/meetings"]
    assert "20 points at most" in wrong["errors"][0]["message"]
    own = assess(commune, ident, {**FULL, "members": 19})["position"]
    wrong = appraise(commune, ident, {**FULL, "solidarity": 21, "members": 10}, 422)
    assert wrong["errors"][0]["pointer"] == "/items/solidarity"
    superior = appraise(commune, ident, {**FULL, "members": 17})["position"]
    score = told(commune, ident)
    assert (score["points"], score["standard"], score["rubric"]["id"]) == (97, 95, "four-good-agency")
    line = next(line for line in score["lines"] if line["item"] == "members")
    assert (line["points"], line["claimed"], line["max"], line["judged"]) == (17, 19, 20, True)
    assert line["because"] == "Chi bộ tự chấm 19/20 điểm; cấp trên thẩm định 17/20 điểm."
    assert line["facts"] == [own, superior]
    assert score["bands"] == {"computed": None, "self": "met", "vote": None, "superior": "met"}


@pytest.mark.parametrize(("points", "status"), [(15, 201), (14.999, 409)])
def test_95_points_are_recognised_and_less_is_not(commune: Commune, points: float, status: int) -> None:
    cell, _ = a_cell(commune, f"Chuẩn {points}")
    ident = register(commune, cell)
    assess(commune, ident, FULL)
    appraise(commune, ident, {**FULL, "members": points})
    said = recognise(commune, ident, status)
    if status == 409:
        assert said["type"] == "/problems/candidacy.below_standard"
        assert "95 points" in said["detail"]
        assert (told(commune, ident)["band"], told(commune, ident)["step"]) == ("not-met", "appraised")
    else:
        assert (told(commune, ident)["band"], told(commune, ident)["step"]) == ("met", "recognised")


def test_items_of_a_table_that_is_not_here_are_taken_and_held_to_the_mark(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Bảng riêng")
    ident = register(commune, cell)
    assess(commune, ident, {"một": 50, "hai": 40})
    appraise(commune, ident, {"một": 50, "hai": 45})
    recognise(commune, ident)
    line = told(commune, ident)["lines"][-1]
    assert (line["item"], line["points"], line["claimed"]) == ("hai", 45, 40)
    assert "chưa công bố" in line["source"]


def test_once_a_superior_has_adopted_a_table_only_its_items_are_taken(commune: Commune) -> None:
    grassroots = commune.establish("Đảng bộ Ba phần", "grassroots", commune.agency)
    cell = commune.establish("Chi bộ Ba phần", "cell", grassroots, cell_kind="village")
    adopt(commune, "four-good-three-parts", grassroots, effective_on="2026-01-01")
    ident = register(commune, cell)
    wrong = assess(commune, ident, {"part-one": 31, "bonus": 5}, 422)
    assert [error["pointer"] for error in wrong["errors"]] == ["/items/part-one", "/items/bonus"]
    assess(commune, ident, {"part-one": 30, "part-two": 20, "part-three": 45})
    assert told(commune, ident)["rubric"]["id"] == "four-good-three-parts"
    assert told(commune, ident)["band"] == "met"


def test_a_monthly_list_is_passed_or_not_and_never_in_between(commune: Commune) -> None:
    grassroots = commune.establish("Đảng bộ Hằng tháng", "grassroots", commune.agency)
    cell = commune.establish("Chi bộ Hằng tháng", "cell", grassroots, cell_kind="agency")
    adopt(commune, "four-good-monthly", grassroots, effective_on="2026-01-01")
    ident, months = register(commune, cell), {f"month-{month:02}": 1 for month in range(1, 13)}
    half = assess(commune, ident, {**months, "month-07": 0.5}, 422)
    assert half["errors"][0]["pointer"] == "/items/month-07"
    assess(commune, ident, months)
    appraise(commune, ident, {**months, "month-07": 0})
    score = told(commune, ident)
    assert (score["points"], score["standard"], score["band"], score["bands"]["self"]) == (11, 12, "not-met", "met")
    assert score["lines"][6]["because"] == "Chi bộ tự chấm đạt; cấp trên thẩm định không đạt."
    assert recognise(commune, ident, 409)["type"] == "/problems/candidacy.below_standard"


def test_a_table_that_comes_after_the_self_assessment_changes_nothing_of_it(commune: Commune) -> None:
    grassroots = commune.establish("Đảng bộ Đổi bảng", "grassroots", commune.agency)
    cell = commune.establish("Chi bộ Đổi bảng", "cell", grassroots, cell_kind="agency")
    ident = register(commune, cell, effective_on="2026-10-01")
    assess(commune, ident, FULL, effective_on="2026-10-02")
    adopt(commune, "four-good-three-parts", grassroots, effective_on="2026-10-03")
    appraise(commune, ident, FULL, effective_on="2026-10-04")
    assert told(commune, ident)["rubric"]["id"] == "four-good-agency"
    recognise(commune, ident)


def test_no_table_is_known_for_a_village_cell_and_its_superiors_word_is_enough(commune: Commune) -> None:
    ident = register(commune, commune.village_cell)
    assess(commune, ident, {"một": 60})
    appraise(commune, ident, {"một": 60})
    recognise(commune, ident)
    score = told(commune, ident)
    assert (score["rubric"], score["standard"], score["points"], score["step"]) == (None, None, 60, "recognised")


def test_a_superiors_own_table_may_ask_for_full_marks_on_an_item_beside_its_mark(commune: Commune) -> None:
    text = (files("services.scoring") / "rulebooks" / "four-good-agency.toml").read_text("utf-8")
    for said, otherwise in (
        ('id = "four-good-agency"', 'id = "four-good-khoi-x"'),
        ('issuer = "caunoi (bảng mẫu, chưa phải văn bản của cấp ủy nào)"', 'issuer = "Đảng ủy Khối X"'),
        ("gates = []\n", ""),
    ):
        assert said in text
        text = text.replace(said, otherwise)
    text += (
        '\n[[gates]]\nid = "unity"\nband = "met"\nitems = ["solidarity"]\notherwise = "not-met"\nsource = "Điều 3"\n'
    )
    proposal = commune.post("/rules", {"pack": text}, 202)["proposal"]
    with commune.client("secretary", commune.province) as secretary:
        assert secretary.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    grassroots = commune.establish("Đảng bộ Khối X", "grassroots", commune.agency)
    cell = commune.establish("Chi bộ Khối X", "cell", grassroots, cell_kind="agency")
    adopt(commune, "four-good-khoi-x", grassroots, effective_on="2026-01-01")
    ident = register(commune, cell)
    assess(commune, ident, FULL)
    appraise(commune, ident, {**FULL, "solidarity": 19})
    refused = recognise(commune, ident, 409)
    assert (refused["type"], refused["detail"]) == (
        "/problems/candidacy.below_standard", "the standard asks for full marks on: solidarity"
    )  # fmt: skip
    score = told(commune, ident)
    assert (score["points"], score["bands"]["self"], score["bands"]["superior"]) == (99, "met", "not-met")
    assert (score["gates"][0]["met"], score["rubric"]["issuer"]) == (False, "Đảng ủy Khối X")


def test_the_meetings_of_the_year_stand_beside_the_points(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Họp", "Lê Lan")
    meet(commune, cell, "2026-01-05", [lan])
    meet(commune, cell, "2026-02-05", [lan], kind="thematic")
    ident = register(commune, cell)
    evidence = {one["item"]: one for one in told(commune, ident)["evidence"]}
    assert evidence["meetings"]["value"] == 100
    assert evidence["meetings"]["because"] == "2 cuộc họp, 1 chuyên đề; 2 xếp loại tốt."
    assert evidence["meetings"]["facts"]


def test_a_candidacy_is_told_by_both_clocks_to_those_above(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Hai đồng hồ bốn tốt")
    ident = register(commune, cell, effective_on="2026-09-01")
    assess(commune, ident, FULL, effective_on="2026-10-01")
    before = commune.operator.get(f"/log/{head(commune)}").json()["recorded_at"]
    appraise(commune, ident, {**FULL, "members": 12}, effective_on="2026-10-10")
    assert told(commune, ident)["points"] == 92
    assert told(commune, ident, known_at=before)["points"] == 100
    assert told(commune, ident, as_of="2026-10-09")["points"] == 100
    assert told(commune, ident, as_of="2026-09-30")["points"] is None
    with commune.client("inspector", commune.agency) as above, commune.client("secretary", commune.commune) as beside:
        path = f"/scores/four-good/{ident}"
        assert (above.get(path).status_code, beside.get(path).status_code) == (200, 403)
        assert above.get(f"/scores/four-good/{cell}").status_code == 404


def test_the_exemplary_are_certified_after_they_are_recognised(commune: Commune) -> None:
    cell, _ = a_cell(commune, "Bằng khen")
    ident = register(commune, cell)
    assess(commune, ident, FULL)
    appraise(commune, ident, FULL)
    commune.post(f"/four-good/{ident}/certificates", {"decision": DECISION}, 409)
    recognise(commune, ident)
    commune.post(f"/four-good/{ident}/certificates", {"decision": DECISION})
    assert (told(commune, ident)["step"], told(commune, ident)["late"]) == ("certified", [])

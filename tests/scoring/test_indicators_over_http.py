"""The board of a small commune over HTTP: every indicator by what was posted, by both clocks, and the cells behind."""

from collections.abc import Iterator
from threading import Semaphore
from typing import Any

import httpx2
import pytest

from services.program.postgres import Postgres
from services.scoring.boards import board
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.boards import anew, keeping_months, rows
from tests.scoring.cells import get, head, meet

ALL = "2026-Q1"


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One whose first quarter of 2026 is on record; nobody adds to it."""
    with (
        fresh(template) as database,
        feeding(database.app),
        a_commune(database) as made,
        keeping_months(database.app),
    ):
        yield settled(made)


def settled(commune: Commune) -> Commune:
    """A village cell and a school's, with two members each, below one grassroots organisation; and a street's."""
    top = commune.establish("Đảng bộ xã Mường", "grassroots", commune.commune)
    commune.commune = top
    village = commune.establish("Chi bộ A", "cell", top, cell_kind="village")
    school = commune.establish("Chi bộ B", "cell", top, cell_kind="public_service")
    street = commune.establish("Chi bộ C", "cell", top, cell_kind="street")
    lan, hoa = commune.admit("Lê Lan", village), commune.admit("Trần Hòa", village)
    minh, thu = commune.admit("Vũ Minh", school), commune.admit("Đỗ Thu", school)
    commune.admit("Hà Bắc", street, admitted_on="2026-02-03", status="probationary", effective_on="2026-02-03")
    for day in ("2026-01-05", "2026-02-05", "2026-03-05"):
        last = meet(commune, village, day, [lan, hoa])
        meet(commune, school, day, [minh, thu], minus=12)
    meet(commune, village, "2026-03-20", [lan, hoa], kind="thematic")
    commune.post(f"/meetings/{last}/model-choices", {"effective_on": "2026-03-10"})
    officers(commune, top, village, school, [lan, hoa, minh, thu])
    papers(commune, top, village)
    liaison(commune, lan, village)
    oath(commune, top, [lan, hoa, minh])
    commune.village_cell, commune.office_cell, commune.lan = village, school, lan
    return commune


def officers(commune: Commune, top: str, village: str, school: str, people: list[str]) -> None:
    lan, hoa, minh, _ = people

    def appoint(cell: str, member: str, office: str, **more: str) -> None:
        said = {"member": member, "office": office, "effective_on": "2026-01-02", **more}
        commune.post(f"/organisations/{cell}/officers", said)

    appoint(village, lan, "secretary", concurrently="village_head")
    appoint(village, hoa, "deputy_secretary")
    appoint(village, minh, "supervisor")
    appoint(school, minh, "secretary", concurrently="other")
    training = {"year": 2026, "members": [lan, minh], "effective_on": "2026-02-01"}
    commune.post(f"/organisations/{top}/trainings", training)


def papers(commune: Commune, top: str, village: str) -> None:
    commune.post(f"/organisations/{village}/working-rules", {"term": "2025-2030", "effective_on": "2025-06-01"})
    commune.post(f"/organisations/{village}/four-good-plans", {"year": 2026, "effective_on": "2026-01-03"})
    target = {"year": 2026, "kind": "admissions", "value": 4, "effective_on": "2026-01-03"}
    commune.post(f"/organisations/{top}/targets", target)


def liaison(commune: Commune, member: str, village: str) -> None:
    """Contacts of 2025: one in June, three in December."""
    home = {"committee": commune.province, "effective_on": "2025-01-02"}
    commune.post(f"/members/{member}/residences", home)
    said = {"member": member, "committee": commune.province, "effective_on": "2025-01-03"}
    made = commune.post("/liaisons", said)["id"]
    commune.post(f"/liaisons/{made}/acceptances", {"effective_on": "2025-01-04"})
    commune.post(f"/liaisons/{made}/assignments", {"cell": village, "effective_on": "2025-01-05"})
    for day in ("2025-06-10", "2025-12-01", "2025-12-15", "2025-12-31"):
        commune.post(f"/liaisons/{made}/contacts", {"on": day, "kind": "visit", "effective_on": day})


def oath(commune: Commune, top: str, reporting: list[str]) -> None:
    said = {
        "scope": top, "title": "Giữ trọn lời thề", "opens_on": "2026-02-10", "closes_on": "2026-03-20",
        "effective_on": "2026-02-10",
    }  # fmt: skip
    review = commune.post("/oath-reviews", said)["id"]
    for member in reporting:
        report = {"member": member, "kept": 5, "not_well": 1, "not_done": 0, "opinions": 2}
        commune.post(f"/oath-reviews/{review}/reports", {**report, "effective_on": "2026-03-01"})


def items(commune: Commune, **asked: Any) -> dict[str, dict[str, Any]]:
    found = get(commune, f"/indicators/{commune.commune}", **asked)
    return {item["id"]: item for item in found["items"]}


def told(commune: Commune, **asked: Any) -> dict[str, tuple[Any, ...]]:
    return {
        ident: (item["value"], item["numerator"], item["denominator"])
        for ident, item in items(commune, **asked).items()
    }


EXPECTED = {
    "regular-rhythm": (pytest.approx(1 / 3), 1, 3),
    # The school's cell has only a secretary: there is no committee that could meet before.
    "pre-meeting": (1, 1, 1),
    "full-procedure": (1, 2, 2),
    "supervisor": (pytest.approx(1 / 3), 1, 3),
    "attendance": (1, 14, 14),
    "committee-training": (pytest.approx(2 / 3), 2, 3),
    "working-rules": (pytest.approx(1 / 3), 1, 3),
    "good-cells": (0.5, 1, 2),
    "four-good-plan": (pytest.approx(1 / 3), 1, 3),
    "model-regular": (pytest.approx(1 / 3), 1, 3),
    "model-thematic": (0, 0, 3),
    "admissions": (0.25, 1, 4),
    "double-office-village": (1, 1, 1),
    "double-office-unit": (0, 0, 1),
    "liaison-december": (None, None, None),
    "oath-coverage": (0.6, 3, 5),
}


def test_each_indicator_of_a_quarter_is_what_was_posted(commune: Commune) -> None:
    assert told(commune, period=ALL) == EXPECTED


def test_the_same_is_worked_out_where_the_past_is_asked(commune: Commune) -> None:
    now = commune.operator.get(f"/log/{head(commune)}").json()["recorded_at"]
    assert told(commune, period=ALL, known_at=now) == EXPECTED


def test_an_indicator_has_its_target_and_its_source(commune: Commune) -> None:
    found = items(commune, period=ALL)
    assert {"id", "title", "value", "target", "met", "numerator", "denominator", "source"} <= set(found["attendance"])
    assert (found["attendance"]["target"], found["attendance"]["bound"], found["attendance"]["met"]) == (
        0.85,
        "above",
        True,
    )
    assert (found["supervisor"]["target"], found["supervisor"]["met"]) == (1, False)
    assert (found["oath-coverage"]["target"], found["oath-coverage"]["met"]) == (None, None)
    assert (found["liaison-december"]["target"], found["liaison-december"]["met"]) == (None, None)
    assert all("2023" in found[ident]["source"] for ident in ("regular-rhythm", "good-cells", "model-thematic"))


def test_contacts_are_told_by_month_and_the_december_habit_is_a_number(commune: Commune) -> None:
    habit = items(commune, period="2025")["liaison-december"]
    assert (habit["value"], habit["numerator"], habit["denominator"]) == (0.75, 3, 4)
    assert habit["by_month"] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3]


def test_as_of_a_day_only_what_held_by_then_counts(commune: Commune) -> None:
    february = told(commune, period=ALL, as_of="2026-02-20")
    assert february["regular-rhythm"] == (pytest.approx(2 / 3), 2, 3)
    assert february["model-regular"] == (None, None, None)
    assert february["attendance"] == (1, 8, 8)
    assert february["oath-coverage"] == (0, 0, 5)
    assert told(commune, period=ALL, as_of="2026-01-01")["attendance"] == (None, None, None)


def test_what_was_not_known_yet_does_not_count(commune: Commune) -> None:
    (founding, *_) = commune.operator.get("/log", params={"about": commune.commune, "limit": 1}).json()["items"]
    early = told(commune, period=ALL, known_at=founding["recorded_at"])
    assert set(early.values()) == {(None, None, None)}


def behind(commune: Commune, indicator: str, **asked: Any) -> list[tuple[str, Any]]:
    found = get(commune, f"/indicators/{commune.commune}/{indicator}/cells", period=ALL, **asked)
    return [(item["name"], item["met"]) for item in found["items"]]


def test_every_indicator_opens_to_the_cells_behind_it(commune: Commune) -> None:
    for ident, (value, _, denominator) in EXPECTED.items():
        if value is not None and ident not in ("attendance", "committee-training", "admissions", "oath-coverage"):
            assert len(behind(commune, ident)) == denominator, ident
    assert behind(commune, "regular-rhythm") == [("Chi bộ A", True), ("Chi bộ B", False), ("Chi bộ C", False)]
    assert behind(commune, "regular-rhythm", met="false") == [("Chi bộ B", False), ("Chi bộ C", False)]
    assert behind(commune, "regular-rhythm", met="true") == [("Chi bộ A", True)]
    assert behind(commune, "attendance") == [("Chi bộ A", True), ("Chi bộ B", True)]
    assert behind(commune, "liaison-december") == []


def test_the_cells_behind_come_page_by_page(commune: Commune) -> None:
    path = f"/indicators/{commune.commune}/supervisor/cells"
    asked: dict[str, Any] = {"period": ALL, "met": "false", "limit": "1"}
    first = get(commune, path, **asked)
    assert ([item["name"] for item in first["items"]], first["total"]) == (["Chi bộ B"], 2)
    second = get(commune, path, **asked, after=first["next"])
    assert ([item["name"] for item in second["items"]], second["next"]) == (["Chi bộ C"], None)


def test_a_cell_has_a_board_of_its_own(commune: Commune) -> None:
    found = get(commune, f"/indicators/{commune.village_cell}", period=ALL)
    values = {item["id"]: (item["value"], item["denominator"]) for item in found["items"]}
    assert values["regular-rhythm"] == (1, 1)
    assert values["attendance"] == (1, 8)


def test_only_who_stands_above_sees_it(commune: Commune) -> None:
    def status(client: httpx2.Client, organisation: str) -> int:
        with client:
            return client.get(f"/indicators/{organisation}", params={"period": ALL}).status_code

    assert status(commune.client("clerk", commune.village_cell), commune.village_cell) == 200
    assert status(commune.client("clerk", commune.village_cell), commune.commune) == 403
    assert status(commune.client("clerk", commune.village_cell), commune.office_cell) == 403
    assert status(commune.client("inspector", commune.commune), commune.village_cell) == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?period=2026-Q5", 422), ("?period=26", 422), ("?period=2026&when=now", 422), ("?as_of=soon", 422),
        ("/supervisor/cells?met=perhaps", 422), ("/supervisor/cells?after=x", 422), ("/happiness/cells", 404),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_understood_is_refused(commune: Commune, path: str, status: int) -> None:
    assert commune.operator.get(f"/indicators/{commune.commune}{path}").status_code == status


def test_a_board_of_the_past_has_a_bound_and_one_of_now_has_none(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/indicators/{commune.province}"
    past: dict[str, Any] = {"period": ALL, "as_of": "2026-02-15"}
    assert get(commune, path, **past)["items"]
    monkeypatch.setattr(board, "MOST", 3)
    refused = get(commune, path, 409, **past)
    assert refused["type"] == "/problems/indicators.too_many"
    assert "more than 3: ask for one of them, or for the board as it is known now" in refused["detail"]
    assert get(commune, f"/indicators/{commune.village_cell}", **past)["items"]
    assert get(commune, path, period=ALL)["items"]


def test_only_so_many_boards_of_the_past_are_worked_out_at_once(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/indicators/{commune.province}"
    past: dict[str, Any] = {"period": ALL, "as_of": "2026-02-15"}
    taken = Semaphore(0)
    with monkeypatch.context() as patched:
        patched.setattr(board, "_turns", taken)
        answer = commune.operator.get(path, params=past)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        assert get(commune, path, period=ALL)["items"], "what is kept is answered"
    assert get(commune, path, **past)["items"]


def test_there_is_no_board_of_nothing(commune: Commune) -> None:
    assert commune.operator.get(f"/indicators/{commune.lan}?period=2026").status_code == 404
    assert commune.operator.get("/indicators/x?period=2026").status_code == 404


def test_what_is_kept_is_what_is_made_anew(commune: Commune) -> None:
    kept = rows(commune.database.app)
    assert len(kept) > 6
    assert anew(commune.database.app) == kept

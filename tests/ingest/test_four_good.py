"""Four-good candidacies over HTTP: one open candidacy a cell and year, step by step, each by whom it belongs to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.database import Database
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding

ITEMS = {"items": {"political-task": 48.5, "meetings": 20, "solidarity": 15, "members": 12}}
NEXT = [
    ("self-assessments", ITEMS, "self_assessed"),
    ("appraisals", ITEMS, "appraised"),
    ("recognitions", {}, "recognised"),
    ("certificates", {"decision": DECISION}, "certified"),
]


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def register(commune: Commune, expect: int = 201, **more: Any) -> dict[str, Any]:
    return commune.post("/four-good", {"cell": commune.office_cell, "year": 2026, **more}, expect)


def totals(commune: Commune, superior: str, **more: Any) -> list[int]:
    at_least = {"Caunoi-At-Least": str(commune.log()[-1]["position"])}
    params = {"superior": superior, "year": 2026, **more}
    answer = commune.operator.get("/four-good", params=params, headers=at_least)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return [said[name] for name in ("registered", "withdrawn", "assessed", "met", "excellent", "certificates")]


def test_a_candidacy_goes_step_by_step_and_each_step_is_taken_once(commune: Commune) -> None:
    ident = register(commune, code="4T-1")["id"]
    for number, (noun, body, name) in enumerate(NEXT):
        path = f"/four-good/{ident}/{noun}"
        if number < len(NEXT) - 1:
            later, what, _ = NEXT[number + 1]
            commune.post(f"/four-good/{ident}/{later}", what, 409)
        assert [fact["name"] for fact in commune.post(path, body)["facts"]] == [f"candidacy.{name}"]
        assert commune.post(path, body, 200)["facts"] == []
        commune.post(f"/four-good/{uuid4()}/{noun}", body, 404)
    refused = commune.post(f"/four-good/{ident}/withdrawals", {"reason": "chuyển đi"}, 409)
    assert refused["type"] == "/problems/candidacy.recognised"


def test_a_cell_has_one_open_candidacy_a_year(commune: Commune) -> None:
    first = register(commune)
    again = register(commune, 200)
    assert (again["id"], again["facts"]) == (first["id"], [])
    for other in ({"id": str(uuid4())}, {"code": "4T-2"}, {"effective_on": BOOKS_OPEN}):
        assert register(commune, 409, **other)["type"] == "/problems/candidacy.open"
    register(commune, year=2027)
    commune.post(f"/four-good/{first['id']}/withdrawals", {"reason": "chuyển về cấp trên khác"})
    assert commune.post(f"/four-good/{first['id']}/withdrawals", {"reason": "chuyển"}, 200)["facts"] == []
    assert register(commune)["id"] != first["id"]


def test_of_many_registrations_at_once_there_is_one(commune: Commune) -> None:
    with ThreadPoolExecutor(10) as threads:
        said = list(threads.map(lambda _: commune.operator.post(
            "/four-good", json={"cell": commune.office_cell, "year": 2026}), range(40)))  # fmt: skip
    assert sorted(answer.status_code for answer in said) == [200] * 39 + [201]
    assert len({answer.json()["id"] for answer in said}) == 1


def test_the_cell_assesses_itself_and_only_its_superior_appraises_it(commune: Commune) -> None:
    with (
        commune.client("secretary", commune.office_cell) as cell,
        commune.client("secretary", commune.agency) as superior,
        commune.client("secretary", commune.commune) as elsewhere,
    ):
        body = {"cell": commune.office_cell, "year": 2026}
        assert elsewhere.post("/four-good", json=body).status_code == 403
        ident = cell.post("/four-good", json=body).json()["id"]
        for who in (elsewhere, cell):
            assert who.post(f"/four-good/{ident}/appraisals", json=ITEMS).status_code == 403
        assert elsewhere.post(f"/four-good/{ident}/withdrawals", json={"reason": "x"}).status_code == 403
        assert elsewhere.post(f"/four-good/{ident}/self-assessments", json=ITEMS).status_code == 403
        assert cell.post(f"/four-good/{ident}/self-assessments", json=ITEMS).status_code == 201
        for noun, what, _ in NEXT[1:]:
            assert cell.post(f"/four-good/{ident}/{noun}", json=what).status_code == 403
            assert superior.post(f"/four-good/{ident}/{noun}", json=what).status_code == 201


def test_a_form_that_cannot_be_is_named(commune: Commune) -> None:
    ident = register(commune)["id"]
    for items in ({}, {"a": -1}, {"a": "20"}, {"a": True}):
        commune.post(f"/four-good/{ident}/self-assessments", {"items": items}, 422)
    too_many = commune.post(f"/four-good/{ident}/self-assessments", {"items": {"a": 60, "b": 60}}, 409)
    assert too_many["type"] == "/problems/candidacy.points"
    assert register(commune, 409, cell=commune.agency)["type"] == "/problems/candidacy.cell_not_a_cell"
    assert register(commune, 409, cell=str(uuid4()))["type"] == "/problems/candidacy.cell_unknown"
    commune.post(f"/four-good/{ident}/withdrawals", {}, 422)


def test_totals_count_each_step_and_those_who_moved_away_where_they_registered(commune: Commune) -> None:
    cells = [commune.establish(f"Chi bộ {number}", "cell", commune.agency) for number in range(5)]
    ids = [register(commune, cell=cell)["id"] for cell in cells]
    for ident, steps in zip(ids, (0, 1, 2, 3, 4), strict=True):
        for noun, body, _ in NEXT[:steps]:
            commune.post(f"/four-good/{ident}/{noun}", body)
    moved = commune.establish("Chi bộ chuyển đi", "cell", commune.agency)
    away = register(commune, cell=moved, effective_on=BOOKS_OPEN)["id"]
    commune.post(f"/four-good/{away}/withdrawals", {"reason": "chuyển về cấp trên khác"})
    register(commune, cell=commune.village_cell)
    assert totals(commune, commune.agency) == [6, 1, 4, 2, 0, 1]
    assert totals(commune, commune.commune) == [1, 0, 0, 0, 0, 0]
    assert totals(commune, commune.province) == [7, 1, 4, 2, 0, 1]
    assert totals(commune, commune.agency, as_of=BOOKS_OPEN) == [1, 0, 0, 0, 0, 0]
    assert totals(commune, commune.agency, year=2025) == [0] * 6


def test_excellent_are_those_that_met_the_standard_and_whose_year_is(commune: Commune) -> None:
    cells = [commune.establish(f"Chi bộ {number}", "cell", commune.agency) for number in range(7)]
    for cell in cells[:5]:
        commune.post("/classifications", {"subject": cell, "year": 2026, "band": "good"})
    commune.post("/classifications", {"subject": cells[5], "year": 2026, "band": "excellent"})
    ids = [register(commune, cell=cell)["id"] for cell in cells[4:]]
    for noun, body, _ in NEXT[:3]:
        for ident in ids[:2]:
            commune.post(f"/four-good/{ident}/{noun}", body)
    assert totals(commune, commune.agency) == [3, 0, 2, 2, 1, 0]


def test_another_s_totals_are_not_told(commune: Commune) -> None:
    with commune.client("secretary", commune.commune) as elsewhere:
        params: dict[str, Any] = {"superior": commune.agency, "year": 2026}
        assert elsewhere.get("/four-good", params=params).status_code == 403
        assert (
            elsewhere.get("/classifications", params={"organisation": commune.agency, "year": 2026}).status_code == 403
        )
        assert elsewhere.get("/four-good", params={"year": 2026}).json()["registered"] == 0
        assert elsewhere.get("/four-good").status_code == 422

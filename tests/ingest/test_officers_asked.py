"""Who is in office and which papers there are, by both clocks; what history says of them in sentences."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.database import Database
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding

IN_MARCH, IN_APRIL, IN_MAY = "2026-03-02", "2026-04-01", "2026-05-04"


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def ask(commune: Commune, path: str, **asked: Any) -> list[dict[str, Any]]:
    at_least = {"Caunoi-At-Least": str(commune.log()[-1]["position"])}
    answer = commune.operator.get(path, params=asked or None, headers=at_least)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def officers(commune: Commune, organisation: str, **asked: Any) -> list[tuple[str, str]]:
    items = ask(commune, f"/organisations/{organisation}/officers", **asked)
    return [(one["member"], one["office"]) for one in items]


def appoint(commune: Commune, member: str, office: str, on: str = IN_MARCH, **more: Any) -> None:
    body = {"member": member, "office": office, "effective_on": on, **more}
    commune.post(f"/organisations/{commune.office_cell}/officers", body)


def test_officers_are_told_as_of_a_day_the_secretary_first(commune: Commune) -> None:
    hoa, minh = (commune.admit(name, commune.office_cell) for name in ("Lê Hòa", "Trần Minh"))
    appoint(commune, hoa, "committee_member")
    appoint(commune, minh, "deputy_secretary", IN_APRIL)
    appoint(commune, commune.lan, "secretary")
    appoint(commune, commune.lan, "secretary", IN_APRIL, concurrently="unit_head")
    of = commune.office_cell
    assert officers(commune, of, as_of=BOOKS_OPEN) == []
    assert officers(commune, of, as_of=IN_MARCH) == [(commune.lan, "secretary"), (hoa, "committee_member")]
    assert [office for _, office in officers(commune, of)] == ["secretary", "deputy_secretary", "committee_member"]
    (first, *_) = ask(commune, f"/organisations/{of}/officers")
    assert (first["name"], first["cell"], first["concurrently"], first["since"]) == (
        "Nguyễn Thị Lan",
        of,
        "unit_head",
        IN_MARCH,
    )
    (then, *_) = ask(commune, f"/organisations/{of}/officers", as_of=IN_MARCH)
    assert then["concurrently"] is None


def test_what_is_recorded_later_for_a_day_before_is_known_later_only(commune: Commune) -> None:
    appoint(commune, commune.lan, "secretary")
    before = commune.log()[-1]["recorded_at"]
    path = f"/organisations/{commune.office_cell}/officers/{commune.lan}/endings"
    commune.post(path, {"office": "secretary", "effective_on": IN_APRIL})
    of = commune.office_cell
    assert officers(commune, of, as_of=IN_APRIL) == []
    assert officers(commune, of, as_of=IN_APRIL, known_at=before) == [(commune.lan, "secretary")]


def test_who_has_left_the_roll_holds_no_office_without_a_word(commune: Commune) -> None:
    of = commune.office_cell
    appoint(commune, commune.lan, "secretary")
    body = {"to": commune.village_cell, "kind": "official", "effective_on": IN_MARCH}
    transfer = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
    assert officers(commune, of) == [(commune.lan, "secretary")]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": IN_APRIL})
    assert officers(commune, of) == []
    assert officers(commune, of, as_of=IN_MARCH) == [(commune.lan, "secretary")]


def test_a_supervisor_from_elsewhere_is_in_office_and_one_who_died_is_not(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.village_cell)
    appoint(commune, hoa, "supervisor")
    assert officers(commune, commune.office_cell) == [(hoa, "supervisor")]
    commune.post(f"/members/{hoa}/deaths", {"effective_on": IN_APRIL})
    assert officers(commune, commune.office_cell) == []


def test_an_organisation_that_has_ended_has_no_officers(commune: Commune) -> None:
    empty = commune.establish("Chi bộ cũ", "cell", commune.agency)
    body = {"member": commune.lan, "office": "supervisor", "effective_on": IN_MARCH}
    commune.post(f"/organisations/{empty}/officers", body)
    commune.post(f"/organisations/{empty}/dissolutions", {"effective_on": IN_APRIL})
    assert officers(commune, empty, as_of=IN_MARCH) == [(commune.lan, "supervisor")]
    assert officers(commune, empty, as_of=IN_APRIL) == []


def test_papers_are_told_as_of_a_day(commune: Commune) -> None:
    path = f"/organisations/{commune.agency}"
    for value, on in ((20, IN_MARCH), (25, IN_APRIL)):
        commune.post(f"{path}/targets", {"year": 2026, "kind": "admissions", "value": value, "effective_on": on})
    commune.post(f"{path}/trainings", {"year": 2026, "members": [commune.lan], "effective_on": IN_MARCH})
    commune.post(f"{path}/working-rules", {"term": "2025-2030", "effective_on": IN_MAY})

    def told(on: str) -> list[tuple[Any, ...]]:
        items = ask(commune, f"{path}/papers", as_of=on)
        return [(one["paper"], one["what"], one["year"], one["value"], one["members"]) for one in items]

    trained = ("training", None, 2026, None, [commune.lan])
    assert sorted(told(IN_MARCH)) == [("target", "admissions", 2026, 20, None), trained]
    assert sorted(told(IN_APRIL)) == [("target", "admissions", 2026, 25, None), trained]
    assert told(IN_MAY)[-1] == ("working_rules", "2025-2030", None, None, None)


def test_another_s_officers_and_papers_are_not_told(commune: Commune) -> None:
    with commune.client("secretary", commune.commune) as elsewhere:
        for noun in ("officers", "papers"):
            assert elsewhere.get(f"/organisations/{commune.office_cell}/{noun}").status_code == 403


def test_histories_say_it_in_sentences(commune: Commune) -> None:
    appoint(commune, commune.lan, "secretary", concurrently="unit_head")
    path = f"/organisations/{commune.office_cell}"
    commune.post(f"{path}/rewards", {"form": "certificate_lower", "decision": DECISION, "effective_on": IN_APRIL})
    body = {"cell": commune.office_cell, "year": 2026, "effective_on": IN_APRIL}
    ident = commune.post("/four-good", body)["id"]
    items = {"items": {"a": 50, "b": 45.5}, "effective_on": IN_MAY}
    commune.post(f"/four-good/{ident}/self-assessments", items)
    rated = {"subject": commune.office_cell, "year": 2026, "band": "good", "effective_on": IN_MAY}
    commune.post("/classifications", rated)
    commune.post("/classifications", {**rated, "subject": commune.lan, "points": 82})
    said = [line["sentence"] for line in ask(commune, f"{path}/history", as_of=IN_MAY)]
    assert said[-6:] == [
        "Cử Nguyễn Thị Lan giữ chức bí thư, kiêm thủ trưởng đơn vị.",
        "Được khen thưởng: giấy khen, quyết định số 12-QĐ/ĐU ngày 03/02/2026 của Đảng ủy xã Hải Hòa.",
        "Chi bộ Trường THCS đăng ký chi bộ bốn tốt năm 2026.",
        "Chi bộ Trường THCS tự đánh giá chi bộ bốn tốt năm 2026: 95,5 điểm.",
        "Chi bộ Trường THCS được xếp loại hoàn thành tốt nhiệm vụ năm 2026.",
        "Nguyễn Thị Lan được xếp loại hoàn thành tốt nhiệm vụ năm 2026, 82 điểm.",
    ]
    of_lan = [line["sentence"] for line in ask(commune, f"/members/{commune.lan}/history", as_of=IN_MAY)]
    assert of_lan[-2:] == [
        "Chi bộ Trường THCS: cử Nguyễn Thị Lan giữ chức bí thư, kiêm thủ trưởng đơn vị.",
        "Nguyễn Thị Lan được xếp loại hoàn thành tốt nhiệm vụ năm 2026, 82 điểm.",
    ]

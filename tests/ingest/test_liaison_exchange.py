"""What the two committees of a liaison tell each other over HTTP, and what is seen of their contact."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.database import Database
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

MESSAGE = {"text": "Mời đồng chí dự họp thôn"}


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


@pytest.fixture
def path(commune: Commune) -> str:
    """A liaison from the beginning of 2026 on: introduced, accepted, followed by the village's cell."""
    body = {"member": commune.lan, "committee": commune.commune, "strengths": ["y tế"], "effective_on": "2026-01-05"}
    path = f"/liaisons/{commune.post('/liaisons', body)['id']}"
    commune.post(f"{path}/acceptances", {"effective_on": "2026-01-12"})
    commune.post(f"{path}/assignments", {"cell": commune.village_cell, "effective_on": "2026-01-12"})
    return path


def shown(commune: Commune, path: str, **asked: str) -> dict[str, Any]:
    position = commune.log()[-1]["position"]
    answer = commune.operator.get(path, params=asked, headers={"caunoi-at-least": str(position)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def residents(commune: Commune, **asked: str) -> list[str]:
    found = shown(commune, f"/organisations/{commune.commune}/residents", **asked)["items"]
    return [one["id"] for one in found]


def test_residents_are_found_by_their_strengths_of_the_day(commune: Commune, path: str) -> None:
    changed = {"strengths": ["y tế", "ngoại ngữ"], "effective_on": "2026-03-02"}
    first = commune.post(f"{path}/strengths", changed)
    assert [fact["name"] for fact in first["facts"]] == ["liaison.strengths_changed"]
    assert commune.post(f"{path}/strengths", changed, 200)["facts"] == []
    assert residents(commune, strength="ngoại ngữ") == [commune.lan]
    assert residents(commune, strength="y tế") == [commune.lan]
    assert residents(commune, strength="ngoại ngữ", as_of="2026-03-01") == []
    assert residents(commune, strength="ngoại ngữ", known_at=commune.log()[-2]["recorded_at"]) == []
    said = commune.post(f"{path}/strengths", {"strengths": ["a", "a"]}, 409)
    assert said["type"] == "/problems/liaison.strength_twice"


def test_a_message_is_the_same_only_by_its_key(commune: Commune, path: str) -> None:
    positions = [commune.post(f"{path}/messages", MESSAGE)["position"] for _ in range(2)]
    keyed = [commune.post(f"{path}/messages", MESSAGE, Idempotency_Key="k")["position"] for _ in range(2)]
    assert len({*positions, *keyed}) == 3
    assert len(shown(commune, path)["messages"]) == 3


def test_each_side_writes_in_its_own_name_and_no_other_writes_at_all(commune: Commune, path: str) -> None:
    senders = []
    for organisation in (commune.village_cell, commune.agency):
        with commune.client("secretary", organisation) as side:
            assert side.post(f"{path}/messages", json=MESSAGE).status_code == 201
            senders.append(shown(commune, path)["messages"][-1]["from_committee"])
    assert senders == [commune.commune, commune.office_cell]
    commune.post(f"{path}/messages", MESSAGE | {"from_committee": commune.office_cell})
    assert shown(commune, path)["messages"][-1]["from_committee"] == commune.office_cell
    stranger = commune.establish("Đảng bộ phường", "superior", commune.province)
    said = commune.post(f"{path}/messages", MESSAGE | {"from_committee": stranger}, 409)
    assert said["type"] == "/problems/liaison.not_a_side"
    with commune.client("secretary", stranger) as other:
        for what, body in (("messages", MESSAGE), ("strengths", {"strengths": []})):
            assert other.post(f"{path}/{what}", json=body).status_code == 403
        assert other.get(path).status_code == 403


def test_what_a_message_says_is_sealed(commune: Commune, path: str) -> None:
    commune.post(f"{path}/messages", MESSAGE)
    with psycopg.connect(commune.database.owner) as connection:
        query = "SELECT string_agg(convert_from(data, 'UTF8') || reason, '') FROM ledger.log"
        (stored,) = connection.execute(query).fetchone() or ("",)
    assert MESSAGE["text"] not in stored
    assert shown(commune, path)["messages"][0]["text"] == MESSAGE["text"]


def test_a_remark_speaks_of_the_tasks_of_the_regulation(commune: Commune, path: str) -> None:
    remark = {"year": 2026, "band": "good", "effective_on": "2026-11-02"}
    said = commune.post(f"{path}/remarks", remark | {"items": {"meetings": "good", "singing": "weak"}}, 422)
    assert [error["pointer"] for error in said["errors"]] == ["/items/singing"]
    assert "meetings" in said["detail"]
    commune.post(f"{path}/remarks", remark | {"items": {"meetings": "good", "opinions": "fair"}})
    (shown_remark,) = shown(commune, path)["remarks"]
    assert shown_remark["items"] == {"meetings": "good", "opinions": "fair"}


def test_a_contact_in_december_alone_and_a_remark_without_any_are_visible(commune: Commune, path: str) -> None:
    commune.post(f"{path}/remarks", {"year": 2026, "band": "good"})
    (remark,) = shown(commune, path)["remarks"]
    assert (remark["contacts"], remark["without_contact"], remark["only_december"]) == (0, True, False)
    late = {"member": commune.admit("Lê Văn An", commune.office_cell), "committee": commune.commune}
    other = f"/liaisons/{commune.post('/liaisons', late | {'effective_on': '2025-01-06'})['id']}"
    commune.post(f"{other}/acceptances", {"effective_on": "2025-01-13"})
    commune.post(f"{other}/contacts", {"on": "2025-12-10", "kind": "visit"})
    commune.post(f"{other}/remarks", {"year": 2025, "band": "good", "effective_on": "2025-12-20"})
    (remark,) = shown(commune, other)["remarks"]
    assert (remark["contacts"], remark["without_contact"], remark["only_december"]) == (1, False, True)
    commune.post(f"{other}/contacts", {"on": "2025-06-10", "kind": "meeting"})
    assert shown(commune, other)["remarks"][0]["only_december"] is False
    assert shown(commune, other, as_of="2025-12-09")["remarks"] == []


def test_of_an_exempt_one_a_remark_is_due_on_request_only(commune: Commune) -> None:
    body = {"member": commune.lan, "committee": commune.commune, "activity_exempt": True}
    path = f"/liaisons/{commune.post('/liaisons', body)['id']}"
    commune.post(f"{path}/acceptances", {})
    remark = {"year": 2026, "band": "good"}
    assert commune.post(f"{path}/remarks", remark, 409)["type"] == "/problems/liaison.remark_not_due"
    assert shown(commune, path)["remark_due"] == "on_request"
    with commune.client("secretary", commune.office_cell) as work:
        assert work.post(f"{path}/remark-requests", json={"year": 2026}).status_code == 201
    commune.post(f"{path}/remarks", remark)


def test_either_side_ends_it(commune: Commune) -> None:
    for organisation in (commune.commune, commune.office_cell):
        body = {"member": commune.lan, "committee": commune.commune}
        path = f"/liaisons/{commune.post('/liaisons', body)['id']}"
        with commune.client("secretary", organisation) as side:
            assert side.post(f"{path}/endings", json={"ground": "moved"}).status_code == 201
            assert side.post(f"{path}/endings", json={"ground": "moved"}).status_code == 200


def test_residents_stand_with_where_they_work_and_since_when(commune: Commune, path: str) -> None:
    (line,) = shown(commune, f"/organisations/{commune.commune}/residents")["items"]
    assert line["workplace"] == {"id": commune.office_cell, "name": "Chi bộ Trường THCS", "since": "2025-01-01"}
    assert commune.operator.get(f"/liaisons/{uuid4()}").status_code == 404


def contact(commune: Commune, path: str, on: str, status: int = 201) -> dict[str, Any]:
    return commune.post(f"{path}/contacts", {"on": on, "kind": "visit"}, status)


def test_a_contact_after_the_death_is_refused_also_in_the_place_of_another(commune: Commune, path: str) -> None:
    first = contact(commune, path, "2026-03-10")
    commune.post(f"/members/{commune.lan}/deaths", {"effective_on": "2026-05-04"})
    before = commune.log()[-1]["position"]
    assert contact(commune, path, "2026-06-01", 409)["type"] == "/problems/member.died"
    instead = {
        "position": first["position"],
        "reason": "ghi nhầm ngày",
        "instead": {"on": "2026-06-01", "kind": "visit"},
    }
    assert commune.post("/corrections", instead, 409)["type"] == "/problems/member.died"
    assert commune.log()[-1]["position"] == before
    contact(commune, path, "2026-04-20")
    assert contact(commune, path, "2026-03-10", 200)["facts"] == []


def test_a_death_that_is_told_late_is_taken_and_the_contacts_after_it_are_seen_as_such(
    commune: Commune, path: str
) -> None:
    for on in ("2026-03-10", "2026-06-01"):
        contact(commune, path, on)
    commune.post(f"{path}/remark-requests", {"year": 2026})
    asked_before = commune.log()[-1]["recorded_at"]
    commune.post(f"/members/{commune.lan}/deaths", {"effective_on": "2026-05-04"})
    known = shown(commune, path)
    assert [(one["on"], one["as_member"]) for one in known["contacts"]] == [("2026-03-10", True), ("2026-06-01", False)]
    assert [(one["contacts"], one["without_contact"]) for one in known["remarks"]] == [(1, False)]
    earlier = shown(commune, path, known_at=asked_before)
    assert [one["as_member"] for one in earlier["contacts"]] == [True, True]

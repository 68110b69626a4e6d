"""The structure of organisations over HTTP: who goes where when one ends, who may say so, and what is refused."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.database import Database
from tests.ingest.conftest import BOOKS_OPEN, Commune, a_commune
from tests.ingest.feeding import feeding

ON = "2026-09-01"


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def names(answer: dict[str, Any]) -> list[str]:
    return [fact["name"] for fact in answer["facts"]]


def ask(commune: Commune, path: str, **params: str) -> dict[str, Any]:
    """The answer of a view that has read all there is."""
    head = commune.log()[-1]["position"]
    answer = commune.operator.get(path, params=params, headers={"Caunoi-At-Least": str(head)})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def members(commune: Commune, organisation: str, as_of: str = ON) -> list[str]:
    return [one["id"] for one in ask(commune, f"/organisations/{organisation}/members", as_of=as_of)["items"]]


def refused(commune: Commune, path: str, body: dict[str, Any], rule: str) -> dict[str, Any]:
    said = commune.post(path, {"effective_on": ON, **body}, 409)
    assert said["type"] == f"/problems/{rule}"
    return said


def test_an_organisation_is_renamed_from_a_day_on(commune: Commune) -> None:
    path, body = f"/organisations/{commune.village_cell}/renamings", {"name": "Chi bộ tổ 1", "effective_on": ON}
    assert names(commune.post(path, body)) == ["organisation.renamed"]
    assert commune.post(path, body, 200)["facts"] == []
    assert ask(commune, f"/organisations/{commune.village_cell}", as_of=ON)["name"] == "Chi bộ tổ 1"
    assert ask(commune, f"/organisations/{commune.village_cell}", as_of="2026-08-31")["name"] == "Chi bộ thôn 1"
    refused(commune, path, {"name": "Cũ", "effective_on": "2024-01-01"}, "organisation.unknown")
    assert commune.operator.post(f"/organisations/{uuid4()}/renamings", json={"name": "x"}).status_code == 404
    with commune.client("clerk", commune.agency) as stranger:
        assert stranger.post(path, json={"name": "x"}).status_code == 403


def test_an_organisation_is_handed_over_with_all_below_it(commune: Commune) -> None:
    school = commune.establish("Đảng bộ trường", "grassroots", commune.agency)
    cell = commune.establish("Chi bộ tổ Toán", "cell", school)
    path, body = f"/organisations/{school}/handovers", {"to": commune.commune, "effective_on": ON}
    for of in (commune.agency, commune.commune):
        with commune.client("clerk", of) as one_side:
            assert one_side.post(path, json=body).status_code == 403
    with commune.client("clerk", commune.province) as above:
        assert above.post(path, json=body).status_code == 201
        assert above.post(path, json=body).json()["facts"] == []

    def below(of: str, as_of: str) -> set[str]:
        return {one["id"] for one in ask(commune, f"/organisations/{of}/tree", as_of=as_of)["children"]}

    assert below(commune.agency, "2026-08-31") == {commune.office_cell, school}
    assert below(commune.agency, ON) == {commune.office_cell}
    assert below(commune.commune, ON) == {commune.village_cell, school}
    assert cell in str(ask(commune, f"/organisations/{commune.commune}/tree", as_of=ON))
    refused(commune, path, {"to": school}, "organisation.cycle")
    refused(commune, f"/organisations/{commune.commune}/handovers", {"to": school}, "organisation.cycle")
    refused(commune, path, {"to": cell}, "organisation.cycle")
    refused(commune, path, {"to": commune.village_cell}, "organisation.parent_kind")
    third = commune.establish("Đảng bộ xã Hải Lộc", "superior", commune.province)
    refused(commune, path, {"to": third, "effective_on": "2026-08-01"}, "organisation.later_facts")


def test_the_members_of_an_absorbed_cell_go_with_it(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.village_cell)
    path, body = f"/organisations/{commune.office_cell}/absorptions", {"into": commune.village_cell, "effective_on": ON}
    absorbed = commune.post(path, body | {"reason": "sắp xếp lại"})
    assert names(absorbed) == ["organisation.absorbed", "organisation.joined_by", "member.moved"]
    record = next(one for one in commune.log() if one["name"] == "organisation.absorbed")
    assert record["reason"] == "sắp xếp lại"
    assert commune.post(path, body, 200)["facts"] == []
    assert members(commune, commune.office_cell, "2026-08-31") == [commune.lan]
    assert set(members(commune, commune.village_cell)) == {commune.lan, hoa}
    gone = ask(commune, f"/organisations/{commune.office_cell}", as_of=ON)
    assert (gone["ended_on"], gone["successor"], gone["members"]) == (ON, commune.village_cell, 0)
    history = [one["sentence"] for one in ask(commune, f"/members/{commune.lan}/history")["items"]]
    assert history[-1] == "Chuyển từ Chi bộ Trường THCS sang Chi bộ thôn 1 do sắp xếp lại tổ chức."
    refused(commune, f"/organisations/{commune.office_cell}/renamings", {"name": "x"}, "organisation.ended")
    late = {"name": "Trần An", "cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19"}
    refused(commune, "/members", late | {"effective_on": BOOKS_OPEN}, "member.cell_ended")


def test_a_cell_with_three_hundred_members_is_absorbed_at_once(commune: Commune) -> None:
    body = {"cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN}
    lines = "\n".join(json.dumps({"post": "/members", "body": {"name": f"Nguyễn Văn {n}", **body}}) for n in range(299))
    batch = commune.operator.post("/facts", content=lines, headers={"content-type": "application/x-ndjson"})
    assert batch.text.count('"status":201') == 299
    absorbed = commune.post(
        f"/organisations/{commune.office_cell}/absorptions", {"into": commune.village_cell, "effective_on": ON}
    )
    assert names(absorbed).count("member.moved") == 300
    assert ask(commune, f"/organisations/{commune.village_cell}", as_of=ON)["members"] == 300
    assert ask(commune, f"/organisations/{commune.office_cell}", as_of="2026-08-31")["members"] == 300


def test_of_a_higher_organisation_only_the_edges_change(commune: Commune) -> None:
    absorbed = commune.post(
        f"/organisations/{commune.agency}/absorptions", {"into": commune.commune, "effective_on": ON}
    )
    assert names(absorbed) == ["organisation.absorbed", "organisation.joined_by", "organisation.handed_over"]
    assert ask(commune, f"/organisations/{commune.commune}", as_of=ON)["members"] == 1
    assert ask(commune, f"/organisations/{commune.agency}", as_of="2026-08-31")["members"] == 1


def test_what_may_not_be_absorbed_is_refused(commune: Commune) -> None:
    path = f"/organisations/{commune.office_cell}/absorptions"
    refused(commune, path, {"into": commune.office_cell}, "organisation.absorbs_itself")
    refused(commune, path, {"into": commune.commune}, "organisation.into_other_kind")
    refused(commune, path, {"into": str(uuid4())}, "organisation.into_unknown")
    refused(commune, path, {"into": commune.village_cell, "effective_on": "2024-01-01"}, "organisation.unknown")
    commune.admit("Lê Hòa", commune.office_cell, effective_on="2026-10-01")
    refused(commune, path, {"into": commune.village_cell}, "organisation.later_facts")
    for of in (commune.agency, commune.commune, commune.office_cell):
        with commune.client("secretary", of) as one_side:
            assert one_side.post(path, json={"into": commune.village_cell}).status_code == 403


def test_several_become_a_new_one(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.village_cell)
    body = {
        "organisations": [commune.village_cell, commune.office_cell],
        "into": {"name": "Chi bộ thôn Hợp Nhất", "kind": "cell", "parent": commune.commune, "cell_kind": "village"},
        "effective_on": ON,
    }
    made = commune.post("/consolidations", body)
    assert names(made)[:3] == ["organisation.established", "organisation.joined_by", "organisation.joined_by"]
    again = commune.post("/consolidations", body, 200)
    assert (again["id"], again["facts"]) == (made["id"], [])
    assert set(members(commune, made["id"])) == {commune.lan, hoa}
    assert ask(commune, f"/organisations/{made['id']}", as_of=ON)["since"] == ON
    refused(commune, "/consolidations", body | {"into": {**body["into"], "name": "Khác"}}, "organisation.ended")  # type: ignore[dict-item]


def test_what_may_not_be_consolidated_is_refused(commune: Commune) -> None:
    into = {"name": "Mới", "kind": "cell", "parent": commune.commune}
    one, two = commune.village_cell, commune.office_cell
    for organisations, more, rule in (
        ([one, one], {}, "organisation.consolidated_twice"),
        ([one], {}, "organisation.consolidated_alone"),
        ([one, commune.agency], {}, "organisation.consolidated_kinds"),
        ([one, two], {"kind": "grassroots"}, "organisation.consolidated_kinds"),
        ([one, two], {"parent": str(uuid4())}, "organisation.parent_unknown"),
        ([one, str(uuid4())], {}, "organisation.unknown"),
    ):
        refused(commune, "/consolidations", {"organisations": organisations, "into": into | more}, rule)
    with commune.client("secretary", commune.commune) as one_side:
        body = {"organisations": [one, two], "into": into}
        assert one_side.post("/consolidations", json=body).status_code == 403


def a_split(first: list[str], second: list[str], **more: object) -> dict[str, Any]:
    return {"into": [{"name": "Tổ 1", "members": first}, {"name": "Tổ 2", "members": second}], **more}


def test_a_cell_is_split_and_nobody_is_forgotten(commune: Commune) -> None:
    cell = commune.office_cell
    hoa, minh = (commune.admit(name, cell) for name in ("Lê Hòa", "Trần Minh"))
    path = f"/organisations/{cell}/splits"
    refused(commune, path, a_split([commune.lan], [hoa]), "organisation.split_forgets")
    refused(commune, path, a_split([commune.lan, hoa], [hoa, minh]), "organisation.split_twice")
    refused(commune, path, a_split([commune.lan, hoa, minh], [str(uuid4())]), "organisation.split_stranger")
    refused(commune, path, {"into": a_split([commune.lan, hoa, minh], [])["into"][:1]}, "organisation.split_alone")
    body = a_split([commune.lan, hoa], [minh], effective_on=ON)
    done = commune.post(path, body)
    assert names(done).count("member.moved") == 3
    assert commune.post(path, body, 200)["facts"] == []
    refused(commune, path, a_split([commune.lan], [hoa, minh]), "organisation.split_otherwise")
    tree = ask(commune, f"/organisations/{commune.agency}/tree", as_of=ON)
    assert {one["name"]: one["members"] for one in tree["children"]} == {"Tổ 1": 2, "Tổ 2": 1}
    assert ask(commune, f"/organisations/{cell}", as_of=ON)["ended_on"] == ON


def test_a_cell_that_keeps_a_part_stays(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.office_cell)
    body = {"into": [{"name": "Tổ mới", "members": [hoa]}], "keeps": True, "effective_on": ON}
    path = f"/organisations/{commune.office_cell}/splits"
    commune.post(path, body)
    assert commune.post(path, body, 200)["facts"] == []
    assert members(commune, commune.office_cell) == [commune.lan]
    assert ask(commune, f"/organisations/{commune.office_cell}", as_of=ON)["ended_on"] is None


def test_a_higher_organisation_is_split_by_its_children(commune: Commune) -> None:
    other = commune.establish("Chi bộ Trạm y tế", "cell", commune.agency)
    path = f"/organisations/{commune.agency}/splits"
    first, second = {"name": "Khối A", "children": [commune.office_cell]}, {"name": "Khối B"}
    refused(commune, path, {"into": [first, second]}, "organisation.split_forgets")
    done = commune.post(path, {"into": [first, {**second, "children": [other]}], "effective_on": ON})
    assert names(done).count("organisation.handed_over") == 2
    assert "member.moved" not in names(done)
    tree = ask(commune, f"/organisations/{commune.province}/tree", as_of=ON)
    assert {one["name"]: one["members"] for one in tree["children"]} == {
        "Khối A": 1,
        "Khối B": 0,
        "Đảng bộ xã Hải Hòa": 0,
    }


def test_who_splits_is_above(commune: Commune) -> None:
    path, body = f"/organisations/{commune.office_cell}/splits", a_split([commune.lan], [])
    for of in (commune.office_cell, commune.commune):
        with commune.client("secretary", of) as stranger:
            assert stranger.post(path, json=body).status_code == 403
    with commune.client("clerk", commune.agency) as above:
        assert above.post(path, json=body).status_code == 201


def test_a_successor_takes_over_from_what_is_dissolved(commune: Commune) -> None:
    path, body = (
        f"/organisations/{commune.village_cell}/dissolutions",
        {"successor": commune.commune, "effective_on": ON},
    )
    assert names(commune.post(path, body)) == ["organisation.dissolved", "organisation.joined_by"]
    assert commune.post(path, body, 200)["facts"] == []
    refused(commune, path, {}, "organisation.ended")
    itself = {"successor": commune.office_cell}
    refused(commune, f"/organisations/{commune.office_cell}/dissolutions", itself, "organisation.successor_itself")


def test_a_disbanding_needs_a_second_person(commune: Commune) -> None:
    path, body = f"/organisations/{commune.village_cell}/disbandings", {"effective_on": ON}
    with commune.client("secretary", commune.village_cell) as itself:
        assert itself.post(path, json=body).status_code == 403
    with commune.client("clerk", commune.commune) as clerk, commune.client("secretary", commune.commune) as secretary:
        proposed = clerk.post(path, json=body)
        assert proposed.status_code == 202
        approved = secretary.post(f"/proposals/{proposed.json()['proposal']}/approvals", json={})
        assert names(approved.json()) == ["proposal.approved", "organisation.disbanded"]
    assert ask(commune, f"/organisations/{commune.village_cell}", as_of=ON)["ended_on"] == ON
    refused(commune, f"/organisations/{commune.office_cell}/disbandings", {}, "organisation.not_empty")

"""Liaisons over HTTP: a member has one that is open."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from tests.ingest.conftest import BOOKS_OPEN, Commune


def an_introduction(commune: Commune, **more: object) -> dict[str, object]:
    return {"member": commune.lan, "committee": commune.commune, "strengths": ["y tế"], **more}


def test_the_same_introduction_again_is_the_first_one(commune: Commune) -> None:
    first = commune.post("/liaisons", an_introduction(commune, code="LH-1"))
    again = commune.post("/liaisons", an_introduction(commune), 200)
    assert (again["id"], again["stream"], again["facts"]) == (first["id"], first["stream"], [])
    assert again["position"] == first["position"]
    keyed = commune.post("/liaisons", an_introduction(commune, code="LH-1"), 200, Idempotency_Key="k")
    assert keyed["id"] == first["id"]


def test_another_introduction_to_the_same_committee_is_refused_while_the_first_is_open(commune: Commune) -> None:
    commune.post("/liaisons", an_introduction(commune))
    others: list[dict[str, object]] = [
        {"activity_exempt": True},
        {"strengths": []},
        {"code": "LH-2"},
        {"effective_on": BOOKS_OPEN},
        {"id": str(uuid4())},
    ]
    for other in others:
        said = commune.post("/liaisons", an_introduction(commune, **other), 409)
        assert said["type"] == "/problems/liaison.open"


def test_a_member_has_one_open_liaison_with_whatever_committee(commune: Commune) -> None:
    first = commune.post("/liaisons", an_introduction(commune))["id"]
    elsewhere = an_introduction(commune, committee=commune.agency)
    assert commune.post("/liaisons", elsewhere, 409)["type"] == "/problems/liaison.open"
    commune.post(f"/liaisons/{first}/endings", {"ground": "moved"})
    commune.post("/liaisons", elsewhere)


def test_of_many_introductions_at_once_one_is_taken(commune: Commune) -> None:
    committees = [commune.establish(f"Đảng bộ xã {n}", "superior", commune.province) for n in range(20)]

    def introduce(committee: str) -> int:
        return commune.operator.post("/liaisons", json=an_introduction(commune, committee=committee)).status_code

    with ThreadPoolExecutor(20) as desks:
        answers = list(desks.map(introduce, committees))
    assert sorted(answers) == [201, *[409] * 19]


def test_who_was_refused_or_whose_liaison_ended_is_introduced_again(commune: Commune) -> None:
    first = commune.post("/liaisons", an_introduction(commune))["id"]
    commune.post(f"/liaisons/{first}/refusals", {"reason": "chưa đến ở"})
    second = commune.post("/liaisons", an_introduction(commune))["id"]
    commune.post(f"/liaisons/{second}/endings", {"ground": "moved"})
    commune.post(f"/liaisons/{second}/endings", {"ground": "moved"}, 200)
    third = commune.post("/liaisons", an_introduction(commune))["id"]
    assert len({first, second, third}) == 3


def test_an_introduction_from_before_there_was_a_claim_still_ends(commune: Commune) -> None:
    first = commune.post("/liaisons", an_introduction(commune))["id"]
    with psycopg.connect(commune.database.owner, autocommit=True) as connection:
        connection.execute("DELETE FROM ledger.claims WHERE claim LIKE 'liaison:%'")
    commune.post(f"/liaisons/{first}/endings", {"ground": "moved"})


def accepted(commune: Commune) -> str:
    liaison = str(commune.post("/liaisons", an_introduction(commune))["id"])
    commune.post(f"/liaisons/{liaison}/acceptances", {})
    return liaison


def test_a_cell_of_another_committee_is_refused_with_its_place(commune: Commune) -> None:
    path = f"/liaisons/{accepted(commune)}/assignments"
    said = commune.post(path, {"cell": commune.office_cell}, 409)
    assert said["type"] == "/problems/liaison.cell_elsewhere"
    assert [error["pointer"] for error in said["errors"]] == ["/cell"]
    assert commune.log()[-1]["name"] == "liaison.accepted"
    commune.post(path, {"cell": commune.village_cell})
    commune.post(path, {"cell": commune.village_cell}, 200)


def test_a_cell_two_steps_below_the_committee_is_taken(commune: Commune) -> None:
    path = f"/liaisons/{accepted(commune)}/assignments"
    section = commune.establish("Đảng bộ trường", "grassroots", commune.commune)
    commune.post(path, {"cell": commune.establish("Chi bộ thôn 2", "cell", section, cell_kind="village")})


def test_what_is_no_cell_or_is_nothing_is_still_said_to_be_so(commune: Commune) -> None:
    path = f"/liaisons/{accepted(commune)}/assignments"
    unknown = commune.post(path, {"cell": str(uuid4())}, 409)
    committee = commune.post(path, {"cell": commune.agency}, 409)
    assert [said["type"] for said in (unknown, committee)] == [
        "/problems/liaison.cell_unknown",
        "/problems/liaison.cell_not_a_cell",
    ]

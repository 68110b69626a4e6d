"""What is on record already and asked again with more to say: it is put on record or refused, and never lost."""

from typing import Any
from uuid import uuid4

from tests.ingest.conftest import BOOKS_OPEN, Commune


def refused(commune: Commune, path: str, body: dict[str, Any]) -> tuple[str, str]:
    said = commune.post(path, body, 409)
    return said["type"], said["errors"][0]["pointer"]


def test_a_member_is_not_admitted_again_on_another_day(commune: Commune) -> None:
    admitted: dict[str, Any] = {
        "id": str(uuid4()), "name": "An", "cell": commune.village_cell, "status": "official",
        "admitted_on": "2015-05-19",
    }  # fmt: skip
    commune.post("/members", admitted | {"effective_on": BOOKS_OPEN})
    commune.post("/members", admitted | {"effective_on": BOOKS_OPEN}, 200)
    commune.post("/members", admitted, 200)
    other = admitted | {"effective_on": "2025-01-02"}
    assert refused(commune, "/members", other) == ("/problems/member.exists", "/effective_on")


def test_a_home_that_an_admission_asked_again_brings_is_declared(commune: Commune) -> None:
    admitted: dict[str, Any] = {
        "id": str(uuid4()), "name": "An", "cell": commune.village_cell, "status": "official",
        "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN,
    }  # fmt: skip
    commune.post("/members", admitted)
    at_home = admitted | {"residence": {"committee": commune.commune}}
    said = commune.post("/members", at_home)
    assert [fact["name"] for fact in said["facts"]] == ["member.residence_declared"]
    assert commune.log()[-1]["data"] == {"committee": commune.commune}
    commune.post("/members", at_home, 200)
    commune.post(f"/members/{admitted['id']}/residences", {"committee": commune.agency})
    commune.post("/members", at_home, 200)


def test_an_organisation_is_not_established_again_on_another_day(commune: Commune) -> None:
    cell: dict[str, Any] = {"id": str(uuid4()), "name": "Chi bộ thôn 2", "kind": "cell", "parent": commune.commune}
    commune.post("/organisations", cell | {"effective_on": BOOKS_OPEN})
    commune.post("/organisations", cell | {"effective_on": BOOKS_OPEN}, 200)
    commune.post("/organisations", cell, 200)
    other = cell | {"effective_on": "2025-01-02"}
    assert refused(commune, "/organisations", other) == ("/problems/organisation.exists", "/effective_on")


def test_a_transfer_under_a_key_is_answered_again_as_the_first_time(commune: Commune) -> None:
    body = {"to": commune.village_cell, "kind": "official"}
    first = commune.post(f"/members/{commune.lan}/transfers", body, Idempotency_Key="k")
    assert commune.post(f"/members/{commune.lan}/transfers", body, Idempotency_Key="k")["id"] == first["id"]
    path = f"/transfers/{first['id']}/receptions"
    received = commune.post(path, {}, Idempotency_Key="r")
    assert commune.post(path, {}, Idempotency_Key="r")["position"] == received["position"]

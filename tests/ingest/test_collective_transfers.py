"""Collective transfers over HTTP: a whole cell moves by one decision and one reception, or nobody does."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune

ON = "2026-09-07"


@pytest.fixture(scope="module")
def crowded(template: Postgres) -> Iterator[tuple[Commune, list[str]]]:
    """A cell with three hundred members."""
    with fresh(template) as database, a_commune(database) as commune:
        yield commune, admitted(commune, 300)


def admitted(commune: Commune, number: int) -> list[str]:
    """So many in the office's cell, in one batch."""
    idents = [str(uuid4()) for _ in range(number)]
    body = {"cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN}
    lines = [{"post": "/members", "body": {**body, "id": one, "name": "Trần Văn Bình"}} for one in idents]
    content = b"\n".join(msgspec.json.encode(line) for line in lines)
    answer = commune.operator.post("/facts", content=content, headers={"content-type": "application/x-ndjson"})
    assert Counter(msgspec.json.decode(line)["status"] for line in answer.content.splitlines()) == {201: number}
    return idents


def a_list(commune: Commune, members: list[str], **more: Any) -> dict[str, Any]:
    ends = {"from": commune.office_cell, "to": commune.village_cell}
    return {**ends, "members": members, "decision": DECISION, "effective_on": ON, **more}


def test_three_hundred_members_go_in_one_append_and_arrive_in_one(crowded: tuple[Commune, list[str]]) -> None:
    commune, members = crowded
    before = commune.post("/collective-transfers", a_list(commune, members))
    assert Counter(fact["name"] for fact in before["facts"]) == {
        "collective_transfer.introduced": 1,
        "member.transfer_introduced": 300,
    }
    assert before["stream"] == f"collective_transfer/{before['id']}"
    positions = [fact["position"] for fact in before["facts"]]
    assert positions == list(range(positions[0], positions[0] + 301)), "in one append they stand together"
    path = f"/collective-transfers/{before['id']}/receptions"
    with commune.client("clerk", commune.agency) as origin, commune.client("clerk", commune.commune) as destination:
        assert origin.post(path, json={}).status_code == 403
        received = destination.post(path, json={"effective_on": "2026-09-14"})
        assert received.status_code == 201, received.text
        assert Counter(fact["name"] for fact in received.json()["facts"]) == {
            "collective_transfer.received": 1,
            "member.transfer_received": 300,
        }
        again = destination.post(path, json={})
        assert (again.status_code, again.json()["facts"]) == (200, [])


def test_the_same_list_again_is_the_first_one(commune: Commune) -> None:
    members = admitted(commune, 3)
    body = a_list(commune, members, id=str(uuid4()), code="CT-1")
    first = commune.post("/collective-transfers", body)
    again = commune.post("/collective-transfers", body, 200)
    assert (again["id"], again["facts"]) == (first["id"], [])
    other = commune.post("/collective-transfers", {**body, "members": members[:2]}, 409)
    assert other["type"] == "/problems/collective_transfer.exists"


def test_one_who_cannot_go_is_pointed_at_and_nothing_is_written(commune: Commune) -> None:
    members = admitted(commune, 4)
    commune.post(f"/members/{members[3]}/transfers", {"to": commune.village_cell, "kind": "official"})
    head = commune.log()[-1]["position"]
    said = commune.post("/collective-transfers", a_list(commune, members), 409)
    assert said["type"] == "/problems/transfer.already_in_transit"
    assert [error["pointer"] for error in said["errors"]] == ["/members/3"]
    unknown = commune.post("/collective-transfers", a_list(commune, [members[0], str(uuid4())]), 409)
    assert [error["pointer"] for error in unknown["errors"]] == ["/members/1"]
    twice = commune.post("/collective-transfers", a_list(commune, [members[0], members[0]]), 409)
    assert twice["type"] == "/problems/collective_transfer.member_twice"
    assert commune.log()[-1]["position"] == head


@pytest.mark.parametrize("missing", ["from", "to", "members", "decision"])
def test_a_list_says_whence_whither_who_and_by_which_decision(commune: Commune, missing: str) -> None:
    body = a_list(commune, [commune.lan])
    del body[missing]
    commune.post("/collective-transfers", body, 422)
    commune.post("/collective-transfers", a_list(commune, []), 422)


def test_the_destination_does_not_send(commune: Commune) -> None:
    with commune.client("clerk", commune.commune) as destination:
        answer = destination.post("/collective-transfers", json=a_list(commune, [commune.lan]))
        assert answer.status_code == 403
    commune.post(f"/collective-transfers/{uuid4()}/receptions", {}, 404)


def test_of_the_list_one_may_be_refused_alone(commune: Commune) -> None:
    members = admitted(commune, 2)
    together = commune.post("/collective-transfers", a_list(commune, members))
    transfers = [one["data"]["transfer"] for one in commune.log() if one["name"] == "member.transfer_introduced"]
    commune.post(f"/transfers/{transfers[0]}/refusals", {"reason": "hồ sơ thiếu", "effective_on": ON})
    received = commune.post(f"/collective-transfers/{together['id']}/receptions", {"effective_on": ON})
    assert [fact["name"] for fact in received["facts"]] == ["collective_transfer.received", "member.transfer_received"]
    assert commune.log()[-1]["stream"] == f"member/{members[1]}"

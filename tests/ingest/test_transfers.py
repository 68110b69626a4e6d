"""Transfers over HTTP: each side does what is its own, one introduction of a member is open, and terms are kept."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.ingest.conftest import DECISION, Commune

START, END, LATER, LATEST = "2026-02-02", "2026-12-15", "2026-12-31", "2027-01-20"


def introduced(commune: Commune, member: str = "", **more: Any) -> str:
    body = {"to": commune.village_cell, "kind": "official", "effective_on": START}
    return str(commune.post(f"/members/{member or commune.lan}/transfers", body | more)["id"])


def away(commune: Commune) -> str:
    """For a time, and received."""
    transfer = introduced(commune, kind="temporary", ground="work", until=END)
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": "2026-02-09"})
    return transfer


def names(said: dict[str, Any]) -> list[str]:
    return [fact["name"] for fact in said["facts"]]


def post(client: httpx2.Client, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


# Withdrawn


def test_the_origin_withdraws_what_nobody_has_answered(commune: Commune) -> None:
    transfer = introduced(commune)
    path = f"/transfers/{transfer}/withdrawals"
    with commune.client("clerk", commune.commune) as destination, commune.client("clerk", commune.agency) as origin:
        post(destination, path, {}, 403)
        said = post(origin, path, {"reason": "không đi nữa", "effective_on": "2026-02-10"}, 201)
        assert (said["id"], names(said)) == (transfer, ["member.transfer_withdrawn"])
        assert post(origin, path, {}, 200)["facts"] == []
    said = commune.post(f"/transfers/{transfer}/receptions", {}, 409)
    assert said["type"] == "/problems/transfer.not_in_transit"
    commune.post(f"/transfers/{uuid4()}/withdrawals", {}, 404)
    introduced(commune, effective_on="2026-02-10")


def test_only_the_destination_receives_or_refuses(commune: Commune) -> None:
    transfer = introduced(commune)
    with commune.client("clerk", commune.agency) as origin, commune.client("clerk", commune.village_cell) as other:
        post(origin, f"/transfers/{transfer}/receptions", {}, 403)
        post(origin, f"/transfers/{transfer}/refusals", {"reason": "không"}, 403)
        post(other, f"/transfers/{transfer}/refusals", {}, 422)
        assert names(post(other, f"/transfers/{transfer}/receptions", {}, 201)) == ["member.transfer_received"]


def test_of_a_hundred_introductions_at_once_one_wins(commune: Commune) -> None:
    def introduce(number: int) -> tuple[int, str]:
        body = {"to": commune.village_cell, "kind": "official", "code": f"GT-{number}"}
        answer = commune.operator.post(f"/members/{commune.lan}/transfers", json=body)
        return answer.status_code, answer.json().get("type", "")

    with ThreadPoolExecutor(25) as callers:
        outcomes = Counter(callers.map(introduce, range(100)))
    assert outcomes == {(201, ""): 1, (409, "/problems/transfer.already_in_transit"): 99}
    assert [record["name"] for record in commune.log()].count("member.transfer_introduced") == 1


def test_a_decision_tells_when_it_was_decided(commune: Commune) -> None:
    introduced(commune, decision=DECISION)
    (record,) = (one for one in commune.log() if one["name"] == "member.transfer_introduced")
    assert record["data"]["decided_on"] == DECISION["on"]
    assert record["data"]["decision"] == DECISION


# For longer


def test_a_transfer_takes_longer_when_both_sides_have_asked_for_the_same_day(commune: Commune) -> None:
    path = f"/transfers/{away(commune)}/extensions"
    with commune.client("clerk", commune.commune) as destination, commune.client("clerk", commune.agency) as origin:
        asked = post(origin, path, {"until": LATER}, 201)
        assert names(asked) == ["member.transfer_extension_asked"]
        assert post(origin, path, {"until": LATER}, 200)["facts"] == []
        post(destination, path, {"until": LATEST}, 201)
        agreed = post(destination, path, {"until": LATER}, 201)
        assert names(agreed) == ["member.transfer_extended"]
        assert post(origin, path, {"until": LATER}, 200)["facts"] == []
    with commune.client("clerk", commune.establish("Đảng bộ khác", "superior", commune.province)) as stranger:
        post(stranger, path, {"until": LATEST}, 403)


def test_who_stands_above_both_sides_extends_at_once(commune: Commune) -> None:
    path = f"/transfers/{away(commune)}/extensions"
    assert names(commune.post(path, {"until": LATER})) == ["member.transfer_extended"]
    commune.post(path, {"until": LATER}, 200)


@pytest.mark.parametrize(
    ("until", "rule"),
    [(END, "transfer.not_longer"), ("2027-02-02", "transfer.too_long")],
)
def test_a_term_that_cannot_be_is_refused_with_its_place(commune: Commune, until: str, rule: str) -> None:
    transfer = away(commune)
    said = commune.post(f"/transfers/{transfer}/extensions", {"until": until}, 409)
    assert said["type"] == f"/problems/{rule}"
    assert [error["pointer"] for error in said["errors"]] == ["/until"]
    commune.post(f"/transfers/{transfer}/extensions", {}, 422)
    assert commune.log()[-1]["name"] == "member.transfer_received"


# Back


def test_either_side_tells_that_he_is_back(commune: Commune) -> None:
    transfer = away(commune)
    path = f"/transfers/{transfer}/returns"
    early = commune.post(path, {"effective_on": "2026-02-08"}, 409)
    assert early["type"] == "/problems/transfer.not_away"
    with commune.client("clerk", commune.commune) as destination, commune.client("clerk", commune.agency) as origin:
        assert names(post(destination, path, {"effective_on": "2026-06-01"}, 201)) == ["member.transfer_returned"]
        assert post(origin, path, {}, 200)["facts"] == []
    official = introduced(commune, effective_on="2026-06-01")
    said = commune.post(f"/transfers/{official}/returns", {}, 409)
    assert said["type"] == "/problems/transfer.not_temporary"

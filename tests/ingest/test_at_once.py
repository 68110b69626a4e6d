"""A hundred who ask at the same moment for what only one can have: one gets it, the others are told the rule."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune

MANY = 100
ANNOUNCED, SOON = "2026-03-02", "2026-03-09"


def at_once(ask: Callable[[int], httpx2.Response]) -> list[tuple[int, str]]:
    """Status and rule of each answer."""
    with ThreadPoolExecutor(25) as callers:
        answers = list(callers.map(ask, range(MANY)))
    return [(one.status_code, one.json().get("type", "").removeprefix("/problems/")) for one in answers]


@pytest.mark.parametrize("number", ["card", "citizen", "code"])
def test_of_a_hundred_with_one_number_one_is_admitted(commune: Commune, number: str) -> None:
    body = {"status": "official", "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN, number: "001099000111"}

    def admit(n: int) -> httpx2.Response:
        cell = (commune.office_cell, commune.village_cell)[n % 2]
        return commune.operator.post("/members", json=body | {"name": f"Nguyễn {n}", "cell": cell})

    assert Counter(at_once(admit)) == {(201, ""): 1, (409, f"claimed.{number}"): MANY - 1}
    assert [one["name"] for one in commune.log()].count("member.admitted") == 2


def test_nobody_is_sent_for_good_once_his_complaint_is_open(commune: Commune) -> None:
    body = {"form": "warning", "decision": DECISION, "effective_on": ANNOUNCED}
    sanction = commune.post(f"/members/{commune.lan}/sanctions", body)["position"]

    def ask(n: int) -> httpx2.Response:
        if n % 2:
            path = f"/members/{commune.lan}/sanctions/{sanction}/complaints"
            return commune.operator.post(path, json={"effective_on": SOON})
        move = {"to": commune.village_cell, "kind": "official", "code": f"GT-{n}", "effective_on": SOON}
        return commune.operator.post(f"/members/{commune.lan}/transfers", json=move)

    said = at_once(ask)
    assert Counter(said[1::2]) == {(201, ""): 1, (200, ""): MANY // 2 - 1}
    sent = Counter(said[::2])
    assert sent.keys() <= {(201, ""), (409, "transfer.complaint_open"), (409, "transfer.already_in_transit")}
    names = [one["name"] for one in commune.log()]
    if sent[201, ""]:
        assert sent[201, ""] == 1
        assert names.index("member.transfer_introduced") < names.index("member.sanction_complained")
        transfer = next(one for one in commune.log() if one["name"] == "member.transfer_introduced")["data"]["transfer"]
        refused = commune.post(f"/transfers/{transfer}/receptions", {"effective_on": SOON}, 409)
        assert refused["type"] == "/problems/transfer.complaint_open"
    else:
        assert sent == {(409, "transfer.complaint_open"): MANY // 2}


def test_of_a_hundred_sides_of_one_transfer_one_answers(commune: Commune) -> None:
    move = {"to": commune.village_cell, "kind": "official", "effective_on": ANNOUNCED}
    transfer = commune.post(f"/members/{commune.lan}/transfers", move)["id"]
    answers = {"receptions": {}, "refusals": {"reason": "hồ sơ thiếu"}, "withdrawals": {}}

    def ask(n: int) -> httpx2.Response:
        noun, body = list(answers.items())[n % 3]
        return commune.operator.post(f"/transfers/{transfer}/{noun}", json=body | {"effective_on": SOON})

    said = at_once(ask)
    assert [status for status, _ in said].count(201) == 1
    assert {rule for status, rule in said if status == 409} == {"transfer.not_in_transit"}
    assert sum("transfer_" in one["name"] for one in commune.log()) == 2

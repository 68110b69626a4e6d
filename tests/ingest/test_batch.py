"""`POST /facts`: a line is answered as it would have been alone, and sees the lines before it."""

import json
from typing import Any
from uuid import uuid4

from tests.ingest.conftest import DECISION, Commune

REWARD = {"form": "commendation", "decision": DECISION}


def post(commune: Commune, *lines: Any) -> list[tuple[int, dict[str, Any]]]:
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = commune.operator.post("/facts", content=content, headers={"content-type": "application/x-ndjson"})
    assert answer.status_code == 200
    return [(said["status"], said["body"]) for said in map(json.loads, answer.text.splitlines())]


def test_a_line_sees_what_the_lines_before_it_made(commune: Commune) -> None:
    cell, member, transfer = (str(uuid4()) for _ in range(3))
    answers = post(
        commune,
        {
            "post": "/organisations",
            "body": {"id": cell, "name": "Chi bộ thôn 2", "kind": "cell", "parent": commune.commune},
        },
        {
            "post": "/members",
            "body": {"id": member, "name": "An", "cell": cell, "status": "official", "admitted_on": "2020-01-01"},
        },
        {"post": f"/members/{member}/rewards", "body": REWARD},
        {
            "post": f"/members/{member}/transfers",
            "body": {"id": transfer, "to": commune.office_cell, "kind": "official"},
        },
        {"post": f"/transfers/{transfer}/receptions"},
        {"post": f"/members/{member}/rewards", "body": REWARD},
    )
    assert [status for status, _ in answers] == [201, 201, 201, 201, 201, 200]
    positions = [body["position"] for _, body in answers[:5]]
    assert positions == sorted(positions)


def test_lines_fail_alone(commune: Commune) -> None:
    answers = post(
        commune,
        "{",
        {"post": "/nowhere", "body": {}},
        {"post": f"/members/{uuid4()}/rewards", "body": REWARD},
        {"post": f"/members/{commune.lan}/rewards", "body": {"form": "gold"}},
        {"post": f"/members/{commune.lan}/rewards", "body": REWARD},
        {"post": f"/members/{commune.lan}/rewards", "body": REWARD, "key": ""},
        {"post": 7},
    )
    assert [status for status, _ in answers] == [400, 404, 404, 422, 201, 422, 422]


def test_a_key_in_a_line_is_an_idempotency_key(commune: Commune) -> None:
    line = {"post": f"/members/{commune.lan}/rewards", "body": REWARD, "key": "k1"}
    (first,), (again,) = post(commune, line), post(commune, line)
    assert first == again
    alone = commune.operator.post(f"/members/{commune.lan}/rewards", json=REWARD, headers={"Idempotency-Key": "k1"})
    assert alone.headers["idempotency-replayed"] == "true"


def test_a_key_with_accents_is_the_same_in_a_header_and_in_a_line(commune: Commune) -> None:
    path, key = f"/members/{commune.lan}/rewards", "khen-thưởng-1"
    alone = commune.operator.post(path, json=REWARD, headers={b"Idempotency-Key": key.encode()})
    assert alone.status_code == 201
    other = REWARD | {"form": "other"}
    again, reused = post(commune, {"post": path, "body": REWARD, "key": key}, {"post": path, "body": other, "key": key})
    assert again == (201, alone.json())
    assert reused[0] == 422


def test_a_thousand_lines_to_a_few_streams_keep_their_order(commune: Commune) -> None:
    members = [commune.admit(f"Người {n}", commune.village_cell) for n in range(5)]
    lines = [
        {
            "post": f"/members/{members[n % 5]}/rewards",
            "body": {"form": "other", "decision": {**DECISION, "number": str(n)}},
        }
        for n in range(1000)
    ]
    assert {status for status, _ in post(commune, *lines)} == {201}
    for number, member in enumerate(members):
        stream = [r for r in _all(commune) if r["stream"] == f"member/{member}" and r["name"] == "member.reward_given"]
        assert [int(r["data"]["decision"]["number"]) for r in stream] == list(range(number, 1000, 5))


def _all(commune: Commune) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = commune.operator.get("/log", params={"after": after, "limit": 500}).json()
        records += page["items"]
        after = page["next"]
    return records


def test_a_line_that_must_ask_first_is_not_overtaken(commune: Commune) -> None:
    """The reception asks whose transfer it is; the next line is about the same member and must see him received."""
    body = {"to": commune.village_cell, "kind": "official", "effective_on": "2026-01-05"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
    answers = post(
        commune,
        {"post": f"/transfers/{transfer}/receptions", "body": {"effective_on": "2026-01-10"}},
        {
            "post": f"/members/{commune.lan}/transfers",
            "body": {"to": commune.office_cell, "kind": "official", "effective_on": "2026-06-01"},
        },
        {"post": f"/members/{commune.lan}/rewards", "body": REWARD},
    )
    assert [status for status, _ in answers] == [201, 201, 201]
    assert [body["version"] for _, body in answers] == [4, 5, 6]


def test_the_same_introduction_twice_in_a_batch_is_one_liaison(commune: Commune) -> None:
    line = {"post": "/liaisons", "body": {"member": commune.lan, "committee": commune.commune}}
    answers = post(commune, line, line)
    assert [status for status, _ in answers] == [201, 200]
    assert answers[0][1]["id"] == answers[1][1]["id"]

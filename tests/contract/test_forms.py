"""What is almost right is refused with its place, and nothing is guessed."""

from typing import Any

import pytest

from tests.contract.conftest import MEETING_ON, System
from tests.ingest.conftest import DECISION

DAYS = ["0", "2026", "1234569600", "2026-3-5", "20260305", "2026-03-05T00:00:00", "2026-02-30", "05/03/2026", ""]
INSTANTS = ["0", "1234567890", "1.5", "2026-03-05", "2026-03-05T07:00:00", "2026-03-05T25:00:00Z", ""]


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(
    ("path", "name"), [("/members", "as_of"), ("/organisations", "as_of"), ("/meetings", "from"), ("/meetings", "to")]
)
def test_a_day_in_a_question_is_written_out(system: System, path: str, name: str, day: str) -> None:
    assert pointers(system.commune.operator.get(path, params={name: day})) == [f"/{name}"]


@pytest.mark.parametrize("instant", INSTANTS)
@pytest.mark.parametrize(
    ("path", "name"), [("/members", "known_at"), ("/transfers", "known_at"), ("/log", "from"), ("/log", "to")]
)
def test_an_instant_in_a_question_is_written_out_with_its_offset(
    system: System, path: str, name: str, instant: str
) -> None:
    assert pointers(system.commune.operator.get(path, params={name: instant})) == [f"/{name}"]


@pytest.mark.parametrize("day", [*DAYS, 0, True, 20260305])
def test_a_day_in_a_body_is_written_out(system: System, day: object) -> None:
    member = system.known["member"][0]
    body = {"form": "other", "decision": DECISION, "effective_on": day}
    assert pointers(system.commune.operator.post(f"/members/{member}/rewards", json=body)) == ["/effective_on"]


@pytest.mark.parametrize("instant", [*INSTANTS, 0, 1234567890])
def test_an_instant_in_a_body_is_written_out_with_its_offset(system: System, instant: object) -> None:
    body = {"cell": system.commune.office_cell, "kind": "regular", "planned_at": instant}
    assert pointers(system.commune.operator.post("/meetings", json=body)) == ["/planned_at"]


VOTES = {"for": 1, "against": 0, "abstained": 0}
REPORT = {"kept": 1, "not_well": 0, "not_done": 0, "opinions": 0}


@pytest.mark.parametrize(
    ("path", "body", "name", "wrong"),
    [
        ("/meetings/{meeting}/votes", VOTES, "against", False),
        ("/meetings/{meeting}/votes", VOTES, "for", "1"),
        ("/meetings/{meeting}/votes", VOTES, "abstained", 0.5),
        ("/meetings/{meeting}/votes", VOTES, "backfill", 0),
        ("/meetings/{meeting}/self-scores", {}, "total", "90"),
        ("/meetings/{meeting}/self-scores", {}, "total", True),
        ("/meetings/{meeting}/votes", VOTES, "backfill", "true"),
        ("/oath-reviews/{review}/reports", REPORT, "kept", True),
        ("/liaisons/{liaison}/remark-requests", {"year": 2026}, "year", "2026"),
        ("/meetings/{meeting}/pre-meetings", {"held_at": f"{MEETING_ON}T07:00:00Z"}, "held_at", 5),
    ],
)
def test_a_value_of_another_type_is_not_taken_for_one_of_the_right_type(
    system: System, path: str, body: dict[str, Any], name: str, wrong: object
) -> None:
    ids = {kind: known[0] for kind, known in system.known.items()}
    body = body | {name: wrong} | ({"member": ids["member"]} if "reports" in path else {})
    assert pointers(system.commune.operator.post(path.format(**ids), json=body)) == [f"/{name}"]


@pytest.mark.parametrize("version", ['""', '"1', "9" * 5000, '"-1"', "abc", '"1", "2"', '"' + "1" * 30 + '"'])
def test_a_version_that_cannot_be_is_no_match(system: System, version: str) -> None:
    member = system.known["member"][0]
    body = {"form": "commendation", "decision": DECISION}
    answer = system.commune.operator.post(f"/members/{member}/rewards", json=body, headers={"if-match": version})
    assert answer.status_code == 412
    assert answer.json()["type"] == "/problems/stale"


def test_an_actor_with_a_nul_is_nobody(system: System) -> None:
    assert pointers(system.commune.operator.get("/log", params={"by": "\0"})) == ["/by"]


@pytest.mark.parametrize("content", [b"\xff", b"{", b'{"role": "\xc3\x28"}'])
def test_what_is_no_json_is_malformed_everywhere(system: System, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = system.commune.operator.post("/tokens", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed"


@pytest.mark.parametrize("path", ["/tokens", "/members", "/notices/x/acknowledgements"])
def test_no_body_is_read_beyond_a_mebibyte(system: System, path: str) -> None:
    answer = system.commune.operator.post(path, json={"name": "x" * (1 << 20)})
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"


def test_what_is_no_id_is_the_id_of_nothing_everywhere(system: System) -> None:
    for path in ("/tokens/x/revocations", "/notices/x/acknowledgements", "/members/x/rewards"):
        assert system.commune.operator.post(path, json={}).status_code == 404, path
    for path in ("/members/x", "/organisations/x/tree", "/meetings/x", "/transfers/x", "/notices/x", "/rules/x"):
        assert system.commune.operator.get(path).status_code == 404, path

"""A fact that is wrong is struck through by two persons; what stands instead counts, and the wrong text stays."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune
from tests.ingest.feeding import feeding

REPRIMAND = {"form": "reprimand", "decision": DECISION, "effective_on": "2026-03-01"}
WARNING = {"form": "warning", "decision": DECISION, "effective_on": "2026-03-02"}
WHY = "ghi nhầm hình thức"


@pytest.fixture
def office(commune: Commune) -> Iterator[Commune]:
    """The commune with its views fed."""
    with feeding(commune.database.app):
        yield commune


def corrected(commune: Commune, position: int, instead: Any = None, status: int = 201) -> dict[str, Any]:
    """One proposes, another one approves; what the approval is answered."""
    body = {"position": position, "reason": WHY} | ({"instead": instead} if instead is not None else {})
    proposed = commune.post("/corrections", body, 202)
    with commune.client("secretary", commune.province) as second:
        answer = second.post(f"/proposals/{proposed['proposal']}/approvals", json={})
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


def read(commune: Commune, path: str, at_least: int, **asked: Any) -> dict[str, Any]:
    answer = commune.operator.get(path, params=asked, headers={"caunoi-at-least": str(at_least)})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_the_right_sanction_stands_where_the_wrong_one_stood(office: Commune) -> None:
    wrong = office.post(f"/members/{office.lan}/sanctions", REPRIMAND)["position"]
    done = corrected(office, wrong, WARNING)
    assert [fact["name"] for fact in done["facts"]] == ["proposal.approved", "member.struck", "member.disciplined"]
    right = done["position"]
    now = read(office, f"/members/{office.lan}", right)["sanctions"]
    assert [(one["position"], one["form"], one["from"]) for one in now] == [(right, "warning", "2026-03-02")]
    then = office.operator.get(f"/log/{right - 3}").json()["recorded_at"]
    before = read(office, f"/members/{office.lan}", right, known_at=then)["sanctions"]
    assert [(one["position"], one["form"]) for one in before] == [(wrong, "reprimand")]


def test_the_wrong_text_stays_readable_and_says_what_struck_it(office: Commune) -> None:
    wrong = office.post(f"/members/{office.lan}/sanctions", REPRIMAND)["position"]
    position = corrected(office, wrong, WARNING)["position"]
    history = read(office, f"/members/{office.lan}/history", position)["items"]
    of_lan = [item for item in history if item["name"].startswith("member.")]
    assert {item["position"]: item["struck"] for item in of_lan if item["position"] >= wrong} == {
        wrong: True, position - 1: False, position: False,
    }  # fmt: skip
    assert any("khiển trách" in item["sentence"] for item in history if item["struck"])
    record = office.operator.get(f"/log/{wrong}").json()
    assert record["struck_by"] == position - 1
    assert record["data"]["form"] == "reprimand"
    assert office.operator.get(f"/log/{position - 1}").json()["reason"] == WHY


def test_what_should_never_have_been_recorded_counts_no_longer(office: Commune) -> None:
    wrong = office.post(f"/members/{office.lan}/sanctions", REPRIMAND)["position"]
    position = corrected(office, wrong)["position"]
    assert read(office, f"/members/{office.lan}", position)["sanctions"] == []
    # The decision that was struck may be recorded again, for it is not known any more.
    assert office.post(f"/members/{office.lan}/sanctions", REPRIMAND)["facts"]


def test_a_name_and_a_card_are_put_right_and_the_wrong_card_is_free(office: Commune) -> None:
    nam = office.post("/members", {
        "name": "Trần Văn Nam", "cell": office.village_cell, "status": "official", "admitted_on": "2015-05-19",
        "effective_on": BOOKS_OPEN, "card": "000220000001",
    })  # fmt: skip
    instead = {
        "name": "Trần Văn Năm", "cell": office.village_cell, "status": "official", "admitted_on": "2015-05-19",
        "card": "000220000002",
    }  # fmt: skip
    position = corrected(office, nam["position"], instead)["position"]
    found = read(office, f"/members/{nam['id']}", position)
    assert (found["name"], found["card"], found["since"]) == ("Trần Văn Năm", "000220000002", BOOKS_OPEN)
    office.admit("Lê Thị Tư", office.village_cell, card="000220000001")
    taken = {"name": "Lê Thị Ba", "cell": office.village_cell, "status": "official", "admitted_on": "2015-05-19"}
    assert office.post("/members", taken | {"card": "000220000002"}, 409)["type"] == "/problems/claimed.card"


def test_what_stands_instead_counts_where_it_stood_also_within_a_day(office: Commune) -> None:
    body = {"name": "Trần Ann", "cell": office.office_cell, "status": "official", "admitted_on": "2015-05-19"}
    admitted = office.post("/members", body | {"effective_on": BOOKS_OPEN})
    move = {"to": office.village_cell, "kind": "official", "effective_on": BOOKS_OPEN}
    transfer = office.post(f"/members/{admitted['id']}/transfers", move)["id"]
    office.post(f"/transfers/{transfer}/receptions", {"effective_on": BOOKS_OPEN})
    position = corrected(office, admitted["position"], body | {"name": "Trần An"})["position"]
    found = read(office, f"/members/{admitted['id']}", position)
    assert (found["name"], found["cell"]) == ("Trần An", office.village_cell)
    with office.client("clerk", office.office_cell) as clerk:
        assert clerk.post(f"/members/{admitted['id']}/residences", json={"place": "06799"}).status_code == 403


def test_a_correction_can_be_corrected(office: Commune) -> None:
    wrong = office.post(f"/members/{office.lan}/sanctions", REPRIMAND)["position"]
    second = corrected(office, wrong, WARNING)["position"]
    third = corrected(office, second, REPRIMAND | {"effective_on": "2026-03-03"})["position"]
    now = read(office, f"/members/{office.lan}", third)["sanctions"]
    assert [(one["position"], one["form"], one["from"]) for one in now] == [(third, "reprimand", "2026-03-03")]
    refused = office.post("/corrections", {"position": third - 1, "reason": WHY}, 409)
    assert refused["type"] == "/problems/correction.of_a_correction"


def test_what_follows_from_a_fact_keeps_it_from_being_struck(office: Commune) -> None:
    transfer = office.post(f"/members/{office.lan}/transfers", {"to": office.village_cell, "kind": "official"})
    office.post(f"/transfers/{transfer['id']}/receptions", {})
    refused = office.post("/corrections", {"position": transfer["position"], "reason": WHY}, 409)
    assert refused["type"] == "/problems/correction.depended_on"
    assert refused["errors"][0]["pointer"] == "/position"


def test_a_reception_that_never_was_leaves_the_member_in_transit(office: Commune) -> None:
    transfer = office.post(f"/members/{office.lan}/transfers", {"to": office.village_cell, "kind": "official"})["id"]
    received = office.post(f"/transfers/{transfer}/receptions", {})["position"]
    position = corrected(office, received)["position"]
    found = read(office, f"/members/{office.lan}", position)
    assert (found["cell"], found["standing"]) == (office.office_cell, "in_transit")
    assert office.post(f"/transfers/{transfer}/receptions", {})["facts"]


def test_the_first_fact_is_replaced_and_never_only_struck(office: Commune) -> None:
    first = next(r["position"] for r in office.log() if r["name"] == "member.admitted")
    refused = office.post("/corrections", {"position": first, "reason": WHY}, 409)
    assert refused["type"] == "/problems/correction.begins"
    alone = office.post("/members", {
        "name": "Ghi Nhầm", "cell": office.village_cell, "status": "official", "admitted_on": "2015-05-19",
    })  # fmt: skip
    corrected(office, alone["position"])
    assert office.post(f"/members/{alone['id']}/rewards", {"form": "other", "decision": DECISION}, 404)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"position": 10**9, "reason": WHY}, 404, "not-found"),
        ({"position": 0, "reason": WHY}, 422, "invalid"),
        ({"position": 1}, 422, "invalid"),
        ({"position": 1, "reason": " "}, 422, "invalid"),
    ],
    ids=["no such record", "no position", "no reason", "an empty reason"],
)
def test_a_correction_says_which_fact_and_why(commune: Commune, body: Any, status: int, kind: str) -> None:
    before = len(commune.log())
    assert commune.post("/corrections", body, status)["type"] == f"/problems/{kind}"
    assert len(commune.log()) == before


def test_what_stands_instead_is_checked_as_the_change_itself_is(commune: Commune) -> None:
    wrong = commune.post(f"/members/{commune.lan}/sanctions", REPRIMAND)["position"]
    body = {"position": wrong, "reason": WHY}
    form = commune.post("/corrections", body | {"instead": {"form": "praise", "decision": DECISION}}, 422)
    assert form["errors"][0]["pointer"] == "/instead/form"
    early = commune.post("/corrections", body | {"instead": REPRIMAND | {"effective_on": "2024-01-01"}}, 409)
    assert early["type"] == "/problems/member.not_yet_admitted"


def test_nobody_corrects_alone_or_beyond_his_reach(commune: Commune) -> None:
    wrong = commune.post(f"/members/{commune.lan}/sanctions", REPRIMAND)["position"]
    body = {"position": wrong, "reason": WHY}
    with commune.client("clerk", commune.commune) as stranger:
        assert stranger.post("/corrections", json=body).status_code == 403
    with commune.client("secretary", commune.agency) as own:
        proposed = own.post("/corrections", json=body)
        assert proposed.status_code == 202
        assert own.post(f"/proposals/{proposed.json()['proposal']}/approvals", json={}).status_code == 403
        assert own.post("/corrections", json=body).json()["id"] == proposed.json()["proposal"]


def test_nothing_personal_of_a_correction_is_in_the_log(commune: Commune) -> None:
    nam = commune.post("/members", {
        "name": "Trần Văn Nam", "cell": commune.village_cell, "status": "official", "admitted_on": "2015-05-19",
    })  # fmt: skip
    instead = {"name": "Nguyễn Bí Mật", "cell": commune.village_cell, "status": "official", "admitted_on": "2015-05-19"}
    corrected(commune, nam["position"], instead)
    with psycopg.connect(commune.database.owner) as connection:
        everything = b"".join(data for (data,) in connection.execute("SELECT data FROM ledger.log"))
    assert "Bí Mật".encode() not in everything
    assert WHY.encode() not in everything


def test_a_change_of_several_things_at_once_is_not_struck(commune: Commune) -> None:
    opened = {"scope": commune.commune, "title": "Lời thề", "opens_on": "2026-03-01", "closes_on": "2026-05-31"}
    with feeding(commune.database.app):
        position = commune.post("/oath-reviews", opened)["position"]
    refused = commune.post("/corrections", {"position": position, "reason": WHY}, 409)
    assert refused["type"] in {"/problems/correction.of_many", "/problems/correction.kind"}


def test_an_office_that_was_entered_for_the_wrong_person_is_put_right(office: Commune) -> None:
    nam = office.admit("Trần Văn Nam", office.office_cell)
    given = {"member": office.lan, "office": "secretary", "effective_on": "2026-01-05"}
    wrong = office.post(f"/organisations/{office.office_cell}/officers", given)["position"]
    position = corrected(office, wrong, given | {"member": nam})["position"]
    officers = read(office, f"/organisations/{office.office_cell}/officers", position)["items"]
    assert [(one["member"], one["office"]) for one in officers] == [(nam, "secretary")]


def test_who_was_said_to_be_dead_by_mistake_is_on_the_roll_again(office: Commune) -> None:
    died = office.post(f"/members/{office.lan}/deaths", {"effective_on": "2026-05-01"})["position"]
    assert read(office, f"/members/{office.lan}", died)["standing"] == "out"
    position = corrected(office, died)["position"]
    assert read(office, f"/members/{office.lan}", position)["standing"] == "full"
    assert office.post(f"/members/{office.lan}/rewards", {"form": "other", "decision": DECISION})["facts"]


def test_a_score_follows_the_right_attendance(office: Commune) -> None:
    nam = office.admit("Trần Văn Nam", office.village_cell)
    called = {"cell": office.village_cell, "kind": "regular", "planned_at": "2026-10-05T19:30:00+07:00"}
    meeting = office.post("/meetings", called)["id"]
    held = {
        "started_at": "2026-10-05T19:30:00+07:00", "ended_at": "2026-10-05T21:30:00+07:00", "chair": nam,
        "secretary": nam, "attendance": [{"member": nam, "status": "absent"}],
    }  # fmt: skip
    wrong = office.post(f"/meetings/{meeting}/sessions", held | {"chair": None, "secretary": None})["position"]
    position = corrected(office, wrong, held | {"attendance": [{"member": nam, "status": "present"}]})["position"]
    lines = read(office, f"/scores/meetings/{meeting}", position)["lines"]
    attendance = next(line for line in lines if line["item"] == "attendance")
    assert (attendance["points"], attendance["facts"]) == (5, [position])


def test_a_contact_on_the_wrong_day_is_put_right(office: Commune) -> None:
    begun = {"effective_on": "2026-01-05"}
    liaison = office.post("/liaisons", {"member": office.lan, "committee": office.commune, **begun})["id"]
    office.post(f"/liaisons/{liaison}/acceptances", begun)
    wrong = office.post(f"/liaisons/{liaison}/contacts", {"on": "2026-11-03", "kind": "visit"})["position"]
    position = corrected(office, wrong, {"on": "2026-11-04", "kind": "visit"})["position"]
    contacts = read(office, f"/liaisons/{liaison}", position)["contacts"]
    assert [contact["on"] for contact in contacts] == ["2026-11-04"]

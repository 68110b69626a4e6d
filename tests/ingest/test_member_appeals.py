"""Sanctions, complaints, restorations and removals over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune
from tests.ingest.feeding import feeding

REPRIMAND = {"form": "reprimand", "decision": DECISION, "effective_on": "2026-03-02"}
REMOVAL = {"ground": "absent", "decision": DECISION, "effective_on": "2026-03-02"}
MARCH_9, APRIL, MAY = ({"effective_on": day} for day in ("2026-03-09", "2026-04-01", "2026-05-04"))


def names(said: dict[str, Any]) -> list[str]:
    return [fact["name"] for fact in said["facts"]]


def of_reprimand(commune: Commune) -> str:
    """The path of a sanction of Lan's."""
    said = commune.post(f"/members/{commune.lan}/sanctions", REPRIMAND)
    return f"/members/{commune.lan}/sanctions/{said['facts'][0]['position']}"


def expelled(commune: Commune) -> str:
    """The path of Lan's expulsion, to which a second person has agreed."""
    body = REPRIMAND | {"form": "expulsion"}
    proposal = commune.post(f"/members/{commune.lan}/sanctions", body, 202)["proposal"]
    with commune.client("secretary", commune.agency) as secretary:
        answer = secretary.post(f"/proposals/{proposal}/approvals", json={})
    assert answer.status_code == 201, answer.text
    position = next(line["position"] for line in commune.log() if line["name"] == "member.disciplined")
    return f"/members/{commune.lan}/sanctions/{position}"


def refused(said: dict[str, Any]) -> str:
    return str(said["type"]).removeprefix("/problems/")


def test_a_sanction_is_complained_of_answered_and_asked_again(commune: Commune) -> None:
    path = of_reprimand(commune)
    assert refused(commune.post(f"{path}/complaints/answers", {"outcome": "upheld"}, 409)) == "complaint.none"
    assert names(commune.post(f"{path}/complaints", MARCH_9)) == ["member.sanction_complained"]
    assert names(commune.post(f"{path}/complaints", {}, 200)) == []
    changed = MAY | {"outcome": "changed", "form": "warning"}
    assert names(commune.post(f"{path}/complaints/answers", changed)) == ["member.complaint_answered"]
    assert names(commune.post(f"{path}/complaints/answers", changed, 200)) == []
    other = commune.post(f"{path}/complaints/answers", MAY | {"outcome": "cancelled"}, 409)
    assert refused(other) == "complaint.answered"


def test_a_complaint_too_late_is_refused_by_name(commune: Commune) -> None:
    path = of_reprimand(commune)
    late = commune.post(f"{path}/complaints", {"effective_on": "2026-06-01"}, 409)
    early = commune.post(f"{path}/complaints", {"effective_on": "2026-03-01"}, 409)
    assert [refused(late), refused(early)] == ["complaint.too_late", "complaint.before_announcement"]


def test_a_path_that_names_no_sanction_of_his_is_404(commune: Commune) -> None:
    path = of_reprimand(commune)
    nobody = path.replace(commune.lan, commune.village_cell)
    for wrong in (nobody, f"/members/{commune.lan}/sanctions/1", f"/members/{commune.lan}/sanctions/x"):
        for change in ("complaints", "complaints/answers", "restorations"):
            commune.post(f"{wrong}/{change}", {"outcome": "upheld"} if change.endswith("answers") else {}, 404)


def test_an_answer_and_a_restoration_are_the_superiors(commune: Commune) -> None:
    path = of_reprimand(commune)
    commune.post(f"{path}/complaints", MARCH_9)
    with commune.client("secretary", commune.office_cell) as cell:
        assert cell.post(f"{path}/complaints", json=MARCH_9).status_code == 200
        assert cell.post(f"{path}/complaints/answers", json=MAY | {"outcome": "upheld"}).status_code == 403
        assert cell.post(f"{path}/restorations", json=MAY).status_code == 403
        assert cell.post(f"/members/{commune.lan}/removals", json=REMOVAL).status_code == 403
    with commune.client("secretary", commune.commune) as elsewhere:
        assert elsewhere.post(f"{path}/complaints/answers", json=MAY | {"outcome": "upheld"}).status_code == 403
    with commune.client("clerk", commune.agency) as above:
        assert above.post(f"{path}/restorations", json=MAY).status_code == 201
        assert above.post(f"{path}/restorations", json=MAY).status_code == 200


def test_who_was_expelled_wrongly_is_on_the_roll_of_his_cell_again(commune: Commune) -> None:
    path = expelled(commune)
    reward = {"form": "commendation", "decision": DECISION} | APRIL
    assert refused(commune.post(f"/members/{commune.lan}/rewards", reward, 409)) == "member.left"
    assert names(commune.post(f"{path}/restorations", APRIL)) == ["member.sanction_restored"]
    commune.post(f"/members/{commune.lan}/rewards", reward)
    restored = next(line for line in commune.log() if line["name"] == "member.sanction_restored")
    assert restored["data"]["cell"] == commune.office_cell


def test_who_comes_back_to_a_cell_that_has_ended_is_with_what_took_it_over(commune: Commune) -> None:
    path = expelled(commune)
    heir = commune.establish("Chi bộ Trường liên cấp", "cell", commune.agency, cell_kind="public_service")
    with feeding(commune.database.app):
        commune.post(f"/organisations/{commune.office_cell}/absorptions", APRIL | {"into": heir})
    commune.post(f"{path}/restorations", MAY)
    restored = next(line for line in commune.log() if line["name"] == "member.sanction_restored")
    assert restored["data"]["cell"] == heir


def test_who_comes_back_may_be_given_another_cell_that_the_caller_reaches(commune: Commune) -> None:
    path = expelled(commune)
    away = APRIL | {"cell": commune.village_cell}
    with commune.client("secretary", commune.agency) as secretary:
        assert secretary.post(f"{path}/restorations", json=away).status_code == 403
    committee = commune.post(f"{path}/restorations", APRIL | {"cell": commune.agency}, 409)
    assert refused(committee) == "restoration.cell_not_a_cell"
    commune.post(f"{path}/restorations", away)


@pytest.mark.parametrize(
    "votes",
    [
        {"cell": 0.6667, "committee": {"for": 8, "of": 12}},
        {"cell": {"for": 9, "of": 10}},
        {"cell": 1, "committee": 0.9},
    ],
)
def test_a_member_is_removed_and_complains_and_comes_back(commune: Commune, votes: dict[str, object]) -> None:
    path = f"/members/{commune.lan}/removals"
    assert refused(commune.post(f"{path}/restorations", {}, 409)) == "removal.none"
    assert names(commune.post(path, REMOVAL | {"votes": votes})) == ["member.removed"]
    assert names(commune.post(path, REMOVAL, 200)) == []
    assert names(commune.post(f"{path}/complaints", MARCH_9)) == ["member.removal_complained"]
    assert names(commune.post(f"{path}/complaints", {}, 200)) == []
    assert names(commune.post(f"{path}/restorations", APRIL)) == ["member.removal_restored"]
    assert names(commune.post(f"{path}/restorations", APRIL, 200)) == []


@pytest.mark.parametrize(
    ("votes", "rule", "pointer"),
    [
        ({"cell": {"for": 5, "of": 8}, "committee": 1}, "removal.cell_votes", "/votes/cell"),
        ({"cell": 1, "committee": 0.5}, "removal.committee_votes", "/votes/committee"),
    ],
)
def test_a_removal_without_two_thirds_is_refused(
    commune: Commune, votes: dict[str, object], rule: str, pointer: str
) -> None:
    said = commune.post(f"/members/{commune.lan}/removals", REMOVAL | {"votes": votes}, 409)
    assert (refused(said), said["errors"][0]["pointer"]) == (rule, pointer)


@pytest.mark.parametrize("votes", [{"cell": 1.5}, {"cell": {"for": 9, "of": 8}}, {"committee": 1}, {"cell": "đủ"}])
def test_votes_that_cannot_be_are_422(quiet_commune: Commune, votes: dict[str, object]) -> None:
    quiet_commune.post(f"/members/{quiet_commune.lan}/removals", REMOVAL | {"votes": votes}, 422)


def test_a_hundred_sanctions_by_the_same_decision_at_once_are_one(commune: Commune) -> None:
    with ThreadPoolExecutor(20) as pool:
        path = f"/members/{commune.lan}/sanctions"
        answers = list(pool.map(lambda _: commune.operator.post(path, json=REPRIMAND).status_code, range(100)))
    assert sorted(set(answers)) == [200, 201]
    assert answers.count(201) == 1
    assert [line["name"] for line in commune.log()].count("member.disciplined") == 1


def test_nobody_is_admitted_before_he_is_eighteen(quiet_commune: Commune) -> None:
    body = {
        "name": "Lê Văn Tí", "cell": quiet_commune.office_cell, "status": "official", "admitted_on": "2015-05-19",
        "born_on": "1997-05-20", "effective_on": BOOKS_OPEN,
    }  # fmt: skip
    assert refused(quiet_commune.post("/members", body, 409)) == "member.too_young"

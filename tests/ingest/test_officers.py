"""Offices over HTTP: one secretary an organisation, and nobody in office who does not belong."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune
from tests.ingest.feeding import feeding

IN_MARCH, IN_APRIL = "2026-03-02", "2026-04-01"
TAKEN = "/problems/office.secretary_taken"


def appoint(commune: Commune, member: str, office: str = "secretary", expect: int = 201, **more: Any) -> dict[str, Any]:
    body = {"member": member, "office": office, "effective_on": IN_MARCH, **more}
    return commune.post(f"/organisations/{commune.office_cell}/officers", body, expect)


def test_a_secretary_is_appointed_once_and_his_post_may_change(commune: Commune) -> None:
    said = appoint(commune, commune.lan)
    assert [fact["name"] for fact in said["facts"]] == ["organisation.officer_appointed"]
    assert appoint(commune, commune.lan, expect=200)["facts"] == []
    assert appoint(commune, commune.lan, concurrently="unit_head")["version"] == said["version"] + 1


def test_a_second_secretary_is_refused_until_the_first_has_ended(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.office_cell)
    appoint(commune, commune.lan)
    assert appoint(commune, hoa, expect=409)["type"] == TAKEN
    path = f"/organisations/{commune.office_cell}/officers/{commune.lan}/endings"
    said = commune.post(path, {"office": "secretary", "effective_on": IN_APRIL})
    assert [fact["name"] for fact in said["facts"]] == ["organisation.officer_ended"]
    assert commune.post(path, {"office": "secretary", "effective_on": IN_APRIL}, 200)["facts"] == []
    assert appoint(commune, hoa, expect=409)["type"] == TAKEN
    appoint(commune, hoa, effective_on=IN_APRIL)
    assert commune.post(path, {"office": "supervisor"}, 409)["type"] == "/problems/office.not_held"


def test_of_a_hundred_secretaries_at_once_one_wins_and_the_others_read_the_rule(commune: Commune) -> None:
    members = [commune.admit(f"Nguyễn Văn {number}", commune.office_cell) for number in range(100)]
    path = f"/organisations/{commune.office_cell}/officers"

    def ask(member: str) -> tuple[int, str]:
        body = {"member": member, "office": "secretary", "effective_on": IN_MARCH}
        answer = commune.operator.post(path, json=body)
        return answer.status_code, answer.json().get("type", "")

    with ThreadPoolExecutor(20) as threads:
        answers = sorted(threads.map(ask, members))
    assert answers == [(201, "")] + [(409, TAKEN)] * 99
    assert [line["name"] for line in commune.log()].count("organisation.officer_appointed") == 1


def test_a_secretary_who_was_expelled_or_has_moved_makes_room(commune: Commune) -> None:
    hoa, minh = (commune.admit(name, commune.office_cell) for name in ("Lê Hòa", "Trần Minh"))
    appoint(commune, commune.lan)
    body = {"to": commune.village_cell, "kind": "official", "effective_on": IN_MARCH}
    moves = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
    assert appoint(commune, hoa, expect=409, effective_on=IN_APRIL)["type"] == TAKEN
    commune.post(f"/transfers/{moves}/receptions", {"effective_on": "2026-03-20"})
    said = appoint(commune, hoa, effective_on=IN_APRIL)
    assert [fact["name"] for fact in said["facts"]] == ["organisation.officer_ended", "organisation.officer_appointed"]
    assert appoint(commune, minh, expect=409, effective_on=IN_APRIL)["type"] == TAKEN


def test_officers_come_from_below_and_supervisors_from_anywhere_in_the_tree(commune: Commune) -> None:
    stranger = commune.admit("Lê Hòa", commune.village_cell)
    assert appoint(commune, stranger, expect=409)["type"] == "/problems/office.member_elsewhere"
    appoint(commune, stranger, "supervisor")
    path = f"/organisations/{commune.agency}/officers"
    commune.post(path, {"member": commune.lan, "office": "committee_member", "effective_on": IN_MARCH})
    body = {"member": stranger, "office": "committee_member", "effective_on": IN_MARCH}
    assert commune.post(path, body, 409)["type"] == "/problems/office.member_elsewhere"


def test_nobody_and_nowhere_are_told_apart(commune: Commune) -> None:
    assert appoint(commune, str(uuid4()), expect=409)["type"] == "/problems/office.member_unknown"
    body = {"member": commune.lan, "office": "secretary"}
    commune.post(f"/organisations/{uuid4()}/officers", body, 404)
    commune.post(f"/organisations/{commune.office_cell}/officers/nobody/endings", {"office": "secretary"}, 404)
    assert appoint(commune, commune.lan, "king", 422)["errors"][0]["pointer"] == "/office"
    early = appoint(commune, commune.lan, expect=409, effective_on="2024-01-01")
    assert early["type"] == "/problems/office.organisation_unknown"


def test_a_token_of_elsewhere_appoints_nobody_and_one_from_above_does(commune: Commune) -> None:
    path, body = f"/organisations/{commune.office_cell}/officers", {"member": commune.lan, "office": "secretary"}
    with commune.client("secretary", commune.commune) as elsewhere, commune.client("clerk", commune.agency) as above:
        assert elsewhere.post(path, json=body).status_code == 403
        assert above.post(path, json=body).status_code == 201
        assert elsewhere.post(f"{path}/{commune.lan}/endings", json={"office": "secretary"}).status_code == 403


def test_a_supervisor_from_elsewhere_is_appointed_by_who_is_above_both(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.village_cell)
    path, body = f"/organisations/{commune.office_cell}/officers", {"member": hoa, "office": "supervisor"}
    with commune.client("secretary", commune.agency) as one, commune.client("secretary", commune.province) as both:
        assert one.post(path, json=body).status_code == 403
        assert one.post(path, json={**body, "member": commune.lan}).status_code == 201
        assert both.post(path, json=body).status_code == 201


def papers(commune: Commune) -> list[tuple[str, dict[str, Any], str]]:
    return [
        ("working-rules", {"term": "2025-2030"}, "working_rules_adopted"),
        ("trainings", {"year": 2026, "members": [commune.lan]}, "training_held"),
        ("four-good-plans", {"year": 2026}, "four_good_plan_adopted"),
        ("targets", {"year": 2026, "kind": "admissions", "value": 20}, "target_set"),
        ("rewards", {"form": "certificate_higher", "decision": DECISION}, "rewarded"),
        ("sanctions", {"form": "reprimand", "decision": DECISION}, "disciplined"),
    ]


def test_each_paper_comes_on_record_once_and_from_its_own_side(commune: Commune) -> None:
    with commune.client("secretary", commune.commune) as elsewhere:
        for noun, body, name in papers(commune):
            path = f"/organisations/{commune.agency}/{noun}"
            assert elsewhere.post(path, json=body).status_code == 403, noun
            said = commune.post(path, body)
            assert [fact["name"] for fact in said["facts"]] == [f"organisation.{name}"]
            assert commune.post(path, body, 200)["facts"] == []
            commune.post(f"/organisations/{uuid4()}/{noun}", body, 404)


def test_papers_that_cannot_be_are_refused(commune: Commune) -> None:
    stranger = commune.admit("Lê Hòa", commune.village_cell)
    path = f"/organisations/{commune.agency}"
    elsewhere = commune.post(f"{path}/trainings", {"year": 2026, "members": [commune.lan, stranger]}, 409)
    assert (elsewhere["type"], elsewhere["errors"][0]["pointer"]) == (
        "/problems/training.member_elsewhere",
        "/members/1",
    )
    for noun, body in (
        ("trainings", {"year": 2026, "members": []}),
        ("targets", {"year": 2026, "kind": "admissions", "value": -1}),
        ("rewards", {"form": "badge_30", "decision": DECISION}),
        ("sanctions", {"form": "expulsion", "decision": DECISION}),
        ("sanctions", {"form": "warning"}),
    ):
        commune.post(f"{path}/{noun}", body, 422)


def test_a_dissolved_organisation_is_still_disciplined_but_gets_no_more_papers(commune: Commune) -> None:
    empty = commune.establish("Chi bộ cũ", "cell", commune.agency)
    with feeding(commune.database.app):
        commune.post(f"/organisations/{empty}/dissolutions", {"effective_on": IN_MARCH})
    path = f"/organisations/{empty}"
    commune.post(f"{path}/sanctions", {"form": "warning", "decision": DECISION, "effective_on": IN_APRIL})
    late = commune.post(f"{path}/working-rules", {"term": "2025-2030", "effective_on": IN_APRIL}, 409)
    assert late["type"] == "/problems/working_rules.organisation_ended"
    commune.post(f"{path}/working-rules", {"term": "2025-2030", "effective_on": BOOKS_OPEN})

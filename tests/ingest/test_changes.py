"""Changes over HTTP: what is answered, and that the same change is made once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from events.working_days import months_after
from tests.ingest.conftest import DECISION, Commune

REWARD = {"form": "commendation", "decision": DECISION}


def test_a_change_answers_where_its_facts_stand(commune: Commune) -> None:
    answer = commune.operator.post(f"/members/{commune.lan}/rewards", json=REWARD)
    said = answer.json()
    assert answer.status_code == 201
    assert said["id"] == commune.lan
    assert said["stream"] == f"member/{commune.lan}"
    assert said["version"] == 3
    assert said["facts"] == [{"name": "member.reward_given", "position": said["position"]}]
    assert answer.headers["etag"] == '"3"'
    assert answer.headers["caunoi-position"] == str(said["position"])


def test_the_same_change_asked_again_is_no_news(commune: Commune) -> None:
    first = commune.post(f"/members/{commune.lan}/rewards", REWARD)
    again = commune.post(f"/members/{commune.lan}/rewards", REWARD, 200)
    assert again["facts"] == []
    assert (again["version"], again["position"]) == (first["version"], first["position"])


def test_one_key_answers_the_first_answer_for_ever(commune: Commune) -> None:
    body = {"to": commune.village_cell, "kind": "official"}
    first = commune.operator.post(f"/members/{commune.lan}/transfers", json=body, headers={"Idempotency-Key": "GT-1"})
    again = commune.operator.post(f"/members/{commune.lan}/transfers", json=body, headers={"Idempotency-Key": "GT-1"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_every_step_of_a_transfer_answers_the_transfers_id_again(commune: Commune) -> None:
    body = {"to": commune.village_cell, "kind": "official"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
    first = commune.post(f"/transfers/{transfer}/receptions", {}, 201, Idempotency_Key="r")
    again = commune.post(f"/transfers/{transfer}/receptions", {}, 201, Idempotency_Key="r")
    assert first == again
    assert first["id"] == transfer


def test_a_key_with_another_body_is_refused(commune: Commune) -> None:
    commune.post(f"/members/{commune.lan}/rewards", REWARD, Idempotency_Key="k")
    other = {"form": "other", "decision": DECISION}
    said = commune.post(f"/members/{commune.lan}/rewards", other, 422, Idempotency_Key="k")
    assert said["type"] == "/problems/idempotency-key-reused"


def test_the_order_of_fields_makes_no_other_body(commune: Commune) -> None:
    commune.post(f"/members/{commune.lan}/rewards", REWARD, Idempotency_Key="k")
    commune.post(f"/members/{commune.lan}/rewards", dict(reversed(REWARD.items())), 201, Idempotency_Key="k")


def test_an_answer_without_facts_is_kept_for_its_key_too(commune: Commune) -> None:
    commune.post(f"/members/{commune.lan}/rewards", REWARD)
    first = commune.post(f"/members/{commune.lan}/rewards", REWARD, 200, Idempotency_Key="k")
    commune.post(f"/members/{commune.lan}/rewards", {"form": "other", "decision": DECISION})
    again = commune.operator.post(f"/members/{commune.lan}/rewards", json=REWARD, headers={"Idempotency-Key": "k"})
    assert again.json() == first
    assert again.headers["idempotency-replayed"] == "true"


def test_a_stale_version_is_refused(commune: Commune) -> None:
    commune.post(f"/members/{commune.lan}/rewards", REWARD, 412, If_Match='"1"')
    commune.post(f"/members/{commune.lan}/rewards", REWARD, 201, If_Match='"2"')


def test_an_id_that_something_else_has_is_refused(commune: Commune) -> None:
    body = {"id": commune.lan, "name": "Chi bộ thôn 2", "kind": "cell", "parent": commune.commune}
    said = commune.post("/organisations", body, 409)
    assert said["type"] == "/problems/id.in_use"


def test_a_known_card_is_refused(commune: Commune) -> None:
    body = {"name": "Trần Văn Nam", "cell": commune.village_cell, "status": "official", "admitted_on": "2020-01-01"}
    said = commune.post("/members", body | {"card": "000 221 248 810"}, 409)
    assert said["errors"][0]["pointer"] == "/card"


def test_a_transfer_is_answered_by_its_destination(commune: Commune) -> None:
    transfer = commune.post(f"/members/{commune.lan}/transfers", {"to": commune.village_cell, "kind": "official"})
    assert transfer["id"] != commune.lan
    with commune.client("clerk", commune.agency) as origin:
        assert origin.post(f"/transfers/{transfer['id']}/receptions", json={}).status_code == 403
    with commune.client("clerk", commune.commune) as destination:
        assert destination.post(f"/transfers/{transfer['id']}/receptions", json={}).status_code == 201
    assert [r["name"] for r in commune.log()][-2:] == ["member.transfer_introduced", "member.transfer_received"]


def test_an_expulsion_waits_for_a_second_person(commune: Commune) -> None:
    body = {"form": "expulsion", "decision": DECISION, "effective_on": "2026-10-01", "reason": "chính đáng"}
    with commune.client("secretary", commune.agency) as first, commune.client("secretary", commune.province) as second:
        proposed = first.post(f"/members/{commune.lan}/sanctions", json=body)
        assert proposed.status_code == 202
        proposal = proposed.json()["proposal"]
        assert first.post(f"/proposals/{proposal}/approvals", json={}).status_code == 403
        with commune.client("secretary", commune.commune) as stranger:
            assert stranger.post(f"/proposals/{proposal}/approvals", json={}).status_code == 403
        assert second.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
        assert second.post(f"/proposals/{proposal}/approvals", json={}).json()["facts"] == []
    approved, expelled = commune.log()[-2:]
    assert (approved["name"], expelled["name"]) == ("proposal.approved", "member.disciplined")
    assert expelled["effective_on"] == "2026-10-01"
    assert expelled["command"] == approved["command"]
    assert expelled["cause"] == approved["cause"] == proposed.json()["position"]
    assert expelled["reason"] == "chính đáng", "why he asked for it is told with what was done"


def test_what_happens_in_the_world_dates_itself(commune: Commune) -> None:
    meeting = commune.post(
        "/meetings", {"cell": commune.village_cell, "kind": "regular", "planned_at": "2026-10-05T19:30:00+07:00"}
    )
    commune.post(f"/meetings/{meeting['id']}/pre-meetings", {"held_at": "2026-10-03T00:30:00+07:00", "minutes": True})
    assert commune.log()[-1]["effective_on"] == "2026-10-03"


def test_unknown_people_in_an_attendance_are_pointed_at(commune: Commune) -> None:
    meeting = commune.post(
        "/meetings", {"cell": commune.office_cell, "kind": "regular", "planned_at": "2026-10-05T19:30:00+07:00"}
    )
    session = {
        "started_at": "2026-10-05T19:30:00+07:00",
        "ended_at": "2026-10-05T21:10:00+07:00",
        "attendance": [{"member": commune.lan, "status": "present"}, {"member": str(uuid4()), "status": "absent"}],
    }
    before = len(commune.log())
    said = commune.post(f"/meetings/{meeting['id']}/sessions", session, 409)
    assert [error["pointer"] for error in said["errors"]] == ["/attendance/1/member"]
    assert len(commune.log()) == before


def test_what_a_fact_has_no_field_for_is_kept_beside_it(commune: Commune) -> None:
    body = {
        "committee": commune.commune,
        "place": "06799",
        "decision": DECISION,
        "backfill": True,
        "effective_on": "2026-01-05",
    }
    commune.post(f"/members/{commune.lan}/residences", body)
    data = commune.log()[-1]["data"]
    assert data["backfill"] is True
    assert data["decision"]["number"] == DECISION["number"]


def test_text_is_composed_on_entry(commune: Commune) -> None:
    member = commune.admit("  Nguye\u0302\u0303n\u00a0 Văn   Hoà ", commune.village_cell)
    assert commune.log()[-1]["stream"] == f"member/{member}"
    assert commune.log()[-1]["data"]["name"] == "Nguyễn Văn Hoà"


def test_a_proposal_can_be_read_by_who_may_approve_it(commune: Commune) -> None:
    body = {"form": "expulsion", "decision": DECISION, "effective_on": "2026-10-01"}
    proposal = commune.post(f"/members/{commune.lan}/sanctions", body, 202)["proposal"]
    said = commune.operator.get(f"/proposals/{proposal}").json()
    assert (said["state"], said["subject"], said["organisation"]) == ("open", commune.lan, commune.office_cell)
    assert said["post"] == f"/members/{commune.lan}/sanctions"
    assert said["body"]["effective_on"] == "2026-10-01"
    with commune.client("secretary", commune.province) as second:
        second.post(f"/proposals/{proposal}/rejections", json={"reason": "chưa đủ căn cứ"})
    assert commune.operator.get(f"/proposals/{proposal}").json()["state"] == "rejected"
    assert commune.operator.get(f"/proposals/{commune.lan}").status_code == 404


def test_a_transfer_for_study_may_last_two_years_from_today(commune: Commune) -> None:
    today, path = datetime.now(UTC).date(), f"/members/{commune.lan}/transfers"
    body = {"to": commune.village_cell, "kind": "temporary", "ground": "study"}
    late = body | {"until": str(months_after(today, 24) + timedelta(days=7))}
    assert commune.post(path, late, 409)["type"] == "/problems/transfer.too_long"
    far = body | {"until": str(months_after(today, 60))}
    assert commune.post(path, far, 422)["errors"][0]["pointer"] == "/until"
    commune.post(path, body | {"until": str(months_after(today, 24) - timedelta(days=7))})


def test_the_same_proposal_asked_again_is_the_one_that_waits(commune: Commune) -> None:
    body = {"form": "expulsion", "decision": DECISION, "effective_on": "2026-03-03"}
    path = f"/members/{commune.lan}/sanctions"
    first = commune.post(path, body, status=202)["proposal"]
    again = commune.post(path, body, status=200)
    assert (again["id"], again["facts"]) == (first, [])
    other = commune.post(path, body | {"effective_on": "2026-03-04"}, status=409)
    assert other["type"].endswith("proposal.open")
    with commune.client("secretary", commune.province) as second:
        assert second.post(f"/proposals/{first}/rejections", json={"reason": "not so"}).status_code == 201
    assert commune.post(path, body, status=202)["proposal"] != first


def test_many_at_once_who_propose_the_same_make_one_proposal(commune: Commune) -> None:
    body = {"form": "expulsion", "decision": DECISION, "effective_on": "2026-03-03"}
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: commune.operator.post(f"/members/{commune.lan}/sanctions", json=body), range(12))
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [202]
    assert [record["name"] for record in commune.log()].count("proposal.made") == 1


def test_many_at_once_to_one_member_each_have_their_turn(commune: Commune) -> None:
    def reward(number: int) -> int:
        body = {"form": "commendation", "decision": DECISION | {"number": f"{number}-QĐ/ĐU"}}
        return commune.operator.post(f"/members/{commune.lan}/rewards", json=body).status_code

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(reward, range(96))) == {201}

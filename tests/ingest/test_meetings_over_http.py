"""Meetings over HTTP: put off, called off, chosen as models; who may attend; and what came of a resolution."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.database import Database
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

NIGHT = {"started_at": "2026-10-05T19:30:00+07:00", "ended_at": "2026-10-05T21:10:00+07:00"}
COUNTS = {"counts": {"present": 1, "excused": 0, "absent": 0}}
LATER = {"planned_at": "2026-10-12T19:30:00+07:00"}


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def called(commune: Commune, **more: object) -> str:
    body = {"cell": commune.village_cell, "kind": "regular", "planned_at": NIGHT["started_at"]}
    return f"/meetings/{commune.post('/meetings', body | more)['id']}"


def shown(commune: Commune, path: str, **asked: str) -> dict[str, Any]:
    position = commune.operator.get("/log", params={"limit": 500}).json()["items"][-1]["position"]
    answer = commune.operator.get(path, params=asked, headers={"caunoi-at-least": str(position)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(commune: Commune, path: str, body: dict[str, Any]) -> tuple[str, list[str]]:
    """The rule and the pointers of a 409."""
    said = commune.post(path, body, 409)
    return said["type"].removeprefix("/problems/"), [error["pointer"] for error in said.get("errors", [])]


def test_a_meeting_is_put_off_and_shown_by_both_clocks(commune: Commune) -> None:
    path = called(commune, effective_on="2026-09-28")
    before = shown(commune, "/log", limit="500")["items"][-1]["recorded_at"]
    first = commune.post(f"{path}/postponements", LATER | {"effective_on": "2026-10-01"})
    assert [fact["name"] for fact in first["facts"]] == ["meeting.postponed"]
    assert commune.post(f"{path}/postponements", LATER, 200)["facts"] == []
    now = shown(commune, path)
    assert (now["state"], now["planned_at"][:10], now["called_for"][:10]) == ("postponed", "2026-10-12", "2026-10-05")
    for question in ({"as_of": "2026-09-30"}, {"known_at": before}):
        then = shown(commune, path, **question)
        assert (then["state"], then["planned_at"][:10]) == ("called", "2026-10-05")
    (line,) = shown(commune, "/meetings", cell=commune.village_cell)["items"]
    assert (line["state"], line["on"]) == ("postponed", "2026-10-12")
    (line,) = shown(commune, "/meetings", cell=commune.village_cell, known_at=before)["items"]
    assert (line["state"], line["on"]) == ("called", "2026-10-05")


def test_a_cancelled_meeting_is_not_held_and_has_no_score(commune: Commune) -> None:
    path = called(commune)
    commune.post(f"{path}/cancellations", {})
    assert commune.post(f"{path}/cancellations", {}, 200)["facts"] == []
    for what, body in (("sessions", NIGHT | COUNTS), ("postponements", LATER), ("model-choices", {})):
        assert refused(commune, f"{path}/{what}", body) == ("meeting.cancelled", [])
    assert shown(commune, path)["state"] == "cancelled"
    assert commune.operator.get(f"/scores{path}").status_code == 404
    held = called(commune)
    commune.post(f"{held}/sessions", NIGHT | COUNTS)
    assert refused(commune, f"{held}/cancellations", {}) == ("meeting.held", [])
    assert [one["state"] for one in shown(commune, "/meetings", state="cancelled")["items"]] == ["cancelled"]


def test_the_superior_chooses_a_model_and_nobody_else(commune: Commune) -> None:
    path = called(commune)
    with commune.client("secretary", commune.village_cell) as cell, commune.client("clerk", commune.commune) as above:
        assert cell.post(f"{path}/model-choices", json={}).status_code == 403
        assert cell.post(f"{path}/postponements", json=LATER).status_code == 201
        assert above.post(f"{path}/model-choices", json={}).status_code == 201
        assert above.post(f"{path}/model-choices", json={}).status_code == 200
    with commune.client("secretary", commune.agency) as other:
        assert other.post(f"{path}/cancellations", json={}).status_code == 403
    assert [one["id"] for one in shown(commune, "/meetings", model="true")["items"]] == [path.split("/")[-1]]
    extraordinary = called(commune, kind="extraordinary")
    assert refused(commune, f"{extraordinary}/model-choices", {}) == ("meeting.model_extraordinary", [])


def test_who_belongs_to_another_cell_attends_only_as_a_guest_for_a_time(commune: Commune) -> None:
    attendance = {"attendance": [{"member": commune.lan, "status": "present"}]}
    path = called(commune)
    rule = refused(commune, f"{path}/sessions", NIGHT | attendance)
    assert rule == ("meeting.attendee_elsewhere", ["/attendance/0/member"])
    commune.post(f"{path}/sessions", NIGHT | COUNTS | {"chair": commune.lan})
    assert refused(commune, f"{path}/sessions", NIGHT | attendance | {"chair": commune.lan})[0] == rule[0]
    guest = {"to": commune.village_cell, "kind": "temporary", "until": "2027-03-31", "effective_on": "2026-09-01"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", guest)["id"]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": "2026-09-03"})
    named = commune.post(f"{path}/sessions", NIGHT | attendance | {"chair": commune.lan})
    assert [fact["name"] for fact in named["facts"]] == ["meeting.attendance_recorded"]


def test_a_session_that_cannot_be_is_refused(commune: Commune) -> None:
    path, minh = called(commune), commune.admit("Trần Văn Minh", commune.village_cell)
    one = {"member": minh, "status": "excused"}
    for body, rule, pointer in (
        ({"ended_at": "2026-11-05T21:10:00+07:00", **COUNTS}, "meeting.too_long", "/ended_at"),
        ({"attendance": [one], "chair": minh}, "meeting.chair_absent", "/chair"),
        ({"attendance": [one, one]}, "meeting.member_twice", "/attendance"),
    ):
        assert refused(commune, f"{path}/sessions", NIGHT | body) == (rule, [pointer])
    commune.post(f"{path}/sessions", NIGHT | COUNTS)
    early = {"approved_at": "2026-10-04T20:00:00+07:00"}
    assert refused(commune, f"{path}/minutes", early) == ("meeting.minutes_before_session", ["/approved_at"])


def test_results_name_the_tasks_of_the_resolution(commune: Commune) -> None:
    path = called(commune)
    assert refused(commune, f"{path}/task-results", {"results": [{"task": 1, "share": 1}]})[0] == "meeting.not_held"
    commune.post(f"{path}/sessions", NIGHT | COUNTS)
    tasks = [{"to": "Tổ đảng số 1", "what": "vận động hiến đất"}, {"to": "Tổ đảng số 2", "what": "thu đảng phí"}]
    commune.post(f"{path}/resolutions", {"tasks": tasks})
    first, second = (task["id"] for task in shown(commune, path)["resolution"]["tasks"])
    results = {"results": [{"task": first, "share": 0.9}, {"task": int(second), "share": 1}]}
    commune.post(f"{path}/task-results", results)
    assert commune.post(f"{path}/task-results", results, 200)["facts"] == []
    assert [task["share"] for task in shown(commune, path)["resolution"]["tasks"]] == [0.9, 1]
    unknown = {"results": [{"task": 3, "share": 1}]}
    assert refused(commune, f"{path}/task-results", unknown) == ("meeting.task_unknown", ["/results/0/task"])
    for wrong in ({"task": 1, "share": 1.5}, {"task": 1, "share": "1"}, {"task": 0, "share": 1}):
        assert commune.post(f"{path}/task-results", {"results": [wrong]}, 422)["type"] == "/problems/invalid"


def test_a_meeting_serves_a_review_that_is_there_and_open(commune: Commune) -> None:
    thematic = {"cell": commune.office_cell, "kind": "thematic", "planned_at": NIGHT["started_at"]}
    unknown = thematic | {"campaign": str(uuid4())}
    assert refused(commune, "/meetings", unknown) == ("meeting.campaign_unknown", ["/campaign"])
    days = {"opens_on": "2026-03-05", "closes_on": "2026-12-01"}
    review = commune.post("/oath-reviews", {"scope": commune.agency, "title": "Lời thề", **days})["id"]
    for_review = thematic | {"campaign": review}
    commune.post("/meetings", for_review)
    assert refused(commune, "/meetings", for_review | {"kind": "regular"})[0] == "meeting.campaign_not_thematic"
    elsewhere = for_review | {"cell": commune.village_cell}
    assert refused(commune, "/meetings", elsewhere) == ("meeting.campaign_elsewhere", ["/campaign"])
    commune.post(f"/oath-reviews/{review}/closings", {})
    assert refused(commune, "/meetings", for_review) == ("meeting.campaign_closed", ["/campaign"])


def test_results_of_a_resolution_count_in_the_next_regular_meetings_score(commune: Commune) -> None:
    first = called(commune, effective_on="2026-09-28")
    commune.post(f"{first}/sessions", NIGHT | COUNTS)
    commune.post(f"{first}/resolutions", {"tasks": [{"to": "Tổ đảng số 1", "what": "vận động hiến đất"}]})
    commune.post(f"{first}/task-results", {"results": [{"task": "1", "share": 0.95}]})
    later = {"started_at": "2026-11-05T19:30:00+07:00", "ended_at": "2026-11-05T21:10:00+07:00"}
    own = {"items": {"last-resolution": 12}}
    for kind, points, judged in (("thematic", 12, True), ("regular", 30, False)):
        path = called(commune, kind=kind, planned_at=later["started_at"])
        commune.post(f"{path}/sessions", later | COUNTS)
        shown(commune, "/meetings")
        commune.post(f"{path}/self-scores", own)
        assert commune.post(f"{path}/self-scores", own, 200)["facts"] == []
        lines = {line["item"]: line for line in shown(commune, f"/scores{path}")["lines"]}
        assert (lines["last-resolution"]["points"], lines["last-resolution"]["judged"]) == (points, judged)
    known = commune.log()[-1]["data"]
    assert known["last"] == {"meeting": first.split("/")[-1], "share": "0.9500"}

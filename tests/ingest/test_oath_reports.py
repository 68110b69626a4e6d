"""An oath review over HTTP: opened in one request, reported, excused, covered, closed."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.fact import Fact
from events.oath_review import OathReported, OathReview, report
from services.ingest.changes import oath_reviews
from tests.database import Database
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

REPORT = {"kept": 5, "not_well": 1, "not_done": 0, "opinions": 4}


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def test_a_report_names_a_meeting_that_is_on_record(commune: Commune) -> None:
    campaign = {"scope": commune.agency, "title": "Lời thề", "opens_on": "2026-03-05", "closes_on": "2026-12-01"}
    review = commune.post("/oath-reviews", campaign)["id"]
    report = {"member": commune.lan, **REPORT}
    said = commune.post(f"/oath-reviews/{review}/reports", {**report, "meeting": str(uuid4())}, 409)
    assert (said["type"], said["errors"][0]["pointer"]) == ("/problems/oath_review.meeting_unknown", "/meeting")
    planned = {"cell": commune.office_cell, "kind": "thematic", "planned_at": "2026-03-05T07:00:00Z"}
    meeting = commune.post("/meetings", planned)["id"]
    commune.post(f"/oath-reviews/{review}/reports", {**report, "meeting": meeting})


def campaign(commune: Commune, **more: str) -> dict[str, str]:
    days = {"opens_on": "2026-03-05", "closes_on": "2026-12-01", "effective_on": "2026-03-05"}
    return {"scope": commune.province, "title": "Lời thề", **days, **more}


def coverage(commune: Commune, review: str, **asked: str) -> dict[str, Any]:
    position = commune.log()[-1]["position"]
    path = f"/oath-reviews/{review}/coverage"
    answer = commune.operator.get(path, params=asked, headers={"caunoi-at-least": str(position)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_roll_of_tomorrow_is_not_known_however_the_change_is_dated(commune: Commune) -> None:
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011  # the bodies' own limit is of this clock
    for effective_on in ("2026-03-05", tomorrow):
        body = campaign(commune, opens_on=tomorrow, closes_on=tomorrow, effective_on=effective_on)
        said = commune.post("/oath-reviews", body, 409)
        assert (said["type"], said["errors"][0]["pointer"]) == ("/problems/oath_campaign.not_yet", "/opens_on")
    commune.post("/oath-reviews", campaign(commune, effective_on="2026-03-01"))


def test_opening_freezes_every_roll_in_one_request_and_says_nothing_new_again(commune: Commune) -> None:
    ident = str(uuid4())
    opened = commune.post("/oath-reviews", campaign(commune, id=ident))
    names = [fact["name"] for fact in opened["facts"]]
    assert names == ["oath_campaign.opened", "oath_review.opened", "oath_review.opened"]
    assert commune.post("/oath-reviews", campaign(commune, id=ident), 200)["facts"] == []
    with commune.client("secretary", commune.agency) as other:
        assert other.post("/oath-reviews", json=campaign(commune)).status_code == 403


def test_coverage_says_who_has_reported_and_why_others_have_not_by_both_clocks(commune: Commune) -> None:
    an, binh = (commune.admit(name, commune.village_cell) for name in ("Lê Văn An", "Lê Văn Bình"))
    review = commune.post("/oath-reviews", campaign(commune))["id"]
    late = commune.admit("Lê Thị Chi", commune.village_cell, effective_on="2026-04-01")
    path = f"/oath-reviews/{review}"
    excuse = {"member": binh, "reason": "ill", "effective_on": "2026-04-10"}
    commune.post(f"{path}/excuses", excuse)
    assert commune.post(f"{path}/excuses", excuse, 200)["facts"] == []
    before = commune.log()[-1]["recorded_at"]
    report = {"member": an, **REPORT, "effective_on": "2026-05-04"}
    commune.post(f"{path}/reports", report)
    assert commune.post(f"{path}/reports", report, 200)["facts"] == []
    for member in (late, str(uuid4())):
        for what, body in (("reports", REPORT), ("excuses", {"reason": "other"})):
            assert commune.operator.post(f"{path}/{what}", json={"member": member, **body}).status_code in (403, 409)
    assert commune.post(f"{path}/reports", {"member": late, **REPORT}, 409)["type"].endswith("not_on_roll")
    now = coverage(commune, review)
    assert now["cells"] == {"held": 0, "of": 2}
    assert now["members"] == {"reported": 1, "roll": 3, "share": 1 / 3}
    assert (now["excused"], now["unexplained"]) == ({"ill": 1}, 1)
    parts = {part["id"]: (part["members"]["reported"], part["members"]["roll"]) for part in now["by"]}
    assert parts == {commune.commune: (1, 2), commune.agency: (0, 1)}
    assert coverage(commune, review, as_of="2026-05-03")["members"]["reported"] == 0
    assert coverage(commune, review, as_of="2026-04-09")["excused"] == {}
    assert coverage(commune, review, known_at=before)["members"]["reported"] == 0


def test_a_closed_review_takes_nothing_more(commune: Commune) -> None:
    review = commune.post("/oath-reviews", campaign(commune))["id"]
    path = f"/oath-reviews/{review}"
    with commune.client("secretary", commune.agency) as other:
        assert other.post(f"{path}/closings", json={}).status_code == 403
    closed = commune.post(f"{path}/closings", {})
    assert [fact["name"] for fact in closed["facts"]] == ["oath_campaign.closed"]
    assert commune.post(f"{path}/closings", {}, 200)["facts"] == []
    said = commune.post(f"{path}/reports", {"member": commune.lan, **REPORT}, 409)
    assert said["type"] == "/problems/oath_review.closed"


def test_reports_of_one_cell_in_a_batch_are_answered_in_their_order_and_none_is_decided_again_and_again(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = []

    def counted(review: OathReview, reported: OathReported, on: date) -> list[Fact]:
        decided.append(reported.member)
        return report(review, reported, on)

    monkeypatch.setattr(oath_reviews, "report", counted)
    members = [str(uuid4()) for _ in range(120)]
    admitted = {"cell": commune.village_cell, "status": "official", "admitted_on": "2015-05-19"}
    bodies = [{"id": who, "name": "Lê Văn An", "effective_on": "2025-01-01", **admitted} for who in members]
    assert set(batch(commune, "/members", bodies)) == {201}
    review = commune.post("/oath-reviews", campaign(commune))["id"]
    reports = [{"member": who, **REPORT} for who in members]
    otherwise = {**reports[0], "kept": 6}
    answers = batch(commune, f"/oath-reviews/{review}/reports", [*reports, otherwise, reports[1]])
    assert answers == [201] * 120 + [409, 200]
    told = [record["data"]["member"] for record in commune.log() if record["name"] == "oath_review.reported"]
    assert told == members
    assert len(decided) <= 4 * len(members)


def batch(commune: Commune, path: str, bodies: list[dict[str, Any]]) -> list[int]:
    """The statuses of changes that are posted to one path in one batch."""
    content = "\n".join(json.dumps({"post": path, "body": body}) for body in bodies)
    answer = commune.operator.post("/facts", content=content, headers={"content-type": "application/x-ndjson"})
    return [json.loads(line)["status"] for line in answer.text.splitlines()]

"""What an auditor is answered: the log by position, about whom, by what name, by whom, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import DECISION, Commune, a_commune


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file: they only read, after the first lines."""
    with fresh(template) as database, a_commune(database) as made:
        made.post(f"/members/{made.lan}/rewards", {"form": "commendation", "decision": DECISION, "reason": "làm tốt"})
        yield made


def names(commune: Commune, **asked: Any) -> list[str]:
    answer = commune.operator.get("/log", params=asked)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_records_come_in_position_order_a_page_at_a_time(commune: Commune) -> None:
    first = commune.operator.get("/log", params={"limit": 3}).json()
    second = commune.operator.get("/log", params={"limit": 500, "after": first["next"]}).json()
    assert [item["position"] for item in first["items"] + second["items"]] == list(range(1, 9))
    assert second["next"] is None


def test_a_record_says_all_that_is_known_of_it(commune: Commune) -> None:
    record = commune.operator.get("/log/8").json()
    assert record["stream"] == f"member/{commune.lan}"
    assert (record["version"], record["name"], record["reason"]) == (3, "member.reward_given", "làm tốt")
    assert record["data"]["decision"]["number"] == DECISION["number"]
    assert record["struck_by"] is None
    assert record["recorded_at"].endswith("Z")


@pytest.mark.parametrize("position", [0, 9, 2**62, 2**63, 2**70])
def test_there_is_no_record_beyond_the_log(commune: Commune, position: int) -> None:
    assert commune.operator.get(f"/log/{position}").status_code == 404


def test_the_log_is_asked_by_name_exactly_or_by_its_beginning(commune: Commune) -> None:
    assert names(commune, name="member.admitted") == ["member.admitted"]
    assert set(names(commune, name="organisation.*")) == {"organisation.established"}
    assert names(commune, name="organisation.") == []


def test_the_log_is_asked_by_who_recorded(commune: Commune) -> None:
    by = commune.operator.get("/log/1").json()["by"]
    assert len(names(commune, by=by)) == 8
    assert names(commune, by="somebody else") == []


def test_the_log_is_asked_by_when_it_was_recorded(commune: Commune) -> None:
    at = datetime.fromisoformat(commune.operator.get("/log/3").json()["recorded_at"])
    assert len(names(commune, to=at.isoformat())) == 2
    assert len(names(commune, **{"from": at.isoformat()})) == 6
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert names(commune, **{"from": later}) == []


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0}, {"limit": 501}, {"after": -1}, {"about": "x"}, {"from": "yesterday"}, {"nam": "x"}, {"name": "%"}],
)
def test_a_question_that_is_none_is_refused(commune: Commune, wrong: dict[str, Any]) -> None:
    answer = commune.operator.get("/log", params=wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_is_not_for_everybody(commune: Commune) -> None:
    with commune.client("clerk", commune.agency) as clerk, commune.client("inspector", commune.agency) as inspector:
        assert clerk.get("/log").status_code == 403
        assert clerk.get("/views").status_code == 403
        assert inspector.get("/log").status_code == 200
        assert inspector.get("/views").status_code == 200


def test_every_view_says_how_far_it_has_read(commune: Commune) -> None:
    views = {view["view"]: view for view in commune.operator.get("/views").json()}
    assert {"roll", "tree", "residents", "meetings", "oath_answers", "sanctions", "concerns", "notices"} <= set(views)
    assert views["roll"]["head"] == 8
    assert views["roll"]["position"] == 0
    assert views["roll"]["lag_seconds"] > 0

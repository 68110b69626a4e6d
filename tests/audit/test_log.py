"""What an auditor is answered: the log by position, about whom, by what name, by whom, and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from events.bus import EmbeddedBus
from events.ledger import Ledger
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services.audit import log
from services.program.postgres import Postgres
from tests.database import Database, fresh
from tests.examples import LAN, a_reprimand
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.projections.commune import COMMUNE_AND_BLOC, MARCH
from tests.projections.log import Said, put


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file: they only read, after the first lines."""
    with fresh(template) as database, a_commune(database) as made:
        made.post(f"/members/{made.lan}/rewards", {"form": "commendation", "decision": DECISION, "reason": "làm tốt"})
        yield made


@pytest.fixture(scope="module")
def told(commune: Commune) -> Commune:
    """The same, when the views have read all of it."""
    feeder = Feeder(commune.database.app, VIEWS, EmbeddedBus(commune.database.app))
    feeder.open()
    while feeder.step(0.05):
        pass
    feeder.close()
    return commune


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
    assert names(commune, name="*.admitted") == ["member.admitted"]
    assert len(names(commune, name="*")) == 8
    assert names(commune, name="organisation.dissolved") == []


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


def test_an_instant_is_that_of_recording_from_it_on_and_not_up_to_it(commune: Commune) -> None:
    records = [commune.operator.get(f"/log/{position}").json() for position in (3, 6)]
    first, last = (record["recorded_at"] for record in records)
    found = commune.operator.get("/log", params={"from": first, "to": last}).json()["items"]
    assert [item["position"] for item in found] == [3, 4, 5]
    assert names(commune, **{"from": first, "to": first}) == []
    assert names(commune, **{"from": "0001-01-01T00:00:00+07:00", "to": "9999-12-31T23:59:59-07:00"})


def test_all_filters_count_together(told: Commune) -> None:
    by = told.operator.get("/log/1").json()["by"]
    everything = {"about": told.lan, "name": "member.*", "by": by, "from": "2020-01-01T00:00:00Z"}
    assert names(told, **everything) == ["member.admitted", "member.residence_declared", "member.reward_given"]
    assert names(told, **everything, limit=1, after=7) == ["member.reward_given"]
    assert names(told, **everything | {"name": "member.reward_given"}) == ["member.reward_given"]
    assert names(told, **everything | {"by": "another"}) == []
    assert names(told, **everything, to="2020-01-02T00:00:00Z") == []
    assert set(names(told, about=told.province)) == {"organisation.established"}


def test_pages_about_somebody_follow_each_other(told: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "CHUNK", 1)
    for more in ({}, {"name": "member.*"}):
        found: list[str] = []
        after: int | None = 0
        while after is not None:
            page = told.operator.get("/log", params={"about": told.lan, "limit": 1, "after": after, **more}).json()
            found += [item["name"] for item in page["items"]]
            after = page["next"]
        assert found == ["member.admitted", "member.residence_declared", "member.reward_given"]
        assert page["position"] == 8


def test_a_fact_that_is_rare_in_a_long_log_is_found_over_several_pages(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "STRETCH", 3)
    first = commune.operator.get("/log", params={"name": "member.reward_given"}).json()
    assert (first["items"], first["next"], first["position"]) == ([], 3, 3)
    last = commune.operator.get("/log", params={"name": "member.reward_given", "after": 6}).json()
    assert ([item["position"] for item in last["items"]], last["next"], last["position"]) == ([8], None, 8)
    beyond = commune.operator.get("/log", params={"after": 1000}).json()
    assert (beyond["items"], beyond["next"], beyond["position"]) == ([], None, 1000)


def test_what_was_recorded_since_the_view_read_is_not_passed_over(told: Commune) -> None:
    """The page says how far it has looked: no further than the view that knows who is concerned."""
    with psycopg.connect(told.database.owner) as connection:
        connection.execute("UPDATE views.positions SET position = 7 WHERE view = 'concerns'")
    try:
        page = told.operator.get("/log", params={"about": told.lan}).json()
        assert ([item["position"] for item in page["items"]], page["position"]) == ([6, 7], 7)
    finally:
        with psycopg.connect(told.database.owner) as connection:
            connection.execute("UPDATE views.positions SET position = 8 WHERE view = 'concerns'")


def test_about_somebody_reads_no_more_of_the_log_than_concerns_him(database: Database) -> None:
    with Ledger(database.app) as ledger:
        put(ledger, *COMMUNE_AND_BLOC, Said(LAN, a_reprimand(), MARCH))
    feeder = Feeder(database.app, VIEWS, EmbeddedBus(database.app))
    feeder.open()
    feeder.step(1)
    feeder.close()
    asked = log.Filter(after=0, limit=50, about=LAN, names=["member.disciplined", "member.admitted"])
    with psycopg.connect(database.app, autocommit=True) as connection, connection.transaction():
        connection.execute(log.IN_ORDER)
        (part,) = log._parts(connection, asked, 0, 1000)
        plan = connection.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + part[0], part[1] | {"limit": 51}).fetchone()
    assert plan is not None
    scans = [node for node in nodes(plan[0][0]["Plan"]) if "log" in node.get("Relation Name", "")]
    assert {node["Node Type"] for node in scans} == {"Index Scan"}
    read = sum(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in scans)
    assert read == len(part[1]["these"]) == 2


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


@pytest.mark.parametrize(
    ("wrong", "pointer", "why"),
    [
        ({"limit": 0}, "/limit", "greater"),
        ({"limit": 501}, "/limit", "less"),
        ({"after": -1}, "/after", "greater"),
        ({"after": 2**63}, "/after", "less"),
        ({"about": "x"}, "/about", "UUID"),
        ({"from": "yesterday"}, "/from", "YYYY-MM-DDTHH:MM:SS"),
        ({"to": "2026-03-03T12:00:00"}, "/to", "timezone"),
        ({"to": "1772668800"}, "/to", "YYYY-MM-DDTHH:MM:SS"),
        ({"from": "2026-03-03T12:00:01Z", "to": "2026-03-03T12:00:00Z"}, "/from", "later than `to`"),
        ({"nam": "x"}, "/nam", "not permitted"),
        ({"name": "%"}, "/name", "pattern"),
        ({"name": "member.admited"}, "/name", "did you mean member.admitted?"),
        ({"name": "weather.*"}, "/name", "no fact is called so"),
        ({"by": "\0"}, "/by", "pattern"),
    ],
)
def test_a_question_that_is_none_is_refused_with_its_place(
    commune: Commune, wrong: dict[str, Any], pointer: str, why: str
) -> None:
    answer = commune.operator.get("/log", params=wrong)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert (error["pointer"], why in error["message"]) == (pointer, True), error


def test_the_log_is_not_for_everybody(told: Commune) -> None:
    with told.client("clerk", told.agency) as clerk, told.client("inspector", told.province) as inspector:
        assert clerk.get("/log").status_code == 403
        assert clerk.get("/views").status_code == 403
        assert inspector.get("/log").status_code == 200
        assert inspector.get("/views").status_code == 200


def test_every_view_says_how_far_it_has_read(commune: Commune) -> None:
    views = {view["view"]: view for view in commune.operator.get("/views").json()}
    assert {"roll", "tree", "residents", "meetings", "oath_answers", "sanctions", "concerns", "notices"} <= set(views)
    assert views["roll"]["head"] == 8
    assert views["notices"]["position"] == 0
    assert views["notices"]["lag_seconds"] > 0

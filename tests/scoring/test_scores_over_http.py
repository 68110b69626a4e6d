"""Scores and rules as they are asked for over HTTP, on a real ledger and a real view."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

from events.bands import Band
from events.ledger import Ledger
from services.access import Role, Tokens, issue
from services.scoring import api
from services.scoring.worker import follow
from services.settings import Settings
from services.web import asking
from services.web.context import Context
from services.web.problem import handle_problems
from tests.database import Database
from tests.examples import CELL_7, CELL_8, COMMUNE, LAN, LAN_ADMITTED, an_id
from tests.keys import keyring, master_key_file
from tests.scoring.ledger import put, put_cell, put_meeting
from tests.scoring.meeting import MEETING, PERFECT, decided, instead, scored, voted


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings.read(database=database.app, master_key_file=master_key_file())


@pytest.fixture
def following(settings: Settings) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=follow, args=(settings, stop))
    thread.start()
    yield
    stop.set()
    thread.join(60)


@pytest.fixture
def client(database: Database, ledger: Ledger, settings: Settings) -> Iterator[TestClient]:
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        database.app, min_size=1, open=False, kwargs={"autocommit": True}
    )
    app = FastAPI()
    handle_problems(app)
    app.include_router(api.router)
    with pool, TestClient(app) as made:
        app.state.context = Context(settings, ledger, pool, Tokens(pool), keyring())
        made.headers["Authorization"] = f"Bearer {token(database)}"
        yield made


def token(database: Database, role: Role = Role.OPERATOR, organisation: str | None = None) -> str:
    return issue(database.owner, organisation=organisation, role=role, name="test")[1]


def score(client: TestClient, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/scores/meetings/{MEETING}", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_score_explains_itself(client: TestClient, ledger: Ledger) -> None:
    put_cell(ledger)
    last = put_meeting(ledger, *instead(own=scored(discussion="22.5")), voted(20), decided(Band.FAIR))
    told = score(client)
    assert (told["points"], told["band"], told["complete"], told["position"]) == (97.5, "fair", True, last)
    assert told["bands"] == {"computed": "good", "self": "good", "vote": "good", "superior": "fair"}
    assert told["rubric"] == {
        "id": "meeting-national",
        "version": 1,
        "issuer": "Ban Tổ chức Trung ương",
        "number": "42-HD/BTCTW",
        "on": "2025-10-28",
    }
    assert sum(line["points"] for line in told["lines"]) == 97.5
    for line in told["lines"]:
        names = {record.name for record in ledger.at(line["facts"])}
        assert names, "every point names the facts that gave it"
        assert all(name.startswith("meeting.") for name in names)
    assert (told["meeting"], told["cell"], told["on"]) == (MEETING, CELL_7, "2026-03-05")


def test_what_was_known_at_an_instant_is_judged_by_the_facts_of_then(client: TestClient, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT[:4])
    then = ledger.stream(MEETING)[-1].recorded_at
    put_meeting(ledger, *PERFECT[4:], decided(Band.FAIR))
    assert (score(client)["points"], score(client)["band"]) == (100, "fair")
    before = score(client, known_at=then.isoformat())
    assert (before["points"], before["band"], before["position"]) == (15, None, 4)
    answer = client.get(f"/scores/meetings/{MEETING}", params={"known_at": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 404


def test_facts_that_hold_only_later_do_not_count_as_of_a_day(client: TestClient, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT)
    assert client.get(f"/scores/meetings/{MEETING}", params={"as_of": "2026-03-04"}).status_code == 404
    assert score(client, as_of="2026-03-05")["points"] == 100


@pytest.mark.parametrize("ident", [str(an_id("nothing")), "x", "a" * 300, "00000000-0000-0000-0000-00000000000G"])
def test_what_is_not_there_is_not_found(client: TestClient, ident: str) -> None:
    answer = client.get(f"/scores/meetings/{ident}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_member_has_no_score_of_a_meeting(client: TestClient, ledger: Ledger) -> None:
    put(ledger, LAN, [LAN_ADMITTED])
    assert client.get(f"/scores/meetings/{LAN}").status_code == 404


@pytest.mark.parametrize("asked", [{"known_at": "yesterday"}, {"known_at": "2026-03-05T10:00:00"}, {"when": "now"}])
def test_a_question_that_cannot_be_understood_is_refused(client: TestClient, asked: dict[str, str]) -> None:
    assert client.get(f"/scores/meetings/{MEETING}", params=asked).status_code == 422


@pytest.mark.usefixtures("following")
def test_a_score_waits_for_the_position_that_it_is_asked_for(
    client: TestClient, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = put_meeting(ledger, *PERFECT)
    assert client.get(f"/scores/meetings/{MEETING}", headers={"Caunoi-At-Least": str(last)}).status_code == 200
    monkeypatch.setattr(asking, "PATIENCE", 0.1)
    answer = client.get(f"/scores/meetings/{MEETING}", headers={"Caunoi-At-Least": str(last + 1)})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_who_has_no_token_is_told_nothing(client: TestClient, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT)
    for path in (f"/scores/meetings/{MEETING}", f"/scores/meetings?cell={CELL_7}", "/rules", "/rules/meeting-national"):
        assert client.get(path, headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_a_cells_own_clerk_may_see_its_scores(client: TestClient, ledger: Ledger, database: Database) -> None:
    put_meeting(ledger, *PERFECT)
    own = {"Authorization": f"Bearer {token(database, Role.CLERK, CELL_7)}"}
    assert client.get(f"/scores/meetings/{MEETING}", headers=own).status_code == 200


@pytest.mark.usefixtures("following")
def test_who_stands_above_the_cell_may_see_its_scores_and_a_neighbour_may_not(
    client: TestClient, ledger: Ledger, database: Database
) -> None:
    put_cell(ledger)
    at_least = {"Caunoi-At-Least": str(put_meeting(ledger, *PERFECT))}
    above = {"Authorization": f"Bearer {token(database, Role.INSPECTOR, COMMUNE)}"} | at_least
    beside = {"Authorization": f"Bearer {token(database, Role.SECRETARY, CELL_8)}"} | at_least
    for path in (f"/scores/meetings/{MEETING}", f"/scores/meetings?cell={CELL_7}"):
        assert client.get(path, headers=above).status_code == 200
        assert client.get(path, headers=beside).status_code == 403


# A cell's list


@pytest.mark.usefixtures("following")
def test_a_cells_scores_come_page_by_page_in_the_order_of_their_days(client: TestClient, ledger: Ledger) -> None:
    meetings = [an_id(f"meeting {number}") for number in range(5)]
    for meeting in meetings:
        last = put_meeting(ledger, *PERFECT, meeting=meeting)
    found: list[str] = []
    after = None
    while True:
        asked = {"cell": CELL_7, "limit": "2"} | ({"after": after} if after else {})
        page = client.get("/scores/meetings", params=asked, headers={"Caunoi-At-Least": str(last)}).json()
        found += [item["meeting"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == sorted(meetings)
    (item, *_) = client.get("/scores/meetings", params={"cell": CELL_7}).json()["items"]
    assert (item["points"], item["band"], item["on"]) == (100, "good", "2026-03-05")
    assert item["bands"]["superior"] is None


@pytest.mark.usefixtures("following")
def test_a_list_keeps_to_its_cell_its_days_and_what_was_known(client: TestClient, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT[:4])
    then = ledger.stream(MEETING)[-1].recorded_at.isoformat()
    last = {"Caunoi-At-Least": str(put_meeting(ledger, *PERFECT[4:]))}

    def points(**asked: str) -> list[Any]:
        answer = client.get("/scores/meetings", params={"cell": CELL_7, **asked}, headers=last)
        return [item["points"] for item in answer.json()["items"]]

    assert points() == [100]
    assert points(known_at=then) == [15]
    assert points(known_at="2020-01-01T00:00:00Z") == []
    assert points(**{"from": "2026-03-05", "to": "2026-03-05"}) == [100]
    assert points(to="2026-03-04") == points(**{"from": "2026-03-06"}) == points(cell=CELL_8) == []


def test_before_the_scoring_process_has_ever_run_a_list_is_empty(client: TestClient) -> None:
    answer = client.get("/scores/meetings", params={"cell": CELL_7})
    assert answer.json() == {"items": [], "next": None}


@pytest.mark.parametrize("after", ["x", "2026-13-01." + "a" * 36, "2026-03-05." + "-" * 36])
def test_a_cursor_that_is_none_is_refused(client: TestClient, after: str) -> None:
    assert client.get("/scores/meetings", params={"cell": COMMUNE, "after": after}).status_code == 422


# Rules


def test_the_rules_are_listed_in_full(client: TestClient) -> None:
    answer = client.get("/rules").json()
    pack = next(pack for pack in answer["items"] if pack["id"] == "meeting-national")
    assert answer["next"] is None
    assert {"id", "version", "issuer", "number", "on", "valid_from", "items", "bands", "gates"} <= set(pack)
    assert (pack["number"], pack["on"], sum(item["max"] for item in pack["items"])) == (
        "42-HD/BTCTW",
        "2025-10-28",
        100,
    )
    time, *_ = pack["items"]
    assert time["options"][0]["if"] == {"base": {"below": 30}, "minutes": {"at_least": 90}}
    assert next(item["id"] for item in pack["items"] if item.get("judged")) == "content"


def test_one_pack_is_asked_by_its_id(client: TestClient) -> None:
    assert client.get("/rules/meeting-national").json()["version"] == 1
    assert client.get("/rules/meeting-national?version=1").status_code == 200
    assert client.get("/rules/meeting-national?version=2").status_code == 404
    assert client.get("/rules/meeting-national?as_of=2025-10-27").status_code == 404
    assert client.get("/rules/unheard-of").status_code == 404

"""A committee's inbox over HTTP: what waits for it, what happened in a sentence, and that it says it knows."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.liaison import LiaisonIntroduced, MessageSent
from tests.database import Database
from tests.examples import COMMUNE, SURGERY, a_certificate, an_expulsion, an_id
from tests.notify.commune import NAM, PAEDIATRICS, Log, introduced, received, refused, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)
T = an_id("a transfer")


def test_a_notice_waits_in_the_inbox_of_the_committee(reprimanded: int, ask: As) -> None:
    (notice,) = items(ask("secretary", COMMUNE), state="open")
    assert {name: notice[name] for name in ("fact", "position", "subject", "organisation", "state", "role")} == {
        "fact": "member.disciplined",
        "position": reprimanded,
        "subject": NAM,
        "organisation": COMMUNE,
        "state": "delivered",
        "role": "residence",
    }
    wait = datetime.fromisoformat(notice["acknowledge_by"]) - datetime.fromisoformat(notice["due_at"])
    assert wait.days == 10


def test_without_an_organisation_it_is_the_tokens_own(reprimanded: int, ask: As) -> None:
    assert len(ask("service", COMMUNE).get("/inbox").json()["items"]) == 1
    answer = ask().get("/inbox")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/organisation")


def test_a_notice_says_what_happened_and_shows_the_record(reprimanded: int, ask: As) -> None:
    (line,) = items(ask("secretary", COMMUNE))
    notice = ask().get(f"/notices/{line['id']}").json()
    assert notice["sentence"] == (
        "Đồng chí Phạm Văn Nam (Chi bộ Khoa Ngoại) bị kỷ luật bằng hình thức khiển trách theo Quyết định số "
        "13-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa, công bố ngày 02/03/2026."
    )
    assert notice["record"]["position"] == reprimanded
    assert notice["record"]["name"] == "member.disciplined"
    assert notice["record"]["effective_on"] == "2026-03-02"
    assert notice["record"]["data"]["form"] == "reprimand"
    assert notice["record"]["struck_by"] is None
    assert notice["attempts"] == []
    times = notice["times"]
    assert datetime.fromisoformat(times["delivered"]) >= datetime.fromisoformat(notice["due_at"])
    assert {name for name, at in times.items() if at is not None} == {"delivered"}, "an operator opens nothing"
    assert [(step["state"], step["cause"]) for step in notice["steps"]] == [("delivered", "inbox")]


def test_who_was_told_has_opened_it_the_first_time_that_it_looks(
    reprimanded: int, read_views: ReadViews, ask: As
) -> None:
    read_views()
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}"
    for other in (ask(), ask("inspector", an_id("province"))):
        assert other.get(path).json()["state"] == "delivered"
    first = client.get(path).json()
    assert (first["state"], [step["state"] for step in first["steps"]]) == ("opened", ["delivered", "opened"])
    assert first["times"]["opened"] == first["steps"][1]["at"]
    again = ask("service", COMMUNE).get(path).json()
    assert (again["times"], again["steps"]) == (first["times"], first["steps"])
    assert [line["state"] for line in items(client, state="open")] == ["opened"], "it waits all the same"


def test_each_step_of_an_acknowledged_notice_is_kept_with_its_cause(reprimanded: int, hire: Hire, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}"
    client.get(path)
    client.post(f"{path}/acknowledgements", json={})
    tell_all(hire())
    notice = ask().get(path).json()
    states = [step["state"] for step in notice["steps"]]
    assert (notice["state"], states) == ("acknowledged", ["delivered", "opened", "acknowledged"])
    assert notice["steps"][2]["at"] == notice["times"]["acknowledged"] == notice["acknowledged_at"]
    assert notice["steps"][1]["cause"] == notice["steps"][2]["cause"] != "", "the token that asked"


def test_overdue_is_a_question_of_the_clock(reprimanded: int, database: Database, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    assert items(client, state="overdue") == []
    with psycopg.connect(database.app) as connection:
        connection.execute("UPDATE exchange.notices SET acknowledge_by = now()")
    assert [line["state"] for line in items(client, state="overdue")] == ["overdue"]
    assert [line["state"] for line in items(client, state="open")] == ["overdue"]


def test_history_is_seen_only_where_it_is_asked_for_and_waits_for_nobody(log: Log, hire: Hire, ask: As) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH, backfill=True)
    tell_all(hire())
    client = ask("secretary", COMMUNE)
    assert items(client) == items(client, state="open") == items(client, state="overdue") == []
    (line,) = items(client, state="history")
    assert (line["state"], line["acknowledge_by"]) == ("history", None)
    answer = client.post(f"/notices/{line['id']}/acknowledgements", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/notice.history")


def test_pages_follow_each_other_without_a_gap_newest_first(log: Log, hire: Hire, ask: As) -> None:
    log.put_organisations()
    log.put_member()
    put = [log.put(NAM, a_certificate(), date(2026, 3, day)) for day in range(1, 8)]
    tell_all(hire())
    client = ask("secretary", COMMUNE)
    pages: list[list[int]] = []
    asked: dict[str, Any] = {"limit": 3}
    while "after" not in asked or asked["after"] is not None:
        page = client.get("/inbox", params=asked).json()
        pages.append([line["position"] for line in page["items"]])
        asked["after"] = page["next"]
    assert pages == [put[:3:-1], put[3:0:-1], put[:1]]


def test_who_was_told_about_somebody_is_for_his_own_side_and_for_where_he_lives(
    log: Log, hire: Hire, read_views: ReadViews, ask: As
) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, introduced(T, PAEDIATRICS), MARCH)
    log.put(NAM, received(T), APRIL)
    tell_all(hire())
    read_views()
    for client in (ask("secretary", PAEDIATRICS), ask("inspector", COMMUNE), ask()):
        found = client.get(f"/members/{NAM}/notices").json()["items"]
        assert [line["fact"] for line in found] == ["member.transfer_received"] * 2 + ["member.transfer_introduced"] * 2
        assert {line["organisation"] for line in found[:2]} == {COMMUNE, SURGERY}
        assert {line["organisation"] for line in found[2:]} == {COMMUNE, PAEDIATRICS}
    assert ask().get(f"/members/{uuid4()}/notices").status_code == 404


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            introduced(T, PAEDIATRICS),
            (
                "Chi bộ Khoa Ngoại giới thiệu đồng chí Phạm Văn Nam chuyển sinh hoạt đảng chính thức đến "
                "Chi bộ Khoa Nhi, ngày 01/04/2026."
            ),
        ),
        (
            a_certificate(),
            (
                "Đồng chí Phạm Văn Nam (Chi bộ Khoa Ngoại) được tặng giấy khen theo Quyết định số 12-QĐ/ĐU "
                "ngày 27/02/2026 của Đảng bộ xã Hải Hòa, từ ngày 01/04/2026."
            ),
        ),
        (
            an_expulsion(),
            (
                "Đồng chí Phạm Văn Nam (Chi bộ Khoa Ngoại) bị kỷ luật bằng hình thức khai trừ theo Quyết định số "
                "14-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa, công bố ngày 01/04/2026."
            ),
        ),
    ],
)
def test_each_fact_has_its_sentence(log: Log, hire: Hire, ask: As, fact: Any, said: str) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, fact, APRIL)
    tell_all(hire())
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    assert client.get(f"/notices/{line['id']}").json()["sentence"] == said


@pytest.mark.parametrize(("answer", "verb"), [(received(T), "tiếp nhận"), (refused(T), "không tiếp nhận")])
def test_the_outcome_of_a_transfer_has_its_sentence(log: Log, hire: Hire, ask: As, answer: Any, verb: str) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, introduced(T, PAEDIATRICS), MARCH)
    log.put(NAM, answer, APRIL)
    tell_all(hire())
    client = ask("secretary", SURGERY)
    (line,) = items(client, organisation=SURGERY)
    assert client.get(f"/notices/{line['id']}").json()["sentence"] == (
        f"Chi bộ Khoa Nhi {verb} đồng chí Phạm Văn Nam chuyển sinh hoạt đảng chính thức từ Chi bộ Khoa Ngoại, "
        "ngày 01/04/2026."
    )


def test_a_question_waits_for_the_position_it_names_and_not_for_ever(reprimanded: int, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    assert client.get("/inbox", headers={"Caunoi-At-Least": str(reprimanded)}).status_code == 200
    late = client.get("/inbox", headers={"Caunoi-At-Least": str(reprimanded + 1)})
    assert (late.status_code, late.headers["retry-after"]) == (503, "1")


QUESTIONS = [
    ("/inbox?state=forgotten", 422),
    ("/inbox?limit=0", 422),
    ("/inbox?limit=501", 422),
    ("/inbox?after=x", 422),
    ("/inbox?after=999999999999999999.00000000-0000-0000-0000-000000000000", 200),
    ("/inbox?organisation=me", 422),
    ("/inbox?organization=" + COMMUNE, 422),
    ("/notices/me", 404),
    (f"/notices/{an_id('nothing')}", 404),
    ("/members/me/notices", 404),
]


def test_a_question_that_cannot_be_answered_is_a_problem(reprimanded: int, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    for path, status in QUESTIONS:
        answer = client.get(path)
        assert answer.status_code == status, path
        assert status == 200 or answer.headers["content-type"] == "application/problem+json"


def test_without_a_token_nothing_is_told(reprimanded: int, ask: As) -> None:
    client = ask()
    assert client.get("/inbox", headers={"Authorization": ""}).status_code == 401
    assert client.get("/inbox", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_message_waits_with_the_other_committee_and_is_acknowledged_as_a_notice_is(
    log: Log, hire: Hire, ask: As
) -> None:
    log.put_organisations()
    log.put_member()
    liaison = an_id("a liaison")
    log.put(liaison, LiaisonIntroduced(member=NAM, committee=COMMUNE, workplace=SURGERY), MARCH)
    from_work = log.put(liaison, MessageSent(from_committee=SURGERY, text="Đi công tác dài ngày"), APRIL)
    from_home = log.put(liaison, MessageSent(from_committee=COMMUNE, text="Đã rõ"), APRIL)
    tell_all(hire())
    home, work = ask("secretary", COMMUNE), ask("secretary", SURGERY)
    (told,), (answered,) = items(home, state="open"), work.get("/inbox").json()["items"]
    assert [told[name] for name in ("fact", "position", "subject", "role")] == [
        "liaison.message_sent", from_work, NAM, "correspondent",
    ]  # fmt: skip
    assert (answered["position"], answered["subject"]) == (from_home, NAM)
    notice = home.get(f"/notices/{told['id']}").json()
    said = "Chi bộ Khoa Ngoại trao đổi về đồng chí Phạm Văn Nam, ngày 01/04/2026: “Đi công tác dài ngày”."
    assert notice["sentence"] == said
    assert (notice["record"]["position"], notice["record"]["data"]["text"]) == (from_work, "Đi công tác dài ngày")
    path = f"/notices/{told['id']}/acknowledgements"
    assert [home.post(path, json={}).status_code for _ in range(2)] == [201, 200]
    assert work.post(path, json={}).status_code == 403

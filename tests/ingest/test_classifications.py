"""Yearly classifications over HTTP: in their order, a fifth of the good ones excellent, and opened again."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.classification import stream_of
from events.fact import Id
from tests.database import Database
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.ingest.feeding import feeding

CAP = "/problems/classification.excellent_cap"


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def rate(commune: Commune, subject: str, band: str = "good", expect: int = 201, **more: Any) -> dict[str, Any]:
    return commune.post("/classifications", {"subject": subject, "year": 2026, "band": band, **more}, expect)


def reopen(commune: Commune, subject: str, expect: int = 201, year: int = 2026) -> dict[str, Any]:
    body = {"subject": subject, "year": year, "reason": "phát hiện sai phạm"}
    return commune.post("/classifications/reopenings", body, expect)


def a_grassroots(commune: Commune, cells: int) -> tuple[str, list[str]]:
    grassroots = commune.establish("Đảng bộ Bệnh viện", "grassroots", commune.agency)
    return grassroots, [commune.establish(f"Chi bộ {number}", "cell", grassroots) for number in range(cells)]


def told(commune: Commune, organisation: str, **more: Any) -> dict[str, dict[str, int]]:
    """The numbers that are not nought, by kind and band."""
    at_least = {"Caunoi-At-Least": str(commune.log()[-1]["position"])}
    params = {"organisation": organisation, "year": 2026, **more}
    answer = commune.operator.get("/classifications", params=params, headers=at_least)
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[str, int]] = {}
    for line in answer.json()["items"]:
        if line["number"]:
            found.setdefault(line["kind"], {})[line["band"]] = line["number"]
    return found


def test_a_year_is_decided_once_opened_again_and_decided_anew(commune: Commune) -> None:
    said = rate(commune, commune.office_cell, points=81.5)
    assert rate(commune, commune.office_cell, expect=200, points=81.5)["id"] == said["id"]
    assert rate(commune, commune.office_cell, "completed", 409)["type"] == "/problems/classification.decided"
    assert reopen(commune, commune.office_cell)["id"] == said["id"]
    assert reopen(commune, commune.office_cell, 200)["facts"] == []
    rate(commune, commune.office_cell, "completed")
    assert reopen(commune, commune.office_cell, 409, year=2025)["type"] == "/problems/classification.not_decided"


def test_from_how_many_points_on_a_band_is_given_is_the_word_of_the_pack_in_force(commune: Commune) -> None:
    text = (files("services.scoring") / "rulebooks" / "year-national.toml").read_text("utf-8")
    for old, new in (
        ('"year-national"', '"year-own"'), ('"Bộ Chính trị"', '"Đảng ủy khối"'),
        ("at_least = 70\n", "at_least = 75\n"), ("below = 70\n", "below = 75\n"),
    ):  # fmt: skip
        text = text.replace(old, new, 1)
    proposal = commune.post("/rules", {"pack": text}, 202)["proposal"]
    with commune.client("secretary", commune.province) as second:
        assert second.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    adopted = commune.post("/rules/year-own/adoptions", {"organisation": commune.agency, "effective_on": "2026-01-01"})
    at_least = {"Caunoi-At-Least": str(adopted["position"])}
    assert commune.operator.get("/rules", headers=at_least).status_code == 200
    refused = rate(commune, commune.office_cell, "good", 409, points=74)
    assert (refused["type"], refused["detail"]) == ("/problems/classification.points", "good asks for 75 points")
    rate(commune, commune.office_cell, "good", points=75)
    rate(commune, commune.village_cell, "good", points=70)


def test_points_and_years_that_cannot_be_are_refused(commune: Commune) -> None:
    wrong = rate(commune, commune.office_cell, "excellent", 409, points=89)
    assert (wrong["type"], wrong["errors"][0]["pointer"]) == ("/problems/classification.points", "/points")
    rate(commune, commune.office_cell, expect=422, points=101)
    rate(commune, commune.office_cell, "splendid", 422)
    early = rate(commune, commune.office_cell, expect=409, effective_on="2025-06-01")
    assert early["type"] == "/problems/classification.year_not_begun"
    # The frame is of 30 August 2025: of earlier years nothing is known of the points.
    rate(commune, commune.office_cell, "good", year=2024, points=60)
    nobody = rate(commune, str(uuid4()), expect=409)
    assert (nobody["type"], nobody["errors"][0]["pointer"]) == ("/problems/classification.subject_unknown", "/subject")
    assert reopen(commune, str(uuid4()), 409)["type"] == "/problems/classification.subject_unknown"


def test_lower_collectives_come_before_upper_and_collectives_before_persons(commune: Commune) -> None:
    grassroots, (one, other) = a_grassroots(commune, 2)
    member = commune.admit("Lê Hòa", one)
    assert rate(commune, member, expect=409)["type"] == "/problems/classification.collective_first"
    refused = rate(commune, grassroots, expect=409)
    assert refused["type"] == "/problems/classification.lower_first"
    assert {missing["id"] for missing in refused["missing"]} == {one, other}
    assert "2 of the 2 organisations directly below" in refused["detail"]
    rate(commune, one)
    rate(commune, member)
    assert rate(commune, grassroots, expect=409)["type"] == "/problems/classification.lower_first"
    rate(commune, other)
    rate(commune, grassroots)
    assert rate(commune, commune.agency, expect=409)["type"] == "/problems/classification.lower_first"
    rate(commune, commune.office_cell)
    rate(commune, commune.agency)


def test_an_exempt_member_gets_no_rating(commune: Commune) -> None:
    rate(commune, commune.office_cell)
    commune.post(f"/members/{commune.lan}/exemptions", {"ground": "age"})
    assert rate(commune, commune.lan, expect=409)["type"] == "/problems/classification.exempt"


def test_a_unit_with_discipline_in_the_year_is_not_excellent(commune: Commune) -> None:
    cells = [commune.establish(f"Chi bộ {number}", "cell", commune.agency) for number in range(6)]
    for cell in cells[:5]:
        rate(commune, cell)
    body = {"form": "warning", "decision": DECISION, "effective_on": "2026-02-03"}
    commune.post(f"/organisations/{cells[5]}/sanctions", body)
    assert rate(commune, cells[5], "excellent", 409)["type"] == "/problems/classification.disciplined"
    rate(commune, cells[5])


def test_a_fifth_of_the_cells_rated_good_may_be_excellent_where_they_count(commune: Commune) -> None:
    _, cells = a_grassroots(commune, 13)
    for cell in cells[:4]:
        rate(commune, cell)
    rate(commune, commune.office_cell)
    refused = rate(commune, cells[11], "excellent", 409)
    assert refused["type"] == CAP
    assert (refused["good"], refused["allowed"], refused["excellent"]) == (4, 0, 0)
    rate(commune, cells[4])
    rate(commune, cells[11], "excellent")
    rate(commune, cells[11], "excellent", 200)
    assert rate(commune, cells[12], "excellent", 409)["type"] == CAP
    for cell in cells[5:9]:
        rate(commune, cell)
    rate(commune, cells[9], "completed")
    assert rate(commune, cells[12], "excellent", 409)["type"] == CAP
    rate(commune, cells[10])
    rate(commune, cells[12], "excellent")
    assert rate(commune, commune.village_cell, "excellent", 409)["type"] == CAP


def test_a_place_that_is_given_up_is_free_and_a_good_one_reopened_counts_no_more(commune: Commune) -> None:
    _, cells = a_grassroots(commune, 7)
    for cell in cells[:5]:
        rate(commune, cell)
    rate(commune, cells[5], "excellent")
    reopen(commune, cells[0])
    reopen(commune, cells[5])
    assert rate(commune, cells[6], "excellent", 409)["type"] == CAP
    rate(commune, cells[0])
    rate(commune, cells[6], "excellent")
    assert rate(commune, cells[5], "excellent", 409)["type"] == CAP


def test_members_are_counted_apart_from_cells_and_over_all_cells_of_the_grassroots(commune: Commune) -> None:
    _, cells = a_grassroots(commune, 5)
    members = [commune.admit(f"Nguyễn Văn {number}", cell) for number, cell in enumerate([*cells, *cells])]
    for cell in cells:
        rate(commune, cell)
    assert rate(commune, members[5], "excellent", 409)["type"] == CAP
    for member in members[:5]:
        rate(commune, member)
    rate(commune, members[5], "excellent")
    assert rate(commune, members[6], "excellent", 409)["type"] == CAP


def test_of_many_who_ask_for_the_last_places_at_once_no_more_than_a_fifth_get_one(commune: Commune) -> None:
    _, cells = a_grassroots(commune, 60)
    lines = [{"subject": cell, "year": 2026, "band": "good"} for cell in cells[:10]]
    for line in lines:
        commune.post("/classifications", line)

    def ask(cell: str) -> tuple[int, str]:
        body = {"subject": cell, "year": 2026, "band": "excellent"}
        answer = commune.operator.post("/classifications", json=body)
        return answer.status_code, answer.json().get("type", "")

    with ThreadPoolExecutor(50) as threads:
        answers = sorted(threads.map(ask, cells[10:]))
    assert answers == [(201, "")] * 2 + [(409, CAP)] * 48


def test_lines_of_a_batch_are_decided_in_their_order(commune: Commune) -> None:
    grassroots, cells = a_grassroots(commune, 7)
    bands = ["good"] * 5 + ["excellent"] * 2
    lines = [{"subject": cell, "year": 2026, "band": band} for cell, band in zip(cells, bands, strict=True)]
    lines.append({"subject": grassroots, "year": 2026, "band": "good"})
    content = "\n".join(json.dumps({"post": "/classifications", "body": line}) for line in lines)
    headers = {"content-type": "application/x-ndjson"}
    answer = commune.operator.post("/facts", content=content, headers=headers)
    lines_told = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["status"] for line in lines_told] == [201] * 6 + [409, 409]
    assert [line["body"]["type"] for line in lines_told[6:]] == [CAP, "/problems/classification.lower_first"]


def test_only_the_superior_decides_on_a_cell_and_nobody_elsewhere(commune: Commune) -> None:
    body = {"subject": commune.office_cell, "year": 2026, "band": "good"}
    of_lan, again = {**body, "subject": commune.lan}, {"subject": commune.office_cell, "year": 2026, "reason": "x"}
    with (
        commune.client("secretary", commune.office_cell) as cell,
        commune.client("secretary", commune.agency) as superior,
        commune.client("secretary", commune.commune) as elsewhere,
    ):
        for who in (cell, elsewhere):
            assert who.post("/classifications", json=body).status_code == 403
        assert superior.post("/classifications", json=body).status_code == 201
        for who in (cell, elsewhere):
            assert who.post("/classifications/reopenings", json=again).status_code == 403
        assert elsewhere.post("/classifications", json=of_lan).status_code == 403
        assert cell.post("/classifications", json=of_lan).status_code == 201


def test_totals_tell_bands_and_shares_by_both_clocks(commune: Commune) -> None:
    grassroots, cells = a_grassroots(commune, 4)
    for cell in cells[:3]:
        rate(commune, cell, effective_on="2026-09-01")
    rate(commune, cells[3], "completed", effective_on="2026-09-02")
    rate(commune, commune.village_cell)
    assert told(commune, grassroots) == {"cell": {"good": 3, "completed": 1}}
    assert told(commune, grassroots, as_of="2026-09-01") == {"cell": {"good": 3}}
    assert told(commune, commune.province) == {"cell": {"good": 4, "completed": 1}}
    assert told(commune, cells[3]) == {"cell": {"completed": 1}}
    before = commune.log()[-1]["recorded_at"]
    reopen(commune, cells[0])
    assert told(commune, grassroots) == {"cell": {"good": 2, "completed": 1}}
    assert told(commune, grassroots, known_at=before) == {"cell": {"good": 3, "completed": 1}}
    answer = commune.operator.get("/classifications", params={"organisation": grassroots, "year": 2026}).json()
    assert answer["rated"] == {"cell": 3}
    assert [(line["band"], round(line["share"], 3)) for line in answer["items"]] == [
        ("excellent", 0.0),
        ("good", 0.667),
        ("completed", 0.333),
        ("not_completed", 0.0),
    ]


def test_a_year_opened_later_stays_with_the_cell_where_it_happened(commune: Commune) -> None:
    rate(commune, commune.office_cell, year=2025, effective_on="2026-01-05")
    rate(commune, commune.lan, year=2025, effective_on="2026-01-10")
    body = {"to": commune.village_cell, "kind": "official", "effective_on": "2026-02-02"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": "2026-02-09"})
    reopen(commune, commune.lan, year=2025)
    rate(commune, commune.lan, "not_completed", year=2025)
    assert told(commune, commune.agency, year=2025) == {"cell": {"good": 1}, "member": {"not_completed": 1}}
    assert told(commune, commune.commune, year=2025) == {}
    decided = [line["data"] for line in commune.log() if line["name"] == "classification.decided"][-1]
    assert (decided["cell"], decided["placed_on"]) == (commune.office_cell, "2025-12-31")


def test_why_a_member_s_year_was_opened_is_sealed_with_his_key(commune: Commune) -> None:
    rate(commune, commune.office_cell)
    rate(commune, commune.lan, reason="theo biên bản họp")
    reopen(commune, commune.lan)
    with psycopg.connect(commune.database.owner) as connection:
        kept = connection.execute(
            "SELECT data, reason FROM ledger.log WHERE stream = %s", [_year_of(commune)]
        ).fetchall()
    assert len(kept) == 2
    assert not any("biên bản".encode() in data or "sai phạm".encode() in data or reason for data, reason in kept)


def _year_of(commune: Commune) -> str:
    return stream_of(Id(commune.lan), 2026)

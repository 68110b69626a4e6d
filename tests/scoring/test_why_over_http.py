"""What would change a score, how it became what it is, and what another pack would say of it: over HTTP."""

import itertools
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.program.__main__ import build
from services.program.explaining import explained
from services.program.postgres import Postgres
from services.program.rules_trying import moved_lines
from services.scoring.rules.published import shown
from services.scoring.rules.shelf import shipped
from services.scoring.score import to_json
from services.trouble import Exit, Trouble
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.cells import a_cell, get, head, meet


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file, each of which makes cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def a_pack(**changed: Any) -> dict[str, Any]:
    """The national frame with other fields."""
    said: dict[str, Any] = json.loads(to_json(shown(shipped().versions("meeting-national")[0])))
    return said | changed


def stricter() -> dict[str, Any]:
    """Good only from 95 points on."""
    bands = [
        {"id": "good", "title": "Tốt", "at_least": 95},
        {"id": "fair", "title": "Khá", "at_least": 70, "below": 95},
        {"id": "average", "title": "Trung bình", "at_least": 50, "below": 70},
        {"id": "weak", "title": "Kém", "at_least": 0, "below": 50},
    ]
    return a_pack(id="meeting-stricter", bands=bands)


def tried(commune: Commune, status: int = 200, **body: Any) -> dict[str, Any]:
    at_least = str(head(commune))
    answer = commune.operator.post("/rules/trials", json=body, headers={"Caunoi-At-Least": at_least})
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_a_trial_says_who_would_move_and_writes_nothing(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Thử", "Lê Lan", "Trần Hòa")
    first = meet(commune, cell, "2026-01-05", [lan, hoa], minus=7)
    meet(commune, cell, "2026-02-05", [lan, hoa])
    before = head(commune)
    told = tried(commune, pack=stricter(), organisation=cell, period="2026")
    (moved,) = told["moved"]
    assert (moved["subject"], moved["cell"], moved["on"]) == (first, cell, "2026-01-05")
    assert (moved["from"], moved["to"], moved["by"]) == ("good", "fair", [])
    assert (told["cells"], told["meetings"]) == (1, 2)
    assert told["bands"] == {"good": {"good": 1, "fair": 1}}
    assert tried(commune, pack=stricter(), organisation=cell, period="2026-02")["moved"] == []
    assert head(commune) == before, "nothing is recorded"
    assert get(commune, f"/scores/meetings/{first}")["band"] == "good"
    assert commune.operator.get("/rules/meeting-stricter").status_code == 404


@pytest.mark.parametrize("ident", ["year-national", "four-good-agency", "indicators-province"])
def test_a_pack_that_judges_no_meetings_is_refused_and_says_what_can_be_tried(commune: Commune, ident: str) -> None:
    text = (files("services.scoring") / "rulebooks" / f"{ident}.toml").read_text("utf-8")
    refused = tried(commune, 422, pack=text, organisation=commune.office_cell, period="2026")
    (error,) = refused["errors"]
    assert error["pointer"] == "/pack/of"
    assert "packs that judge meetings can be tried" in error["message"]


def test_the_items_that_move_a_meeting_are_named(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Mục", "Lê Lan", "Trần Hòa")
    meeting = meet(commune, cell, "2026-03-05", [lan, hoa], minus=9)
    longer = a_pack(id="meeting-longer")
    (time,) = [item for item in longer["items"] if item["id"] == "time"]
    for option in time["options"]:
        option["if"]["minutes"] = {"at_least": 150}
    told = tried(commune, pack=longer, organisation=cell, period="2026-Q1")
    assert [(one["subject"], one["by"]) for one in told["moved"]] == [(meeting, ["time"])]


def test_a_pack_is_tried_for_an_organisation_and_all_below_it_and_nobody_else(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Trên", "Lê Lan", "Trần Hòa")
    beside, (mai,) = a_cell(commune, "Bên", "Vũ Mai")
    above = get(commune, f"/organisations/{cell}")["parent"]
    meeting = meet(commune, cell, "2026-01-05", [lan, hoa], minus=7)
    meet(commune, beside, "2026-01-05", [mai], minus=7)
    told = tried(commune, pack=stricter(), organisation=above, period="2026")
    assert [one["subject"] for one in told["moved"]] == [meeting]
    assert tried(commune, pack=stricter(), organisation=beside, period="2025")["meetings"] == 0


def test_who_reads_line_by_line_sees_how_far_it_has_come(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Dòng", "Lê Lan")
    meet(commune, cell, "2026-01-05", [lan], minus=7)
    get(commune, "/rules")
    body = {"pack": stricter(), "organisation": commune.province, "period": "2026"}
    answer = commune.operator.post("/rules/trials", json=body, headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    *_, last = [json.loads(line) for line in answer.text.splitlines()]
    assert "moved" in last


def test_a_pack_that_cannot_be_used_is_refused_with_the_place_of_each_fault(commune: Commune) -> None:
    asked = {"organisation": commune.province, "period": "2026"}
    broken = a_pack()
    broken["items"][0]["max"] = 4
    errors = tried(commune, 422, pack=broken, **asked)["errors"]
    assert any(error["pointer"].startswith("/pack/items") for error in errors), errors
    errors = tried(commune, 422, pack="id = ", **asked)["errors"]
    assert errors[0]["pointer"] == "/pack"
    assert errors[0]["message"].startswith("line 1: this is no TOML")
    assert [error["pointer"] for error in tried(commune, 422, pack="x" * 500_001, **asked)["errors"]] == ["/pack"]
    assert tried(commune, 422, pack=stricter(), **asked | {"period": "2026-13"})["errors"][0]["pointer"] == "/period"
    unknown = "00000000-0000-4000-8000-000000000000"
    told = tried(commune, 422, pack=stricter(), **asked | {"organisation": unknown})
    assert told["errors"][0]["pointer"] == "/organisation"


def test_who_may_not_see_an_organisation_tries_nothing_on_it(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Riêng", "Lê Lan")
    get(commune, f"/scores/meetings/{meet(commune, cell, '2026-01-05', [lan])}")
    body = {"pack": stricter(), "organisation": cell, "period": "2026"}
    with commune.client("clerk", commune.commune) as neighbour, commune.client("clerk", cell) as own:
        assert neighbour.post("/rules/trials", json=body).status_code == 403
        assert own.post("/rules/trials", json=body).status_code == 200


# On the command line


def caunoi(commune: Commune, *arguments: str) -> Result:
    environment = {
        "CAUNOI_URL": commune.address,
        "CAUNOI_TOKEN": commune.operator.headers["Authorization"].removeprefix("Bearer "),
        "COLUMNS": "80",
    }
    return CliRunner().invoke(build("rules"), ["rules", *arguments], env=environment)


def a_file(folder: Path, good: int = 95) -> Path:
    """The national frame, good from so many points on."""
    text = (files("services.scoring") / "rulebooks" / "meeting-national.toml").read_text("utf-8")
    file = folder / "stricter.toml"
    changed = text.replace("at_least = 90\n", f"at_least = {good}\n").replace("below = 90\n", f"below = {good}\n")
    file.write_text(changed.replace('id = "meeting-national"', 'id = "meeting-stricter"'), "utf-8")
    return file


def test_a_pack_is_tried_on_the_command_line(commune: Commune, tmp_path: Path) -> None:
    cell, (lan,) = a_cell(commune, "Lệnh", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan], minus=7)
    get(commune, f"/scores/meetings/{meeting}")
    asked = ["try", str(a_file(tmp_path)), "--organisation", cell, "--period", "2026-Q1"]
    said = caunoi(commune, *asked)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("1 of 1 meetings of 1 cells would be in another band\n")
    assert f"{meeting}  2026-01-05  good  fair" in said.stdout
    told = json.loads(caunoi(commune, *asked, "--json").stdout)
    assert [one["subject"] for one in told["moved"]] == [meeting]


def test_what_cannot_be_tried_ends_with_the_code_of_its_refusal(commune: Commune, tmp_path: Path) -> None:
    file = a_file(tmp_path)
    asked = ["--organisation", commune.province, "--period"]
    for arguments, code in (
        ([str(file), *asked, "2026-13"], Exit.REFUSED),
        ([str(tmp_path / "nowhere.toml"), *asked, "2026"], Exit.NOT_FOUND),
        ([str(a_file(tmp_path, 101)), *asked, "2026"], Exit.REFUSED),
    ):
        refused = caunoi(commune, "try", *arguments)
        assert isinstance(refused.exception, Trouble)
        assert refused.exception.code == code


def test_what_moved_is_listed_within_eighty_columns_whatever_number_of_items_it_was() -> None:
    items = [item.id for item in shipped().versions("meeting-ward")[0].items]
    subject = "01a206a8-61e7-729a-8dbd-1895a8636693"
    moved = [{"subject": subject, "on": "2026-01-05", "from": "good", "to": None, "by": by} for by in (items, [])]
    head_, first, *rest, last = moved_lines(moved, 80)
    assert head_.split() == ["subject", "on", "from", "to"]
    assert first.split() == last.split() == [subject, "2026-01-05", "good", "–"]
    assert " ".join(rest).split() == ["by", *items]
    assert max(map(len, (head_, first, *rest, last))) <= 80


@pytest.mark.parametrize("kind", ["cells", "organisations", "members", "four-good"])
def test_a_score_of_any_kind_is_laid_out_for_eighty_columns(commune: Commune, kind: str) -> None:
    cell, (lan,) = a_cell(commune, f"Bày {kind}", "Lê Lan")
    meet(commune, cell, "2026-01-05", [lan], minus=3)
    candidacy = str(commune.post("/four-good", {"cell": cell, "year": 2026})["id"])
    subject = {"members": lan, "four-good": candidacy}.get(kind, cell)
    asked: dict[str, Any] = {"cells": {"period": "2026"}, "four-good": {}}.get(kind, {"year": "2026"})
    lines = list(explained(get(commune, f"/scores/{kind}/{subject}", **asked), 80))
    assert max(map(len, lines)) <= 80
    assert subject in " ".join(lines)
    assert lines[-1].startswith("as of position ")
    if kind == "cells":
        assert "97 points, band good" in lines[0]
        assert any(line.startswith("regular meetings: 1 of ") for line in lines)


# Why, and since when


def history(commune: Commune, meeting: str, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = get(commune, f"/scores/meetings/{meeting}/history", **asked)["items"]
    return items


def test_a_score_says_what_would_change_it(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Đổi", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan], minus=12)
    told = get(commune, f"/scores/meetings/{meeting}")
    assert (told["points"], told["band"]) == (88, "fair")
    change = told["changes"][0]
    assert (change["band"], change["points"], change["items"]) == ("good", 90, ["discussion"])
    assert "được thêm 2 điểm" in change["sentence"]


def test_a_scores_history_has_each_record_that_changed_it(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Sử", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan], minus=12)
    items = history(commune, meeting)
    assert items[0]["name"] == "meeting.called"
    assert items[0]["from"] is None
    by = {item["name"]: item for item in items}
    assert by["meeting.minutes_approved"]["items"] == [{"item": "closing", "from": 0, "to": 5}]
    last = by["meeting.self_scored"]
    assert (last["to"]["points"], last["to"]["band"], last["from"]["band"]) == (88, "fair", None)
    assert [item["position"] for item in items] == sorted(item["position"] for item in items)
    for earlier, later in itertools.pairwise(items):
        assert earlier["to"] == later["from"], "each begins where the one before ended"
    now = get(commune, f"/scores/meetings/{meeting}")
    assert (items[-1]["to"]["points"], items[-1]["to"]["band"]) == (now["points"], now["band"])


def test_what_was_believed_before_a_record_is_what_the_history_says_it_changed_from(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Tin", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan], minus=12)
    items = history(commune, meeting)
    for earlier, later in itertools.pairwise(items):
        then = get(commune, f"/scores/meetings/{meeting}", known_at=earlier["recorded_at"])
        assert then["points"] == later["from"]["points"]
    known = history(commune, meeting, known_at=items[2]["recorded_at"])
    assert [item["position"] for item in known] == [item["position"] for item in items[:3]]


def test_a_late_record_and_one_of_a_member_are_lines_of_the_history(commune: Commune) -> None:
    cell, (lan, hoa) = a_cell(commune, "Muộn", "Lê Lan", "Trần Hòa")
    meeting = meet(commune, cell, "2026-01-05", [lan], absent=[hoa])
    commune.post(f"/meetings/{meeting}/bands", {"band": "fair", "effective_on": "2026-01-10"})
    exempt = {"ground": "illness", "effective_on": "2025-12-01"}
    position = commune.post(f"/members/{hoa}/exemptions", exempt)["position"]
    items = history(commune, meeting)
    assert (items[-1]["position"], items[-1]["name"], items[-1]["late"]) == (position, "member.exempted", True)
    assert items[-1]["items"] == [{"item": "attendance", "from": 0, "to": 5}]
    assert (items[-1]["from"]["band"], items[-1]["to"]["band"]) == ("fair", "fair")
    assert get(commune, f"/scores/meetings/{meeting}")["late"] == [position], (
        "the record is a member's, not the meeting's"
    )
    assert items[-2]["name"] == "meeting.band_decided"
    assert not items[-2]["late"]


def test_a_correction_is_a_line_of_the_history(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Sửa", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan])
    (approved,) = [one for one in history(commune, meeting) if one["name"] == "meeting.minutes_approved"]
    body = {"position": approved["position"], "reason": "Chưa thông qua"}
    proposal = commune.post("/corrections", body, 202)["proposal"]
    with commune.client("secretary", commune.province) as second:
        assert second.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    last = history(commune, meeting)[-1]
    assert last["name"] == "meeting.struck"
    assert last["items"] == [{"item": "closing", "from": 5, "to": 0}]


def test_what_is_struck_through_after_the_decision_is_late_and_other_rules_are_not(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Gạch", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan])
    (approved,) = [one for one in history(commune, meeting) if one["name"] == "meeting.minutes_approved"]
    commune.post(f"/meetings/{meeting}/bands", {"band": "fair", "effective_on": "2026-01-10"})
    body = {"position": approved["position"], "reason": "Chưa thông qua"}
    proposal = commune.post("/corrections", body, 202)["proposal"]
    with commune.client("secretary", commune.province) as second:
        assert second.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    struck = history(commune, meeting)[-1]
    assert (struck["name"], struck["late"]) == ("meeting.struck", True)
    assert get(commune, f"/scores/meetings/{meeting}")["late"] == [struck["position"]]
    commune.post("/rules/meeting-ward/adoptions", {"organisation": cell, "effective_on": "2025-12-01"})
    adopted = history(commune, meeting)[-1]
    assert (adopted["name"], adopted["late"]) == ("rule.adopted", False)


def test_a_history_comes_page_by_page_and_only_to_who_may_see_the_cell(commune: Commune) -> None:
    cell, (lan,) = a_cell(commune, "Trang", "Lê Lan")
    meeting = meet(commune, cell, "2026-01-05", [lan])
    whole = history(commune, meeting)
    page = get(commune, f"/scores/meetings/{meeting}/history", limit=2)
    assert page["items"] == whole[:2]
    assert history(commune, meeting, after=page["next"]) == whole[2:]
    with commune.client("clerk", commune.commune) as neighbour:
        assert neighbour.get(f"/scores/meetings/{meeting}/history").status_code == 403
    assert get(commune, f"/scores/meetings/{cell}/history", 404)["title"] == "Not Found"

"""Rule packs over HTTP: published by two persons, adopted by organisations, and what a self-score may say by them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

NATIONAL = (files("services.scoring") / "rulebooks" / "meeting-national.toml").read_text("utf-8")
FUTURE = "2030-01-01"
WARD = NATIONAL.replace('"meeting-national"', '"meeting-{id}"').replace('"Ban Tổ chức Trung ương"', '"Đảng ủy {id}"')


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One whose views are fed, for all tests of this file: each publishes packs of its own name and issuer."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def a_pack(name: str, **instead: str) -> str:
    """The national frame under another name and by another issuer; each text instead of another is `old=new`."""
    text = WARD.replace("{id}", name)
    for old, new in instead.items():
        line = next(line for line in text.splitlines() if line.startswith(f"{old} = "))
        text = text.replace(line, f"{old} = {new}", 1)
    return text


def proposed(commune: Commune, body: dict[str, Any]) -> str:
    return str(commune.post("/rules", body, 202)["proposal"])


def published(commune: Commune, text: str) -> None:
    proposal = proposed(commune, {"pack": text})
    with commune.client("secretary", commune.province) as secretary:
        answer = secretary.post(f"/proposals/{proposal}/approvals", json={})
        assert answer.status_code == 201, answer.text


def rule(commune: Commune, name: str, **asked: str) -> Any:
    position = commune.log()[-1]["position"]
    return commune.operator.get(f"/rules/{name}", params=asked, headers={"caunoi-at-least": str(position)})


def problem(commune: Commune, path: str, body: dict[str, Any], status: int) -> tuple[str, list[str]]:
    said = commune.post(path, body, status)
    return said["type"].removeprefix("/problems/"), [error["pointer"] for error in said.get("errors", [])]


def test_a_pack_is_at_hand_once_a_second_person_agrees(commune: Commune) -> None:
    proposal = proposed(commune, {"pack": a_pack("two-persons")})
    assert rule(commune, "meeting-two-persons").status_code == 404
    assert commune.post(f"/proposals/{proposal}/approvals", {}, 403)["type"].endswith("forbidden")
    with commune.client("secretary", commune.province) as secretary:
        answer = secretary.post(f"/proposals/{proposal}/approvals", json={})
    assert [fact["name"] for fact in answer.json()["facts"]] == ["proposal.approved", "rule.published"]
    shown = rule(commune, "meeting-two-persons").json()
    assert (shown["version"], shown["issuer"], sum(item["max"] for item in shown["items"])) == (
        1, "Đảng ủy two-persons", 100
    )  # fmt: skip
    assert shown["items"][1]["options"][0]["if"]["share"] == {"at_least": 0.9}
    assert commune.post("/rules", {"pack": a_pack("two-persons")}, 200)["facts"] == []


def test_a_pack_is_sent_as_an_object_too_and_is_the_same(commune: Commune) -> None:
    said = rule(commune, "meeting-national").json()
    said |= {"id": "meeting-object", "issuer": "Đảng ủy object"}
    proposal = proposed(commune, {"pack": said})
    with commune.client("operator", None) as other:
        assert other.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
    assert rule(commune, "meeting-object").json() == said


@pytest.mark.parametrize(
    ("old", "new", "pointer", "message"),
    [
        ("max", "-5", "/pack/items/0/max", "Input should be greater than or equal to 0"),
        ("max", "6", "/pack/items", "the maxima add up to 101, not to 100"),
        ("rule", '"length"', "/pack/items/0/rule", "there is no rule 'length'"),
        ("id", '"meeting-', "/pack", "this is no TOML"),
    ],
)
def test_a_pack_at_fault_is_refused_with_line_and_reason(
    commune: Commune, old: str, new: str, pointer: str, message: str
) -> None:
    text = a_pack("fault", **{old: new})
    wanted = "[[items]]" if pointer == "/pack/items" else f"{old} = {new}"
    line = text.splitlines().index(wanted) + 1
    said = commune.post("/rules", {"pack": text}, 422)
    assert said["type"] == "/problems/rule.at_fault"
    assert any(
        one["pointer"] == pointer and one["message"].startswith(f"line {line}: {message}") for one in said["errors"]
    ), said
    assert rule(commune, "meeting-fault").status_code == 404


def test_an_object_at_fault_is_refused_with_pointers(commune: Commune) -> None:
    said = rule(commune, "meeting-national").json()
    said["items"][3]["max"] = "many"
    assert problem(commune, "/rules", {"pack": said}, 422) == ("rule.at_fault", ["/pack/items/3/max"])
    for neither in (7, "", "x" * 500_001, [said], None):
        assert problem(commune, "/rules", {"pack": neither}, 422) == ("invalid", ["/pack"])
    for text in ("{", '{"id": }', "[", "id = ", "a = " + "[" * 3_000, "{" * 3_000, "\u0000", "x"):
        assert problem(commune, "/rules", {"pack": text}, 422) == ("rule.at_fault", ["/pack"])
    assert problem(commune, "/rules", {"pack": {}}, 422)[0] == "rule.at_fault"
    for field, value in (("version", 2**31), ("title", "a\u0000b"), ("issuer", "\u202eb"), ("valid_from", "soon")):
        said = rule(commune, "meeting-national").json() | {"id": "meeting-odd", field: value}
        assert problem(commune, "/rules", {"pack": said}, 422) == ("rule.at_fault", [f"/pack/{field}"])


def test_the_old_pack_stays_in_force_where_dates_overlap(commune: Commune) -> None:
    published(commune, a_pack("overlap"))
    rival = a_pack("rival", issuer='"Đảng ủy overlap"')
    assert problem(commune, "/rules", {"pack": rival}, 409) == ("rule.overlaps", ["/pack/valid_from"])
    second = {"pack": a_pack("overlap", version="2")}
    assert problem(commune, "/rules", second, 409) == ("rule.overlaps", ["/pack/valid_from"])
    backdated = {"pack": a_pack("overlap", version="2", valid_from="2025-12-01")}
    assert problem(commune, "/rules", backdated, 409) == ("rule.too_early", ["/pack/valid_from"])
    other = {"pack": a_pack("overlap", title='"Khung khác"')}
    assert problem(commune, "/rules", other, 409) == ("rule.version", ["/pack/version"])
    assert rule(commune, "meeting-overlap").json()["version"] == 1


def test_of_many_packs_of_one_issuer_that_are_agreed_on_at_once_one_is_published(commune: Commune) -> None:
    issuer = '"Đảng ủy nhiều"'
    proposals = [proposed(commune, {"pack": a_pack(f"many-{number}", issuer=issuer)}) for number in range(6)]
    with commune.client("secretary", commune.province) as secretary, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: secretary.post(f"/proposals/{one}/approvals", json={}), proposals))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5], [one.text for one in answers]
    assert {one.json()["type"] for one in answers if one.status_code == 409} == {"/problems/rule.overlaps"}


def test_a_later_version_changes_nothing_before_its_date(commune: Commune) -> None:
    published(commune, a_pack("later"))
    published(commune, a_pack("later", version="2", valid_from=FUTURE))
    assert rule(commune, "meeting-later", as_of="2029-12-31").json()["version"] == 1
    assert rule(commune, "meeting-later", as_of=FUTURE).json()["version"] == 2
    before = commune.log()[-1]["recorded_at"]
    assert rule(commune, "meeting-later", known_at="2020-01-01T00:00:00Z").status_code == 404
    assert rule(commune, "meeting-later", known_at=before).json()["version"] == 2


def test_who_may_publish_and_whose_a_pack_is(commune: Commune) -> None:
    with (
        commune.client("clerk", commune.commune) as clerk,
        commune.client("secretary", commune.commune) as secretary,
        commune.client("clerk", commune.village_cell) as cell,
        commune.client("clerk", commune.agency) as neighbour,
        commune.client("inspector", commune.province) as inspector,
    ):
        body = {"pack": a_pack("owned")}
        assert inspector.post("/rules", json=body).status_code == 403
        assert cell.post("/rules", json=body).json()["type"] == "/problems/rule.of_cell"
        assert neighbour.post("/rules", json=body | {"organisation": commune.commune}).status_code == 403
        proposal = clerk.post("/rules", json=body).json()["proposal"]
        assert secretary.post(f"/proposals/{proposal}/approvals", json={}).status_code == 201
        next_one = {"pack": a_pack("owned", version="2", valid_from=FUTURE)}
        assert neighbour.post("/rules", json=next_one).status_code == 403
        national = {"pack": NATIONAL.replace("version = 1", "version = 2").replace("2025-10-28\ng", "2030-01-01\ng")}
        assert clerk.post("/rules", json=national).status_code == 403
        assert clerk.post("/rules", json=next_one).status_code == 202
    assert commune.log()[-2]["data"]["organisation"] == commune.commune


# Adoptions


def test_an_adoption_is_asked_for_once_and_by_whoever_stands_above(commune: Commune) -> None:
    published(commune, a_pack("adopted"))
    path = "/rules/meeting-adopted/adoptions"
    body = {"organisation": commune.agency}
    assert [fact["name"] for fact in commune.post(path, body)["facts"]] == ["rule.adopted"]
    assert commune.post(path, body, 200)["facts"] == []
    with commune.client("clerk", commune.office_cell) as cell, commune.client("clerk", commune.agency) as above:
        own = {"organisation": commune.office_cell}
        assert cell.post(path, json=own).status_code == 403
        assert above.post(path, json=own).status_code == 201
        assert above.post(path, json={"organisation": commune.commune}).status_code == 403
    assert commune.post("/rules/unheard-of/adoptions", body, 404)["type"].endswith("not-found")
    assert commune.post("/rules/Not%20a%20name/adoptions", body, 404)["type"].endswith("not-found")
    unknown = {"organisation": "00000000-0000-4000-8000-000000000000"}
    assert problem(commune, path, unknown, 409) == ("rule.organisation_unknown", ["/organisation"])


def test_who_adopted_what_and_what_holds_for_whom_can_be_asked(commune: Commune) -> None:
    published(commune, a_pack("asked"))
    ward = commune.establish("Đảng bộ phường Ba", "superior", commune.province)
    cell = commune.establish("Chi bộ phố 3", "cell", ward, cell_kind="agency")
    commune.post("/rules/meeting-asked/adoptions", {"organisation": ward, "effective_on": "2026-08-01"})
    path = "meeting-asked/adoptions"
    (line,) = rule(commune, path).json()["items"]
    assert (line["organisation"], line["on"]) == (ward, "2026-08-01")
    assert rule(commune, path, as_of="2026-07-31").json()["items"] == []
    assert rule(commune, "nothing/adoptions").status_code == 404
    with commune.client("inspector", commune.agency) as neighbour, commune.client("clerk", cell) as own:
        assert neighbour.get(f"/rules/{path}").json()["items"] == []
        assert neighbour.get("/rules", params={"organisation": cell}).status_code == 403
        holds = {}
        for day in ("2026-07-31", "2026-08-01"):
            packs = own.get("/rules", params={"organisation": cell, "as_of": day}).json()["items"]
            holds[day] = {pack["of"]: pack["id"] for pack in packs}
    rest = {"four-good": "four-good-agency", "year": "year-national", "indicators": "indicators-province"}
    assert holds == {
        "2026-07-31": {"meeting": "meeting-national"} | rest, "2026-08-01": {"meeting": "meeting-asked"} | rest
    }  # fmt: skip


def test_a_pack_is_adopted_again_for_a_day_on_which_another_one_was_adopted_by_mistake(commune: Commune) -> None:
    published(commune, a_pack("mistaken"))
    ward = commune.establish("Đảng bộ phường Hai", "superior", commune.province)
    cell = commune.establish("Chi bộ phố 2", "cell", ward, cell_kind="street")
    body = {"organisation": ward, "effective_on": "2026-08-01"}
    for pack in ("meeting-national", "meeting-mistaken", "four-good-agency", "meeting-national"):
        commune.post(f"/rules/{pack}/adoptions", body)
    for pack in ("four-good-agency", "meeting-national"):
        assert commune.post(f"/rules/{pack}/adoptions", body, 200)["facts"] == []
    path = a_session(commune, cell)
    position = str(commune.log()[-1]["position"])
    score = commune.operator.get(f"/scores{path}", headers={"caunoi-at-least": position}).json()
    assert score["rubric"]["id"] == "meeting-national"


def test_what_was_published_or_adopted_is_not_struck_through_and_the_way_to_undo_it_is_told(commune: Commune) -> None:
    published(commune, a_pack("wrong"))
    ward = commune.establish("Đảng bộ phường Ba", "superior", commune.province)
    path = a_session(commune, commune.establish("Chi bộ phố 3", "cell", ward, cell_kind="street"))
    commune.post("/rules/meeting-wrong/adoptions", {"organisation": ward, "effective_on": "2026-08-01"})
    records = {record["name"]: record["position"] for record in commune.log()}
    for name, way in (("rule.published", "POST /rules,"), ("rule.adopted", "POST /rules/PACK/adoptions")):
        body = {"position": records[name], "reason": "Ghi nhầm"}
        refused = commune.post("/corrections", body, 409)
        assert refused["type"] == "/problems/correction.kind"
        assert way in refused["detail"]

    def by() -> str:
        at_least = {"caunoi-at-least": str(commune.log()[-1]["position"])}
        return str(commune.operator.get(f"/scores{path}", headers=at_least).json()["rubric"]["id"])

    assert by() == "meeting-wrong"
    commune.post("/rules/meeting-national/adoptions", {"organisation": ward, "effective_on": "2026-08-01"})
    assert by() == "meeting-national"


# Self-scores


def a_session(commune: Commune, cell: str, day: str = "2026-10-05") -> str:
    hours = {"started_at": f"{day}T19:30:00+07:00", "ended_at": f"{day}T21:10:00+07:00"}
    called = {"cell": cell, "kind": "regular", "planned_at": hours["started_at"]}
    path = f"/meetings/{commune.post('/meetings', called | {'effective_on': day})['id']}"
    commune.post(f"{path}/sessions", hours | {"counts": {"present": 1, "excused": 0, "absent": 0}})
    return path


@pytest.mark.parametrize(
    ("items", "pointers"),
    [
        ({"discussion": 26}, ["/items/discussion"]),
        ({"discussion": 25.5, "chairing": 10, "steps": 6}, ["/items/discussion", "/items/steps"]),
        ({"time": 5}, ["/items/time"]),
        ({"unheard-of": 1}, ["/items/unheard-of"]),
    ],
)
def test_a_self_score_keeps_to_the_pack_in_force(
    commune: Commune, items: dict[str, float], pointers: list[str]
) -> None:
    path = f"{a_session(commune, commune.village_cell)}/self-scores"
    assert problem(commune, path, {"items": items}, 422) == ("invalid", pointers)
    commune.post(path, {"items": {"discussion": 25, "last-resolution": 30}})


def test_a_body_that_the_pack_does_not_name_scores_nothing(commune: Commune) -> None:
    published(commune, a_pack("without-vote", gates='[]\nscored_by = ["self", "superior"]'))
    ward = commune.establish("Đảng bộ phường", "superior", commune.province)
    cell = commune.establish("Chi bộ phố 1", "cell", ward, cell_kind="street")
    commune.post("/rules/meeting-without-vote/adoptions", {"organisation": ward, "effective_on": "2026-08-01"})
    assert rule(commune, "meeting-without-vote").json()["scored_by"] == ["self", "superior"]
    path, before = a_session(commune, cell), a_session(commune, cell, "2026-07-31")
    votes = {"for": 1, "against": 0, "abstained": 0}
    for held in (path, before):
        commune.post(f"{held}/self-scores", {"total": 91})
    assert problem(commune, f"{path}/votes", votes, 403)[0] == "forbidden"
    commune.post(f"{before}/votes", votes)
    commune.post(f"{path}/bands", {"band": "good"})


def test_a_self_score_keeps_to_the_pack_that_the_superior_adopted(commune: Commune) -> None:
    harsher = a_pack("harsher").replace("max = 25", "max = 20").replace("max = 10", "max = 15")
    published(commune, harsher)
    cell = commune.establish("Chi bộ thôn 9", "cell", commune.commune, cell_kind="village")
    commune.post("/rules/meeting-harsher/adoptions", {"organisation": commune.commune, "effective_on": "2026-08-01"})
    assert rule(commune, "meeting-harsher").status_code == 200
    before, after = a_session(commune, cell, "2026-07-31"), a_session(commune, cell, "2026-08-01")
    assert problem(commune, f"{after}/self-scores", {"items": {"discussion": 21}}, 422)[1] == ["/items/discussion"]
    commune.post(f"{after}/self-scores", {"items": {"chairing": 15}})
    commune.post(f"{before}/self-scores", {"items": {"discussion": 21}})
    position = str(commune.log()[-1]["position"])
    for path, pack in ((before, "meeting-national"), (after, "meeting-harsher")):
        score = commune.operator.get(f"/scores{path}", headers={"caunoi-at-least": position}).json()
        assert score["rubric"]["id"] == pack


def test_a_policy_of_who_is_told_what_is_published_and_adopted_like_a_rubric(commune: Commune) -> None:
    soon = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    text = (
        f'of = "telling"\nid = "telling-here"\nversion = 1\nissuer = "Đảng ủy telling"\nnumber = "1"\non = {soon}\n'
        f'valid_from = {soon}\n[[rules]]\nid = "one"\nfact = "member.reward_given"\nto = "residence"\n'
    )
    wrong = {"pack": text.replace("member.reward_given", "member.promoted")}
    assert problem(commune, "/rules", wrong, 422) == ("rule.at_fault", ["/pack/rules/0/fact"])
    published(commune, text)
    answer = commune.post("/rules/telling-here/adoptions", {"organisation": commune.commune, "effective_on": soon})
    assert [fact["name"] for fact in answer["facts"]] == ["rule.adopted"]
    shown = commune.operator.get("/policies/telling-here").json()
    assert (shown["version"], [one["fact"] for one in shown["rules"]]) == (1, ["member.reward_given"])
    assert rule(commune, "telling-here").status_code == 404, "nothing is judged by it"
    held = {"organisation": commune.commune, "as_of": soon}
    assert [one["id"] for one in commune.operator.get("/policies", params=held).json()["items"]] == ["telling-here"]
    assert rule(commune, "meeting-national").status_code == 200

"""Questions about what goes from desk to desk: liaisons, candidacies, collective transfers and proposals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.ingest.test_structure import ask

JANUARY, FEBRUARY, MARCH = "2026-01-05", "2026-02-05", "2026-03-05"
ITEMS = {"items": {"political-task": 48.5, "meetings": 20}}


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all, whose views are fed; each test has members and cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["items"]]


def now() -> str:
    return datetime.now(UTC).isoformat()


def introduce(commune: Commune, member: str, on: str = JANUARY, **more: Any) -> str:
    body = {"member": member, "committee": commune.commune, "effective_on": on, **more}
    return str(commune.post("/liaisons", body)["id"])


def test_liaisons_are_listed_by_committee_member_and_state_by_both_clocks(commune: Commune) -> None:
    ward = commune.establish("Đảng bộ phường", "superior", commune.province)
    street = commune.establish("Chi bộ tổ 1", "cell", ward)
    nam, hoa = (commune.admit(name, commune.office_cell) for name in ("Trần Nam", "Lê Hòa"))
    first, second = (
        introduce(commune, nam, code="LH-1", committee=ward),
        introduce(commune, hoa, FEBRUARY, committee=ward),
    )
    before = now()
    commune.post(f"/liaisons/{first}/acceptances", {"effective_on": FEBRUARY})
    commune.post(f"/liaisons/{first}/assignments", {"cell": street, "effective_on": FEBRUARY})

    def listed(**asked: str) -> list[str]:
        return ids(ask(commune, "/liaisons", **({"committee": ward} | asked)))

    assert listed() == [first, second]
    assert listed(committee=commune.agency) == []
    assert listed(state="accepted") == [first]
    assert listed(state="introduced") == [second]
    assert listed(member=hoa) == listed(state="introduced", member=hoa) == [second]
    assert listed(code="LH-1") == [first]
    assert listed(state="introduced", as_of=JANUARY) == [first]
    assert listed(as_of="2025-12-31") == []
    assert listed(state="accepted", known_at=before) == []
    (line,) = ask(commune, "/liaisons", member=nam)["items"]
    assert (line["workplace"], line["cell"], line["since"]) == (commune.office_cell, street, FEBRUARY)
    page = ask(commune, "/liaisons", committee=ward, limit="1")
    assert (ids(page), ids(ask(commune, "/liaisons", committee=ward, after=page["next"]))) == ([first], [second])
    assert commune.operator.get("/liaisons", params={"state": "open"}).status_code == 422


def test_liaisons_are_told_to_where_he_lives_and_where_he_works_then_and_now(commune: Commune) -> None:
    school = commune.establish(
        "Chi bộ Trường Tiểu học", "cell", commune.establish("Khối trường", "superior", commune.province)
    )
    minh = commune.admit("Phạm Minh", commune.office_cell)
    liaison = introduce(commune, minh)
    elsewhere = commune.establish("Khối khác", "superior", commune.province)
    transfer = commune.post(f"/members/{minh}/transfers", {"to": school, "kind": "official", "effective_on": FEBRUARY})[
        "id"
    ]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": FEBRUARY})
    ask(commune, "/liaisons")
    for organisation, sees in ((commune.commune, 1), (commune.office_cell, 1), (school, 1), (elsewhere, 0)):
        with commune.client("clerk", organisation) as clerk:
            assert ids(clerk.get("/liaisons", params={"member": minh}).json()) == [liaison] * sees
            assert clerk.get(f"/liaisons/{liaison}").status_code == (200 if sees else 403)
    with commune.client("clerk", elsewhere) as clerk:
        assert clerk.get("/liaisons", params={"committee": commune.commune}).status_code == 403


def test_candidacies_are_listed_and_told_step_by_step_by_both_clocks(commune: Commune) -> None:
    cell, other = (commune.establish(name, "cell", commune.agency) for name in ("Chi bộ A", "Chi bộ B"))
    body = {"year": 2026, "effective_on": JANUARY}
    one = commune.post("/four-good", {"cell": cell, "code": "4T-7", **body})["id"]
    two = commune.post("/four-good", {"cell": other, **body, "effective_on": FEBRUARY})["id"]
    commune.post(f"/four-good/{one}/self-assessments", {**ITEMS, "effective_on": FEBRUARY})
    before = now()
    for noun in ("appraisals", "recognitions"):
        commune.post(f"/four-good/{one}/{noun}", {**(ITEMS if noun == "appraisals" else {}), "effective_on": MARCH})
    commune.post(f"/four-good/{one}/certificates", {"decision": DECISION, "effective_on": MARCH})
    commune.post(f"/four-good/{two}/withdrawals", {"reason": "chuyển đi", "effective_on": MARCH})

    def listed(**asked: str) -> list[str]:
        return ids(ask(commune, "/four-good/candidacies", **asked))

    assert listed(year="2026") == [one, two]
    assert listed(year="2025") == []
    assert listed(step="withdrawn") == listed(cell=other) == [two]
    assert listed(superior=commune.commune) == []
    assert listed(code="4T-7") == [one]
    assert listed(as_of=JANUARY) == [one]
    assert listed(step="self_assessed", known_at=before) == [one]
    told = ask(commune, f"/four-good/{one}")
    assert (told["step"], told["steps"]["self_assessed"], told["appraisal"]) == ("certified", FEBRUARY, ITEMS["items"])
    assert told["certificate"] == DECISION
    assert ask(commune, f"/four-good/{one}", as_of=FEBRUARY)["step"] == "self_assessed"
    assert ask(commune, f"/four-good/{one}", known_at=before)["appraisal"] is None
    assert ask(commune, f"/four-good/{two}")["withdrawn_because"] == "chuyển đi"
    assert commune.operator.get(f"/four-good/{one}", params={"as_of": "2025-12-31"}).status_code == 404
    assert commune.operator.get(f"/four-good/{uuid4()}").status_code == 404
    with commune.client("clerk", commune.commune) as elsewhere, commune.client("clerk", cell) as own:
        assert elsewhere.get(f"/four-good/{one}").status_code == 403
        assert elsewhere.get("/four-good/candidacies", params={"superior": commune.agency}).status_code == 403
        assert elsewhere.get("/four-good/candidacies").json()["items"] == []
        assert own.get(f"/four-good/{one}").status_code == 200


def test_a_hand_over_list_tells_what_has_become_of_each_by_both_clocks(commune: Commune) -> None:
    source, target = (
        commune.establish("Chi bộ C", "cell", commune.agency),
        commune.establish("Chi bộ D", "cell", commune.commune),
    )
    people = [commune.admit(f"Nguyễn Văn {number}", source) for number in range(3)]
    body = {"from": source, "to": target, "members": people, "decision": DECISION, "effective_on": JANUARY}
    listed = commune.post("/collective-transfers", body)["id"]
    path = f"/collective-transfers/{listed}"
    refused = ask(commune, path)["members"][1]["transfer"]
    commune.post(f"/transfers/{refused}/refusals", {"reason": "nhầm", "effective_on": JANUARY})
    before = now()
    commune.post(f"{path}/receptions", {"effective_on": FEBRUARY})
    told = ask(commune, path)
    assert (told["from"], told["to"], told["received_on"], told["decision"]) == (source, target, FEBRUARY, DECISION)
    assert [one["member"] for one in told["members"]] == people
    assert [one["state"] for one in told["members"]] == ["received", "refused", "received"]
    waiting = ask(commune, path, as_of=JANUARY)
    assert ({one["state"] for one in waiting["members"]}, waiting["received_on"]) == ({"in_transit", "refused"}, None)
    assert ask(commune, path, known_at=before)["received_on"] is None
    assert commune.operator.get(path, params={"as_of": "2025-12-31"}).status_code == 404
    assert commune.operator.get(f"/collective-transfers/{uuid4()}").status_code == 404
    for organisation, status in ((source, 200), (commune.commune, 200), (commune.office_cell, 403)):
        with commune.client("clerk", organisation) as clerk:
            assert clerk.get(path).status_code == status


def test_what_waits_for_a_second_person_is_listed_until_it_is_decided(commune: Commune) -> None:
    an = commune.admit("Trần An", commune.village_cell)
    hoa = commune.admit("Lê Hoa", commune.office_cell)
    body = {"form": "expulsion", "decision": DECISION}
    first, second = (commune.post(f"/members/{who}/sanctions", body, 202)["proposal"] for who in (an, hoa))
    before = now()

    def listed(**asked: str) -> list[str]:
        return ids(ask(commune, "/proposals", **asked))

    assert listed(state="open") == [first, second]
    page = ask(commune, "/proposals", limit="1")
    assert (ids(page), ids(ask(commune, "/proposals", after=page["next"]))) == ([first], [second])
    assert listed(state="open", organisation=commune.commune) == listed(subject=an) == [first]
    with commune.client("secretary", commune.commune) as secretary:
        assert secretary.post(f"/proposals/{first}/rejections", json={"reason": "chưa đủ"}).status_code == 201
        ask(commune, "/proposals")
        assert secretary.get("/proposals", params={"state": "open"}).json()["items"] == []
        assert ids(secretary.get("/proposals").json()) == [first]
        assert secretary.get("/proposals", params={"organisation": commune.agency}).status_code == 403
    assert listed(state="rejected") == [first]
    assert listed(state="open") == [second]
    assert listed(state="open", known_at=before) == [first, second]
    assert listed(as_of="2025-12-31") == []
    (line,) = ask(commune, "/proposals", state="open")["items"]
    assert (line["post"], line["subject"]) == (f"/members/{hoa}/sanctions", hoa)


def test_a_year_of_a_member_is_told_by_both_clocks(commune: Commune) -> None:
    first, second = (commune.establish(name, "cell", commune.agency) for name in ("Chi bộ E", "Chi bộ G"))
    binh = commune.admit("Vũ Bình", first)
    move = {"to": second, "kind": "official", "effective_on": FEBRUARY}
    transfer = commune.post(f"/members/{binh}/transfers", move)["id"]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": FEBRUARY})
    commune.post(f"/members/{binh}/rewards", {"form": "other", "decision": DECISION, "effective_on": "2025-09-02"})
    commune.post(f"/members/{binh}/sanctions", {"form": "reprimand", "decision": DECISION, "effective_on": MARCH})
    liaison = introduce(commune, binh, FEBRUARY)
    before = now()
    for subject in (second, binh):
        rated = {"subject": subject, "year": 2026, "band": "completed", "points": 55, "effective_on": MARCH}
        commune.post("/classifications", rated)
    path = f"/members/{binh}/year"
    told = ask(commune, f"{path}/2026")
    assert [(one["cell"], one["from"], one["until"]) for one in told["cells"]] == [
        (first, "2026-01-01", FEBRUARY), (second, FEBRUARY, None),
    ]  # fmt: skip
    assert (told["rewards"], [one["form"] for one in told["sanctions"]]) == ([], ["reprimand"])
    assert (told["classification"], told["liaisons"]) == ({"band": "completed", "points": 55}, [liaison])
    assert ask(commune, f"{path}/2026", known_at=before)["classification"] is None
    assert ask(commune, f"{path}/2026", as_of=JANUARY)["sanctions"] == []
    last = ask(commune, f"{path}/2025")
    assert ([one["form"] for one in last["rewards"]], last["liaisons"]) == (["other"], [])
    assert commune.operator.get(f"/members/{uuid4()}/year/2026").status_code == 404
    assert commune.operator.get(f"{path}/x").status_code == 422
    with commune.client("clerk", commune.establish("Khối xa", "superior", commune.province)) as elsewhere:
        ask(commune, "/organisations")
        assert elsewhere.get(f"{path}/2026").status_code == 403

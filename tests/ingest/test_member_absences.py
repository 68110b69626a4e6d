"""Posts, exemptions, inspections, suspensions and deaths over HTTP."""

from typing import Any

import psycopg
import pytest

from tests.ingest.conftest import DECISION, Commune

MARCH, MAY, JUNE = ({"effective_on": day} for day in ("2026-03-02", "2026-05-04", "2026-06-01"))
BODIES: dict[str, dict[str, Any]] = {
    "appointments": {"post": "Phó Hiệu trưởng", "at": "Trường THCS Hải Hòa"},
    "exemptions": {"ground": "age"},
    "inspections": {"ground": "Thu chi đảng phí"},
    "suspensions": {"until": "2026-12-31"},
    "deaths": {},
}


@pytest.mark.parametrize("change", BODIES)
def test_each_is_recorded_once_and_by_whoever_reaches_his_cell(commune: Commune, change: str) -> None:
    path, body = f"/members/{commune.lan}/{change}", BODIES[change] | MARCH
    with commune.client("secretary", commune.commune) as elsewhere:
        assert elsewhere.post(path, json=body).status_code == 403, "where he lives is not where he belongs"
    with commune.client("inspector", commune.agency) as inspector:
        assert inspector.post(path, json=body).status_code == 403
    with commune.client("clerk", commune.office_cell) as clerk:
        assert clerk.post(path, json=body).status_code == 201
        again = clerk.post(path, json=body)
        assert (again.status_code, again.json()["facts"]) == (200, [])
    commune.post(f"/members/{commune.village_cell}/{change}", body, 404)


@pytest.mark.parametrize(
    ("change", "ended"),
    [
        ("exemptions", "member.exemption_ended"),
        ("inspections", "member.inspection_ended"),
        ("suspensions", "member.suspension_ended"),
    ],
)
def test_each_ends_once(commune: Commune, change: str, ended: str) -> None:
    path = f"/members/{commune.lan}/{change}"
    none = commune.post(f"{path}/endings", MAY, 409)
    assert none["type"] == f"/problems/{change.removesuffix('s')}.none"
    commune.post(path, BODIES[change] | MARCH)
    assert [fact["name"] for fact in commune.post(f"{path}/endings", MAY)["facts"]] == [ended]
    assert commune.post(f"{path}/endings", MAY, 200)["facts"] == []


def test_an_exemption_for_other_reasons_has_a_term_under_a_year(commune: Commune) -> None:
    path = f"/members/{commune.lan}/exemptions"
    for until, rule in ((None, "exemption.until"), ("2027-03-02", "exemption.too_long")):
        said = commune.post(path, MARCH | {"ground": "other"} | ({"until": until} if until else {}), 409)
        assert (said["type"], said["errors"][0]["pointer"]) == (f"/problems/{rule}", "/until")
    commune.post(path, MARCH | {"ground": "other", "until": "2027-03-01"})


def test_an_organisation_that_is_not_here_is_no_place_of_a_post(commune: Commune) -> None:
    path = f"/members/{commune.lan}/appointments"
    said = commune.post(path, MARCH | {"post": "Giám đốc", "at": commune.lan}, 409)
    assert said["type"] == "/problems/appointment.at_unknown"
    commune.post(path, MARCH | {"post": "Giám đốc", "at": commune.agency})


def test_what_is_personal_in_a_post_and_in_an_inspection_is_sealed(commune: Commune) -> None:
    for change in ("appointments", "inspections"):
        commune.post(f"/members/{commune.lan}/{change}", BODIES[change] | MARCH)
    with psycopg.connect(commune.database.owner) as connection:
        row = connection.execute("SELECT string_agg(convert_from(data, 'UTF8'), '') FROM ledger.log").fetchone()
    assert row is not None
    assert "Trường THCS Hải Hòa" in row[0]
    assert not any(text in row[0] for text in ("Hiệu trưởng", "đảng phí"))
    assert commune.log()[-1]["data"]["ground"] == "Thu chi đảng phí", "who may read the log reads it"


def test_after_a_death_only_what_is_undone_goes_on_record(commune: Commune) -> None:
    of_lan = f"/members/{commune.lan}"
    sanction = {"form": "reprimand", "decision": DECISION} | MARCH
    position = commune.post(f"{of_lan}/sanctions", sanction)["facts"][0]["position"]
    commune.post(f"{of_lan}/deaths", MAY)
    transfer = {"to": commune.village_cell, "kind": "official"}
    for change, body in [
        *BODIES.items(),
        ("transfers", transfer),
        ("rewards", {"form": "other", "decision": DECISION}),
    ]:
        said = commune.post(f"{of_lan}/{change}", body | JUNE, 409)
        assert said["type"] == "/problems/member.died", change
    commune.post(f"{of_lan}/sanctions/{position}/restorations", JUNE)

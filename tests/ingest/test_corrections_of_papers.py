"""A wrong step of a candidacy, or a wrong band of a year, is struck through by two persons, as any other fact."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ingest.conftest import DECISION, Commune
from tests.ingest.feeding import feeding
from tests.ingest.test_corrections import WHY, corrected, read

ITEMS = {"items": {"political-task": 48.5, "meetings": 20, "solidarity": 15, "members": 12}}
RIGHT = {"items": {"political-task": 40, "meetings": 19, "solidarity": 15, "members": 12}}
JANUARY, FEBRUARY, MARCH = "2026-01-05", "2026-02-05", "2026-03-05"


@pytest.fixture
def office(commune: Commune) -> Iterator[Commune]:
    """The commune with its views fed."""
    with feeding(commune.database.app):
        yield commune


def refused(commune: Commune, position: int, rule: str, instead: Any = None) -> None:
    body = {"position": position, "reason": WHY} | ({"instead": instead} if instead is not None else {})
    assert commune.post("/corrections", body, 409)["type"] == f"/problems/{rule}"


def test_wrong_points_of_a_candidacy_are_put_right_and_no_step_is_left_out(office: Commune) -> None:
    registered = office.post("/four-good", {"cell": office.office_cell, "year": 2026, "effective_on": JANUARY})
    path = f"/four-good/{registered['id']}"
    own = office.post(f"{path}/self-assessments", ITEMS | {"effective_on": FEBRUARY})["position"]
    appraised = office.post(f"{path}/appraisals", ITEMS | {"effective_on": FEBRUARY})["position"]
    refused(office, own, "correction.depended_on")
    refused(office, own, "correction.later_facts", RIGHT | {"effective_on": MARCH})
    refused(office, registered["position"], "correction.kind")
    position = corrected(office, own, RIGHT)["position"]
    told = read(office, path, position)
    assert (told["self_assessment"], told["appraisal"], told["step"]) == (RIGHT["items"], ITEMS["items"], "appraised")
    position = corrected(office, appraised)["position"]
    told = read(office, path, position)
    assert (told["appraisal"], told["step"]) == (None, "self_assessed")
    with office.client("secretary", office.office_cell) as cell:
        office.post(f"{path}/appraisals", ITEMS | {"effective_on": MARCH})
        position = office.post(f"{path}/recognitions", {"effective_on": MARCH})["position"]
        said = cell.post("/corrections", json={"position": position, "reason": WHY})
        assert said.status_code == 403, "what the superior has recognised is the superior's"
    corrected(office, position)
    assert office.post(f"{path}/recognitions", {"effective_on": MARCH})["facts"]
    certificate = office.post(f"{path}/certificates", {"decision": DECISION, "effective_on": MARCH})["position"]
    right = corrected(office, certificate, {"decision": DECISION | {"number": "13-QĐ/ĐU"}})["position"]
    assert read(office, path, right)["certificate"]["number"] == "13-QĐ/ĐU"


def test_a_wrong_band_of_a_year_is_put_right_where_it_stood(office: Commune) -> None:
    body = {"subject": office.office_cell, "year": 2025, "band": "good", "points": 75, "effective_on": JANUARY}
    wrong = office.post("/classifications", body)["position"]
    position = corrected(office, wrong, body | {"band": "completed"})["position"]

    def bands(at: int) -> dict[str, int]:
        found = read(office, "/classifications", at, year=2025, organisation=office.agency)["items"]
        return {one["band"]: one["number"] for one in found if one["number"]}

    assert bands(position) == {"completed": 1}
    reopened = {"subject": office.office_cell, "year": 2025, "reason": "phát hiện sai phạm", "effective_on": FEBRUARY}
    again = office.post("/classifications/reopenings", reopened)["position"]
    assert bands(again) == {}
    refused(office, position, "correction.begins")
    assert bands(corrected(office, again)["position"]) == {"completed": 1}
    other = office.post("/classifications", body | {"subject": office.village_cell})["position"]
    third = office.establish("Chi bộ khác", "cell", office.agency)
    refused(office, other, "correction.instead", body | {"subject": third})

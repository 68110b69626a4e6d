"""Oath reviews and hand-over lists are found by their codes, by both clocks, by whoever they concern."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.ingest.test_collective_transfers import a_list
from tests.ingest.test_corrections import corrected

REVIEW = {"title": "Giữ trọn lời thề", "opens_on": "2026-03-01", "closes_on": "2026-05-31", "code": "LT-26"}


@pytest.fixture(scope="module")
def office(template: Postgres) -> Iterator[Commune]:
    with fresh(template) as database, feeding(database.app), a_commune(database) as commune:
        yield commune


def listed(office: Commune, path: str, by: Any = None, **asked: str) -> list[dict[str, Any]]:
    head = str(max(view["head"] for view in office.operator.get("/views").json()))
    answer = (by or office.operator).get(path, params=asked, headers={"caunoi-at-least": head})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_review_is_found_by_its_code_and_is_open_until_it_is_closed(office: Commune) -> None:
    opened = office.post("/oath-reviews", {**REVIEW, "scope": office.agency, "effective_on": "2026-03-01"})
    (found,) = listed(office, "/oath-reviews", code="LT-26")
    assert found == {
        "id": opened["id"], "scope": office.agency, **REVIEW, "state": "open", "since": "2026-03-01",
    }  # fmt: skip
    before = office.operator.get(f"/log/{opened['facts'][-1]['position']}").json()["recorded_at"]
    office.post(f"/oath-reviews/{opened['id']}/closings", {"effective_on": "2026-06-01"})
    assert [one["state"] for one in listed(office, "/oath-reviews")] == ["closed"]
    assert listed(office, "/oath-reviews", state="open") == []
    assert len(listed(office, "/oath-reviews", state="open", as_of="2026-05-31")) == 1
    assert len(listed(office, "/oath-reviews", state="open", known_at=before)) == 1
    assert listed(office, "/oath-reviews", as_of="2026-02-28") == []
    for organisation, sees in ((office.office_cell, 1), (office.province, 1), (office.village_cell, 0)):
        with office.client("clerk", organisation) as clerk:
            assert len(listed(office, "/oath-reviews", clerk)) == sees


def test_a_hand_over_list_is_found_by_both_of_its_sides_and_not_once_it_is_struck(office: Commune) -> None:
    sent = office.post("/collective-transfers", a_list(office, [office.lan], code="CT-1"))
    (found,) = listed(office, "/collective-transfers", code="CT-1")
    assert found == {
        "id": sent["id"], "from": office.office_cell, "to": office.village_cell, "members": 1, "code": "CT-1",
        "introduced_on": "2026-09-07", "state": "introduced", "since": "2026-09-07",
    }  # fmt: skip
    for organisation in (office.agency, office.village_cell):
        with office.client("clerk", organisation) as clerk:
            assert len(listed(office, "/collective-transfers", clerk)) == 1
    stranger = office.establish("Chi bộ khác", "cell", office.agency)
    assert listed(office, "/collective-transfers", organisation=stranger) == []
    received = office.post(f"/collective-transfers/{sent['id']}/receptions", {"effective_on": "2026-09-14"})
    assert [one["since"] for one in listed(office, "/collective-transfers", state="received")] == ["2026-09-14"]
    assert len(listed(office, "/collective-transfers", state="introduced", as_of="2026-09-13")) == 1
    corrected(office, received["facts"][0]["position"])
    corrected(office, sent["facts"][0]["position"])
    assert listed(office, "/collective-transfers") == []

"""Reports of an oath review over HTTP."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.database import Database
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

REPORT = {"kept": 5, "not_well": 1, "not_done": 0, "opinions": 4}


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def test_a_report_names_a_meeting_that_is_on_record(commune: Commune) -> None:
    campaign = {"scope": commune.agency, "title": "Lời thề", "opens_on": "2026-03-05", "closes_on": "2026-12-01"}
    review = commune.post("/oath-reviews", campaign)["id"]
    report = {"member": commune.lan, **REPORT}
    said = commune.post(f"/oath-reviews/{review}/reports", {**report, "meeting": str(uuid4())}, 409)
    assert (said["type"], said["errors"][0]["pointer"]) == ("/problems/oath_review.meeting_unknown", "/meeting")
    planned = {"cell": commune.office_cell, "kind": "thematic", "planned_at": "2026-03-05T07:00:00Z"}
    meeting = commune.post("/meetings", planned)["id"]
    commune.post(f"/oath-reviews/{review}/reports", {**report, "meeting": meeting})

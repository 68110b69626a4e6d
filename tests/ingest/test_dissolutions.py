"""Dissolutions over HTTP: nobody is left without a cell, and nothing below what is not there."""

from collections.abc import Iterator

import pytest

from tests.database import Database
from tests.ingest.conftest import BOOKS_OPEN, Commune, a_commune
from tests.ingest.feeding import feeding


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def test_only_an_empty_organisation_is_dissolved(commune: Commune) -> None:
    def refused(organisation: str, on: str = "2026-09-01") -> None:
        said = commune.post(f"/organisations/{organisation}/dissolutions", {"effective_on": on}, 409)
        assert said["type"] == "/problems/organisation.not_empty"

    grassroots = commune.establish("Đảng bộ bệnh viện", "grassroots", commune.agency)
    section = commune.establish("Đảng bộ bộ phận", "sectional", grassroots)
    refused(commune.office_cell)
    refused(commune.agency)
    refused(grassroots)
    move = {"to": commune.village_cell, "kind": "official", "effective_on": "2026-08-03"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", move)["id"]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": "2026-08-10"})
    refused(commune.office_cell, "2026-08-09")
    commune.post(f"/organisations/{commune.office_cell}/dissolutions", {"effective_on": "2026-08-10"})
    commune.post(f"/organisations/{section}/dissolutions", {"effective_on": "2026-09-01"})
    refused(grassroots, BOOKS_OPEN)
    for emptied in (grassroots, commune.agency):
        commune.post(f"/organisations/{emptied}/dissolutions", {"effective_on": "2026-09-01"})
        commune.post(f"/organisations/{emptied}/dissolutions", {"effective_on": "2026-09-01"}, 200)

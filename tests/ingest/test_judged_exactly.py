"""A self-score by items over HTTP, while views lag: what is kept for good is not what happened to have been read."""

from collections.abc import Iterator
from typing import Any

import pytest

from projections import waiting
from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

AT = "T12:30:00Z"


@pytest.fixture
def commune(template: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commune]:
    """One whose views read nothing until somebody feeds them; nobody waits long."""
    monkeypatch.setattr(waiting.at_least, "__defaults__", (0.2,))
    with fresh(template) as database, a_commune(database) as made:
        yield made


def held(commune: Commune, day: str) -> str:
    said = {"cell": commune.village_cell, "kind": "regular", "planned_at": day + AT, "effective_on": "2026-01-02"}
    meeting = str(commune.post("/meetings", said)["id"])
    session = {"started_at": day + AT, "ended_at": f"{day}T14:30:00Z"}
    counts = {"present": 9, "excused": 0, "absent": 0}
    commune.post(f"/meetings/{meeting}/sessions", {**session, "counts": counts})
    return meeting


def scored(commune: Commune, meeting: str, status: int, body: dict[str, Any]) -> dict[str, Any]:
    return commune.post(f"/meetings/{meeting}/self-scores", body, status)


def test_a_self_score_waits_for_the_meeting_before_and_for_the_pack_in_force(
    commune: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, meeting = held(commune, "2026-01-05"), held(commune, "2026-02-05")
    tasks = {"tasks": [{"to": commune.village_cell, "what": "Rà soát", "due_on": "2026-02-01"}]}
    commune.post(f"/meetings/{before}/resolutions", {**tasks, "effective_on": "2026-01-05"})
    commune.post(f"/meetings/{before}/task-results", {"results": [{"task": 1, "share": 0.8}]})
    ward = {"organisation": commune.village_cell, "effective_on": "2026-01-01"}
    commune.post("/rules/meeting-ward/adoptions", ward)
    assert scored(commune, meeting, 503, {"items": {"orientation": 2}})["type"] == "/problems/behind"
    monkeypatch.setattr(waiting.at_least, "__defaults__", (30.0,))
    with feeding(commune.database.app):
        scored(commune, meeting, 201, {"items": {"orientation": 2}})
    stored = commune.log()[-1]["data"]
    assert stored["last"] == {"meeting": before, "share": "0.8000"}, (
        "the cell's results, whatever had been read of them"
    )


def test_a_total_out_of_old_books_waits_for_nothing(commune: Commune) -> None:
    scored(commune, held(commune, "2026-01-05"), 201, {"total": 92})

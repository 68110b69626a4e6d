"""Cells of a commune behind a real server, the meetings that they hold, and what is told of them."""

from collections.abc import Sequence
from typing import Any

from tests.ingest.conftest import Commune

JUDGED = {"content": 5, "steps": 5, "discussion": 25, "chairing": 10, "principles": 5, "last-resolution": 30}


def a_cell(commune: Commune, name: str, *members: str) -> tuple[str, list[str]]:
    grassroots = commune.establish(f"Đảng bộ {name}", "grassroots", commune.agency)
    cell = commune.establish(f"Chi bộ {name}", "cell", grassroots, cell_kind="agency")
    return cell, [commune.admit(member, cell) for member in members]


def meet(
    commune: Commune,
    cell: str,
    day: str,
    present: list[str],
    *,
    kind: str = "regular",
    minus: float = 0,
    absent: Sequence[str] = (),
) -> str:
    """A good meeting of that day, less so many of the points for its discussion; `absent` without a reason."""
    at = f"{day}T12:30:00Z"
    before = f"{day[:8]}02T01:00:00Z"
    body = {"cell": cell, "kind": kind, "planned_at": at, "agenda": ["Nội dung"], "effective_on": before[:10]}
    meeting = str(commune.post("/meetings", body)["id"])
    commune.post(f"/meetings/{meeting}/pre-meetings", {"held_at": before, "minutes": True})
    commune.post(f"/meetings/{meeting}/documents", {"sent_at": before, "titles": ["Dự thảo"]})
    there: list[dict[str, Any]] = [{"member": member, "status": "present", "spoke": True} for member in present]
    there += [{"member": member, "status": "absent"} for member in absent]
    session = {"started_at": at, "ended_at": f"{day}T14:30:00Z", "attendance": there}
    commune.post(f"/meetings/{meeting}/sessions", session)
    tasks = [{"to": present[0], "what": "Rà soát", "due_on": f"{day[:8]}28"}]
    commune.post(f"/meetings/{meeting}/resolutions", {"tasks": tasks, "effective_on": day})
    commune.post(f"/meetings/{meeting}/minutes", {"approved_at": f"{day}T15:00:00Z"})
    own = {**JUDGED, "discussion": 25 - minus}
    commune.post(f"/meetings/{meeting}/self-scores", {"items": own, "effective_on": day})
    return meeting


def head(commune: Commune) -> int:
    return max(int(view["head"]) for view in commune.operator.get("/views").json())


def get(commune: Commune, path: str, status: int = 200, **params: Any) -> dict[str, Any]:
    answer = commune.operator.get(path, params=params, headers={"Caunoi-At-Least": str(head(commune))})
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said

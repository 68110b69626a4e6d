"""A cell's vote over HTTP: who of those present had one is put on record with it."""

from typing import Any

from tests.ingest.conftest import Commune

NIGHT = {"started_at": "2026-10-05T19:30:00+07:00", "ended_at": "2026-10-05T21:10:00+07:00"}


def a_vote(commune: Commune, session: dict[str, Any], votes: int) -> dict[str, Any]:
    """The vote as it is stored, after a session of the village's cell."""
    called = {"cell": commune.village_cell, "kind": "regular", "planned_at": NIGHT["started_at"]}
    meeting = commune.post("/meetings", called)["id"]
    commune.post(f"/meetings/{meeting}/sessions", NIGHT | session)
    commune.post(f"/meetings/{meeting}/self-scores", {"total": 92})
    body = {"for": votes, "against": 0, "abstained": 0}
    commune.post(f"/meetings/{meeting}/votes", {**body, "for": votes + 1}, 409)
    commune.post(f"/meetings/{meeting}/votes", body)
    commune.post(f"/meetings/{meeting}/votes", body, 200)
    stored: dict[str, Any] = commune.log()[-1]["data"]
    return stored


def test_who_is_probationary_or_here_for_a_time_has_no_vote(commune: Commune) -> None:
    an, binh = (commune.admit(name, commune.village_cell) for name in ("Lê Văn An", "Lê Văn Bình"))
    new = {"status": "probationary", "admitted_on": "2026-01-05", "effective_on": "2026-01-05"}
    chi = commune.admit("Lê Thị Chi", commune.village_cell, **new)
    late = commune.admit("Lê Thị Dung", commune.village_cell, effective_on="2026-10-20")
    guest = {"to": commune.village_cell, "kind": "temporary", "until": "2027-03-31", "effective_on": "2026-09-01"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", guest)["id"]
    commune.post(f"/transfers/{transfer}/receptions", {"effective_on": "2026-09-03"})
    attendance = [{"member": who, "status": "present"} for who in (an, chi, late, commune.lan)]
    attendance.append({"member": binh, "status": "excused"})
    assert a_vote(commune, {"attendance": attendance}, 2) == {"for": 2, "against": 0, "abstained": 0, "entitled": 2}


def test_of_a_session_in_counts_nobody_knows_who_had_a_vote(commune: Commune) -> None:
    counts = {"present": 5, "excused": 0, "absent": 0}
    assert a_vote(commune, {"counts": counts}, 5) == {"for": 5, "against": 0, "abstained": 0}

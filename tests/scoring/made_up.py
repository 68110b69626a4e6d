"""A made-up commune, posted over HTTP and written down as it is posted: for whoever adds it all up once more."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.ingest.conftest import Commune

KINDS = ("village", "street", "agency", "state_enterprise", "village")
MONTHS = (1, 2, 3, 4, 5)
ITEMS = {"content": 5, "steps": 5, "chairing": 10, "principles": 5, "last-resolution": 30}


@dataclass
class Met:
    """A meeting as it was posted; days are those of the month, minutes those of the session."""

    month: int
    kind: str
    minutes: int
    present: int
    excused: int
    absent: int
    prepared: bool
    resolved: bool
    approved: int
    scored: int
    discussion: int
    model: bool


@dataclass
class Told:
    """A cell as it was posted."""

    id: str
    kind: str
    members: list[str]
    meetings: list[Met] = field(default_factory=list)
    secretary: str = ""
    """What he is beside it; empty: there is no secretary."""
    alone: bool = False
    supervised: bool = False
    committee: int = 0
    trained: int = 0
    rules: bool = False
    plan: bool = False
    admitted: list[int] = field(default_factory=list)
    """In which months."""
    contacts: list[int] = field(default_factory=list)
    """The same of 2025, with its residents."""
    reported: int = 0


def made_up(commune: Commune, seed: int) -> tuple[str, list[Told], int]:
    """The organisation above them all, the cells, and how many it means to admit in 2026."""
    chance = Random(seed)
    top = commune.establish("Đảng bộ xã Bịa", "grassroots", commune.commune)
    cells = [_cell(commune, chance, top, number) for number in range(len(KINDS))]
    for cell in cells:
        for month in MONTHS:
            for kind, often in (("regular", 0.85), ("thematic", 0.4)):
                if chance.random() < often:
                    cell.meetings.append(_meet(commune, chance, cell, month, kind))
    _lead(commune, chance, cells, top)
    for cell in cells:
        _admit(commune, chance, cell)
        _keep_contact(commune, chance, cell)
    target = {"year": 2026, "kind": "admissions", "value": 6, "effective_on": "2026-01-03"}
    commune.post(f"/organisations/{top}/targets", target)
    _oath(commune, chance, cells, top)
    return top, cells, 6


def _cell(commune: Commune, chance: Random, top: str, number: int) -> Told:
    ident = commune.establish(f"Chi bộ bịa {number}", "cell", top, cell_kind=KINDS[number])
    members = [commune.admit(f"Người {number} {one}", ident) for one in range(chance.randint(3, 5))]
    return Told(ident, KINDS[number], members, alone=number == 3)


def _meet(commune: Commune, chance: Random, cell: Told, month: int, kind: str) -> Met:
    day = 10 if kind == "regular" else 20
    attended = [chance.choices(("present", "excused", "absent"), (12, 2, 1))[0] for _ in cell.members]
    met = Met(
        month, kind, chance.choice((60, 89, 90, 120)), attended.count("present"), attended.count("excused"),
        attended.count("absent"), cell.alone or chance.random() < 0.85, chance.random() < 0.85,
        day + chance.choice((0, 0, 1, 2, 3)), day + chance.choice((0, 1, 2, 2, 3)), chance.randint(15, 25),
        chance.random() < 0.1,
    )  # fmt: skip
    month_of = f"2026-{month:02}"
    start, before = f"{month_of}-{day}T08:00:00+07:00", f"{month_of}-{day - 3:02}T08:00:00+07:00"
    called = {"cell": cell.id, "kind": kind, "planned_at": start, "agenda": ["Nội dung"], "effective_on": before[:10]}
    path = f"/meetings/{commune.post('/meetings', called)['id']}"
    if met.prepared:
        commune.post(f"{path}/pre-meetings", {"held_at": before, "minutes": True})
    commune.post(f"{path}/documents", {"sent_at": before, "titles": ["Dự thảo"]})
    end = f"{month_of}-{day}T{8 + met.minutes // 60:02}:{met.minutes % 60:02}:00+07:00"
    there = [{"member": one, "status": status} for one, status in zip(cell.members, attended, strict=True)]
    commune.post(f"{path}/sessions", {"started_at": start, "ended_at": end, "attendance": there})
    if met.resolved:
        tasks = [{"to": cell.members[0], "what": "Rà soát"}]
        commune.post(f"{path}/resolutions", {"tasks": tasks, "effective_on": start[:10]})
    commune.post(f"{path}/minutes", {"approved_at": f"{month_of}-{met.approved}T17:00:00+07:00"})
    own = {"items": {**ITEMS, "discussion": met.discussion}, "effective_on": f"{month_of}-{met.scored}"}
    commune.post(f"{path}/self-scores", own)
    if met.model:
        commune.post(f"{path}/model-choices", {"effective_on": f"{month_of}-25"})
    return met


def _lead(commune: Commune, chance: Random, cells: list[Told], top: str) -> None:
    trained: list[str] = []
    for number, cell in enumerate(cells):
        first, second = cell.members[:2]
        offices: list[tuple[str, dict[str, Any]]] = []
        if number != 4:
            beside = chance.choice(("village_head", "unit_head", "other", "none"))
            cell.secretary = beside
            more = {} if beside == "none" else {"concurrently": beside}
            offices.append((cell.id, {"member": first, "office": "secretary", **more}))
        if number != 3:
            offices.append((cell.id, {"member": second, "office": "deputy_secretary"}))
        if chance.random() < 0.6:
            cell.supervised = True
            other = cells[(number + 1) % len(cells)].members[-1]
            offices.append((cell.id, {"member": other, "office": "supervisor"}))
        for of, body in offices:
            commune.post(f"/organisations/{of}/officers", {**body, "effective_on": "2025-12-01"})
        committee = [first] * (number != 4) + [second] * (number != 3)
        learning = [one for one in committee if chance.random() < 0.5]
        cell.committee, cell.trained = len(committee), len(learning)
        trained += learning
        if chance.random() < 0.5:
            cell.rules = True
            rules = {"term": "2025-2030", "effective_on": "2025-06-01"}
            commune.post(f"/organisations/{cell.id}/working-rules", rules)
        if chance.random() < 0.5:
            cell.plan = True
            commune.post(f"/organisations/{cell.id}/four-good-plans", {"year": 2026, "effective_on": "2026-01-03"})
    # A training has somebody in it.
    outsider = cells[0].members[-1]
    training = {"year": 2026, "members": [*trained, outsider], "effective_on": "2026-01-20"}
    commune.post(f"/organisations/{top}/trainings", training)


def _admit(commune: Commune, chance: Random, cell: Told) -> None:
    """After the last meeting, so that nobody is missing from a list."""
    for _ in range(chance.randint(0, 2)):
        month = chance.choice((6, 7, 8))
        day = f"2026-{month:02}-19"
        commune.admit("Người mới", cell.id, admitted_on=day, status="probationary", effective_on=day)
        cell.admitted.append(month)


def _keep_contact(commune: Commune, chance: Random, cell: Told) -> None:
    member = cell.members[0]
    home = {"committee": commune.province, "effective_on": "2025-01-02"}
    commune.post(f"/members/{member}/residences", home)
    said = {"member": member, "committee": commune.province, "effective_on": "2025-01-03"}
    path = f"/liaisons/{commune.post('/liaisons', said)['id']}"
    commune.post(f"{path}/acceptances", {"effective_on": "2025-01-04"})
    commune.post(f"{path}/assignments", {"cell": cell.id, "effective_on": "2025-01-05"})
    for month in sorted(chance.sample((3, 6, 9, 11, 12), chance.randint(0, 3))):
        day = f"2025-{month:02}-15"
        commune.post(f"{path}/contacts", {"on": day, "kind": "visit", "effective_on": day})
        cell.contacts.append(month)


def _oath(commune: Commune, chance: Random, cells: list[Told], top: str) -> None:
    said = {"scope": top, "title": "Lời thề", "opens_on": "2026-02-26", "closes_on": "2026-03-20"}
    review = commune.post("/oath-reviews", {**said, "effective_on": "2026-02-26"})["id"]
    for cell in cells:
        for member in cell.members:
            if chance.random() < 0.8:
                report = {"member": member, "kept": 5, "not_well": 1, "not_done": 0, "opinions": 2}
                commune.post(f"/oath-reviews/{review}/reports", {**report, "effective_on": "2026-03-01"})
                cell.reported += 1

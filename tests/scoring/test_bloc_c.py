"""The reported figures of an agency bloc, entered one by one: its four-good pilot, and one cell's year of meetings."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.scoring.cells import get

TABLE = tomllib.loads((Path(__file__).parent / "tables" / "bloc-c.toml").read_text("utf-8"))
REPORTED, FOUR_GOOD = TABLE["bloc"], TABLE["four_good"]
ITEMS = {"political-task": 40, "meetings": 20, "solidarity": 20, "members": 16}
SHORT = {**ITEMS, "members": 10}
YEAR = 2025
Line = tuple[str, dict[str, Any]]


class Bloc:
    """The bloc as it is entered, a batch at a time."""

    def __init__(self, commune: Commune) -> None:
        self.commune = commune
        self.ident = commune.establish("Đảng bộ Khối C", "superior", commune.province)
        self.elsewhere = commune.establish("Đảng bộ Khối khác", "superior", commune.province)
        self.committees = self._establish("grassroots", [self.ident] * REPORTED["committees"])
        self.sectional = self._establish("sectional", self.committees[: REPORTED["sectional"]])
        # The first stand below a sectional organisation, the others right below their committee.
        above = [self.committees[number % len(self.committees)] for number in range(REPORTED["attached_cells"])]
        places = self.sectional + above[len(self.sectional) :]
        cells = self._establish("cell", places)
        self.attached = [
            [cell for cell, one in zip(cells, above, strict=True) if one == own] for own in self.committees
        ]
        self.direct = self._establish("cell", [self.ident] * REPORTED["grassroots_cells"])
        self.moving = self._establish("cell", [self.ident] * FOUR_GOOD["withdrawn"])

    @property
    def excellent(self) -> list[str]:
        """The grassroots cells and the cells of committees that are."""
        said = TABLE["excellent"]
        return self.direct[: said["grassroots_cells"]] + [cells[0] for cells in self.attached[: said["committees"]]]

    def enter(self, lines: list[Line], status: int = 201) -> list[dict[str, Any]]:
        """All of them in one batch, each of which is to be answered so."""
        content = "\n".join(json.dumps({"post": post, "body": body}) for post, body in lines)
        headers = {"content-type": "application/x-ndjson"}
        answer = self.commune.operator.post("/facts", content=content, headers=headers, timeout=120)
        said = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["status"] for line in said] == [status] * len(lines), said
        return [line["body"] for line in said]

    def rate(self, cells: list[str], band: str, status: int = 201) -> list[dict[str, Any]]:
        on = "2026-01-05"
        lines: list[Line] = [
            ("/classifications", {"subject": cell, "year": YEAR, "band": band, "effective_on": on}) for cell in cells
        ]
        return self.enter(lines, status)

    def step(self, candidacies: list[str], noun: str, on: str, **body: Any) -> None:
        self.enter([(f"/four-good/{one}/{noun}", {**body, "effective_on": on}) for one in candidacies])

    def _establish(self, kind: str, parents: list[str]) -> list[str]:
        ids = [str(uuid4()) for _ in parents]
        more = {"cell_kind": "agency"} if kind == "cell" else {}
        lines: list[Line] = [
            ("/organisations", {"id": one, "name": f"{kind} {number}", "kind": kind, "parent": parent, **more,
                                "effective_on": BOOKS_OPEN})
            for number, (one, parent) in enumerate(zip(ids, parents, strict=True))
        ]  # fmt: skip
        self.enter(lines)
        return ids


@pytest.fixture(scope="module")
def bloc(template: Postgres) -> Iterator[Bloc]:
    """Entered, and its year classified."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as commune:
        made = Bloc(commune)
        cells = [*made.direct, *(cell for cells in made.attached for cell in cells)]
        made.rate([cell for cell in cells if cell not in made.excellent], "good")
        made.rate(made.excellent, "excellent")
        yield made


def test_the_bloc_has_the_organisations_that_it_reported(bloc: Bloc) -> None:
    assert len(bloc.committees) + len(bloc.direct) == REPORTED["grassroots"]
    assert sum(map(len, bloc.attached)) == REPORTED["attached_cells"]
    tree = get(bloc.commune, f"/organisations/{bloc.ident}/tree")
    kinds = [child["kind"] for child in tree["children"]]
    assert (kinds.count("grassroots"), kinds.count("cell")) == (33, 31 + FOUR_GOOD["withdrawn"])


def test_its_four_good_pilot_comes_to_the_figures_that_it_reported(bloc: Bloc) -> None:
    excellent = bloc.excellent
    others = [cells[1] for cells in bloc.attached[: FOUR_GOOD["assessed"] - len(excellent)]]
    met = others[: FOUR_GOOD["met"] - len(excellent)]
    cells = [*excellent, *others, *bloc.moving]
    registered: list[Line] = [
        ("/four-good", {"cell": cell, "year": YEAR, "effective_on": "2025-02-01"}) for cell in cells
    ]
    ids = dict(zip(cells, (said["id"] for said in bloc.enter(registered)), strict=True))
    bloc.step([ids[cell] for cell in bloc.moving], "withdrawals", "2025-06-01", reason="chuyển về cấp trên khác")
    bloc.enter(
        [
            (f"/organisations/{cell}/handovers", {"to": bloc.elsewhere, "effective_on": "2025-06-01"})
            for cell in bloc.moving
        ]
    )
    assessed = [ids[cell] for cell in (*excellent, *others)]
    recognised = [ids[cell] for cell in (*excellent, *met)]
    bloc.step(assessed, "self-assessments", "2025-12-10", items=ITEMS)
    bloc.step(recognised, "appraisals", "2025-12-20", items=ITEMS)
    left = [one for one in assessed if one not in recognised]
    bloc.step(left, "appraisals", "2025-12-20", items=SHORT)
    bloc.step(recognised, "recognitions", "2025-12-28")
    refused = bloc.enter([(f"/four-good/{one}/recognitions", {"effective_on": "2025-12-28"}) for one in left], 409)
    assert {said["type"] for said in refused} == {"/problems/candidacy.below_standard"}
    certified = recognised[: FOUR_GOOD["certificates"]]
    bloc.step(certified, "certificates", "2026-01-10", decision=DECISION)

    told = get(bloc.commune, "/four-good", superior=bloc.ident, year=YEAR)
    assert told == FOUR_GOOD
    bands = get(bloc.commune, "/classifications", organisation=bloc.ident, year=YEAR)
    assert {line["band"]: line["number"] for line in bands["items"] if line["kind"] == "cell"} == {
        "excellent": 26, "good": 31 + 247 - 26, "completed": 0, "not_completed": 0
    }  # fmt: skip


def test_one_more_than_a_fifth_is_refused_in_each_of_its_organisations(bloc: Bloc) -> None:
    again = {"year": YEAR, "reason": "đề nghị xét lại", "effective_on": "2026-01-20"}
    for cell, allowed in ((bloc.direct[-1], 5), (bloc.attached[0][-1], 1)):
        bloc.enter([("/classifications/reopenings", {"subject": cell, **again})])
        body = {"subject": cell, "year": YEAR, "band": "excellent", "effective_on": "2026-01-21"}
        (refused,) = bloc.enter([("/classifications", body)], 409)
        assert refused["type"] == "/problems/classification.excellent_cap"
        assert refused["allowed"] <= refused["excellent"] == allowed
        bloc.enter([("/classifications", {**body, "band": "good"})])


def test_one_cell_of_ten_members_met_twelve_times_of_which_seven_were_thematic(bloc: Bloc) -> None:
    said, cell = TABLE["cell"], bloc.direct[0]
    lines: list[Line] = []
    for month in range(1, said["meetings"] + 1):
        meeting, day = str(uuid4()), f"2025-{month:02}-05"
        kind, path = "thematic" if month <= said["thematic"] else "regular", f"/meetings/{meeting}"
        called = {"id": meeting, "cell": cell, "kind": kind, "planned_at": f"{day}T01:00:00Z", "agenda": ["Nội dung"]}
        counts = {"present": said["members"], "excused": 0, "absent": 0}
        session = {"started_at": f"{day}T01:00:00Z", "ended_at": f"{day}T02:30:00Z", "counts": counts}
        lines += [("/meetings", called), (f"{path}/sessions", session)]
        lines += [(f"{path}/self-scores", {"total": 95}), (f"{path}/bands", {"band": "good"})]
    for step in range(4):
        bloc.enter(lines[step::4])
    told = get(bloc.commune, f"/scores/cells/{cell}", period=str(YEAR))
    assert told["meetings"] == {"good": said["good"]}
    assert len(told["lines"]) == said["meetings"]
    assert told["rhythm"]["thematic"]["meetings"] == said["thematic"]
    assert told["rhythm"]["regular"]["missing"] == [f"2025-{month:02}" for month in range(1, said["thematic"] + 1)]

"""Nobody is on the roll of a cell that is gone and nothing stands below it, whatever is dated back or corrected."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.ingest.test_corrections import WHY, corrected
from tests.ingest.test_structure import ask, members

SPRING, SUMMER, AUTUMN = "2026-03-02", "2026-06-01", "2026-09-01"
EXPULSION = {"form": "expulsion", "decision": DECISION, "effective_on": SPRING}


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all, whose views are fed; each test has members and cells of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def a_cell(commune: Commune, name: str) -> str:
    return commune.establish(name, "cell", commune.agency)


def refused(commune: Commune, path: str, body: dict[str, Any], rule: str) -> None:
    before = commune.log()[-1]["position"]
    assert commune.post(path, body, 409)["type"] == f"/problems/{rule}"
    assert commune.log()[-1]["position"] == before, "what is refused writes nothing"


def dissolve(commune: Commune, cell: str, on: str = AUTUMN) -> None:
    commune.post(f"/organisations/{cell}/dissolutions", {"effective_on": on})


def absorb(commune: Commune, cell: str, into: str, on: str = AUTUMN) -> None:
    commune.post(f"/organisations/{cell}/absorptions", {"into": into, "effective_on": on})


def expel(commune: Commune, member: str) -> int:
    """Where the fact of it stands."""
    proposal = commune.post(f"/members/{member}/sanctions", EXPULSION, 202)["proposal"]
    with commune.client("secretary", commune.province) as second:
        said = second.post(f"/proposals/{proposal}/approvals", json={})
    assert said.status_code == 201, said.text
    return next(int(fact["position"]) for fact in said.json()["facts"] if fact["name"] == "member.disciplined")


def test_nobody_comes_for_a_day_before_to_what_was_dissolved_since(commune: Commune) -> None:
    cell, other = a_cell(commune, "Chi bộ tan"), a_cell(commune, "Chi bộ còn")
    dissolve(commune, cell)
    body = {"name": "Trần An", "cell": cell, "status": "official", "admitted_on": "2015-05-19"}
    refused(commune, "/members", body | {"effective_on": SPRING}, "member.cell_ended")
    hoa = commune.admit("Lê Hòa", other)
    move = {"to": cell, "kind": "official", "effective_on": SPRING}
    refused(commune, f"/members/{hoa}/transfers", move, "transfer.destination_ended")


def test_nothing_comes_for_a_day_before_to_stand_below_what_was_dissolved_since(commune: Commune) -> None:
    gone = commune.establish("Đảng bộ tan", "grassroots", commune.agency)
    cell = a_cell(commune, "Chi bộ lẻ")
    dissolve(commune, gone)
    body = {"name": "Chi bộ con", "kind": "cell", "parent": gone, "effective_on": SPRING}
    refused(commune, "/organisations", body, "organisation.parent_ended")
    handed = {"to": gone, "effective_on": SPRING}
    refused(commune, f"/organisations/{cell}/handovers", handed, "organisation.parent_ended")


def test_nobody_comes_back_for_a_day_before_to_a_cell_that_is_gone_since(commune: Commune) -> None:
    cell, into = a_cell(commune, "Chi bộ nhập"), a_cell(commune, "Chi bộ nhận")
    an = commune.admit("Trần An", cell)
    position = expel(commune, an)
    absorb(commune, cell, into)
    path = f"/members/{an}/sanctions/{position}/restorations"
    refused(commune, path, {"effective_on": SUMMER}, "restoration.cell_ended")
    commune.post(path, {"effective_on": AUTUMN})
    assert members(commune, into, AUTUMN) == [an]


def test_an_expulsion_is_not_struck_where_he_would_be_on_the_roll_of_a_cell_that_is_gone(commune: Commune) -> None:
    dissolved, absorbed, into = (a_cell(commune, f"Chi bộ số {number}") for number in range(3))
    for cell in (dissolved, absorbed):
        position = expel(commune, commune.admit("Trần An", cell))
        if cell == absorbed:
            absorb(commune, cell, into)
        else:
            dissolve(commune, cell)
        refused(commune, "/corrections", {"position": position, "reason": WHY}, "correction.cell_ended")


def test_a_reception_is_not_struck_where_he_would_be_back_in_a_cell_that_is_gone(commune: Commune) -> None:
    origin = a_cell(commune, "Chi bộ đi")
    an = commune.admit("Trần An", origin)
    move = {"to": commune.village_cell, "kind": "official", "effective_on": SPRING}
    transfer = commune.post(f"/members/{an}/transfers", move)["id"]
    received = commune.post(f"/transfers/{transfer}/receptions", {"effective_on": SPRING})["position"]
    dissolve(commune, origin)
    refused(commune, "/corrections", {"position": received, "reason": WHY}, "correction.cell_ended")
    corrected(commune, received, {"effective_on": SUMMER})
    assert members(commune, origin, "2026-05-31") == [an]
    assert members(commune, commune.village_cell, AUTUMN) == [an]


def test_a_name_is_put_right_of_who_came_to_a_cell_that_is_gone_since(commune: Commune) -> None:
    cell, into = a_cell(commune, "Chi bộ cũ"), a_cell(commune, "Chi bộ mới")
    body = {"name": "Trần Ann", "cell": cell, "status": "official", "admitted_on": "2015-05-19"}
    admitted = commune.post("/members", body | {"effective_on": BOOKS_OPEN})
    absorb(commune, cell, into)
    corrected(commune, admitted["position"], body | {"name": "Trần An"})
    found = ask(commune, f"/members/{admitted['id']}", as_of=AUTUMN)
    assert (found["name"], found["cell"]) == ("Trần An", into)


def test_what_others_rest_on_is_not_struck_from_its_beginning(commune: Commune) -> None:
    superior = commune.post(
        "/organisations", {"name": "Khối", "kind": "superior", "parent": commune.province, "effective_on": BOOKS_OPEN}
    )
    body = {"name": "Chi bộ nhầm", "kind": "cell", "parent": superior["id"], "effective_on": BOOKS_OPEN}
    cell = commune.post("/organisations", body)
    an = commune.admit("Trần An", cell["id"])
    for position in (superior["position"], cell["position"]):
        refused(commune, "/corrections", {"position": position, "reason": WHY}, "correction.begins")
    for otherwise in (
        {"name": "x", "kind": "grassroots", "parent": superior["id"]},
        body | {"effective_on": SUMMER},
    ):
        wrong = {"position": cell["position"], "reason": WHY, "instead": otherwise}
        refused(commune, "/corrections", wrong, "correction.depended_on")
    corrected(commune, cell["position"], body | {"name": "Chi bộ đúng"})
    assert ask(commune, f"/organisations/{cell['id']}")["name"] == "Chi bộ đúng"
    hoa = commune.admit("Lê Hoa", cell["id"])
    commune.post("/liaisons", {"member": hoa, "committee": commune.commune})
    position = next(one["position"] for one in commune.log() if one["stream"].endswith(hoa))
    refused(commune, "/corrections", {"position": position, "reason": WHY}, "correction.begins")
    alone = next(one["position"] for one in commune.log() if one["stream"].endswith(an))
    corrected(commune, alone)


def test_whoever_comes_in_the_moment_in_which_a_cell_is_dissolved_is_refused_or_keeps_it(commune: Commune) -> None:
    rounds = 12
    superior = commune.establish("Khối tan", "superior", commune.province)
    cells = [commune.establish(f"Chi bộ {number}", "cell", superior) for number in range(rounds)]
    gone = [commune.establish(f"Đảng bộ {number}", "grassroots", superior) for number in range(rounds)]
    lone = [commune.establish(f"Chi bộ lẻ {number}", "cell", superior) for number in range(rounds)]
    coming = [commune.admit(f"Trần Văn {number}", commune.village_cell) for number in range(rounds)]
    moves = [
        commune.post(f"/members/{who}/transfers", {"to": cell, "kind": "official", "effective_on": SPRING})["id"]
        for who, cell in zip(coming, cells, strict=True)
    ]
    new = {"name": "Lê Văn", "status": "official", "admitted_on": "2015-05-19"}
    requests: list[tuple[str, dict[str, Any]]] = []
    for number in range(rounds):
        requests += [
            (f"/transfers/{moves[number]}/receptions", {}),
            (f"/organisations/{cells[number]}/dissolutions", {}),
            ("/members", new | {"cell": cells[number]}),
            (f"/organisations/{gone[number]}/dissolutions", {}),
            (f"/organisations/{lone[number]}/handovers", {"to": gone[number]}),
        ]

    def send(request: tuple[str, dict[str, Any]]) -> int:
        path, body = request
        answer = commune.operator.post(path, json={"effective_on": SUMMER, **body})
        assert answer.status_code in {201, 409}, answer.text
        if answer.status_code == 409:
            ending = answer.json()["type"].removeprefix("/problems/").partition(".")[2]
            assert ending in {"not_empty", "cell_ended", "destination_ended", "parent_ended"}
        return answer.status_code

    with ThreadPoolExecutor(15) as pool:
        said = list(pool.map(send, requests))
    for number in range(rounds):
        received, dissolved, admitted, ended, handed = said[5 * number : 5 * number + 5]
        assert (dissolved == 201) == (received == admitted == 409), "nobody is in it, or it is there"
        assert (ended == 201) == (handed == 409), "nothing stands below it, or it is there"
    everybody = members(commune, superior, AUTUMN)
    assert len(everybody) == sum(status == 201 for n, status in enumerate(said) if n % 5 in (0, 2))

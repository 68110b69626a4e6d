"""What passes on over HTTP: tokens, residents and liaisons, and those who are on the way; and what races come to."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from tests.database import Database
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding
from tests.ingest.test_structure import ON, ask, members

MANY = 40
REWARD = {"form": "commendation", "decision": DECISION}


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """One whose views are fed."""
    with feeding(database.app), a_commune(database) as made:
        yield made


def absorb(commune: Commune, organisation: str, into: str) -> None:
    commune.post(f"/organisations/{organisation}/absorptions", {"into": into, "effective_on": ON})


def test_a_token_of_what_has_ended_acts_for_its_successor(commune: Commune) -> None:
    hoa = commune.admit("Lê Hòa", commune.village_cell)
    with commune.client("clerk", commune.office_cell) as clerk:
        assert clerk.post(f"/members/{hoa}/rewards", json=REWARD).status_code == 403
        absorb(commune, commune.office_cell, commune.village_cell)
        assert clerk.post(f"/members/{hoa}/rewards", json=REWARD).status_code == 201
        ask(commune, "/organisations")
        assert clerk.get(f"/members/{hoa}").status_code == 200
        assert [one["id"] for one in clerk.get("/organisations").json()["items"]] == [commune.village_cell]
        assert clerk.get(f"/organisations/{commune.agency}").status_code == 403


def test_what_is_handed_over_from_a_later_day_on_gives_nobody_rights_before(commune: Commune) -> None:
    school = commune.establish("Đảng bộ trường", "grassroots", commune.agency)
    path, later = f"/organisations/{school}/renamings", "2027-01-01"
    with commune.client("clerk", commune.commune) as clerk:
        commune.post(f"/organisations/{school}/handovers", {"to": commune.commune, "effective_on": later})
        assert clerk.post(path, json={"name": "x"}).status_code == 403
        ask(commune, "/organisations")
        assert clerk.get(f"/organisations/{school}").status_code == 403
    with commune.client("clerk", commune.agency) as clerk:
        assert clerk.post(path, json={"name": "Trường"}).status_code == 201


def test_the_residents_are_the_successors(commune: Commune) -> None:
    ward = commune.establish("Đảng bộ phường Hải Lộc", "superior", commune.province)
    an = commune.admit("Trần An", commune.office_cell, residence={"place": "06799"})

    def residents(of: str, as_of: str) -> set[str]:
        return {one["id"] for one in ask(commune, f"/organisations/{of}/residents", as_of=as_of)["items"]}

    absorb(commune, commune.commune, ward)
    assert residents(ward, ON) == {commune.lan, an}
    assert residents(ward, "2026-08-31") == set()
    assert residents(commune.commune, "2026-08-31") == {commune.lan, an}
    with commune.client("clerk", ward) as clerk:
        assert clerk.get(f"/members/{commune.lan}").status_code == 200


def test_an_open_liaison_goes_on_with_the_successor(commune: Commune) -> None:
    ward = commune.establish("Đảng bộ phường Hải Lộc", "superior", commune.province)
    liaison = commune.post("/liaisons", {"member": commune.lan, "committee": commune.commune})["id"]
    absorb(commune, commune.commune, ward)
    with commune.client("secretary", ward) as secretary:
        assert secretary.post(f"/liaisons/{liaison}/acceptances", json={}).status_code == 201
        cell = {"cell": commune.village_cell}
        assert secretary.post(f"/liaisons/{liaison}/assignments", json=cell).status_code == 201
        remark = {"year": 2026, "band": "good", "consulted": ["Ban công tác Mặt trận"]}
        assert secretary.post(f"/liaisons/{liaison}/remarks", json=remark).status_code == 201
        assert secretary.post(f"/liaisons/{liaison}/remarks/2026/confirmations", json={}).status_code == 201
    with commune.client("secretary", commune.agency) as stranger:
        assert stranger.post(f"/liaisons/{liaison}/assignments", json=cell).status_code == 403
    elsewhere = commune.establish("Chi bộ khối", "cell", commune.agency)
    said = commune.post(f"/liaisons/{liaison}/assignments", {"cell": elsewhere}, 409)
    assert said["type"] == "/problems/liaison.cell_elsewhere"


def test_nobody_is_stuck_on_the_way_when_a_cell_ends(commune: Commune) -> None:
    move = {"to": commune.village_cell, "kind": "official", "effective_on": "2026-08-03"}
    transfer = commune.post(f"/members/{commune.lan}/transfers", move)["id"]
    office, village = (commune.establish(name, "cell", commune.agency) for name in ("Chi bộ A", "Chi bộ B"))
    absorb(commune, commune.office_cell, office)
    absorb(commune, commune.village_cell, village)
    assert members(commune, office) == [commune.lan]
    with commune.client("clerk", village) as clerk:
        received = clerk.post(f"/transfers/{transfer}/receptions", json={"effective_on": "2026-09-02"})
        assert received.status_code == 201, received.text
    assert members(commune, village, "2026-09-02") == [commune.lan]
    assert members(commune, office, "2026-09-02") == []


def test_whoever_joins_while_a_cell_ends_is_refused_or_goes_along(commune: Commune) -> None:
    body = {"cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN}

    def admit(number: int) -> str | None:
        answer = commune.operator.post("/members", json={"name": f"Nguyễn Văn {number}", **body})
        assert answer.status_code in {201, 409}, answer.text
        if answer.status_code == 409:
            assert answer.json()["type"] == "/problems/member.cell_ended"
            return None
        return str(answer.json()["id"])

    with ThreadPoolExecutor(12) as pool:
        coming = [pool.submit(admit, number) for number in range(MANY // 2)]
        ending = pool.submit(absorb, commune, commune.office_cell, commune.village_cell)
        coming += [pool.submit(admit, number) for number in range(MANY // 2, MANY)]
        ending.result()
        came = {one for one in (future.result() for future in coming) if one is not None}
    assert set(members(commune, commune.village_cell)) == {commune.lan, *came}
    assert members(commune, commune.office_cell) == []


@pytest.mark.parametrize("how", ["absorptions", "splits"])
def test_a_cell_to_which_people_come_without_a_pause_ends_all_the_same(commune: Commune, how: str) -> None:
    body = {"cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19", "effective_on": BOOKS_OPEN}
    part = {"name": "Chi bộ mới", "members": [commune.lan]}
    endings: dict[str, dict[str, Any]] = {
        "absorptions": {"into": commune.village_cell},
        "splits": {"into": [part], "keeps": True},
    }
    ending = endings[how]
    has_ended = Event()

    def come(desk: int) -> Counter[int]:
        """As long as the cell has not ended, and three hundred times at most."""
        said = Counter[int]()
        while said.total() < 300 and not has_ended.is_set():
            said[commune.operator.post("/members", json={"name": f"Nguyễn Văn {desk}", **body}).status_code] += 1
        return said

    with ThreadPoolExecutor(17) as pool:
        coming = [pool.submit(come, desk) for desk in range(16)]
        try:
            commune.post(f"/organisations/{commune.office_cell}/{how}", {"effective_on": ON, **ending})
        finally:
            has_ended.set()
        said = sum((one.result() for one in coming), Counter[int]())
    assert said[201] < 16 * 300, "it ended before the last of them came"
    assert set(said) <= ({201, 409} if how == "absorptions" else {201})


def test_of_many_who_end_an_organisation_at_once_one_wins(commune: Commune) -> None:
    cells = [commune.establish(f"Chi bộ {number}", "cell", commune.agency) for number in range(8)]

    def end(number: int) -> tuple[int, str]:
        into = cells[number % len(cells)]
        path = f"/organisations/{commune.office_cell}/absorptions"
        answer = commune.operator.post(path, json={"into": into, "effective_on": ON})
        return answer.status_code, into

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(end, range(MANY)))
    assert [status for status, _ in said].count(201) == 1
    winner = next(into for status, into in said if status == 201)
    assert {status for status, into in said if into != winner} == {409}
    assert {status for status, into in said if into == winner} <= {200, 201}
    assert members(commune, winner) == [commune.lan]


def test_the_tree_stays_a_tree_whatever_happens_at_once(commune: Commune) -> None:
    more = [commune.establish(f"Đảng bộ {number}", "superior", commune.province) for number in range(3)]
    superiors = [commune.commune, commune.agency, *more]
    grassroots = [commune.establish(f"Cơ sở {number}", "grassroots", superiors[number % 5]) for number in range(6)]

    def change(number: int) -> int:
        one, other = grassroots[number % 6], grassroots[(number * 5 + 1) % 6]
        to = superiors[number * 7 % 5]
        path, body = {
            0: (f"/organisations/{one}/handovers", {"to": to}),
            1: (f"/organisations/{one}/absorptions", {"into": other}),
            2: (f"/organisations/{to}/absorptions", {"into": superiors[number * 3 % 5]}),
            3: (f"/organisations/{one}/handovers", {"to": to}),
        }[number % 4]
        return int(commune.operator.post(path, json={"effective_on": ON, **body}).status_code)

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(change, range(MANY * 2))) <= {200, 201, 409}
    here = {one["id"]: one for one in ask(commune, "/organisations", as_of=ON, limit="500")["items"]}
    below = _ids(ask(commune, f"/organisations/{commune.province}/tree", as_of=ON))
    assert len(below) == len(set(below)), "each stands in one place"
    assert set(below) == set(here), "and all stand below the province"


def _ids(branch: dict[str, object]) -> list[str]:
    children = branch["children"]
    assert isinstance(children, list)
    return [str(branch["id"]), *(one for child in children for one in _ids(child))]

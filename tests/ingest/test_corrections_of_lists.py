"""A hand-over list that is wrong is struck through as a whole, by two persons, and so is what it did to each member."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding
from tests.ingest.test_collective_transfers import a_list, admitted
from tests.ingest.test_corrections import corrected, read

ON, RECEIVED_ON, LATER = "2026-09-07", "2026-09-14", "2026-09-21"


@pytest.fixture(scope="module")
def office(template: Postgres) -> Iterator[Commune]:
    """One commune with its views fed; each test has members of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as commune:
        yield commune


def sent(office: Commune, members: list[str], **more: Any) -> dict[str, Any]:
    return office.post("/collective-transfers", a_list(office, members, **more))


def received(office: Commune, collective: str) -> dict[str, Any]:
    return office.post(f"/collective-transfers/{collective}/receptions", {"effective_on": RECEIVED_ON})


def shown(office: Commune, members: list[str], at_least: int, **asked: str) -> list[tuple[str, str]]:
    found = [read(office, f"/members/{one}", at_least, as_of=LATER, **asked) for one in members]
    return [(one["standing"], one["cell"]) for one in found]


def of_list(said: dict[str, Any]) -> int:
    """The position of what is said of the list itself."""
    return next(int(fact["position"]) for fact in said["facts"] if fact["name"].startswith("collective_transfer."))


def names(said: dict[str, Any]) -> Counter[str]:
    return Counter(fact["name"] for fact in said["facts"])


def test_a_list_that_was_sent_by_mistake_is_struck_of_everybody_and_may_be_sent_again(office: Commune) -> None:
    members = admitted(office, 3)
    wrong = sent(office, members, code="CT-7")
    done = corrected(office, of_list(wrong))
    assert names(done) == {"proposal.approved": 1, "collective_transfer.struck": 1, "member.struck": 3}
    at = done["facts"][-1]["position"]
    assert shown(office, members, at) == [("full", office.office_cell)] * 3
    assert office.operator.get(f"/collective-transfers/{wrong['id']}").status_code == 404
    sent(office, members, code="CT-7")


def test_of_a_reception_on_the_wrong_day_everybody_is_received_on_the_right_one(office: Commune) -> None:
    members = admitted(office, 3)
    first = sent(office, members)
    wrong = received(office, first["id"])
    before = office.operator.get(f"/log/{wrong['facts'][-1]['position']}").json()["recorded_at"]
    done = corrected(office, of_list(wrong), {"effective_on": "2026-09-10"})
    assert names(done) == {
        "proposal.approved": 1, "collective_transfer.struck": 1, "collective_transfer.received": 1,
        "member.struck": 3, "member.transfer_received": 3,
    }  # fmt: skip
    at = done["facts"][-1]["position"]
    days = {
        as_of: read(office, f"/members/{members[0]}", at, as_of=as_of)["cell"] for as_of in ("2026-09-09", "2026-09-10")
    }
    assert days == {"2026-09-09": office.office_cell, "2026-09-10": office.village_cell}
    whole = read(office, f"/collective-transfers/{first['id']}", at, as_of=LATER)
    assert (whole["received_on"], [one["ended_on"] for one in whole["members"]]) == ("2026-09-10", ["2026-09-10"] * 3)
    then = read(office, f"/members/{members[0]}", at, as_of="2026-09-10", known_at=before)
    assert then["cell"] == office.office_cell, "by what was known then he was on his way"
    assert office.post(f"/collective-transfers/{first['id']}/receptions", {}, 200)["facts"] == []


def test_a_reception_that_never_was_leaves_all_on_their_way(office: Commune) -> None:
    members = admitted(office, 2)
    first = sent(office, members)
    at = corrected(office, of_list(received(office, first["id"])))["facts"][-1]["position"]
    assert shown(office, members, at) == [("in_transit", office.office_cell)] * 2
    assert names(received(office, first["id"]))["member.transfer_received"] == 2


def test_a_list_with_the_wrong_members_and_the_wrong_cell_is_told_again(office: Commune) -> None:
    elsewhere = office.establish("Chi bộ thôn 2", "cell", office.commune, cell_kind="village")
    stays, goes, forgotten = admitted(office, 3)
    wrong = sent(office, [stays, goes])
    instead = a_list(office, [goes, forgotten], to=elsewhere)
    done = corrected(office, of_list(wrong), instead)
    at = done["facts"][-1]["position"]
    assert shown(office, [stays, goes, forgotten], at) == [
        ("full", office.office_cell), ("in_transit", office.office_cell), ("in_transit", office.office_cell),
    ]  # fmt: skip
    whole = read(office, f"/collective-transfers/{wrong['id']}", at, as_of=LATER)
    assert (whole["to"], [one["member"] for one in whole["members"]]) == (elsewhere, [goes, forgotten])
    at = received(office, wrong["id"])["facts"][-1]["position"]
    assert shown(office, [goes, forgotten], at) == [("full", elsewhere)] * 2


def test_of_one_alone_his_introduction_or_reception_is_struck_and_the_others_stay_as_they_are(office: Commune) -> None:
    members = admitted(office, 3)
    first = sent(office, members)
    ones = [fact["position"] for fact in first["facts"] if fact["name"] == "member.transfer_introduced"]
    instead = {"position": ones[0], "reason": "nhầm", "instead": {"to": office.village_cell, "kind": "official"}}
    assert office.post("/corrections", instead, 409)["type"] == "/problems/correction.of_list"
    corrected(office, ones[0])
    came = received(office, first["id"])
    assert names(came)["member.transfer_received"] == 2
    his = next(fact["position"] for fact in came["facts"] if fact["name"] == "member.transfer_received")
    at = corrected(office, his, {"effective_on": "2026-09-16"})["facts"][-1]["position"]
    assert shown(office, members, at) == [
        ("full", office.office_cell), ("full", office.village_cell), ("full", office.village_cell),
    ]  # fmt: skip
    # Whoever is corrected alone is not touched when the whole list is.
    rest = corrected(office, of_list(came))
    assert names(rest)["member.struck"] == 1


def test_an_introduction_is_not_struck_under_its_reception_nor_an_arrival_under_what_followed(office: Commune) -> None:
    members = admitted(office, 2)
    first = sent(office, members)
    came = received(office, first["id"])
    head = office.operator.get("/log", params={"after": came["facts"][-1]["position"]}).json()["items"]
    said = office.post("/corrections", {"position": of_list(first), "reason": "nhầm"}, 409)
    assert said["type"] == "/problems/correction.depended_on"
    wrong = {"position": of_list(came), "reason": "nhầm", "instead": {"effective_on": "2026-09-01"}}
    assert office.post("/corrections", wrong, 409)["type"].startswith("/problems/transfer.")
    assert office.operator.get("/log", params={"after": came["facts"][-1]["position"]}).json()["items"] == head == []


def test_the_destination_corrects_its_reception_and_the_origin_its_list(office: Commune) -> None:
    first = sent(office, admitted(office, 1))
    with office.client("clerk", office.commune) as destination, office.client("clerk", office.agency) as origin:
        body = {"position": of_list(first), "reason": "nhầm"}
        assert destination.post("/corrections", json=body).status_code == 403
        assert origin.post("/corrections", json=body).status_code == 202

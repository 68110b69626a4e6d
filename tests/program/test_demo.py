"""The demonstration commune in a running system: its numbers are those that the books come to, and one day more."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.program.demo.entering import BOOKS, WRITTEN_ON
from services.program.demo.lines import CLOCK
from services.program.demo.meeting_today import MEETING
from services.program.demo.oath import CAMPAIGN
from services.program.system import System
from tests.program.places import eventually, place

EXPECTED = json.loads((BOOKS / "expected.json").read_text(encoding="utf-8"))
AS_OF = date.fromisoformat(EXPECTED["as_of"])
PROGRAM = [sys.executable, "-m", "services.program"]

pytestmark = pytest.mark.skipif(
    datetime.now(CLOCK).date() <= WRITTEN_ON, reason="the books are of days that have not come"
)


class Demonstrated:
    """A running system with the demonstration in it, and what loading it has printed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.first = self.load()
        self.system = System.find(data)
        everybody = self.system.every("/organisations", as_of=EXPECTED["books_open_on"])
        self.organisations = {one["code"]: str(one["id"]) for one in everybody}

    def load(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*PROGRAM, "demo", "--data", str(self.data)], check=True, capture_output=True, text=True)

    def head(self) -> int:
        return max(int(view["head"]) for view in self.system.get("/views"))

    def records(self, name: str) -> list[dict[str, Any]]:
        """All records of that name."""
        return list(self.system.every("/log", name=name))

    def of_cells(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        """The records of that name about meetings planned up to the day, each with the code of its meeting's cell."""
        codes = {ident: code for code, ident in self.organisations.items()}
        cells = {
            record["stream"]: codes[record["data"]["cell"]]
            for record in self.records("meeting.called")
            if datetime.fromisoformat(record["data"]["planned_at"]).astimezone(CLOCK).date() <= AS_OF
        }
        return [(cells[record["stream"]], record) for record in self.records(name) if record["stream"] in cells]

    def members(self, cell: str, day: date) -> list[dict[str, Any]]:
        """Who counts in the cell on that day: its guests count where they came from."""
        lines = self.system.every(f"/organisations/{self.organisations[cell]}/members", as_of=day.isoformat())
        return [line for line in lines if line["standing"] != "temporary_in"]


@pytest.fixture(scope="module")
def loaded(seed: Path) -> Iterator[Demonstrated]:
    with place() as nowhere:
        data = nowhere / "data"
        subprocess.run(["cp", "--archive", str(seed), str(data)], check=True)
        up = subprocess.Popen([*PROGRAM, "up", "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, text=True)
        try:
            eventually(lambda: (data / "address").exists() or up.poll() is not None, seconds=60)
            made = Demonstrated(data)
            yield made
            made.system.close()
        finally:
            up.send_signal(signal.SIGTERM)
            up.communicate(timeout=60)


def test_one_day_is_told_in_five_short_lines_and_then_where_to_look(loaded: Demonstrated) -> None:
    told, _, steps = loaded.first.stdout.partition("\n\n")
    lines = told.splitlines()
    assert len(lines) == 5
    assert max(map(len, lines)) <= 120
    assert "94.5 of 100 points by 42-HD/BTCTW, band good" in lines[0]
    assert re.search(r"inbox after \d+, \d+, \d+ ms\.$", lines[3])
    assert "2 still wait" in lines[4]
    assert loaded.system.url in steps
    assert "score explain meeting" in steps
    assert (loaded.data / "admin-token").read_text().strip() not in loaded.first.stdout


def test_all_else_goes_to_standard_error_without_a_name_of_a_person(loaded: Demonstrated) -> None:
    said, found = loaded.first.stderr, re.search(r"(\d+) new facts in ([\d.]+) s", loaded.first.stderr)
    refused = sum(flaw["outcome"] == "refused" for flaw in EXPECTED["import"]["flaws"])
    assert f"{refused} refused because they are wrong" in said
    names = {one["data"]["name"] for one in loaded.records("member.admitted")}
    assert not any(name in said for name in names)
    assert found
    rows = sum(said["data_rows"] for said in EXPECTED["import"]["rows"].values())
    assert rows < int(found[1]) <= loaded.head()
    assert float(found[2]) < 30, "half a minute at most"


def test_a_second_run_changes_nothing_and_says_so(loaded: Demonstrated) -> None:
    head, tokens = loaded.head(), len(list(loaded.system.every("/tokens")))
    again = loaded.load()
    assert again.stdout.splitlines()[0] == "The demonstration commune is here already: nothing was added."
    assert again.stdout.partition("\n\n")[2] == loaded.first.stdout.partition("\n\n")[2]
    assert loaded.head() == head
    assert len(list(loaded.system.every("/tokens"))) == tokens


def test_nor_does_a_run_of_another_operator(loaded: Demonstrated) -> None:
    other = loaded.system.post("/tokens", {"role": "operator", "name": "another"})["token"]
    head = loaded.head()
    remote = {**os.environ, "CAUNOI_URL": loaded.system.url, "CAUNOI_TOKEN": other}
    said = subprocess.run([*PROGRAM, "demo"], env=remote, check=True, capture_output=True, text=True).stdout
    assert said.startswith("The demonstration commune is here already")
    assert "$CAUNOI_TOKEN" in said
    assert loaded.head() == head


def test_the_meeting_of_the_day_was_judged_by_three_bodies_and_by_the_facts(loaded: Demonstrated) -> None:
    score = loaded.system.get(f"/scores/meetings/{MEETING}")
    assert score["complete"]
    assert set(score["bands"].values()) == {"good"}
    assert all(line["facts"] for line in score["lines"])


def test_what_the_day_told_waits_in_the_inbox_but_for_what_was_acknowledged(loaded: Demonstrated) -> None:
    committee = loaded.organisations["HH"]
    found = [(one["fact"], one["state"]) for one in loaded.system.every("/inbox", organisation=committee)]
    told = {"member.disciplined": "acknowledged", "member.transfer_received": "delivered"}
    assert found == [*told.items(), ("member.transfer_introduced", "delivered")]


@pytest.mark.parametrize("day", sorted(EXPECTED["members_per_cell"]))
def test_each_cell_has_its_members_on_three_days(loaded: Demonstrated, day: str) -> None:
    expected = EXPECTED["members_per_cell"][day]
    assert {cell: len(loaded.members(cell, date.fromisoformat(day))) for cell in expected} == expected


def test_official_and_probationary_members_are_told_apart(loaded: Demonstrated) -> None:
    found = Counter(one["status"] for cell in EXPECTED["secretaries"] for one in loaded.members(cell, AS_OF))
    assert found == {status: EXPECTED["members_per_status"][status] for status in ("official", "probationary")}


def test_who_has_died_or_was_taken_off_the_list_is_so_here(loaded: Demonstrated) -> None:
    left = EXPECTED["members_per_status"]["left"]
    assert (len(loaded.records("member.died")), len(loaded.records("member.removed"))) == (
        left["deceased"], left["removed"],
    )  # fmt: skip


def test_each_cell_has_its_secretary(loaded: Demonstrated) -> None:
    cards = {one["stream"]: one["data"]["card"] for one in loaded.records("member.admitted")}
    found = {}
    for code in EXPECTED["secretaries"]:
        path = f"/organisations/{loaded.organisations[code]}/officers"
        officers = loaded.system.get(path, as_of=EXPECTED["books_open_on"])["items"]
        (found[code],) = (cards[f"member/{one['member']}"] for one in officers if one["office"] == "secretary")
    assert found == EXPECTED["secretaries"]


def test_the_expelled_member_is_on_no_roll(loaded: Demonstrated) -> None:
    (expelled,) = (one for one in loaded.records("member.disciplined") if one["data"]["form"] == "expulsion")
    assert expelled["effective_on"] == "2026-08-24"
    member = loaded.system.get(f"/members/{expelled['stream'].partition('/')[2]}")
    assert member["standing"] == "out"


def test_the_committee_finds_whom_it_follows(loaded: Demonstrated) -> None:
    for code, number in EXPECTED["residents_working_elsewhere"]["by_committee"].items():
        path = f"/organisations/{loaded.organisations[code]}/residents"
        assert len(list(loaded.system.every(path, as_of=AS_OF.isoformat()))) == number


def test_transfers_stand_as_the_slips_say(loaded: Demonstrated) -> None:
    """Among them what was withdrawn, extended and returned from."""
    expected = EXPECTED["transfers"]
    found = list(loaded.system.every("/transfers", organisation=loaded.organisations["T22"], as_of=AS_OF.isoformat()))
    by_state: dict[str, list[str]] = {}
    for one in found:
        by_state.setdefault(one["state"], []).append(one["code"])
    assert sorted(by_state["in_transit"] + by_state["overdue"]) == expected["in_transit"]["which"]
    assert sorted(by_state["overdue"]) == expected["in_transit_over_30_working_days"]
    assert by_state["withdrawn"] == ["GT-020"]
    assert {state: len(by_state[state]) for state in ("refused", "withdrawn", "returned")} == {
        state: expected[state] for state in ("refused", "withdrawn", "returned")
    }
    assert len(by_state["received"] + by_state["returned"]) == expected["received"]


def test_the_committee_where_somebody_lives_is_told_and_nobody_else(loaded: Demonstrated) -> None:
    """The notices are history: made for the record, sent to nobody."""
    facts = {
        "member.transfer_introduced": "transfer", "member.reward_given": "reward", "member.disciplined": "sanction",
        "member.removed": "removal", "member.exempted": "exemption", "member.died": "death",
        "member.appointed": "appointment",
    }  # fmt: skip
    cards = {one["stream"].partition("/")[2]: one["data"]["card"] for one in loaded.records("member.admitted")}
    records = {one["position"]: one for name in facts for one in loaded.records(name)}
    notices = loaded.system.every("/inbox", organisation=loaded.organisations["HH"], state="history")
    told = Counter(
        (cards[one["subject"]], facts[one["fact"]], records[one["position"]]["effective_on"])
        for one in notices
        if one["fact"] in facts and one["role"] == "residence"
        and records[one["position"]]["effective_on"].startswith("2026")
    )  # fmt: skip
    of_committee = [one for one in EXPECTED["told"] if one["committee"] == "HH"]
    assert told == Counter((one["card"], one["fact"], one["on"]) for one in of_committee)


def test_each_cell_has_held_its_meetings(loaded: Demonstrated) -> None:
    expected = EXPECTED["meetings"]
    called = loaded.of_cells("meeting.called")
    thematic = Counter(cell for cell, one in called if one["data"]["kind"] == "thematic")
    assert thematic == {cell: said["thematic"] for cell, said in expected.items()}
    regular = {one["stream"]: cell for cell, one in called if one["data"]["kind"] == "regular"}
    held = {one["stream"]: date.fromisoformat(one["effective_on"]) for _, one in loaded.of_cells("meeting.held")}
    for cell, said in expected.items():
        months = [held[stream].month for stream, of in regular.items() if of == cell]
        assert len(months) == said["regular"]
        assert sorted(set(range(1, 11)) - set(months)) == said["months_without_regular"]


def test_each_cell_has_prepared_and_written_up_its_regular_meetings(loaded: Demonstrated) -> None:
    called = loaded.of_cells("meeting.called")
    regular = {one["stream"] for _, one in called if one["data"]["kind"] == "regular"}
    held = {one["stream"]: date.fromisoformat(one["effective_on"]) for _, one in loaded.of_cells("meeting.held")}

    def days(name: str) -> Iterator[tuple[str, int]]:
        """The cell of each, and how many days after the session it was."""
        for cell, one in loaded.of_cells(name):
            if one["stream"] in regular:
                yield cell, (date.fromisoformat(one["effective_on"]) - held[one["stream"]]).days

    found = {
        "pre_meeting": Counter(cell for cell, _ in days("meeting.pre_meeting_held")),
        "documents_a_day_before": Counter(cell for cell, after in days("meeting.documents_sent") if after <= -1),
        "minutes_in_two_days": Counter(cell for cell, after in days("meeting.minutes_approved") if after <= 2),
    }
    for cell, said in EXPECTED["meetings"].items():
        assert {name: count[cell] for name, count in found.items()} == {name: said[name] for name in found}


def test_october_is_known_by_name(loaded: Demonstrated) -> None:
    expected = EXPECTED["attendance_2026_10"]["by_meeting"]
    codes = {one["stream"]: one["data"]["code"] for one in loaded.records("meeting.called") if "code" in one["data"]}
    found = {
        codes[one["stream"]]: Counter(each["status"] for each in one["data"]["attendance"])
        for one in loaded.records("meeting.attendance_recorded")
    }
    for code, said in expected.items():
        assert found[code] == Counter({status: count for status, count in said.items() if status != "rate"})


def test_the_oath_review_is_covered_as_far_as_the_books_say(loaded: Demonstrated) -> None:
    expected = EXPECTED["oath_review"]
    coverage = loaded.system.get(f"/oath-reviews/{CAMPAIGN}/coverage")
    assert coverage["cells"] == expected["cells"]
    assert {name: coverage["members"][name] for name in ("reported", "roll")} == {
        name: expected["members"][name] for name in ("reported", "roll")
    }
    assert coverage["excused"] == expected["excused"]
    assert coverage["unexplained"] == expected["unexplained"]


def test_a_year_of_liaison_is_as_the_ledger_kept_it(loaded: Demonstrated) -> None:
    expected = EXPECTED["liaison_2025"]
    by_name: dict[str, list[dict[str, Any]]] = {}
    for one in loaded.records("liaison.*"):
        by_name.setdefault(one["name"].partition(".")[2], []).append(one)
    introduced = {one["stream"]: one["data"] for one in by_name["introduced"]}
    answered = {one["stream"] for name in ("accepted", "refused") for one in by_name[name]}
    contacts = Counter(one["data"]["on"][:7] for one in by_name["contact_made"])
    assert {name: len(by_name[name]) for name in ("introduced", "accepted", "refused", "ended")} == {
        name: expected[name] for name in ("introduced", "accepted", "refused", "ended")
    }
    assert sum("activity_exempt" in said for said in introduced.values()) == expected["introduced_but_exempt"]
    assert sorted(introduced[stream]["code"] for stream in introduced.keys() - answered) == expected["unanswered"]
    assert {month: contacts[month] for month in expected["contacts_per_month"]} == expected["contacts_per_month"]
    remarked = {one["stream"]: one["data"] for one in by_name["remark_drafted"]}
    seen = {one["stream"] for one in by_name["contact_made"]}
    assert (len(remarked), len(by_name["remark_confirmed"])) == (expected["remarks"], expected["remarks_confirmed"])
    assert sorted(introduced[one]["code"] for one in remarked.keys() - seen) == expected["remarks_without_a_contact"]
    assert sum(not said.get("consulted") for said in remarked.values()) == expected["remarks_without_consulting"]

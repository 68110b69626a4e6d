"""The numbers that must follow once the clean rows of the books are in, asked of the running system."""

from collections import Counter
from typing import Any

from tests.imports.conftest import EXPECTED, Entered

AS_OF = EXPECTED["as_of"]


def cells(entered: Entered) -> dict[str, str]:
    """The ids of the cells by their codes."""
    found = entered.office.every("/organisations", kind="cell", as_of="2025-01-01")
    return {one["code"]: one["id"] for one in found}


def roll(entered: Entered, day: str) -> list[dict[str, Any]]:
    """All who are on a roll on a day."""
    return entered.office.every(f"/organisations/{entered.office.organisation('T22')}/members", as_of=day)


def test_the_organisations_are_there(entered: Entered) -> None:
    expected = EXPECTED["organisations"]
    found = entered.office.every("/organisations", as_of=AS_OF)
    assert len(found) == expected["all"] - expected["dissolved"]
    of_cells = [one for one in found if one["kind"] == "cell"]
    assert len(of_cells) == expected["cells"]
    assert Counter(one["cell_kind"] for one in of_cells) == expected["cells_by_kind"]


def test_each_cell_has_its_head_count_at_the_end_of_three_days(entered: Entered) -> None:
    codes = {ident: code for code, ident in cells(entered).items()}
    for day, expected in EXPECTED["members_per_cell"].items():
        counted = Counter(codes[one["cell"]] for one in roll(entered, day) if one["standing"] != "temporary_in")
        assert counted == expected, day


def test_each_cell_has_its_secretary(entered: Entered) -> None:
    office, found = entered.office, {}
    cards = {one["id"]: one["card"] for one in roll(entered, "2025-01-01")}
    for code in EXPECTED["secretaries"]:
        ident = office.organisation(code)
        officers = office.ask(f"/organisations/{ident}/officers", as_of="2025-01-01")["items"]
        (found[code],) = [cards[one["member"]] for one in officers if one["office"] == "secretary"]
    assert found == EXPECTED["secretaries"]


def test_transfers_stand_as_the_slips_say(entered: Entered) -> None:
    expected = EXPECTED["transfers"]
    found = entered.office.every("/transfers", as_of=AS_OF)
    codes = {one["code"] for one in found if one["state"] in ("in_transit", "overdue")}
    assert sorted(codes) == expected["in_transit"]["which"]
    overdue = [one["code"] for one in found if one["state"] == "overdue"]
    assert sorted(overdue) == expected["in_transit_over_30_working_days"]
    states = Counter(one["state"] for one in found)
    # Who has returned had been received.
    assert states["received"] + states["returned"] == expected["received"]
    assert {state: states[state] for state in ("refused", "withdrawn", "returned")} == {
        state: expected[state] for state in ("refused", "withdrawn", "returned")
    }


def test_meetings_were_prepared_and_written_up_as_the_book_says(entered: Entered) -> None:
    for code, ident in cells(entered).items():
        if code not in EXPECTED["meetings"]:
            continue
        found = entered.office.every("/meetings", cell=ident, to=AS_OF)
        expected = EXPECTED["meetings"][code]
        regular = [one for one in found if one["kind"] == "regular"]
        assert (len(regular), len(found) - len(regular)) == (expected["regular"], expected["thematic"]), code
        months = {int(one["on"][5:7]) for one in regular}
        assert sorted(set(range(1, 11)) - months) == expected["months_without_regular"]
        assert sum(one["pre_meeting_at"] is not None for one in regular) == expected["pre_meeting"]


def test_attendance_by_name_adds_up(entered: Entered) -> None:
    expected = EXPECTED["attendance_2026_10"]["by_meeting"]
    found: dict[str, dict[str, int]] = {}
    for code in expected:
        (line,) = entered.office.ask("/meetings", code=code)["items"]
        named = entered.office.ask(f"/meetings/{line['id']}")["attendance"]
        found[code] = dict(Counter(one["status"] for one in named))
    for code, counts in expected.items():
        said = {status: counts[status] for status in ("present", "excused", "absent") if counts[status]}
        assert found[code] == said, code


def test_the_oath_review_has_its_coverage(entered: Entered) -> None:
    expected = EXPECTED["oath_review"]
    found = entered.office.ask(f"/oath-reviews/{entered.campaign}/coverage")
    assert found["cells"] == expected["cells"]
    assert (found["members"]["reported"], found["members"]["roll"]) == (
        expected["members"]["reported"],
        expected["members"]["roll"],
    )
    assert found["excused"] == expected["excused"]
    assert found["unexplained"] == expected["unexplained"]


def test_the_ledger_of_residents_says_what_happened(entered: Entered) -> None:
    expected, log = EXPECTED["liaison_2025"], entered.office.log("liaison.*")
    names = Counter(one["name"].removeprefix("liaison.") for one in log)
    for name in ("introduced", "accepted", "refused", "ended"):
        assert names[name] == expected[name]
    assert (names["contact_made"], names["remark_drafted"]) == (expected["contacts"], expected["remarks"])
    assert names["remark_confirmed"] == expected["remarks_confirmed"]
    months = Counter(one["data"]["on"][:7] for one in log if one["name"] == "liaison.contact_made")
    assert months == {month: number for month, number in expected["contacts_per_month"].items() if number}
    unasked = [one for one in log if one["name"] == "liaison.remark_drafted" and not one["data"].get("consulted")]
    assert len(unasked) == expected["remarks_without_consulting"]


def test_who_is_on_the_roll_stands_as_the_book_says(entered: Entered) -> None:
    expected = EXPECTED["members_per_status"]
    found = roll(entered, AS_OF)
    at_home = [one for one in found if one["standing"] != "temporary_in"]
    assert Counter(one["status"] for one in at_home) == {
        "official": expected["official"],
        "probationary": expected["probationary"],
    }

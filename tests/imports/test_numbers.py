"""The numbers that must follow once the clean rows of the books are in, asked of the running system."""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.imports.conftest import EXPECTED, Entered

AS_OF = EXPECTED["as_of"]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RESIDENTIAL = ("village", "street")
STATUSES = ("present", "excused", "absent")


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
    assert sum(one["cell_kind"] in RESIDENTIAL for one in of_cells) == expected["residential_cells"]
    before = {one["id"] for one in entered.office.every("/organisations", as_of=EXPECTED["books_open_on"])}
    assert len(before - {one["id"] for one in found}) == expected["dissolved"]


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


def test_some_cells_have_nobody_but_a_secretary(entered: Entered) -> None:
    alone = []
    for code, ident in cells(entered).items():
        officers = entered.office.ask(f"/organisations/{ident}/officers", as_of=AS_OF)["items"]
        if {one["office"] for one in officers} == {"secretary"}:
            alone.append(code)
    assert sorted(alone) == sorted(EXPECTED["cells_with_only_a_secretary"])


def test_transfers_stand_as_the_slips_say(entered: Entered) -> None:
    expected = EXPECTED["transfers"]
    found = entered.office.every("/transfers", as_of=AS_OF)
    assert len(entered.office.every("/transfers", as_of=EXPECTED["files_written_on"])) == expected["rows"]
    under_way = [one for one in found if one["state"] in ("in_transit", "overdue")]
    assert sorted(one["code"] for one in under_way) == expected["in_transit"]["which"]
    kinds = Counter(one["kind"] for one in under_way)
    assert {"all": len(under_way), **kinds} == {
        name: expected["in_transit"][name] for name in ("all", "official", "temporary")
    }
    overdue = [one["code"] for one in found if one["state"] == "overdue"]
    assert sorted(overdue) == expected["in_transit_over_30_working_days"]
    states = Counter(one["state"] for one in found)
    # Who has returned had been received.
    assert states["received"] + states["returned"] == expected["received"]
    assert {state: states[state] for state in ("refused", "withdrawn", "returned")} == {
        state: expected[state] for state in ("refused", "withdrawn", "returned")
    }


def after(meeting: dict[str, Any], what: str) -> int:
    """How many days after the session something was, in the days of the office."""
    then = datetime.fromisoformat(meeting[what]).astimezone(ZONE).date()
    return (then - date.fromisoformat(meeting["on"])).days


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
        sent = [after(one, "documents_at") for one in regular if one["documents_at"] is not None]
        assert sum(days <= -1 for days in sent) == expected["documents_a_day_before"], code
        written = [after(one, "minutes_at") for one in regular if one["minutes_at"] is not None]
        assert sum(days <= 2 for days in written) == expected["minutes_in_two_days"], code


def test_attendance_by_name_adds_up(entered: Entered) -> None:
    expected = EXPECTED["attendance_2026_10"]["by_meeting"]
    by_cell: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found: dict[str, dict[str, int]] = {}
    for code in expected:
        (line,) = entered.office.ask("/meetings", code=code)["items"]
        named = entered.office.ask(f"/meetings/{line['id']}")["attendance"]
        found[code] = dict(Counter(one["status"] for one in named))
        by_cell[code.partition("/")[0]].update(found[code])
    for code, counts in expected.items():
        said = {status: counts[status] for status in STATUSES if counts[status]}
        assert found[code] == said, code
    for code, counts in EXPECTED["attendance_2026_10"]["by_cell"].items():
        assert with_rate(by_cell[code]) == counts, code
    assert with_rate(sum(by_cell.values(), Counter())) == EXPECTED["attendance_2026_10"]["all"]


def with_rate(counts: Counter[str]) -> dict[str, Any]:
    """The counts as the books put them: a share with four places, and none of nothing."""
    base = sum(counts[status] for status in STATUSES)
    return {**{one: counts[one] for one in STATUSES}, "rate": round(counts["present"] / base, 4) if base else None}


def test_the_oath_review_has_its_coverage(entered: Entered) -> None:
    expected = EXPECTED["oath_review"]
    found = entered.office.ask(f"/oath-reviews/{entered.campaign}/coverage")
    assert found["cells"] == expected["cells"]
    assert (found["members"]["reported"], found["members"]["roll"]) == (
        expected["members"]["reported"],
        expected["members"]["roll"],
    )
    assert found["members"]["share"] == pytest.approx(expected["members"]["share"], abs=5e-5)
    assert found["excused"] == expected["excused"]
    assert found["unexplained"] == expected["unexplained"]
    for code, ident in cells(entered).items():
        if code in expected["by_cell"]:
            part = entered.office.ask(f"/oath-reviews/{entered.campaign}/coverage", organisation=ident)
            assert told(part) == expected["by_cell"][code], code


def told(coverage: dict[str, Any]) -> dict[str, Any]:
    """The coverage of one cell as the books put it."""
    members, share = coverage["members"], coverage["members"]["share"]
    return {
        "held": coverage["cells"]["held"] == 1,
        "roll": members["roll"],
        "reported": members["reported"],
        "share": None if share is None else round(share, 4),
        "excused": coverage["excused"],
        "unexplained": coverage["unexplained"],
    }


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


def test_each_liaison_says_whether_the_contact_was_more_than_a_signature(entered: Entered) -> None:
    expected, office = EXPECTED["liaison_2025"], entered.office
    lines = office.every("/liaisons", as_of="2025-12-31")
    found = [office.ask(f"/liaisons/{one['id']}", as_of="2025-12-31") for one in lines]
    months = {one["code"]: {contact["on"][5:7] for contact in one["contacts"]} for one in found}
    remarked = [one for one in found if any(remark["band"] for remark in one["remarks"])]
    assert sorted(one["code"] for one in found if one["state"] == "introduced") == expected["unanswered"]
    assert sum(one["activity_exempt"] for one in found) == expected["introduced_but_exempt"]
    assert sum(those == {"12"} for those in months.values()) == expected["contacted_only_in_december"]
    assert (
        sorted(one["code"] for one in remarked if one["remarks"][0]["without_contact"])
        == expected["remarks_without_a_contact"]
    )
    here = office.organisation("HH")
    residents = office.every(f"/organisations/{here}/residents", as_of="2025-12-31")
    introduced = {one["member"] for one in found}
    never = [one["card"] for one in residents if one["id"] not in introduced]
    assert sorted(never) == expected["residents_never_introduced"]


def test_who_is_on_the_roll_stands_as_the_book_says(entered: Entered) -> None:
    expected = EXPECTED["members_per_status"]
    found = roll(entered, AS_OF)
    at_home = [one for one in found if one["standing"] != "temporary_in"]
    assert Counter(one["status"] for one in at_home) == {
        "official": expected["official"],
        "probationary": expected["probationary"],
    }
    log = entered.office.log("member.*")
    exempt = exempted(log) & {one["id"] for one in at_home}
    away = [one for one in at_home if one["standing"] == "temporary_out"]
    assert (len(at_home), len(exempt), len(away)) == (
        expected["on_roll"],
        expected["of_these_exempt"],
        expected["of_these_temporarily_away"],
    )
    names = Counter(one["name"] for one in log if one["effective_on"] <= AS_OF)
    expelled = [one for one in log if one["name"] == "member.disciplined" and one["data"]["form"] == "expulsion"]
    assert names["member.admitted"] == expected["listed"]
    assert expected["left"] == {
        "removed": names["member.removed"],
        "expelled": len(expelled),
        "deceased": names["member.died"],
    }


def exempted(log: list[dict[str, Any]]) -> set[str]:
    """Who need not take part on the day of the numbers; nobody's exemption was ended by a decision of its own."""
    return {
        one["stream"].partition("/")[2]
        for one in log
        if one["name"] == "member.exempted" and one["effective_on"] <= AS_OF <= (one["data"].get("until") or AS_OF)
    }


def test_residents_who_work_elsewhere_are_known_to_their_committee(entered: Entered) -> None:
    expected, office = EXPECTED["residents_working_elsewhere"], entered.office
    for code, number in expected["by_committee"].items():
        assert len(office.every(f"/organisations/{office.organisation(code)}/residents", as_of=AS_OF)) == number
    at_home = [one for one in roll(entered, AS_OF) if one["standing"] != "temporary_in"]
    # Whoever is in a cell of a village or a street has no workplace that the books speak of.
    workplaces = {one["id"] for one in office.every("/organisations") if one["cell_kind"] not in RESIDENTIAL}
    homes = [one["residence"] for one in at_home if one["residence"] is not None and one["cell"] in workplaces]
    alone = Counter(home["place"] for home in homes if home["committee"] is None)
    assert alone == expected["places_without_a_committee"]

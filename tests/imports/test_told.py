"""Who is told of what the books say: the committees, and nobody where there is none, one entry of the books a fact."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from services.ingest.imports import words
from tests.imports.conftest import EXPECTED, Entered

FACTS = {
    "member.transfer_introduced": "transfer", "member.reward_given": "reward", "member.disciplined": "sanction",
    "member.removed": "removal", "member.exempted": "exemption", "member.died": "death",
    "member.appointed": "appointment",
}  # fmt: skip
"""The facts that the books list, by their stored names; notices tell of more (receptions, offices)."""
FORMS: dict[str, Callable[[str], Any]] = {
    "transfer": str, "reward": words.REWARDS.__getitem__, "sanction": words.SANCTIONS.__getitem__,
    "removal": lambda _: None, "exemption": words.EXEMPTIONS.__getitem__, "death": lambda _: None, "appointment": str,
}  # fmt: skip
"""What the form of an entry is to the record."""
YEAR = "2026"


class Fact(NamedTuple):
    """One entry as the record has it."""

    card: str
    fact: str
    form: Any
    ref: str
    on: str


class Recorded(NamedTuple):
    """What of these facts is on record, by position, and which committee was told at its position."""

    facts: dict[int, Fact]
    told: dict[int, list[str]]


def listed(which: str) -> list[tuple[Fact, str | None]]:
    """The entries of one of the lists, each with its committee."""
    return [
        (Fact(one["card"], one["fact"], FORMS[one["fact"]](one["form"]), one["ref"], one["on"]), one["committee"])
        for one in EXPECTED[which]
    ]


def fact_of(record: dict[str, Any], cards: dict[str, str]) -> Fact:
    """A record as the books list it."""
    data, fact = record["data"], FACTS[record["name"]]
    form = data.get({"transfer": "kind", "exemption": "ground", "appointment": "post"}.get(fact, "form"))
    ref = data.get("code") or data.get("decision", {}).get("number") or ""
    return Fact(cards[record["stream"].partition("/")[2]], fact, form, ref, record["effective_on"])


@pytest.fixture(scope="module")
def recorded(entered: Entered) -> Recorded:
    office = entered.office
    office.tell()
    members = office.log("member.*")
    cards = {
        one["stream"].partition("/")[2]: one["data"]["card"] for one in members if one["name"] == "member.admitted"
    }
    facts = {
        one["position"]: fact_of(one, cards)
        for one in members
        if one["name"] in FACTS and one["effective_on"].startswith(YEAR)
    }
    told: dict[int, list[str]] = {}
    for organisation in office.every("/organisations", as_of="2025-01-01"):
        for notice in office.every("/inbox", organisation=organisation["id"], state="history"):
            if notice["role"] == "residence":
                told.setdefault(notice["position"], []).append(organisation["code"])
    return Recorded(facts, told)


def test_the_committee_where_somebody_lives_is_told_of_each_fact(recorded: Recorded) -> None:
    told = [(fact, code) for position, fact in recorded.facts.items() for code in recorded.told.get(position, [])]
    assert sorted(told, key=str) == sorted(listed("told"), key=str)


def test_of_its_own_members_and_where_there_is_no_committee_nobody_is_told(recorded: Recorded) -> None:
    untold = [fact for position, fact in recorded.facts.items() if position not in recorded.told]
    assert sorted(untold, key=str) == sorted(
        [fact for which in ("own_members", "nobody_to_tell") for fact, _ in listed(which)], key=str
    )


def test_who_lives_in_a_place_without_a_committee_has_none(entered: Entered) -> None:
    for one in EXPECTED["nobody_to_tell"]:
        (member,) = entered.office.ask("/members", card=one["card"], as_of=one["on"])["items"]
        assert (member["residence"]["place"], member["residence"]["committee"]) == (one["place"], None), one


def test_what_is_entered_of_the_past_is_sent_to_nobody(entered: Entered, recorded: Recorded) -> None:
    assert recorded.told
    here = entered.office.organisation("HH")
    assert entered.office.ask("/inbox", organisation=here)["items"] == []

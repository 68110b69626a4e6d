"""Names and stored forms are contracts: what was ever stored is read for ever, and means what it meant."""

import json
import pkgutil
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

import events
from events import wire
from events.fact import Fact, personal_fields, stored_name
from events.meeting import AttendanceRecorded
from events.member import Member, MemberAdmitted, MemberDisciplined
from events.organisation import OrganisationDissolved
from events.wire import FACTS, STATES, UnknownFact, decode, encode, registry, schemas, state_of, today
from tests.events.facts_at_random import any_fact
from tests.events.freeze import PLACE, form_of_today, full, meaning, place_of
from tests.examples import BY_NAME, LAN_ADMITTED, a_reprimand
from tests.given import DAY

BY_NAMES = AttendanceRecorded(attendance=BY_NAME)
FROZEN = sorted(PLACE.glob("*.json"))

# There and back


@settings(max_examples=300)
@given(any_fact())
def test_a_fact_comes_back_as_it_went(fact: Fact) -> None:
    assert decode(stored_name(fact), encode(fact)) == fact


@settings(max_examples=100)
@given(any_fact())
def test_the_name_stands_beside_the_data_and_not_in_it(fact: Fact) -> None:
    data = json.loads(encode(fact))
    assert isinstance(data, dict)
    assert "fact" not in data


def test_a_fact_without_fields_is_an_empty_object() -> None:
    assert encode(OrganisationDissolved()) == b"{}"


def test_a_name_that_nobody_knows_is_no_fact() -> None:
    with pytest.raises(UnknownFact):
        decode("member.forgotten", b"{}")


def test_data_that_is_no_such_fact_is_an_error() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode("member.disciplined", b'{"form":"exile"}')


# Names


def every_class() -> set[type[Fact]]:
    for module in pkgutil.walk_packages(events.__path__, "events."):
        import_module(module.name)
    return {fact for fact in Fact.__subclasses__() if fact.__module__.startswith("events.")}


def test_every_fact_of_every_stream_has_a_stored_name() -> None:
    assert set(FACTS.values()) == every_class()


def test_a_name_belongs_to_one_class() -> None:
    with pytest.raises(TypeError, match="two classes"):
        registry([(Member, (MemberAdmitted, MemberAdmitted))])


def test_a_name_begins_with_the_kind_of_its_stream() -> None:
    with pytest.raises(TypeError, match="does not belong"):
        registry([(Member, (OrganisationDissolved,))])


def test_a_kind_of_stream_has_its_state() -> None:
    assert {kind: state.KIND for kind, state in STATES.items()} == {kind: kind for kind in STATES}
    assert state_of("member") is Member
    with pytest.raises(UnknownFact):
        state_of("weather")


def test_a_state_takes_in_every_fact_of_its_stream() -> None:
    for new_state, facts in wire.STREAMS:
        state = new_state()
        for position, fact in enumerate(facts, start=1):
            before = deepcopy(state)
            state.see(full(fact) if fact is not AttendanceRecorded else BY_NAMES, DAY, position)
            assert state != before, stored_name(fact)


# What was ever stored


@pytest.mark.parametrize("place", FROZEN, ids=lambda place: place.stem)
def test_a_frozen_sample_means_what_it_meant(place: Path) -> None:
    sample = json.loads(place.read_text(encoding="utf-8"))
    fact = decode(sample["name"], sample["data"].encode())
    means = meaning(fact)
    assert {field: means.get(field) for field in sample["means"]} == sample["means"]


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("which", ["full", "least"])
def test_today_s_form_has_a_frozen_sample_and_is_stored_so(name: str, which: str) -> None:
    place = place_of(name, which)
    assert place.exists(), "freeze it: python -m tests.events.freeze"
    sample = json.loads(place.read_text(encoding="utf-8"))
    assert encode(decode(name, sample["data"].encode())) == sample["data"].encode()


def test_no_frozen_sample_is_of_an_unknown_name() -> None:
    assert {json.loads(place.read_text(encoding="utf-8"))["name"] for place in FROZEN} <= set(FACTS)


# Old forms


def in_words(fields: dict[str, Any]) -> dict[str, Any]:
    """Form 1 numbered the forms of a sanction."""
    return {**fields, "form": ["reprimand", "warning"][fields["form"]]}


def as_object(fields: dict[str, Any]) -> dict[str, Any]:
    """Form 2 kept the decision as one text."""
    number, on, by = fields["decision"].split("|")
    return {**fields, "decision": {"number": number, "on": on, "by": by}}


@pytest.fixture
def third_form(monkeypatch: pytest.MonkeyPatch) -> None:
    name = stored_name(MemberDisciplined)
    monkeypatch.setattr(wire, "OLD_FORMS", {(name, 1): in_words, (name, 2): as_object})


@pytest.mark.usefixtures("third_form")
def test_every_older_form_is_read_through_the_later_ones() -> None:
    reprimand = a_reprimand()
    paper = f"{reprimand.decision.number}|{reprimand.decision.on}|{reprimand.decision.by}"
    first = json.dumps({"form": 0, "decision": paper}).encode()
    second = json.dumps({"_form": 2, "form": "reprimand", "decision": paper}).encode()
    assert decode("member.disciplined", first) == reprimand
    assert decode("member.disciplined", second) == reprimand


@pytest.mark.usefixtures("third_form")
def test_a_new_form_says_its_number_and_comes_back() -> None:
    assert encode(a_reprimand()).startswith(b'{"_form":3,"form":"reprimand"')
    assert decode("member.disciplined", encode(a_reprimand())) == a_reprimand()
    assert b"_form" not in today("member.disciplined", encode(a_reprimand()))


@pytest.mark.usefixtures("third_form")
def test_a_form_that_never_changed_is_left_alone() -> None:
    assert today("member.admitted", encode(LAN_ADMITTED)) == encode(LAN_ADMITTED)
    assert form_of_today("member.admitted") == 1


# The outside


@pytest.mark.parametrize("name", FACTS)
def test_a_schema_tells_the_fields_and_which_are_about_a_person(name: str) -> None:
    schema = schemas()[name]
    stored = json.loads(place_of(name, "full").read_text(encoding="utf-8"))
    assert set(json.loads(stored["data"])) == set(schema["properties"])
    about_a_person = {field for field, told in schema["properties"].items() if told.get("x-personal")}
    assert about_a_person == personal_fields(FACTS[name])


def test_what_is_about_a_person_is_marked() -> None:
    assert personal_fields(MemberAdmitted) == {"name", "born_on", "card", "citizen", "note"}
    assert {name: set(personal_fields(fact)) for name, fact in FACTS.items() if personal_fields(fact)} == {
        "member.admitted": {"name", "born_on", "card", "citizen", "note"},
        "member.residence_declared": {"address"},
        "member.transfer_refused": {"reason"},
        "liaison.refused": {"reason"},
        "proposal.made": {"body"},
        "proposal.rejected": {"reason"},
    }

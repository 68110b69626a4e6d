"""Facts go into bytes and come back; their names are contracts, and the outside is told their form."""

import json
import pkgutil
from copy import deepcopy
from importlib import import_module

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

import events
from events import wire
from events.correction import Struck
from events.fact import Fact, personal_fields, stored_name
from events.meeting import AttendanceRecorded
from events.member import Member, MemberAdmitted, MemberDisciplined
from events.organisation import OrganisationDissolved
from events.wire import FACTS, STATES, UnknownFact, decode, encode, registry, schemas, state_of
from tests.events.facts_at_random import any_fact
from tests.events.freeze import full, place_of
from tests.examples import BY_NAME
from tests.given import DAY

BY_NAMES = AttendanceRecorded(attendance=BY_NAME)

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
    some = {kind for fact in Fact.__subclasses__() for kind in (fact.__subclasses__() or (fact,))}
    return {fact for fact in some if fact.__module__.startswith("events.")}


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
            if issubclass(fact, Struck):
                continue  # No state sees one: it is told without what was struck.
            before = deepcopy(state)
            state.see(one_of(fact, facts), DAY, position)
            assert state != before, stored_name(fact)


def one_of(fact: type[Fact], facts: tuple[type[Fact], ...]) -> Fact:
    """One that says something new where these went before it; what answers a sanction names the one that is there."""
    if fact is AttendanceRecorded:
        return BY_NAMES
    made: Fact = full(fact)
    return replace(made, sanction=1 + facts.index(MemberDisciplined)) if "sanction" in made.__struct_fields__ else made


# The outside


@pytest.mark.parametrize("name", FACTS)
def test_a_schema_tells_the_fields_and_which_are_about_a_person(name: str) -> None:
    schema = schemas()[name]
    stored = json.loads(place_of(name, "full").read_text(encoding="utf-8"))
    assert set(json.loads(encode(full(FACTS[name])))) == set(schema["properties"])
    assert set(json.loads(stored["data"])) <= set(schema["properties"]), (
        "a field is never gone; a new one has a default"
    )
    about_a_person = {field for field, told in schema["properties"].items() if told.get("x-personal")}
    assert about_a_person == personal_fields(FACTS[name])


def test_what_is_about_a_person_is_marked() -> None:
    assert personal_fields(MemberAdmitted) == {"name", "born_on", "card", "citizen", "note"}
    assert {name: set(personal_fields(fact)) for name, fact in FACTS.items() if personal_fields(fact)} == {
        "member.admitted": {"name", "born_on", "card", "citizen", "note"},
        "member.residence_declared": {"address"},
        "member.transfer_refused": {"reason"},
        "member.appointed": {"post"},
        "member.inspection_opened": {"ground"},
        "liaison.introduced": {"strengths"},
        "liaison.refused": {"reason"},
        "liaison.message_sent": {"text"},
        "liaison.strengths_changed": {"strengths"},
        "classification.reopened": {"reason"},
        "proposal.made": {"body"},
        "proposal.rejected": {"reason"},
        "endpoint.registered": {"url"},
        "subscription.made": {"addresses"},
    }

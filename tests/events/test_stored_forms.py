"""What was ever stored is read for ever and means what it meant, whatever becomes of classes, fields and meanings."""

import json
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
import pytest

from events.fact import ERASED, Fact, Id, Personal
from events.member import MemberDisciplined, Status
from events.papers import Decision, PersonalDate
from events.wire import FACTS, FORM, OLD_FORMS, STREAMS, WIRE, OldForms, Streams, UnknownFact, Wire, encode
from projections.view import reading
from tests.events.freeze import PLACE, full, least, meaning, place_of, trouble
from tests.examples import LAN_ADMITTED, a_reprimand

DISCIPLINED = "member.disciplined"


def streams(old: str, new: type[Fact]) -> Streams:
    """Those of today, where another class stands for the facts of one name."""
    return [(state, tuple(new if fact is FACTS[old] else fact for fact in facts)) for state, facts in STREAMS]


def sample(name: str, which: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(place_of(name, which, 1).read_text(encoding="utf-8"))
    return said


# All that was ever stored


def test_every_form_that_was_ever_stored_is_frozen_and_means_what_it_meant() -> None:
    assert trouble(WIRE) == [], "a form that is new is frozen by python -m tests.events.freeze"


def test_every_sample_is_of_a_fact_that_is_known() -> None:
    assert {json.loads(place.read_text(encoding="utf-8"))["name"] for place in PLACE.glob("*.json")} == set(FACTS)


class Admission(Fact, frozen=True, kw_only=True, tag="member.admitted"):
    """`MemberAdmitted` under another name, and with a field of later."""

    name: Personal = ERASED
    cell: Id
    status: Status
    admitted_on: date
    recognised_on: date | None = None
    born_on: PersonalDate | None = None
    card: Personal | None = None
    citizen: Personal | None = None
    code: str | None = None
    note: Personal | None = None
    branch: str = "none"


LATER = Wire(streams("member.admitted", Admission), OLD_FORMS)


def test_a_class_is_renamed_and_given_a_field_and_nothing_that_was_stored_is_lost() -> None:
    assert LATER.facts["member.admitted"] is Admission
    for which in ("full", "least"):
        frozen = sample("member.admitted", which)
        fact = LATER.decode("member.admitted", frozen["data"].encode())
        assert meaning(fact) == frozen["means"] | {"branch": "none"}
        assert LATER.encode(fact) == frozen["data"].encode()
        assert LATER.decode("member.admitted", LATER.encode(fact)) == fact
    assert trouble(LATER) == []


def test_what_the_later_program_stores_comes_back_to_it_and_to_the_one_of_before() -> None:
    stored = LATER.encode(
        msgspec.convert({**meaning(LAN_ADMITTED), "fact": "member.admitted", "branch": "x"}, Admission)
    )
    assert b'"branch":"x"' in stored
    assert meaning(LATER.decode("member.admitted", stored))["branch"] == "x"
    assert WIRE.decode("member.admitted", stored) == LAN_ADMITTED, "a field that it does not know is passed over"


# What must never be done, and is seen


class Renamed(Fact, frozen=True, tag="member.punished"):
    """A tag is a stored name."""

    form: str
    decision: Decision


class Temporarily(Fact, frozen=True, tag="liaison.introduced"):
    """The default of `activity_exempt` was false."""

    member: Id
    committee: Id
    workplace: Id | None = None
    activity_exempt: bool = True
    strengths: tuple[str, ...] = ()
    code: str | None = None


class FieldRenamed(Fact, frozen=True, tag="notice.acknowledged"):
    """`organisation` was the name of the field."""

    committee: Id
    position: int


class WithoutField(Fact, frozen=True, tag="notice.acknowledged"):
    """`position` was a field."""

    organisation: Id


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (DISCIPLINED, Renamed, "member.disciplined.1.full.json: cannot be read (member.disciplined)"),
        (DISCIPLINED, Renamed, "member.punished.1.full.json: is not frozen"),
        ("liaison.introduced", Temporarily, "liaison.introduced.1.least.json: means something else in activity_exempt"),
        ("notice.acknowledged", FieldRenamed, "notice.acknowledged.1.full.json: cannot be read"),
        ("notice.acknowledged", WithoutField, "notice.acknowledged.1.full.json: means something else in position"),
    ],
)
def test_a_name_a_default_or_a_field_that_changes_is_seen(old: str, new: type[Fact], line: str) -> None:
    assert any(found.startswith(line) for found in trouble(Wire(streams(old, new), OLD_FORMS)))


# A meaning that changed


class Form(StrEnum):
    """The forms of sanctions in other words, which today's facts say."""

    REPRIMAND = "i"
    WARNING = "ii"
    REMOVAL_FROM_POST = "iii"
    EXPULSION = "iv"


class Disciplined(Fact, frozen=True, tag=DISCIPLINED):
    """A sanction, in its third stored form."""

    form: Form
    decision: str


def in_numerals(fields: dict[str, Any]) -> dict[str, Any]:
    """Form 1 had words for the forms of a sanction."""
    return {**fields, "form": Form[fields["form"].upper()].value}


def as_text(fields: dict[str, Any]) -> dict[str, Any]:
    """Form 2 kept the decision as an object."""
    return {**fields, "decision": fields["decision"]["number"]}


FORMS: OldForms = {(DISCIPLINED, 1): in_numerals, (DISCIPLINED, 2): as_text}
THIRD = Wire(streams(DISCIPLINED, Disciplined), FORMS)


def test_every_older_form_is_read_through_the_later_ones() -> None:
    first = encode(a_reprimand())
    second = b'{"_form":2,' + first[1:].replace(b'"reprimand"', b'"i"')
    wanted = Disciplined(form=Form.REPRIMAND, decision=a_reprimand().decision.number)
    assert THIRD.decode(DISCIPLINED, first) == wanted
    assert THIRD.decode(DISCIPLINED, second) == wanted
    frozen = sample(DISCIPLINED, "full")
    assert (
        meaning(THIRD.decode(DISCIPLINED, frozen["data"].encode()))["decision"] == frozen["means"]["decision"]["number"]
    )


def test_a_new_form_says_its_number_and_comes_back() -> None:
    fact = Disciplined(form=Form.WARNING, decision="7-QĐ/ĐU")
    assert THIRD.form(DISCIPLINED) == 3
    assert THIRD.encode(fact).startswith(b'{"_form":3,"form":"ii"')
    assert THIRD.decode(DISCIPLINED, THIRD.encode(fact)) == fact
    assert FORM.encode() not in THIRD.today(DISCIPLINED, THIRD.encode(fact))


def test_a_form_that_never_changed_is_left_alone() -> None:
    assert THIRD.today("member.admitted", encode(LAN_ADMITTED)) == encode(LAN_ADMITTED)
    assert THIRD.form("member.admitted") == 1


def test_what_stands_beside_the_fields_is_carried_along() -> None:
    marked = encode(a_reprimand())[:-1] + b',"backfill":true}'
    assert json.loads(THIRD.today(DISCIPLINED, marked))["backfill"] is True


class Announced(msgspec.Struct):
    """What a view needs of a sanction, in today's words."""

    form: Form


def test_a_view_that_reads_some_fields_reads_every_form() -> None:
    read = reading(DISCIPLINED, Announced, THIRD)
    assert read(encode(a_reprimand())).form is Form.REPRIMAND
    assert read(THIRD.encode(Disciplined(form=Form.EXPULSION, decision="x"))).form is Form.EXPULSION


def test_a_form_of_a_newer_program_is_not_misread() -> None:
    newer = THIRD.encode(Disciplined(form=Form.WARNING, decision="x"))
    for read in (WIRE.decode, Wire(streams(DISCIPLINED, Disciplined), {(DISCIPLINED, 1): in_numerals}).decode):
        with pytest.raises(UnknownFact, match=r"member\.disciplined in form 3"):
            read(DISCIPLINED, newer)
    with pytest.raises(UnknownFact):
        reading(DISCIPLINED, Announced)(newer)


def test_a_meaning_that_changed_asks_for_its_samples() -> None:
    missing = {f"{DISCIPLINED}.{form}.{which}.json: is not frozen" for form in (2, 3) for which in ("full", "least")}
    assert missing <= set(trouble(THIRD))


@pytest.mark.parametrize("forms", [{(DISCIPLINED, 2): as_text}, {("member.punished", 1): as_text}])
def test_old_forms_lead_to_todays_without_a_gap(forms: OldForms) -> None:
    with pytest.raises(TypeError, match="leads nowhere"):
        Wire(STREAMS, forms)


@pytest.mark.parametrize("which", ["full", "least"])
def test_a_sample_is_made_of_the_class_as_it_is(which: str) -> None:
    made = full(MemberDisciplined) if which == "full" else least(MemberDisciplined)
    assert encode(made).decode() == sample(DISCIPLINED, which)["data"]

"""What is personal is sealed for one place and one person, and opened for whoever has the key."""

from datetime import date
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from events import wire
from events.fact import ERASED, Fact, Id, Record, personal_fields, stored_name
from events.liaison import Liaison, LiaisonRefused
from events.member import Member, MemberAdmitted, MemberErased, TransferRefused
from events.persons import person
from events.proposal import Proposal, ProposalApproved, ProposalMade, ProposalRejected
from events.sealing import Unsealable, has_to_be_sealed, is_sealed, opened, person_of, seal
from tests.events.facts_at_random import any_fact
from tests.examples import CELL_7, COMMUNE, HOA, LAN, LAN_ADMITTED, LAN_INTRODUCED, an_id

KEY, ANOTHER = AESGCM(bytes(32)), AESGCM(bytes(31) + b"1")
LIAISON, PROPOSAL = an_id("liaison"), an_id("proposal")


def stored(fact: Fact, stream: Id = LAN, version: int = 1, whose: Id = LAN, reason: str = "") -> Record:
    name = stored_name(fact)
    data = seal(name, wire.encode(fact), personal_fields(type(fact)), (stream, version), KEY, whose, reason)
    return Record(9, stream, version, name, date(2026, 3, 2), 0, "clerk", "", an_id("command"), 0, data)


def test_no_personal_field_can_be_read_in_what_is_stored() -> None:
    record = stored(LAN_ADMITTED, reason="chuyển theo gia đình")
    for field in personal_fields(MemberAdmitted):
        assert field.encode() not in record.data
    assert b"Lan" not in record.data
    assert "gia đình".encode() not in record.data
    assert msgspec.json.decode(record.data)["cell"] == CELL_7


def test_what_was_sealed_is_opened_as_it_was_with_its_reason() -> None:
    record = opened(stored(LAN_ADMITTED, reason="chuyển theo gia đình"), KEY)
    assert wire.decode(record.name, record.data) == LAN_ADMITTED
    assert record.reason == "chuyển theo gia đình"


def test_without_the_key_a_tombstone_is_left_and_all_the_rest() -> None:
    record = opened(stored(LAN_ADMITTED, reason="vì sao"), None)
    left = wire.decode(record.name, record.data)
    assert isinstance(left, MemberAdmitted)
    assert (left.name, left.card, left.born_on, left.cell) == (ERASED, None, None, CELL_7)
    assert msgspec.json.decode(record.data)["_erased"] is True
    assert record.reason == ""


def test_a_sealed_record_can_be_read_without_being_opened() -> None:
    record = stored(TransferRefused(transfer=an_id("transfer"), reason="không đủ hồ sơ"))
    assert wire.decode(record.name, record.data) == TransferRefused(transfer=an_id("transfer"))


@pytest.mark.parametrize(
    "elsewhere", [{"stream": HOA}, {"version": 2}, {"name": "member.residence_declared"}], ids=lambda e: next(iter(e))
)
def test_what_is_sealed_for_one_place_opens_in_no_other(elsewhere: dict[str, Any]) -> None:
    with pytest.raises(Unsealable, match="record at 9"):
        opened(stored(LAN_ADMITTED)._replace(**elsewhere), KEY)


def test_another_person_s_key_opens_nothing() -> None:
    with pytest.raises(Unsealable):
        opened(stored(LAN_ADMITTED), ANOTHER)


def test_a_changed_byte_opens_nothing() -> None:
    record = stored(LAN_ADMITTED)
    at = record.data.index(b"_sealed") + 20
    byte = b"A" if record.data[at : at + 1] != b"A" else b"B"
    with pytest.raises(Unsealable):
        opened(record._replace(data=record.data[:at] + byte + record.data[at + 1 :]), KEY)


def test_the_same_fact_is_never_sealed_alike() -> None:
    assert stored(LAN_ADMITTED).data != stored(LAN_ADMITTED).data


def test_a_fact_without_anything_personal_stays_as_it_is() -> None:
    fact = MemberErased(ground="own request")
    assert stored(fact).data == wire.encode(fact)
    assert not has_to_be_sealed(fact, "")
    assert has_to_be_sealed(fact, "a reason")
    assert has_to_be_sealed(LAN_ADMITTED, "")


def test_a_name_that_looks_like_a_seal_is_only_a_name() -> None:
    record = Record(
        1, LAN, 1, "member.admitted", date(2026, 3, 2), 0, "clerk", "", an_id("c"), 0,
        wire.encode(msgspec.structs.replace(LAN_ADMITTED, name='"_sealed":"abc"')),
    )  # fmt: skip
    assert not is_sealed(record)


def test_a_record_of_another_stream_names_the_person() -> None:
    record = stored(LiaisonRefused(reason="đã chuyển đi"), stream=LIAISON, whose=HOA)
    assert person_of(record) == HOA
    assert person_of(stored(LAN_ADMITTED)) == LAN
    assert wire.decode(record.name, opened(record, KEY).data) == LiaisonRefused(reason="đã chuyển đi")


@given(any_fact(), st.text(max_size=40))
def test_any_fact_comes_back_as_it_was(fact: Fact, reason: str) -> None:
    record = stored(fact, reason=reason)
    back = opened(record, KEY) if is_sealed(record) else record
    assert wire.decode(back.name, back.data) == fact
    assert back.reason == reason


# Whom a fact is about

EXPULSION = ProposalMade(path=f"/members/{LAN}/sanctions", body="{}", subject=LAN, organisation=COMMUNE, by="clerk")


def test_a_member_s_facts_are_about_him() -> None:
    assert person(LAN_ADMITTED, LAN, Member.KIND, None) == LAN


def test_a_liaison_s_facts_are_about_its_resident(a_liaison: Liaison) -> None:
    assert a_liaison.introduced is not None
    assert person(LiaisonRefused(reason="."), LIAISON, Liaison.KIND, a_liaison) == a_liaison.introduced.member
    assert person(a_liaison.introduced, LIAISON, Liaison.KIND, None) == a_liaison.introduced.member


def test_a_proposal_is_about_the_member_it_would_change() -> None:
    proposal = Proposal()
    assert person(EXPULSION, PROPOSAL, Proposal.KIND, proposal) == LAN
    proposal.see(EXPULSION, date(2026, 3, 2), 1)
    assert person(ProposalRejected(by="secretary", reason="."), PROPOSAL, Proposal.KIND, proposal) == LAN


def test_a_proposal_about_an_organisation_is_about_nobody() -> None:
    other = msgspec.structs.replace(EXPULSION, path=f"/organisations/{COMMUNE}/disbandings", subject=COMMUNE)
    assert person(other, PROPOSAL, Proposal.KIND, Proposal()) is None
    assert person(ProposalApproved(by="secretary"), PROPOSAL, Proposal.KIND, Proposal(made=other)) is None


@pytest.fixture
def a_liaison() -> Liaison:
    state = Liaison()
    state.see(LAN_INTRODUCED, date(2026, 3, 2), 1)
    return state

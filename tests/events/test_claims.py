"""What a fact claims for its stream."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from events.claims import card_claim, citizen_claim, claims, code_claim, liaison_claim, resident_claim, transfer_claim
from events.fact import Fact
from events.liaison import LiaisonAccepted
from tests.events.facts_at_random import any_fact
from tests.examples import (
    CELL_7,
    CELL_7_ESTABLISHED,
    COMMUNE,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    MARCH_MEETING,
    MEETING,
    MINH_ADMITTED,
    TRANSFER,
    a_reprimand,
    an_id,
    lans_introduction,
)


def test_a_member_claims_the_numbers_of_the_person() -> None:
    assert claims(LAN_ADMITTED, LAN) == ((("card:000220000001", LAN), ("citizen:000175000001", LAN)), ())


def test_a_number_that_is_not_known_is_not_claimed() -> None:
    assert claims(MINH_ADMITTED, LAN) == ((("card:000220000002", LAN),), ())
    assert claims(replace(LAN_ADMITTED, card=None, citizen=None), LAN) == ((), ())


@pytest.mark.parametrize("written", ["000 220 000 001", "000.220-000001"])
def test_however_a_card_is_written_it_is_one_claim(written: str) -> None:
    assert card_claim(written) == "card:000220000001"
    assert citizen_claim(written) == "citizen:000220000001"


def test_a_code_is_claimed_among_its_kind() -> None:
    assert claims(CELL_7_ESTABLISHED, CELL_7)[0] == (("code:organisation:HH-07", CELL_7),)
    meeting = replace(MARCH_MEETING, code="HH-07/260305-TK")
    assert claims(meeting, MEETING)[0] == (("code:meeting:HH-07/260305-TK", MEETING),)
    liaison = an_id("liaison")
    coded = replace(LAN_INTRODUCED, code="LH-001")
    assert (code_claim("liaison", "LH-001"), liaison) in claims(coded, liaison)[0]


def test_an_empty_code_is_no_code() -> None:
    assert claims(replace(MARCH_MEETING, code=""), MEETING) == ((), ())


def test_a_transfer_leads_to_its_member_by_id_and_by_code() -> None:
    introduced = replace(lans_introduction(), code="GT-001")
    assert claims(introduced, LAN)[0] == ((transfer_claim(TRANSFER), LAN), ("code:transfer:GT-001", LAN))


def test_an_introduction_claims_the_member_s_liaison_with_the_committee() -> None:
    liaison = an_id("liaison")
    taken = (liaison_claim(LAN, COMMUNE), liaison), (resident_claim(LAN), liaison)
    assert claims(LAN_INTRODUCED, liaison) == (taken, ())


def test_most_facts_claim_nothing() -> None:
    assert claims(a_reprimand(), LAN) == ((), ())
    assert claims(LiaisonAccepted(), LAN) == ((), ())


@given(any_fact())
def test_what_is_claimed_is_claimed_for_the_stream_of_the_fact(fact: Fact) -> None:
    takes, releases = claims(fact, LAN)
    assert {stream for _, stream in (*takes, *releases)} <= {LAN}

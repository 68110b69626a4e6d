"""Whichever cell of a transfer ends on the way, nobody is left between two cells."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.member import (
    Member,
    MemberMoved,
    Standing,
    TransferKind,
    TransferReceived,
    TransferRefused,
    TransferReturned,
    TransferWithdrawn,
    standing,
)
from events.member.moved import move
from events.member.temporary import bring_back
from events.member.transfer import Move, introduce, receive, refuse, withdraw
from events.organisation import Organisation, OrganisationAbsorbed
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    LAN_ADMITTED,
    SURGERY,
    SURGERY_ESTABLISHED,
    TRANSFER,
    an_id,
    an_organisation,
    lans_introduction,
)
from tests.given import given, seen

MARCH_9, MARCH_20, APRIL_1 = date(2026, 3, 9), date(2026, 3, 20), date(2026, 4, 1)
WARDS = an_id("wards")
WARDS_STATE = an_organisation(replace(SURGERY_ESTABLISHED, name="Chi bộ Khối Ngoại"))
SURGERY_STATE = an_organisation(SURGERY_ESTABLISHED)
ABSORBED = seen(Organisation, (SURGERY_ESTABLISHED, BOOK_OPENED), (OrganisationAbsorbed(into=WARDS), MARCH_20))
INTRODUCED = lans_introduction()
AWAY = replace(INTRODUCED, kind=TransferKind.TEMPORARY, until=date(2026, 9, 1), due_on=None)
ALONG_TO_CELL_8 = MemberMoved(cell=CELL_8, from_cell=CELL_7, by=CELL_7)
RECEIVED = TransferReceived(transfer=TRANSFER)
ON_THE_WAY = given(Member, LAN_ADMITTED, INTRODUCED, (ALONG_TO_CELL_8, MARCH_9))

# The origin ended


def test_who_was_introduced_by_a_cell_that_went_into_another_is_received() -> None:
    ON_THE_WAY.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).then(RECEIVED)
    state = seen(Member, *ON_THE_WAY.facts, (RECEIVED, MARCH_20))
    assert [span.value for span in state.cell_spans()] == [CELL_7, CELL_8, SURGERY]


def test_or_is_sent_back_to_where_his_place_is_now() -> None:
    ON_THE_WAY.when(refuse, TRANSFER, "muộn", on=MARCH_20).then(TransferRefused(transfer=TRANSFER, reason="muộn"))
    ON_THE_WAY.when(withdraw, TRANSFER, on=MARCH_20).then(TransferWithdrawn(transfer=TRANSFER))
    assert seen(Member, *ON_THE_WAY.facts, (TransferWithdrawn(transfer=TRANSFER), MARCH_20)).cell_on(APRIL_1) == CELL_8


def test_a_place_that_was_moved_before_the_introduction_is_no_other_origin() -> None:
    back = replace(INTRODUCED, transfer=an_id("back"), from_cell=CELL_8, to=CELL_7, due_on=None)
    known = given(
        Member,
        (LAN_ADMITTED, BOOK_OPENED),
        (ALONG_TO_CELL_8, date(2026, 1, 5)),
        (back, date(2026, 1, 6)),
        (TransferReceived(transfer=back.transfer), date(2026, 1, 7)),
        INTRODUCED,
    )
    known.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).then(RECEIVED)


def test_who_is_away_stays_away_when_his_own_cell_goes_into_another() -> None:
    facts = (LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9), (ALONG_TO_CELL_8, MARCH_20))
    state = seen(Member, *facts)
    assert (standing(state, APRIL_1), state.cell_on(APRIL_1)) == (Standing.TEMPORARY_OUT, CELL_8)
    given(Member, *facts).when(bring_back, TRANSFER, on=APRIL_1).then(TransferReturned(transfer=TRANSFER))


# The destination ended


def test_the_cell_into_which_the_destination_went_receives_in_its_place() -> None:
    at_wards = TransferReceived(transfer=TRANSFER, at=WARDS)
    on_the_way = given(Member, LAN_ADMITTED, INTRODUCED)
    on_the_way.when(receive, WARDS_STATE, TRANSFER, on=APRIL_1, at=WARDS).then(at_wards)
    assert seen(Member, LAN_ADMITTED, INTRODUCED, (at_wards, APRIL_1)).cell_on(APRIL_1) == WARDS


@pytest.mark.parametrize("on", [MARCH_9, MARCH_20])
def test_what_went_to_another_takes_nobody_not_even_for_an_earlier_day(on: date) -> None:
    rule, to_surgery = "transfer.destination_ended", Move(SURGERY, TransferKind.OFFICIAL)
    given(Member, LAN_ADMITTED, INTRODUCED).when(receive, ABSORBED, TRANSFER, on=on).refused(rule)
    given(Member, LAN_ADMITTED).when(introduce, ABSORBED, TRANSFER, to_surgery, on=on).refused(rule)


def test_the_origin_can_always_withdraw_from_a_destination_that_is_gone() -> None:
    withdrawn = TransferWithdrawn(transfer=TRANSFER)
    given(Member, LAN_ADMITTED, INTRODUCED).when(withdraw, TRANSFER, on=APRIL_1).then(withdrawn)


def test_a_guest_goes_along_with_his_hosts_and_comes_back_from_there() -> None:
    at_wards = TransferReceived(transfer=TRANSFER, at=WARDS)
    later = MemberMoved(cell=an_id("clinic"), from_cell=WARDS, by=WARDS)
    guest = given(Member, LAN_ADMITTED, AWAY, (at_wards, APRIL_1))
    guest.when(move, later, on=date(2026, 5, 4)).then(later)
    state = seen(Member, *guest.facts, (later, date(2026, 5, 4)))
    may = date(2026, 5, 20)
    assert standing(state, may, an_id("clinic")) is Standing.TEMPORARY_IN
    assert standing(state, may, WARDS) is Standing.TEMPORARY_OUT
    assert state.cell_on(may) == CELL_7

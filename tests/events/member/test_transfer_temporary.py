"""A temporary transfer takes longer when both sides ask for it, and ends when he is back."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.member import (
    Member,
    Standing,
    TransferExtended,
    TransferExtensionAsked,
    TransferGround,
    TransferKind,
    TransferReceived,
    TransferReturned,
    TransferSide,
    TransferState,
    standing,
)
from events.member.temporary import bring_back, extend
from events.member.transfer import Move, introduce, receive
from tests.examples import (
    CELL_7,
    CELL_8,
    CELL_8_ESTABLISHED,
    LAN_ADMITTED,
    SURGERY,
    TRANSFER,
    an_expulsion,
    an_id,
    an_organisation,
    lans_introduction,
)
from tests.given import DAY, Given, given, seen

SEPTEMBER_1, DECEMBER_1, FEBRUARY_26 = date(2026, 9, 1), date(2026, 12, 1), date(2027, 2, 26)
AWAY = replace(
    lans_introduction(), kind=TransferKind.TEMPORARY, ground=TransferGround.WORK, until=SEPTEMBER_1, due_on=None
)
RECEIVED = TransferReceived(transfer=TRANSFER)
RETURNED = TransferReturned(transfer=TRANSFER)
MARCH_9, JUNE_1, AUGUST_3 = date(2026, 3, 9), date(2026, 6, 1), date(2026, 8, 3)
ORIGIN, DESTINATION = {TransferSide.ORIGIN}, {TransferSide.DESTINATION}
BOTH = ORIGIN | DESTINATION
EXTENDED = TransferExtended(transfer=TRANSFER, until=DECEMBER_1)
ASKED_BY_ORIGIN = TransferExtensionAsked(transfer=TRANSFER, until=DECEMBER_1, side=TransferSide.ORIGIN)
CELL_8_STATE = an_organisation(CELL_8_ESTABLISHED)
ANOTHER = an_id("another transfer")


def away(*more: object) -> Given[Member]:
    return given(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9), *more)  # type: ignore[arg-type]


# Extended


def test_who_speaks_for_both_sides_extends_at_once() -> None:
    away().when(extend, TRANSFER, DECEMBER_1, BOTH, on=AUGUST_3).then(EXTENDED)


def test_one_side_only_asks() -> None:
    away().when(extend, TRANSFER, DECEMBER_1, ORIGIN, on=AUGUST_3).then(ASKED_BY_ORIGIN)


def test_the_other_side_agrees_by_asking_for_the_same_day() -> None:
    away((ASKED_BY_ORIGIN, JUNE_1)).when(extend, TRANSFER, DECEMBER_1, DESTINATION, on=AUGUST_3).then(EXTENDED)


def test_another_day_is_no_agreement() -> None:
    another = TransferExtensionAsked(transfer=TRANSFER, until=FEBRUARY_26, side=TransferSide.DESTINATION)
    asked = away((ASKED_BY_ORIGIN, JUNE_1))
    asked.when(extend, TRANSFER, FEBRUARY_26, DESTINATION, on=AUGUST_3).then(another)
    state = seen(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9), (ASKED_BY_ORIGIN, JUNE_1), (another, AUGUST_3))
    assert state.transfers[TRANSFER].until == SEPTEMBER_1
    assert state.away(date(2026, 9, 2)) is None


def test_extended_again_is_ignored_because_already_done() -> None:
    longer = TransferExtended(transfer=TRANSFER, until=FEBRUARY_26)
    extended = away((EXTENDED, JUNE_1), (longer, AUGUST_3))
    for until in (DECEMBER_1, FEBRUARY_26):
        extended.when(extend, TRANSFER, until, BOTH, on=date(2026, 8, 10)).ignored()
        extended.when(extend, TRANSFER, until, ORIGIN, on=date(2028, 8, 10)).ignored()


def test_a_longer_term_is_later_than_the_one_it_has() -> None:
    away().when(extend, TRANSFER, SEPTEMBER_1, BOTH, on=AUGUST_3).refused("transfer.not_longer")
    away((EXTENDED, JUNE_1)).when(extend, TRANSFER, date(2026, 10, 1), BOTH, on=AUGUST_3).refused("transfer.not_longer")


def test_the_whole_takes_less_than_twelve_months() -> None:
    away().when(extend, TRANSFER, date(2027, 3, 1), BOTH, on=AUGUST_3).then(
        TransferExtended(transfer=TRANSFER, until=date(2027, 3, 1))
    )
    away().when(extend, TRANSFER, date(2027, 3, 2), BOTH, on=AUGUST_3).refused("transfer.too_long")
    away((EXTENDED, JUNE_1)).when(extend, TRANSFER, date(2027, 3, 2), BOTH, on=AUGUST_3).refused("transfer.too_long")


def test_for_study_the_whole_takes_twenty_four_months_at_most() -> None:
    studying = given(Member, LAN_ADMITTED, replace(AWAY, ground=TransferGround.STUDY), (RECEIVED, MARCH_9))
    studying.when(extend, TRANSFER, date(2028, 3, 2), BOTH, on=AUGUST_3).then(
        TransferExtended(transfer=TRANSFER, until=date(2028, 3, 2))
    )
    studying.when(extend, TRANSFER, date(2028, 3, 3), BOTH, on=AUGUST_3).refused("transfer.too_long")


@pytest.mark.parametrize("on", [date(2026, 3, 8), date(2026, 9, 2)])
def test_it_is_extended_while_he_is_there(on: date) -> None:
    away().when(extend, TRANSFER, DECEMBER_1, BOTH, on=on).refused("transfer.not_away")


def test_what_is_in_transit_or_over_is_not_extended() -> None:
    given(Member, LAN_ADMITTED, AWAY).when(extend, TRANSFER, DECEMBER_1, BOTH).refused("transfer.not_away")
    away((RETURNED, AUGUST_3)).when(extend, TRANSFER, DECEMBER_1, BOTH, on=JUNE_1).refused("transfer.not_away")


def test_an_official_transfer_has_no_term_to_extend() -> None:
    official = given(Member, LAN_ADMITTED, lans_introduction(), (RECEIVED, MARCH_9))
    official.when(extend, TRANSFER, DECEMBER_1, BOTH, on=AUGUST_3).refused("transfer.not_temporary")
    official.when(bring_back, TRANSFER, on=AUGUST_3).refused("transfer.not_temporary")


def test_only_a_known_transfer_is_extended_or_ends() -> None:
    given(Member, LAN_ADMITTED).when(extend, TRANSFER, DECEMBER_1, BOTH).refused("transfer.unknown")
    given(Member, LAN_ADMITTED).when(bring_back, TRANSFER).refused("transfer.unknown")


def test_who_has_left_is_neither_kept_longer_nor_sent_back() -> None:
    left = away((an_expulsion(), JUNE_1))
    left.when(extend, TRANSFER, DECEMBER_1, BOTH, on=AUGUST_3).refused("member.left")
    left.when(bring_back, TRANSFER, on=AUGUST_3).refused("member.left")


def test_nobody_is_kept_for_days_on_which_he_is_elsewhere() -> None:
    next_one = replace(AWAY, transfer=ANOTHER, to=CELL_8, until=FEBRUARY_26)
    there = away((next_one, date(2026, 9, 7)), (TransferReceived(transfer=ANOTHER), date(2026, 9, 14)))
    there.when(extend, TRANSFER, date(2026, 9, 14), BOTH, on=AUGUST_3).refused("transfer.already_away")
    there.when(extend, TRANSFER, date(2026, 9, 13), BOTH, on=AUGUST_3).then(
        TransferExtended(transfer=TRANSFER, until=date(2026, 9, 13))
    )


def test_a_late_reception_does_not_make_him_a_guest_of_two_cells() -> None:
    early = replace(AWAY, transfer=ANOTHER, to=CELL_8, until=date(2026, 6, 30))
    known = away((early, date(2026, 3, 3)))
    known.when(receive, CELL_8_STATE, ANOTHER, on=date(2026, 3, 4)).refused("transfer.already_away")


def test_he_is_away_until_the_last_day_that_was_agreed() -> None:
    state = seen(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9), (EXTENDED, AUGUST_3))
    assert state.away(DECEMBER_1) is not None
    assert state.away(date(2026, 12, 2)) is None
    transfer = state.transfers[TRANSFER]
    assert (transfer.until_on(date(2026, 8, 2)), transfer.until_on(AUGUST_3)) == (SEPTEMBER_1, DECEMBER_1)


# Returned


def test_he_is_back_before_the_last_day() -> None:
    away().when(bring_back, TRANSFER, on=AUGUST_3).then(RETURNED)


@pytest.mark.parametrize("on", [MARCH_9, SEPTEMBER_1, date(2026, 9, 2)])
def test_he_is_back_from_the_day_of_his_reception_at_the_earliest_and_the_day_after_the_last_at_the_latest(
    on: date,
) -> None:
    away().when(bring_back, TRANSFER, on=on).then(RETURNED)


def test_after_the_last_day_he_has_been_back_without_anybodys_word() -> None:
    away().when(bring_back, TRANSFER, on=date(2026, 9, 3)).refused("transfer.term_over")


def test_returned_again_is_ignored_because_already_done() -> None:
    away((RETURNED, AUGUST_3)).when(bring_back, TRANSFER, on=date(2027, 8, 4)).ignored()


def test_who_is_not_there_does_not_come_back() -> None:
    given(Member, LAN_ADMITTED, AWAY).when(bring_back, TRANSFER, on=MARCH_9).refused("transfer.not_away")
    away().when(bring_back, TRANSFER, on=date(2026, 3, 8)).refused("transfer.not_away")
    moved = away(
        (replace(lans_introduction(), transfer=ANOTHER, to=CELL_8), JUNE_1),
        (TransferReceived(transfer=ANOTHER), JUNE_1),
    )
    moved.when(bring_back, TRANSFER, on=AUGUST_3).refused("transfer.not_away")


def test_from_his_return_on_he_stands_where_he_counts() -> None:
    state = seen(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9), (RETURNED, AUGUST_3))
    assert standing(state, date(2026, 8, 2)) is Standing.TEMPORARY_OUT
    assert standing(state, date(2026, 8, 2), SURGERY) is Standing.TEMPORARY_IN
    assert standing(state, AUGUST_3) is Standing.FULL
    assert state.cell_on(AUGUST_3) == CELL_7
    transfer = state.transfers[TRANSFER]
    assert transfer.state_on(DAY) is TransferState.IN_TRANSIT
    assert transfer.state_on(date(2026, 8, 2)) is TransferState.RECEIVED
    assert transfer.state_on(AUGUST_3) is TransferState.RETURNED


def test_once_back_he_may_be_sent_away_again() -> None:
    move = Move(to=CELL_8, kind=TransferKind.TEMPORARY, until=DECEMBER_1)
    introduced = replace(AWAY, transfer=ANOTHER, to=CELL_8, ground=None, until=DECEMBER_1)
    away((RETURNED, AUGUST_3)).when(introduce, CELL_8_STATE, ANOTHER, move, on=AUGUST_3).then(introduced)

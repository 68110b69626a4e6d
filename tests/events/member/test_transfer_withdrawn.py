"""The origin takes an introduction back while nobody has answered."""

from datetime import date

from events.member import Member, TransferReceived, TransferRefused, TransferState, TransferWithdrawn
from events.member.facts import TransferKind
from events.member.transfer import Move, introduce, receive, refuse, withdraw
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    LAN_ADMITTED,
    SURGERY,
    SURGERY_ESTABLISHED,
    TRANSFER,
    an_expulsion,
    an_id,
    an_organisation,
    lans_introduction,
)
from tests.given import DAY, given, seen

INTRODUCED = lans_introduction()
WITHDRAWN = TransferWithdrawn(transfer=TRANSFER)
RECEIVED = TransferReceived(transfer=TRANSFER)
REFUSED = TransferRefused(transfer=TRANSFER, reason="hồ sơ thiếu")
SURGERY_STATE = an_organisation(SURGERY_ESTABLISHED)
FEBRUARY, MARCH_9, MARCH_20 = date(2026, 2, 2), date(2026, 3, 9), date(2026, 3, 20)


def test_the_origin_withdraws_what_nobody_has_answered() -> None:
    given(Member, LAN_ADMITTED, INTRODUCED).when(withdraw, TRANSFER, on=MARCH_9).then(WITHDRAWN)


def test_what_is_overdue_is_still_withdrawn() -> None:
    given(Member, LAN_ADMITTED, INTRODUCED).when(withdraw, TRANSFER, on=date(2026, 9, 1)).then(WITHDRAWN)


def test_withdrawn_again_is_ignored_because_already_done() -> None:
    given(Member, LAN_ADMITTED, INTRODUCED, (WITHDRAWN, MARCH_9)).when(withdraw, TRANSFER, on=MARCH_20).ignored()


def test_only_a_known_transfer_is_withdrawn() -> None:
    given(Member, LAN_ADMITTED).when(withdraw, TRANSFER).refused("transfer.unknown")


def test_what_was_answered_is_not_withdrawn() -> None:
    for answer in (RECEIVED, REFUSED):
        answered = given(Member, LAN_ADMITTED, INTRODUCED, (answer, MARCH_9))
        answered.when(withdraw, TRANSFER, on=MARCH_20).refused("transfer.not_in_transit")


def test_nothing_is_withdrawn_before_it_was_introduced() -> None:
    introduced = given(Member, (LAN_ADMITTED, BOOK_OPENED), INTRODUCED)
    introduced.when(withdraw, TRANSFER, on=FEBRUARY).refused("transfer.not_in_transit")


def test_what_was_withdrawn_is_neither_received_nor_refused() -> None:
    withdrawn = given(Member, LAN_ADMITTED, INTRODUCED, (WITHDRAWN, MARCH_9))
    withdrawn.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).refused("transfer.not_in_transit")
    withdrawn.when(refuse, TRANSFER, "muộn", on=MARCH_20).refused("transfer.not_in_transit")


def test_nobody_waits_for_who_left_on_the_way() -> None:
    left = given(Member, LAN_ADMITTED, INTRODUCED, (an_expulsion(), MARCH_9))
    left.when(withdraw, TRANSFER, on=MARCH_20).ignored()
    assert seen(Member, *left.facts).transfers[TRANSFER].state_on(MARCH_20) is TransferState.WITHDRAWN


def test_after_a_withdrawal_he_is_where_he_was_and_may_be_introduced_again() -> None:
    state = seen(Member, LAN_ADMITTED, INTRODUCED, (WITHDRAWN, MARCH_9))
    assert state.cell_on(MARCH_20) == CELL_7
    assert state.in_transit(MARCH_20) is None
    assert state.transfers[TRANSFER].state_on(DAY) is TransferState.IN_TRANSIT
    assert state.transfers[TRANSFER].state_on(MARCH_9) is TransferState.WITHDRAWN
    another = an_id("another transfer")
    withdrawn = given(Member, LAN_ADMITTED, INTRODUCED, (WITHDRAWN, MARCH_9))
    move = Move(to=SURGERY, kind=TransferKind.OFFICIAL)
    facts = introduce(
        seen(Member, LAN_ADMITTED, INTRODUCED, (WITHDRAWN, MARCH_9)), SURGERY_STATE, another, move, MARCH_20
    )
    assert len(facts) == 1
    withdrawn.when(introduce, SURGERY_STATE, another, move, on=MARCH_20).then(*facts)

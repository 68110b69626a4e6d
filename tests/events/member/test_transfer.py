"""How a member goes from cell to cell, by two sides."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.member import Member, TransferGround, TransferKind, TransferReceived, TransferRefused, TransferState
from events.member.transfer import Move, introduce, receive, refuse
from events.organisation import Organisation, OrganisationDissolved
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE_ESTABLISHED,
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

TO_SURGERY = Move(to=SURGERY, kind=TransferKind.OFFICIAL)
SURGERY_STATE, CELL_8_STATE = an_organisation(SURGERY_ESTABLISHED), an_organisation(CELL_8_ESTABLISHED)
CLOSED = seen(Organisation, (SURGERY_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
INTRODUCED = lans_introduction()
RECEIVED = TransferReceived(transfer=TRANSFER)
REFUSED = TransferRefused(transfer=TRANSFER, reason="hồ sơ thiếu")
ANOTHER = an_id("another transfer")
TO_CELL_8 = replace(INTRODUCED, transfer=ANOTHER, to=CELL_8)
HALF_A_YEAR = Move(to=SURGERY, kind=TransferKind.TEMPORARY, until=date(2026, 9, 1))
AWAY = replace(INTRODUCED, kind=TransferKind.TEMPORARY, until=date(2026, 9, 1), due_on=None)
FEBRUARY, MARCH_9, MARCH_20, APRIL_1 = date(2026, 2, 2), date(2026, 3, 9), date(2026, 3, 20), date(2026, 4, 1)

# Introduced


def test_the_origin_introduces_and_he_is_due_in_thirty_working_days() -> None:
    introduced = lans_introduction(due_on=date(2026, 4, 13))
    given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, TO_SURGERY).then(introduced)


def test_introduced_again_is_ignored_because_already_done() -> None:
    known = given(Member, LAN_ADMITTED, INTRODUCED)
    known.when(introduce, SURGERY_STATE, TRANSFER, TO_SURGERY, on=MARCH_9).ignored()
    received = given(Member, LAN_ADMITTED, INTRODUCED, (RECEIVED, MARCH_9))
    received.when(introduce, SURGERY_STATE, TRANSFER, TO_SURGERY).ignored()


def test_the_id_of_a_transfer_is_not_used_for_another() -> None:
    other = replace(TO_SURGERY, to=CELL_8)
    given(Member, LAN_ADMITTED, INTRODUCED).when(introduce, CELL_8_STATE, TRANSFER, other).refused("transfer.exists")


def test_who_is_in_transit_is_not_introduced_again() -> None:
    asked = given(Member, LAN_ADMITTED, INTRODUCED).when(
        introduce, CELL_8_STATE, ANOTHER, Move(CELL_8, TO_SURGERY.kind)
    )
    asked.refused("transfer.already_in_transit")


def test_nor_is_he_on_an_earlier_day_while_a_later_introduction_is_unanswered() -> None:
    known = given(Member, LAN_ADMITTED, (INTRODUCED, MARCH_9))
    known.when(introduce, CELL_8_STATE, ANOTHER, Move(CELL_8, TO_SURGERY.kind)).refused("transfer.already_in_transit")


def test_an_introduction_is_not_entered_behind_a_later_one() -> None:
    known = given(Member, (LAN_ADMITTED, BOOK_OPENED), (INTRODUCED, MARCH_9), (REFUSED, MARCH_20))
    known.when(introduce, CELL_8_STATE, ANOTHER, Move(CELL_8, TO_SURGERY.kind)).refused("transfer.introduced_since")


def test_after_a_refusal_he_may_be_introduced_again() -> None:
    refused = given(Member, LAN_ADMITTED, INTRODUCED, (REFUSED, MARCH_9))
    again = replace(INTRODUCED, transfer=ANOTHER, due_on=date(2026, 4, 20))
    refused.when(introduce, SURGERY_STATE, ANOTHER, TO_SURGERY, on=MARCH_9).then(again)


def test_nobody_is_introduced_to_his_own_cell() -> None:
    asked = given(Member, LAN_ADMITTED).when(introduce, an_organisation(), TRANSFER, replace(TO_SURGERY, to=CELL_7))
    asked.refused("transfer.to_own_cell")


def test_nobody_is_introduced_to_a_cell_that_does_not_exist() -> None:
    asked = given(Member, LAN_ADMITTED).when(introduce, Organisation(), TRANSFER, TO_SURGERY)
    asked.refused("transfer.destination_unknown")


def test_nobody_is_introduced_to_a_cell_that_has_ended() -> None:
    given(Member, LAN_ADMITTED).when(introduce, CLOSED, TRANSFER, TO_SURGERY).refused("transfer.destination_ended")


def test_nobody_is_introduced_to_what_is_no_cell() -> None:
    commune = an_organisation(COMMUNE_ESTABLISHED)
    given(Member, LAN_ADMITTED).when(introduce, commune, TRANSFER, TO_SURGERY).refused(
        "transfer.destination_not_a_cell"
    )


def test_nobody_is_introduced_before_he_is_a_member() -> None:
    asked = given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, TO_SURGERY, on=FEBRUARY)
    asked.refused("member.not_yet_admitted")


def test_who_has_left_is_not_introduced() -> None:
    left = given(Member, LAN_ADMITTED, an_expulsion())
    left.when(introduce, SURGERY_STATE, TRANSFER, TO_SURGERY).refused("member.left")


# For a time


def test_a_temporary_transfer_has_a_last_day_and_no_day_of_arrival() -> None:
    given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, HALF_A_YEAR).then(AWAY)


@pytest.mark.parametrize(
    ("ground", "until", "rule"),
    [
        (None, None, "transfer.until"),
        (TransferGround.WORK, date(2026, 6, 1), "transfer.too_short"),
        (TransferGround.WORK, date(2027, 3, 2), "transfer.too_long"),
        (TransferGround.STUDY, date(2026, 6, 1), "transfer.too_short"),
        (TransferGround.STUDY, date(2028, 3, 3), "transfer.too_long"),
    ],
)
def test_a_temporary_transfer_has_its_term(ground: TransferGround | None, until: date | None, rule: str) -> None:
    move = Move(to=SURGERY, kind=TransferKind.TEMPORARY, ground=ground, until=until)
    given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, move).refused(rule)


@pytest.mark.parametrize(
    ("ground", "until"),
    [
        (TransferGround.WORK, date(2026, 6, 2)),
        (TransferGround.OTHER, date(2027, 3, 1)),
        (TransferGround.STUDY, date(2028, 3, 2)),
    ],
)
def test_it_takes_three_to_under_twelve_months_and_for_study_up_to_twenty_four(
    ground: TransferGround, until: date
) -> None:
    move = Move(to=SURGERY, kind=TransferKind.TEMPORARY, ground=ground, until=until)
    introduced = replace(AWAY, ground=ground, until=until)
    given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, move).then(introduced)


def test_an_official_transfer_has_no_last_day() -> None:
    move = replace(TO_SURGERY, until=date(2026, 9, 1))
    given(Member, LAN_ADMITTED).when(introduce, SURGERY_STATE, TRANSFER, move).refused("transfer.until")


def test_who_is_away_is_not_sent_away_again() -> None:
    away = given(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9))
    move = Move(to=CELL_8, kind=TransferKind.TEMPORARY, until=date(2026, 12, 1))
    away.when(introduce, CELL_8_STATE, ANOTHER, move, on=MARCH_20).refused("transfer.already_away")


def test_a_temporary_transfer_leaves_the_head_count_at_the_origin() -> None:
    state = seen(Member, LAN_ADMITTED, AWAY, (RECEIVED, MARCH_9))
    assert state.cell_on(MARCH_20) == CELL_7
    assert state.away(date(2026, 3, 8)) is None
    assert state.away(date(2026, 9, 1)) is not None, "the last day is included"
    assert state.away(date(2026, 9, 2)) is None


def test_an_official_transfer_ends_a_temporary_one() -> None:
    state = seen(
        Member,
        LAN_ADMITTED,
        AWAY,
        (RECEIVED, MARCH_9),
        (TO_CELL_8, MARCH_20),
        (TransferReceived(transfer=ANOTHER), APRIL_1),
    )
    assert state.away(date(2026, 3, 31)) is not None
    assert state.away(APRIL_1) is None


# Received


def test_the_destination_receives_him() -> None:
    given(Member, LAN_ADMITTED, INTRODUCED).when(receive, SURGERY_STATE, TRANSFER, on=MARCH_9).then(RECEIVED)


def test_received_again_is_ignored_because_already_done() -> None:
    received = given(Member, LAN_ADMITTED, INTRODUCED, (RECEIVED, MARCH_9))
    received.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).ignored()


def test_only_a_known_transfer_is_received() -> None:
    asked = given(Member, LAN_ADMITTED, INTRODUCED).when(receive, SURGERY_STATE, ANOTHER)
    asked.refused("transfer.unknown")


def test_what_was_refused_is_not_received() -> None:
    refused = given(Member, LAN_ADMITTED, INTRODUCED, (REFUSED, MARCH_9))
    refused.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).refused("transfer.not_in_transit")


def test_nobody_is_received_before_he_is_introduced() -> None:
    introduced = given(Member, (LAN_ADMITTED, BOOK_OPENED), INTRODUCED)
    introduced.when(receive, SURGERY_STATE, TRANSFER, on=FEBRUARY).refused("transfer.not_in_transit")


def test_who_left_on_the_way_is_not_received() -> None:
    left = given(Member, LAN_ADMITTED, INTRODUCED, (an_expulsion(), MARCH_9))
    left.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).refused("member.left")


@pytest.mark.parametrize(
    ("destination", "rule"),
    [
        (Organisation(), "transfer.destination_unknown"),
        (CLOSED, "transfer.destination_ended"),
        (an_organisation(COMMUNE_ESTABLISHED), "transfer.destination_not_a_cell"),
    ],
)
def test_a_cell_that_ended_on_the_way_receives_nobody(destination: Organisation, rule: str) -> None:
    given(Member, LAN_ADMITTED, INTRODUCED).when(receive, destination, TRANSFER, on=MARCH_9).refused(rule)


def test_a_late_record_does_not_move_him_before_a_later_move() -> None:
    moved = given(
        Member,
        (LAN_ADMITTED, BOOK_OPENED),
        (TO_CELL_8, MARCH_20),
        (TransferReceived(transfer=ANOTHER), APRIL_1),
        (INTRODUCED, FEBRUARY),
    )
    moved.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_9).refused("transfer.moved_since")
    moved.when(receive, SURGERY_STATE, TRANSFER, on=APRIL_1).refused("transfer.moved_since")
    moved.when(refuse, TRANSFER, REFUSED.reason, on=MARCH_9).then(REFUSED)


# Refused


def test_the_destination_refuses_him() -> None:
    given(Member, LAN_ADMITTED, INTRODUCED).when(refuse, TRANSFER, "hồ sơ thiếu", on=MARCH_9).then(REFUSED)


def test_refused_again_is_ignored_because_already_done() -> None:
    refused = given(Member, LAN_ADMITTED, INTRODUCED, (REFUSED, MARCH_9))
    refused.when(refuse, TRANSFER, "lý do khác", on=MARCH_20).ignored()


def test_only_a_known_transfer_is_refused() -> None:
    given(Member, LAN_ADMITTED).when(refuse, TRANSFER, "không rõ").refused("transfer.unknown")


def test_what_was_received_is_not_refused() -> None:
    received = given(Member, LAN_ADMITTED, INTRODUCED, (RECEIVED, MARCH_9))
    received.when(refuse, TRANSFER, "muộn", on=MARCH_20).refused("transfer.not_in_transit")


def test_who_left_on_the_way_is_not_refused() -> None:
    left = given(Member, LAN_ADMITTED, INTRODUCED, (an_expulsion(), MARCH_9))
    left.when(refuse, TRANSFER, "muộn", on=MARCH_20).refused("member.left")


# As of a day


def test_he_counts_at_the_origin_until_he_is_received() -> None:
    state = seen(Member, LAN_ADMITTED, INTRODUCED, (RECEIVED, MARCH_9))
    assert state.cell_spans() == (Span(DAY, MARCH_9, CELL_7), Span(MARCH_9, None, SURGERY))
    assert state.in_transit(date(2026, 3, 8)) is state.transfers[TRANSFER]
    assert state.in_transit(MARCH_9) is None


def test_overdue_is_a_question_of_dates() -> None:
    transfer = seen(Member, LAN_ADMITTED, INTRODUCED).transfers[TRANSFER]
    assert transfer.state_on(FEBRUARY) is None
    assert transfer.state_on(date(2026, 4, 13)) is TransferState.IN_TRANSIT
    assert transfer.state_on(date(2026, 4, 14)) is TransferState.OVERDUE


def test_a_transfer_of_the_past_is_what_became_of_it() -> None:
    state = seen(Member, LAN_ADMITTED, INTRODUCED, (REFUSED, MARCH_9))
    assert state.transfers[TRANSFER].state_on(MARCH_20) is TransferState.REFUSED
    assert state.cell_on(MARCH_20) == CELL_7

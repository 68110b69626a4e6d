"""The one word for how a member stands on a day."""

from datetime import date

from msgspec.structs import replace

from events.member import Member, Standing, TransferKind, TransferReceived, standing
from tests.examples import LAN_ADMITTED, SURGERY, TRANSFER, an_expulsion, lans_introduction
from tests.given import DAY, seen

APRIL = date(2026, 4, 1)
MAY = date(2026, 5, 1)


def test_a_member_has_full_rights() -> None:
    assert standing(seen(Member, LAN_ADMITTED), DAY) is Standing.FULL


def test_before_the_admission_and_after_the_end_he_is_out() -> None:
    state = seen(Member, LAN_ADMITTED, (an_expulsion(), APRIL))
    assert standing(state, date(2026, 3, 1)) is Standing.OUT
    assert standing(state, APRIL) is Standing.OUT
    assert standing(Member(), DAY) is Standing.OUT


def test_introduced_and_not_answered_he_is_in_transit() -> None:
    state = seen(Member, LAN_ADMITTED, lans_introduction(), (TransferReceived(transfer=TRANSFER), APRIL))
    assert standing(state, DAY) is Standing.IN_TRANSIT
    assert standing(state, APRIL) is Standing.FULL


def test_expelled_on_the_way_he_is_out() -> None:
    assert standing(seen(Member, LAN_ADMITTED, lans_introduction(), (an_expulsion(), APRIL)), MAY) is Standing.OUT


def test_away_for_a_time_he_is_out_of_his_cell_and_in_the_other_one() -> None:
    away = replace(lans_introduction(), kind=TransferKind.TEMPORARY, until=date(2026, 9, 1), due_on=None)
    state = seen(Member, LAN_ADMITTED, away, (TransferReceived(transfer=TRANSFER), APRIL))
    assert standing(state, MAY) is Standing.TEMPORARY_OUT
    assert standing(state, MAY, seen_from=SURGERY) is Standing.TEMPORARY_IN
    assert standing(state, date(2026, 9, 2), seen_from=SURGERY) is Standing.FULL

"""When a cell goes into another one, its members and guests go along, wherever they are on the way."""

from datetime import date

from msgspec.structs import replace

from events.member import Member, MemberMoved, TransferIntroduced, TransferKind, TransferReceived
from events.member.moved import move
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    LAN_ADMITTED,
    SURGERY,
    TRANSFER,
    an_expulsion,
    an_id,
    lans_introduction,
)
from tests.given import DAY, Given, given, seen

TO_CELL_8 = MemberMoved(cell=CELL_8, from_cell=CELL_7, by=CELL_7)
LATER = date(2026, 9, 1)
IN_CELL_7 = (LAN_ADMITTED, BOOK_OPENED)
GONE = TransferIntroduced(
    transfer=TRANSFER, from_cell=CELL_7, to=SURGERY, kind=TransferKind.TEMPORARY, until=date(2026, 12, 31)
)
EARLIER = date(2026, 2, 2)


def lan(*more: object) -> Given[Member]:
    return given(Member, IN_CELL_7, *more)  # type: ignore[arg-type]


def test_who_is_on_the_roll_goes_along() -> None:
    lan().when(move, TO_CELL_8).then(TO_CELL_8)


def test_he_counts_in_the_new_cell_from_that_day_on() -> None:
    member = seen(Member, IN_CELL_7, TO_CELL_8)
    assert member.cell_spans() == (Span(BOOK_OPENED, DAY, CELL_7), Span(DAY, None, CELL_8))


def test_who_is_elsewhere_or_has_left_does_not_go_along() -> None:
    lan().when(move, replace(TO_CELL_8, from_cell=SURGERY)).ignored()
    lan((an_expulsion(), EARLIER)).when(move, TO_CELL_8).ignored()


def test_who_was_elsewhere_later_is_where_he_was_later() -> None:
    received = (TransferReceived(transfer=TRANSFER), LATER)
    member = seen(Member, IN_CELL_7, (lans_introduction(), LATER), received, TO_CELL_8)
    assert [span.value for span in member.cell_spans()] == [CELL_7, CELL_8, SURGERY]


def test_a_guest_goes_along_as_a_guest() -> None:
    guest = lan((GONE, EARLIER), (TransferReceived(transfer=TRANSFER), EARLIER))
    along = MemberMoved(cell=an_id("wards"), from_cell=SURGERY, by=SURGERY)
    guest.when(move, along).then(along)
    assert seen(Member, *guest.facts, along).cell_on(LATER) == CELL_7

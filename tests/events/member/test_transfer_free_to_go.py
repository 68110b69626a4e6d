"""Nobody is transferred for good while he is looked into, or while a complaint of his waits for its answer."""

from datetime import date

import pytest

from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    InspectionEnded,
    InspectionOpened,
    Member,
    SanctionComplained,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.member.transfer import Move, introduce, receive, refuse
from tests.examples import (
    BOOK_OPENED,
    LAN_ADMITTED,
    SURGERY,
    SURGERY_ESTABLISHED,
    TRANSFER,
    a_reprimand,
    an_organisation,
    lans_introduction,
)
from tests.given import Dated, given, seen

SURGERY_STATE = an_organisation(SURGERY_ESTABLISHED)
OFFICIAL = Move(to=SURGERY, kind=TransferKind.OFFICIAL)
TEMPORARY = Move(to=SURGERY, kind=TransferKind.TEMPORARY, until=date(2026, 9, 1))
FEBRUARY, MARCH_9, MARCH_20 = date(2026, 2, 2), date(2026, 3, 9), date(2026, 3, 20)
IN_CELL_7: Dated = (LAN_ADMITTED, BOOK_OPENED)
OPENED: Dated = (InspectionOpened(ground="đơn tố cáo"), FEBRUARY)
SANCTIONED: Dated = (a_reprimand(), date(2026, 1, 5))
COMPLAINED: Dated = (SanctionComplained(sanction=2), FEBRUARY)
ANSWERED = ComplaintAnswered(sanction=2, outcome=ComplaintOutcome.UPHELD)
INTRODUCED = lans_introduction()


@pytest.mark.parametrize(
    ("before", "rule"),
    [([OPENED], "transfer.under_inspection"), ([SANCTIONED, COMPLAINED], "transfer.complaint_open")],
)
def test_he_is_introduced_for_a_time_only(before: list[Dated], rule: str) -> None:
    known = given(Member, IN_CELL_7, *before)
    known.when(introduce, SURGERY_STATE, TRANSFER, OFFICIAL).refused(rule)
    (introduced,) = introduce(seen(Member, *known.facts), SURGERY_STATE, TRANSFER, TEMPORARY, FEBRUARY)
    known.when(introduce, SURGERY_STATE, TRANSFER, TEMPORARY, on=FEBRUARY).then(introduced)


@pytest.mark.parametrize(
    "before",
    [
        [OPENED, (InspectionEnded(), MARCH_9)],
        [SANCTIONED, COMPLAINED, (ANSWERED, MARCH_9)],
    ],
)
def test_from_the_day_on_which_it_is_over_he_is_free_to_go(before: list[Dated]) -> None:
    known = given(Member, IN_CELL_7, *before)
    (introduced,) = introduce(seen(Member, *known.facts), SURGERY_STATE, TRANSFER, OFFICIAL, MARCH_9)
    known.when(introduce, SURGERY_STATE, TRANSFER, OFFICIAL, on=MARCH_9).then(introduced)


def test_what_is_opened_on_the_way_holds_up_his_reception_and_not_a_refusal() -> None:
    on_the_way = given(Member, IN_CELL_7, INTRODUCED, (InspectionOpened(ground="đơn tố cáo"), MARCH_9))
    on_the_way.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).refused("transfer.under_inspection")
    on_the_way.when(refuse, TRANSFER, "muộn", on=MARCH_20).then(TransferRefused(transfer=TRANSFER, reason="muộn"))
    over = given(Member, *on_the_way.facts, (InspectionEnded(), MARCH_20))
    over.when(receive, SURGERY_STATE, TRANSFER, on=MARCH_20).then(TransferReceived(transfer=TRANSFER))

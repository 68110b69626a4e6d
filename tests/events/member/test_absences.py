"""When a member need not, or may not, take part."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.member import (
    ExemptionEnded,
    ExemptionGround,
    InspectionEnded,
    InspectionOpened,
    Member,
    MemberExempted,
    MemberSuspended,
    Standing,
    SuspensionEnded,
    TransferKind,
    TransferReceived,
    standing,
)
from events.member.exemption import end_exemption, exempt
from events.member.inspection import end_inspection, end_suspension, open_inspection, suspend
from tests.examples import BOOK_OPENED, LAN_ADMITTED, TRANSFER, an_expulsion, lans_introduction
from tests.given import DAY, given, seen

MARCH_9, APRIL, MAY, MAY_31, JUNE = (
    date(2026, 3, 9), date(2026, 4, 1), date(2026, 5, 4), date(2026, 5, 31), date(2026, 6, 1),
)  # fmt: skip
OLD = MemberExempted(ground=ExemptionGround.AGE)
FOR_A_TIME = MemberExempted(ground=ExemptionGround.OTHER, until=MAY_31)
INSPECTED = InspectionOpened(ground="Thu chi đảng phí")

# Exempt


@pytest.mark.parametrize("exemption", [OLD, replace(OLD, ground=ExemptionGround.ILLNESS), FOR_A_TIME])
def test_a_member_is_exempted(exemption: MemberExempted) -> None:
    given(Member, LAN_ADMITTED).when(exempt, exemption).then(exemption)


def test_for_age_or_illness_there_is_no_last_day_and_for_other_reasons_there_is_one_within_the_year() -> None:
    member = given(Member, LAN_ADMITTED)
    member.when(exempt, replace(OLD, until=MAY)).refused("exemption.until")
    member.when(exempt, replace(FOR_A_TIME, until=None)).refused("exemption.until")
    member.when(exempt, replace(FOR_A_TIME, until=date(2026, 3, 1))).refused("exemption.until")
    member.when(exempt, replace(FOR_A_TIME, until=date(2027, 3, 2))).refused("exemption.too_long")
    nearly_a_year = replace(FOR_A_TIME, until=date(2027, 3, 1))
    member.when(exempt, nearly_a_year).then(nearly_a_year)


def test_he_is_exempt_to_the_last_day_and_counts_all_the_while() -> None:
    state = seen(Member, LAN_ADMITTED, FOR_A_TIME)
    assert [standing(state, day) for day in (DAY, MAY_31, JUNE)] == [Standing.EXEMPT, Standing.EXEMPT, Standing.FULL]
    assert state.cell_on(MAY) is not None


def test_two_exemptions_do_not_meet() -> None:
    exempted = given(Member, LAN_ADMITTED, FOR_A_TIME)
    exempted.when(exempt, OLD, on=MAY_31).refused("exemption.open")
    exempted.when(exempt, FOR_A_TIME, on=MAY).ignored()
    exempted.when(exempt, OLD, on=JUNE).then(OLD)
    later = given(Member, LAN_ADMITTED, (OLD, MAY))
    later.when(exempt, FOR_A_TIME).refused("exemption.open")
    before = replace(FOR_A_TIME, until=date(2026, 5, 3))
    later.when(exempt, before).then(before)


def test_an_exemption_ends_by_a_fact() -> None:
    given(Member, LAN_ADMITTED, OLD).when(end_exemption, on=MAY).then(ExemptionEnded())
    state = seen(Member, LAN_ADMITTED, OLD, (ExemptionEnded(), MAY))
    assert [standing(state, day) for day in (APRIL, MAY)] == [Standing.EXEMPT, Standing.FULL]
    given(Member, LAN_ADMITTED, OLD, (ExemptionEnded(), MAY)).when(exempt, OLD, on=MAY).then(OLD)


def test_what_is_not_there_does_not_end_and_what_ends_ends_once() -> None:
    given(Member, LAN_ADMITTED).when(end_exemption).refused("exemption.none")
    given(Member, LAN_ADMITTED, FOR_A_TIME).when(end_exemption, on=JUNE).refused("exemption.none")
    given(Member, LAN_ADMITTED, OLD, (ExemptionEnded(), MAY)).when(end_exemption, on=APRIL).refused("exemption.ended")


def test_exempt_comes_before_away_and_after_in_transit() -> None:
    going = replace(lans_introduction(), kind=TransferKind.TEMPORARY, until=date(2026, 9, 1), due_on=None)
    state = seen(Member, LAN_ADMITTED, OLD, going, (TransferReceived(transfer=TRANSFER), APRIL))
    assert [standing(state, day) for day in (DAY, APRIL)] == [Standing.IN_TRANSIT, Standing.EXEMPT]


# Inspected


def test_a_member_is_inspected_until_it_ends() -> None:
    given(Member, LAN_ADMITTED).when(open_inspection, INSPECTED.ground).then(INSPECTED)
    given(Member, LAN_ADMITTED, INSPECTED).when(end_inspection, on=MAY).then(InspectionEnded())
    state = seen(Member, LAN_ADMITTED, INSPECTED, (InspectionEnded(), MAY))
    assert [state.inspected_on(day) for day in (date(2026, 3, 1), DAY, APRIL, MAY)] == [False, True, True, False]


def test_one_inspection_at_a_time() -> None:
    inspected = given(Member, LAN_ADMITTED, INSPECTED)
    inspected.when(open_inspection, INSPECTED.ground, on=APRIL).ignored()
    inspected.when(open_inspection, "Việc khác", on=APRIL).refused("inspection.open")
    given(Member, LAN_ADMITTED).when(end_inspection).refused("inspection.none")


def test_an_inspection_found_out_about_later_ends_with_the_membership() -> None:
    state = seen(Member, (LAN_ADMITTED, BOOK_OPENED), (an_expulsion(), APRIL), (INSPECTED, MARCH_9))
    assert [state.inspected_on(day) for day in (MARCH_9, APRIL)] == [True, False]


# Suspended


def test_a_member_is_suspended_until_a_day_or_until_it_is_ended() -> None:
    with_term, without = MemberSuspended(until=MAY_31), MemberSuspended()
    given(Member, LAN_ADMITTED).when(suspend, MAY_31).then(with_term)
    given(Member, LAN_ADMITTED).when(suspend, None).then(without)
    given(Member, LAN_ADMITTED, with_term).when(end_suspension, on=MAY).then(SuspensionEnded())
    state = seen(Member, LAN_ADMITTED, with_term)
    assert [state.suspended_on(day) for day in (DAY, MAY_31, JUNE)] == [True, True, False]
    assert standing(state, DAY) is Standing.FULL, "he is on the roll, and outside the base"


def test_a_suspension_has_its_days_in_order_and_is_one_at_a_time() -> None:
    given(Member, LAN_ADMITTED).when(suspend, date(2026, 3, 1)).refused("suspension.until")
    given(Member, LAN_ADMITTED, MemberSuspended()).when(suspend, MAY, on=APRIL).refused("suspension.open")
    given(Member, LAN_ADMITTED).when(end_suspension).refused("suspension.none")

"""Who is outside the base of those who should come, and from when to when."""

from datetime import date

from msgspec.structs import replace

from events.member import (
    ExemptionEnded,
    ExemptionGround,
    MemberDied,
    MemberExempted,
    MemberSuspended,
    SuspensionEnded,
    TransferGround,
    TransferKind,
    TransferReceived,
    TransferReturned,
)
from projections.circumstances import Asked, absences
from tests.examples import LAN, LAN_ADMITTED, MINH, MINH_ADMITTED, SURGERY, TRANSFER, lans_introduction
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said

END = date(9999, 12, 31)
EVERYTHING = Asked(date.min, END, 10_000)


def of(connection: Connection, *members: str) -> list[tuple[str, str | None, date, date]]:
    """Member, host, and from when to when: what stands now."""
    found = absences(connection, list(members), EVERYTHING)  # type: ignore[arg-type]  # ids are texts
    return [(one.of, one.what, one.from_on, one.to_on) for one in found if one.known_to > 10_000]


def test_an_exemption_and_a_suspension_hold_until_they_end(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC[:7], Said(LAN, LAN_ADMITTED), Said(MINH, MINH_ADMITTED))
    assert of(connection, LAN, MINH) == []
    tell_and_feed(Said(LAN, MemberExempted(ground=ExemptionGround.AGE), MARCH), Said(MINH, MemberSuspended(), MARCH))
    assert sorted(of(connection, LAN, MINH)) == sorted([(LAN, None, MARCH, END), (MINH, None, MARCH, END)])
    tell_and_feed(Said(LAN, ExemptionEnded(), APRIL), Said(MINH, SuspensionEnded(), MAY))
    assert sorted(of(connection, LAN, MINH)) == sorted([(LAN, None, MARCH, APRIL), (MINH, None, MARCH, MAY)])
    assert of(connection, MINH, "00000000-0000-0000-0000-000000000000") == [(MINH, None, MARCH, MAY)]


def test_whoever_leaves_is_no_longer_exempt(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC[:7], Said(LAN, LAN_ADMITTED))
    tell_and_feed(Said(LAN, MemberExempted(ground=ExemptionGround.ILLNESS), MARCH), Said(LAN, MemberDied(), APRIL))
    assert of(connection, LAN) == [(LAN, None, MARCH, APRIL)]


def test_a_temporary_transfer_takes_him_out_of_every_base_but_his_hosts(
    tell_and_feed: Tell, connection: Connection
) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC)
    introduction = replace(
        lans_introduction(), kind=TransferKind.TEMPORARY, ground=TransferGround.WORK, until=date(2026, 12, 31)
    )
    tell_and_feed(Said(LAN, introduction, MARCH))
    assert of(connection, LAN) == [], "he is still where he was"
    tell_and_feed(Said(LAN, TransferReceived(transfer=TRANSFER), APRIL))
    assert of(connection, LAN) == [(LAN, SURGERY, APRIL, date(2027, 1, 1))]
    tell_and_feed(Said(LAN, TransferReturned(transfer=TRANSFER), MAY + DAY))
    assert of(connection, LAN) == [(LAN, SURGERY, APRIL, MAY + DAY)]

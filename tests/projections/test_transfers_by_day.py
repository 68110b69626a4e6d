"""A transfer as of any day: withdrawn, extended, returned, in a list, and between cells that have ended since."""

from datetime import date, timedelta

from msgspec.structs import replace

from events.fact import Fact
from events.member import (
    Member,
    MemberMoved,
    Standing,
    TransferExtended,
    TransferKind,
    TransferReceived,
    TransferReturned,
    TransferState,
    TransferWithdrawn,
)
from events.organisation import OrganisationAbsorbed
from projections import roll, transfers
from projections.asked import AsOf
from tests.examples import CELL_7, CELL_8, LAN, LAN_ADMITTED, MINH, SURGERY, TRANSFER, an_id, lans_introduction
from tests.given import seen
from tests.projections.commune import COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said

JUNE, SEPTEMBER_1, DECEMBER_1 = date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1)
TOGETHER = an_id("together")
AWAY = replace(lans_introduction(), kind=TransferKind.TEMPORARY, until=SEPTEMBER_1, due_on=None)
RECEIVED = TransferReceived(transfer=TRANSFER)


def one(connection: Connection, as_of: AsOf) -> transfers.Found:
    found = transfers.one(connection, TRANSFER, as_of)
    assert found is not None
    return found


def test_what_was_withdrawn_is_so_from_its_day_and_only_where_that_is_known(
    tell_and_feed: Tell, connection: Connection
) -> None:
    before = tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, replace(lans_introduction(), decided_on=MARCH), MARCH))
    tell_and_feed(Said(LAN, TransferWithdrawn(transfer=TRANSFER), MAY))
    assert one(connection, on(MAY - DAY)).state == TransferState.OVERDUE
    found = one(connection, on(MAY))
    assert (found.state, found.ended_on, found.decided_on) == (TransferState.WITHDRAWN, MAY, MARCH)
    known = one(connection, on(MAY, before))
    assert (known.state, known.ended_on) == (TransferState.OVERDUE, None)


def test_a_longer_term_is_known_from_the_day_on_which_both_sides_had_asked(
    tell_and_feed: Tell, connection: Connection
) -> None:
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, AWAY, MARCH),
        Said(LAN, RECEIVED, MARCH + DAY),
        Said(LAN, TransferExtended(transfer=TRANSFER, until=DECEMBER_1), JUNE),
        Said(LAN, TransferReturned(transfer=TRANSFER), date(2026, 10, 1)),
    )
    assert [one(connection, on(day)).until for day in (JUNE - DAY, JUNE)] == [SEPTEMBER_1, DECEMBER_1]
    back = one(connection, on(date(2026, 10, 1)))
    assert (back.state, back.ended_on, back.returned_on) == (
        TransferState.RETURNED,
        MARCH + DAY,
        date(2026, 10, 1),
    )
    assert one(connection, on(date(2026, 9, 30))).returned_on is None


def test_those_of_one_list_are_found_by_it(tell_and_feed: Tell, connection: Connection) -> None:
    other = replace(lans_introduction(), transfer=an_id("other"), collective=TOGETHER, code="GT-7")
    tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, lans_introduction(), MARCH), Said(MINH, other, MARCH))

    def found(**asked: str) -> list[str]:
        which = transfers.Asked(**asked)  # type: ignore[arg-type]
        return [line.id for line in transfers.find(connection, which, on(MAY), transfers.FIRST, 9)]

    assert found(collective=TOGETHER) == found(code="GT-7") == [an_id("other")]
    assert len(found()) == 2


def test_the_successor_of_a_cell_finds_what_is_on_its_way_there(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, lans_introduction(), MARCH),
        Said(SURGERY, OrganisationAbsorbed(into=CELL_8), MAY),
    )

    def found(day: date) -> int:
        which = transfers.Asked((TransferState.IN_TRANSIT, TransferState.OVERDUE), CELL_8)
        return len(transfers.find(connection, which, on(day), transfers.FIRST, 9))

    assert (found(MAY - DAY), found(MAY)) == (0, 1)
    tell_and_feed(Said(LAN, TransferReceived(transfer=TRANSFER, at=CELL_8), JUNE))
    received = one(connection, on(JUNE))
    assert (received.from_cell, received.to_cell, received.state) == (CELL_7, CELL_8, TransferState.RECEIVED)
    assert roll.head_counts(connection, CELL_8, on(JUNE)) == {CELL_8: 1}


def stood(*facts: tuple[Fact, date]) -> list[tuple[date, str, str | None, str | None]]:
    member = seen(Member, (LAN_ADMITTED, MARCH), *facts)
    return [(row.from_on, row.standing, row.cell, row.away_to) for row in roll.rows(member)]


def test_the_roll_says_where_he_is_from_day_to_day() -> None:
    facts: list[tuple[Fact, date]] = [(AWAY, MARCH + DAY), (RECEIVED, MAY)]
    way = [(MARCH, Standing.FULL, CELL_7, None), (MARCH + DAY, Standing.IN_TRANSIT, CELL_7, None)]
    there = (MAY, Standing.TEMPORARY_OUT, CELL_7, SURGERY)
    assert stood(*facts) == [*way, there, (SEPTEMBER_1 + DAY, Standing.FULL, CELL_7, None)]
    longer = (TransferExtended(transfer=TRANSFER, until=DECEMBER_1), JUNE)
    assert stood(*facts, longer) == [*way, there, (DECEMBER_1 + DAY, Standing.FULL, CELL_7, None)]
    back = (TransferReturned(transfer=TRANSFER), JUNE + DAY)
    assert stood(*facts, longer, back) == [*way, there, (JUNE + DAY, Standing.FULL, CELL_7, None)]
    hosts = (MemberMoved(cell=CELL_8, from_cell=SURGERY, by=SURGERY), JUNE)
    assert stood(*facts, hosts)[2:4] == [there, (JUNE, Standing.TEMPORARY_OUT, CELL_7, CELL_8)]
    withdrawn = (TransferWithdrawn(transfer=TRANSFER), MARCH + timedelta(days=5))
    assert stood((AWAY, MARCH + DAY), withdrawn) == [*way, (withdrawn[1], Standing.FULL, CELL_7, None)]

"""Who counts where on a day, as it was known then, and how lists are put in order."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.ledger import Ledger
from events.member import MemberDisciplined, SanctionForm, Standing, TransferKind, TransferReceived
from projections import members, roll
from projections.asked import AsOf
from projections.members import FIRST
from projections.waiting import Behind, at_least
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    COMMUNE,
    LAN,
    MINH,
    MINH_ADMITTED,
    PROVINCE,
    SURGERY,
    TRANSFER,
    a_decision,
    an_id,
    lans_introduction,
)
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said, put


def standings(connection: Connection, scope: str, as_of: AsOf) -> dict[str, str]:
    lines = members.listed(connection, {"scope": scope}, as_of, FIRST, 50)
    return {line.name: line.standing for line in lines}


def test_he_counts_where_he_was_until_he_is_received(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, lans_introduction(), MARCH),
        Said(LAN, TransferReceived(transfer=TRANSFER), APRIL),
    )
    assert roll.head_counts(connection, PROVINCE, on(MARCH)) == {CELL_7: 2}
    assert roll.head_counts(connection, PROVINCE, on(APRIL)) == {CELL_7: 1, SURGERY: 1}
    lan = "Nguyễn Thị Lan"
    assert standings(connection, CELL_7, on(MARCH - DAY))[lan] == Standing.FULL
    assert standings(connection, CELL_7, on(MARCH))[lan] == Standing.IN_TRANSIT
    assert standings(connection, SURGERY, on(APRIL)) == {lan: Standing.FULL}
    line = members.one(connection, LAN, on(APRIL))
    assert line is not None
    assert (line.cell, line.since) == (SURGERY, APRIL)


def test_during_a_temporary_transfer_both_cells_see_him_and_one_counts_him(
    tell_and_feed: Tell, connection: Connection
) -> None:
    going = replace(lans_introduction(None), kind=TransferKind.TEMPORARY, until=MAY)
    tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, going, MARCH), Said(LAN, TransferReceived(transfer=TRANSFER), APRIL))
    lan = "Nguyễn Thị Lan"
    assert standings(connection, CELL_7, on(APRIL))[lan] == Standing.TEMPORARY_OUT
    assert standings(connection, SURGERY, on(APRIL)) == {lan: Standing.TEMPORARY_IN}
    assert standings(connection, SURGERY, on(MAY)) == {lan: Standing.TEMPORARY_IN}
    assert standings(connection, SURGERY, on(MAY + DAY)) == {}
    assert standings(connection, PROVINCE, on(APRIL))[lan] == Standing.TEMPORARY_OUT
    assert roll.head_counts(connection, PROVINCE, on(APRIL)) == {CELL_7: 2}


def test_what_was_recorded_late_is_not_known_before(tell_and_feed: Tell, connection: Connection) -> None:
    before = tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, lans_introduction(), MARCH))
    after = tell_and_feed(Said(LAN, TransferReceived(transfer=TRANSFER), MARCH + DAY))
    assert roll.head_counts(connection, SURGERY, on(MAY, before)) == {}
    assert roll.head_counts(connection, SURGERY, on(MAY, after)) == {SURGERY: 1}
    late, then = members.one(connection, LAN, on(MAY, after)), members.one(connection, LAN, on(MAY, before))
    assert late is not None
    assert then is not None
    assert (then.cell, late.cell) == (CELL_7, SURGERY)
    assert then.standing == Standing.IN_TRANSIT


def test_who_was_expelled_is_out_and_was_in_his_cell(tell_and_feed: Tell, connection: Connection) -> None:
    expelled = MemberDisciplined(form=SanctionForm.EXPULSION, decision=a_decision())
    tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, expelled, APRIL))
    line = members.one(connection, LAN, on(MAY))
    assert line is not None
    assert (line.standing, line.cell) == (Standing.OUT, None)
    assert members.last_cell(connection, LAN, on(MAY)) == CELL_7
    assert roll.head_counts(connection, CELL_7, on(MAY)) == {CELL_7: 1}
    assert members.one(connection, LAN, on(BOOK_OPENED - DAY)) is None


def test_members_are_listed_by_given_name_page_by_page(tell_and_feed: Tell, connection: Connection) -> None:
    names = ["Vũ Thị Ơn", "Đỗ Văn An", "Lê Thị Ý", "Bùi Ân", "Phạm Đạt", "Trần Dũng"]
    tell_and_feed(*COMMUNE_AND_BLOC[:3], *[Said(an_id(n), replace(MINH_ADMITTED, name=n, card=None)) for n in names])
    listed, after = [], FIRST
    while lines := members.listed(connection, {"scope": COMMUNE}, on(MARCH), after, 2):
        listed += [line.name for line in lines]
        after = lines[-1].sort_key, lines[-1].id
    assert listed == ["Đỗ Văn An", "Bùi Ân", "Trần Dũng", "Phạm Đạt", "Vũ Thị Ơn", "Lê Thị Ý"]
    assert [line.name for line in members.listed(connection, {"name": "dat"}, on(MARCH), FIRST, 9)] == ["Phạm Đạt"]


def test_a_member_is_found_by_his_card(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC)
    found = members.listed(connection, {"card": "000220000001"}, on(MARCH), FIRST, 9)
    assert [line.id for line in found] == [LAN]


def test_rolls_are_those_of_the_day_and_empty_cells_are_there(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC)
    assert roll.rolls_below(connection, COMMUNE, date(2025, 9, 1)) == {CELL_7: (LAN,), CELL_8: ()}
    assert roll.rolls_below(connection, COMMUNE, date(2025, 9, 2)) == {CELL_7: (LAN, MINH), CELL_8: ()}


def test_rolls_are_not_told_before_the_views_know_the_whole_log(
    ledger: Ledger, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(ledger, *COMMUNE_AND_BLOC)
    monkeypatch.setattr(at_least, "__defaults__", (0.2,))
    with pytest.raises(Behind):
        roll.rolls_below(connection, COMMUNE, MARCH)

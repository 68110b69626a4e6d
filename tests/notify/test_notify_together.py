"""Forty who go together are one notice a committee, however the reader cuts the append in pieces."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest

from events import wire
from events.collective_transfer import (
    CollectiveTransferIntroduced,
    CollectiveTransferReceived,
    transfer_of,
)
from events.correction import CollectiveTransferStruck, MemberStruck
from events.fact import Fact, Id, stored_name
from events.member import TransferIntroduced, TransferKind, TransferReceived
from events.request import Entry, Request, Write
from services.notify.rebuild import rebuild
from tests.database import Database
from tests.examples import CELL_7, COMMUNE, SURGERY, a_decision, an_id
from tests.notify.commune import PAEDIATRICS, SHIPPED, WARD, Log, position, rows, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)
LIST = an_id("a hand-over list")
FORTY = [an_id(f"traveller {number}") for number in range(40)]
OF_THE_COMMUNE, OF_THE_WARD = FORTY[:25], FORTY[25:]
COLUMNS = "position, organisation::text, fact, role, rule, subjects::text[]"


def put_together(log: Log, facts: Sequence[tuple[Id, Fact]], versions: dict[Id, int], on: date) -> int:
    """All in one append, as a collective change is; the position of the first."""
    writes = []
    for stream, fact in facts:
        version = versions.get(stream, 0)
        writes.append(Write(stream, version, [Entry(stored_name(fact), on, wire.encode(fact))]))
        versions[stream] = version + 1
    return log.ledger.append(Request(Id(str(uuid4())), "clerk", writes)).first


@pytest.fixture
def versions(log: Log) -> dict[Id, int]:
    log.put_organisations()
    for member in OF_THE_COMMUNE:
        log.put_member(member)
    for member in OF_THE_WARD:
        log.put_member(member, committee=WARD)
    return dict.fromkeys(FORTY, 2)


def introduced() -> list[tuple[Id, Fact]]:
    list_ = CollectiveTransferIntroduced(
        from_cell=SURGERY, to=PAEDIATRICS, members=tuple(FORTY), decision=a_decision("7-QĐ/ĐU")
    )
    single = [
        TransferIntroduced(
            transfer=transfer_of(LIST, one), from_cell=SURGERY, to=PAEDIATRICS, kind=TransferKind.OFFICIAL,
            collective=LIST,
        )
        for one in FORTY
    ]  # fmt: skip
    return [(LIST, list_), *zip(FORTY, single, strict=True)]


def received(members: Sequence[Id]) -> list[tuple[Id, Fact]]:
    single = [TransferReceived(transfer=transfer_of(LIST, one)) for one in members]
    return [(LIST, CollectiveTransferReceived(members=tuple(members))), *zip(members, single, strict=True)]


@pytest.mark.parametrize("page", [1, 7, 1000])
def test_forty_are_one_notice_a_committee_also_when_a_page_cuts_the_append(
    database: Database, log: Log, hire: Hire, versions: dict[Id, int], page: int
) -> None:
    sent = put_together(log, introduced(), versions, MARCH)
    held_up, taken = FORTY[0], FORTY[1:]
    came = put_together(log, received(taken), versions, APRIL)
    alone = put_together(log, [(held_up, TransferReceived(transfer=transfer_of(LIST, held_up)))], versions, APRIL)
    tell_all(hire(page=page))
    assert set(map(repr, rows(database, COLUMNS))) == {
        repr(one)
        for one in (
            (sent, COMMUNE, "collective_transfer.introduced", "residence", "introduction-residence", OF_THE_COMMUNE),
            (sent, WARD, "collective_transfer.introduced", "residence", "introduction-residence", OF_THE_WARD),
            (sent, PAEDIATRICS, "collective_transfer.introduced", "destination", "introduction-destination", FORTY),
            (came, COMMUNE, "collective_transfer.received", "residence", "reception-residence", OF_THE_COMMUNE[1:]),
            (came, WARD, "collective_transfer.received", "residence", "reception-residence", OF_THE_WARD),
            (came, SURGERY, "collective_transfer.received", "origin", "reception-origin", taken),
            (alone, COMMUNE, "member.transfer_received", "residence", "reception-residence", None),
            (alone, SURGERY, "member.transfer_received", "origin", "reception-origin", None),
        )
    }
    same = rebuild(database.app, "local", SHIPPED)
    assert (same.missing, same.surplus, same.different, same.position) == (0, 0, 0, position(database))


def test_a_committee_reads_in_one_sentence_who_of_its_residents_goes(
    database: Database, log: Log, hire: Hire, versions: dict[Id, int], ask: As, read_views: ReadViews
) -> None:
    put_together(log, introduced(), versions, MARCH)
    tell_all(hire())
    read_views()
    ward = ask("secretary", WARD)
    (notice,) = items(ward, organisation=WARD)
    assert notice["subjects"] == OF_THE_WARD
    whole = ward.get(f"/notices/{notice['id']}").json()
    assert whole["sentence"] == (
        "Chi bộ Khoa Ngoại giới thiệu 15 đồng chí chuyển sinh hoạt đảng chính thức đến Chi bộ Khoa Nhi theo Quyết định "
        f"số 7-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa, ngày 02/03/2026: {', '.join(['Phạm Văn Nam'] * 15)}."
    )
    assert whole["record"]["name"] == "collective_transfer.introduced"
    about = ask().get(f"/members/{OF_THE_WARD[3]}/notices").json()["items"]
    assert {one["organisation"] for one in about} == {WARD, PAEDIATRICS}


def test_a_list_that_is_struck_is_told_once_to_all_who_were_told_and_one_of_it_alone(
    database: Database, log: Log, hire: Hire, versions: dict[Id, int]
) -> None:
    sent = put_together(log, introduced(), versions, MARCH)
    one = put_together(log, [(FORTY[30], MemberStruck(position=sent + 31))], versions, APRIL)
    rest = [(member, MemberStruck(position=sent + 1 + number)) for number, member in enumerate(FORTY) if number != 30]
    whole = put_together(log, [(LIST, CollectiveTransferStruck(position=sent)), *rest], versions, APRIL)
    tell_all(hire())
    told = {row for row in rows(database, "position, organisation::text, rule") if row[0] != sent}
    assert told == {
        (one, WARD, "correction-told"),
        (one, PAEDIATRICS, "correction-told"),
        (whole, COMMUNE, "correction-of-list-told"),
        (whole, WARD, "correction-of-list-told"),
        (whole, PAEDIATRICS, "correction-of-list-told"),
    }


def test_whoever_is_told_of_its_own_members_alone_is_not_told_of_a_list(
    database: Database, log: Log, hire: Hire, versions: dict[Id, int]
) -> None:
    own = an_id("their own")
    log.put_member(own, cell=CELL_7)
    facts: list[tuple[Id, Fact]] = [
        (
            LIST,
            CollectiveTransferIntroduced(
                from_cell=CELL_7, to=PAEDIATRICS, members=(own,), decision=a_decision("8-QĐ/ĐU")
            ),
        )
    ]
    at = put_together(log, facts, versions, MARCH)
    tell_all(hire())
    assert rows(database, "position, organisation::text") == [(at, PAEDIATRICS)]

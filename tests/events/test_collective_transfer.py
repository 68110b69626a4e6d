"""Many go together: all of the list or nobody, and all who are still on the way are received."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.collective_transfer import (
    CollectiveTransfer,
    CollectiveTransferIntroduced,
    CollectiveTransferReceived,
    introduce_together,
    receive_together,
    transfer_of,
)
from events.fact import Fact, Id, Refused
from events.member import (
    InspectionOpened,
    Member,
    MemberMoved,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.organisation import Organisation
from tests.examples import (
    CELL_7,
    CELL_8,
    HOA,
    LAN,
    LAN_ADMITTED,
    MINH,
    STRANGER,
    SURGERY,
    SURGERY_ESTABLISHED,
    a_decision,
    an_expulsion,
    an_id,
    an_organisation,
    lans_introduction,
)
from tests.given import DAY, seen

TOGETHER = an_id("together")
LIST = CollectiveTransferIntroduced(from_cell=CELL_7, to=SURGERY, members=(LAN, HOA, MINH), decision=a_decision())
SURGERY_STATE = an_organisation(SURGERY_ESTABLISHED)
MARCH_9, MARCH_20 = date(2026, 3, 9), date(2026, 3, 20)
Members = dict[Id, Member]


def members(**more: list[Fact]) -> Members:
    names = {"lan": LAN, "hoa": HOA, "minh": MINH}
    return {ident: seen(Member, LAN_ADMITTED, *more.get(name, [])) for name, ident in names.items()}


def introduced(known: Members | None = None, asked: CollectiveTransferIntroduced = LIST) -> list[tuple[Id, Fact]]:
    return introduce_together(CollectiveTransfer(), known or members(), SURGERY_STATE, (TOGETHER, asked), DAY)


def on_the_way(**more: list[Fact]) -> tuple[CollectiveTransfer, Members]:
    """All three are sent, and then something happens to some of them."""
    known = members()
    for stream, fact in introduced(known):
        if stream in known:
            known[stream].see(fact, DAY, 2)
    for name, facts in more.items():
        for position, fact in enumerate(facts, start=3):
            known[an_id(name)].see(fact, MARCH_9, position)
    return seen(CollectiveTransfer, LIST), known


def received(
    known: CollectiveTransfer, of: Members, on: date = MARCH_20, at: Id | None = None
) -> list[tuple[Id, Fact]]:
    return receive_together(known, of, SURGERY_STATE, (TOGETHER, at), on)


# Introduced


def test_each_member_gets_his_own_introduction_beside_the_list() -> None:
    own = [
        TransferIntroduced(
            transfer=transfer_of(TOGETHER, member), from_cell=CELL_7, to=SURGERY, kind=TransferKind.OFFICIAL,
            due_on=date(2026, 4, 13), decided_on=LIST.decision.on, collective=TOGETHER,
        )
        for member in LIST.members
    ]  # fmt: skip
    assert introduced() == [(TOGETHER, LIST), *zip(LIST.members, own, strict=True)]


def test_introduced_again_is_ignored_because_already_done() -> None:
    known, of = on_the_way()
    assert introduce_together(known, of, SURGERY_STATE, (TOGETHER, LIST), MARCH_9) == []


def test_the_id_of_a_collective_transfer_is_not_used_for_another() -> None:
    known, of = on_the_way()
    with pytest.raises(Refused) as refusal:
        introduce_together(known, of, SURGERY_STATE, (TOGETHER, replace(LIST, members=(LAN,))), MARCH_9)
    assert refusal.value.rule == "collective_transfer.exists"


@pytest.mark.parametrize(
    ("of", "rule"),
    [
        (members(minh=[lans_introduction()]), "transfer.already_in_transit"),
        (members(minh=[an_expulsion()]), "member.left"),
        (members(minh=[InspectionOpened(ground="đơn tố cáo")]), "transfer.under_inspection"),
        (members() | {MINH: Member()}, "collective_transfer.member_unknown"),
        (members() | {MINH: seen(Member, replace(LAN_ADMITTED, cell=CELL_8))}, "collective_transfer.not_of_origin"),
    ],
)
def test_one_who_cannot_go_is_pointed_at_and_nobody_goes(of: Members, rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        introduced(of)
    assert (refusal.value.rule, refusal.value.pointer) == (rule, "/members/2")


def test_nobody_stands_on_the_list_twice() -> None:
    with pytest.raises(Refused) as refusal:
        introduced(asked=replace(LIST, members=(LAN, HOA, LAN)))
    assert (refusal.value.rule, refusal.value.pointer) == ("collective_transfer.member_twice", "/members/2")


def test_what_is_wrong_with_the_destination_is_said_of_the_destination() -> None:
    with pytest.raises(Refused) as refusal:
        introduce_together(CollectiveTransfer(), members(), Organisation(), (TOGETHER, LIST), DAY)
    assert (refusal.value.rule, refusal.value.pointer) == ("transfer.destination_unknown", "/to")


# Received


def test_the_destination_receives_all_who_are_on_the_way() -> None:
    known, of = on_the_way()
    own = [(member, TransferReceived(transfer=transfer_of(TOGETHER, member))) for member in LIST.members]
    assert received(known, of) == [(TOGETHER, CollectiveTransferReceived(members=LIST.members)), *own]


def test_received_again_is_ignored_because_already_done() -> None:
    known, of = on_the_way()
    known.see(CollectiveTransferReceived(members=LIST.members), MARCH_20, 9)
    assert received(known, of) == []


def test_who_has_left_or_was_answered_alone_is_passed_over() -> None:
    refused = TransferRefused(transfer=transfer_of(TOGETHER, HOA), reason="hồ sơ thiếu")
    known, of = on_the_way(lan=[an_expulsion()], hoa=[refused])
    assert [stream for stream, _ in received(known, of)] == [TOGETHER, MINH]
    assert received(known, of)[0][1] == CollectiveTransferReceived(members=(MINH,))


def test_where_nobody_is_on_the_way_any_more_nobody_is_received() -> None:
    known, of = on_the_way(lan=[an_expulsion()], hoa=[an_expulsion()], minh=[an_expulsion()])
    with pytest.raises(Refused) as refusal:
        received(known, of)
    assert refusal.value.rule == "collective_transfer.nobody_in_transit"


def test_only_a_known_list_is_received_and_not_before_it_was_made() -> None:
    known, of = on_the_way()
    for state, on, rule in (
        (CollectiveTransfer(), MARCH_20, "collective_transfer.unknown"),
        (known, date(2026, 2, 2), "member.not_yet_admitted"),
    ):
        with pytest.raises(Refused) as refusal:
            received(state, of, on)
        assert refusal.value.rule == rule


def test_who_is_held_up_stays_on_the_way_and_the_others_arrive() -> None:
    known, of = on_the_way(hoa=[InspectionOpened(ground="đơn tố cáo")])
    assert [stream for stream, _ in received(known, of)] == [TOGETHER, LAN, MINH]


def test_one_who_cannot_be_received_is_named_by_his_number() -> None:
    known, of = on_the_way()
    of[HOA].see(MemberMoved(cell=CELL_8, from_cell=CELL_7, by=CELL_7), date(2026, 4, 1), 9)
    with pytest.raises(Refused, match="number 2 of the list") as refusal:
        received(known, of)
    assert refusal.value.rule == "transfer.moved_since"


def test_the_successor_of_the_destination_receives_in_its_place() -> None:
    known, of = on_the_way()
    wards = an_id("wards")
    first, *rest = received(known, of, at=wards)
    assert first == (TOGETHER, CollectiveTransferReceived(members=LIST.members, at=wards))
    assert {fact.at for _, fact in rest if isinstance(fact, TransferReceived)} == {wards}


def test_a_members_transfer_follows_from_the_list_and_himself() -> None:
    assert transfer_of(TOGETHER, LAN) == transfer_of(TOGETHER, LAN) != transfer_of(TOGETHER, HOA)
    assert transfer_of(STRANGER, LAN) != transfer_of(TOGETHER, LAN)

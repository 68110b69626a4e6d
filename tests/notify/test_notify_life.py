"""What the committee where a member lives is told of the rest of his life, and what it is not."""

from datetime import date

import pytest

from events.fact import Fact, Id, stored_name
from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    ExemptionEnded,
    ExemptionGround,
    InspectionOpened,
    Member,
    MemberAppointed,
    MemberDied,
    MemberExempted,
    MemberRemoved,
    MemberSuspended,
    RemovalComplained,
    RemovalGround,
    RemovalRestored,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
)
from events.office import Office, OfficerAppointed, OfficerEnded, Post
from events.organisation import Organisation
from services.notify.recipients import recipients
from services.notify.wording import sentence
from tests.examples import BOOK_OPENED, COMMUNE, HOSPITAL, SURGERY, a_decision, a_reprimand, an_expulsion
from tests.given import Dated, seen
from tests.notify.commune import NAM, ORGANISATIONS, SHIPPED, Log, admitted, living_in, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

MARCH, MAY = date(2026, 3, 2), date(2026, 5, 4)
TREE = {stream: seen(Organisation, (established, BOOK_OPENED)) for stream, established in ORGANISATIONS.items()}
NAMES = {SURGERY: "Chi bộ Khoa Ngoại", HOSPITAL: "Đảng bộ Bệnh viện", COMMUNE: "Đảng bộ xã Hải Hòa"}
BEFORE: list[Dated] = [(admitted(), BOOK_OPENED), (living_in(COMMUNE), BOOK_OPENED), (a_reprimand(), MARCH)]
REMOVED = MemberRemoved(ground=RemovalGround.DUES, decision=a_decision("20-QĐ/ĐU"))
WHO = f"đồng chí {admitted().name} (Chi bộ Khoa Ngoại)"


def answered(outcome: ComplaintOutcome, form: SanctionForm | None = None, cell: Id | None = None) -> ComplaintAnswered:
    return ComplaintAnswered(sanction=3, outcome=outcome, form=form, cell=cell)


def told(before: list[Dated], fact: Fact) -> set[Id]:
    member = seen(Member, *before, (fact, MAY))
    rules = SHIPPED.rules(stored_name(fact), MAY)
    return {recipient.organisation for recipient in recipients(rules, fact, MAY, member, TREE)}


SAID: list[tuple[list[Dated], Fact, str]] = [
    (
        BEFORE, MemberAppointed(post="Trưởng khoa", at=HOSPITAL),
        f"{WHO} được bổ nhiệm, giới thiệu giữ chức vụ Trưởng khoa tại Đảng bộ Bệnh viện từ ngày 04/05/2026",
    ),
    (
        BEFORE, OfficerAppointed(member=NAM, office=Office.SECRETARY, concurrently=Post.UNIT_HEAD),
        f"{WHO} được giao giữ chức bí thư Đảng bộ Bệnh viện, kiêm thủ trưởng đơn vị từ ngày 04/05/2026",
    ),
    (
        BEFORE, OfficerEnded(member=NAM, office=Office.SECRETARY),
        f"{WHO} thôi giữ chức bí thư Đảng bộ Bệnh viện từ ngày 04/05/2026",
    ),
    (
        BEFORE, MemberExempted(ground=ExemptionGround.OTHER, until=date(2026, 12, 31)),
        f"{WHO} được miễn công tác và sinh hoạt đảng từ ngày 04/05/2026 đến hết ngày 31/12/2026",
    ),
    (BEFORE, ExemptionEnded(), f"{WHO} trở lại công tác và sinh hoạt đảng từ ngày 04/05/2026"),
    (
        BEFORE, REMOVED,
        (f"{WHO} bị xóa tên trong danh sách đảng viên theo Quyết định số 20-QĐ/ĐU ngày 27/02/2026 "
        "của Đảng bộ xã Hải Hòa, từ ngày 04/05/2026"),
    ),
    (
        [*BEFORE, (REMOVED, MARCH)], RemovalRestored(cell=SURGERY),
        f"quyết định xóa tên {WHO} không còn hiệu lực từ ngày 04/05/2026; trở lại sinh hoạt tại Chi bộ Khoa Ngoại",
    ),
    (BEFORE, MemberDied(), f"{WHO} từ trần ngày 04/05/2026"),
    (
        BEFORE, SanctionRestored(sanction=3),
        f"quyết định kỷ luật khiển trách đối với {WHO} không còn hiệu lực từ ngày 04/05/2026",
    ),
    (
        BEFORE, answered(ComplaintOutcome.CANCELLED),
        f"quyết định kỷ luật khiển trách đối với {WHO} không còn hiệu lực từ ngày 04/05/2026",
    ),
    (
        [*BEFORE[:2], (an_expulsion(), MARCH)], answered(ComplaintOutcome.CHANGED, SanctionForm.WARNING, SURGERY),
        (f"hình thức kỷ luật khai trừ đối với {WHO} được thay đổi thành cảnh cáo từ ngày 04/05/2026; "
        "trở lại sinh hoạt tại Chi bộ Khoa Ngoại"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "fact", "said"), SAID, ids=[type(fact).__name__ for _, fact, _ in SAID])
def test_the_committee_where_he_lives_is_told_in_a_sentence(before: list[Dated], fact: Fact, said: str) -> None:
    assert told(before, fact) == {COMMUNE}
    member = seen(Member, *before, (fact, MAY))
    assert sentence(fact, MAY, member, NAMES, HOSPITAL) == f"{said[:1].upper()}{said[1:]}."


@pytest.mark.parametrize(
    "fact",
    [
        answered(ComplaintOutcome.UPHELD),
        SanctionComplained(sanction=3),
        RemovalComplained(),
        InspectionOpened(ground="Thu chi đảng phí"),
        MemberSuspended(),
    ],
)
def test_what_changes_nothing_for_it_is_told_to_nobody(fact: Fact) -> None:
    assert told(BEFORE, fact) == set()


def test_the_committee_where_an_officer_lives_finds_it_in_its_inbox_and_his_superior_does_not(
    reprimanded: int, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    appointed = OfficerAppointed(member=NAM, office=Office.DEPUTY_SECRETARY)
    positions = [log.put(HOSPITAL, appointed, MARCH)]
    positions.append(log.put(HOSPITAL, OfficerEnded(member=NAM, office=Office.DEPUTY_SECRETARY), MAY))
    tell_all(hire())
    read_views()
    commune = ask("secretary", COMMUNE)
    found = [one for one in items(commune) if one["position"] != reprimanded]
    assert [one["position"] for one in found] == positions[::-1]
    assert [(one["fact"], one["subject"]) for one in found] == [
        ("organisation.officer_ended", NAM), ("organisation.officer_appointed", NAM),
    ]  # fmt: skip
    whole = commune.get(f"/notices/{found[1]['id']}").json()
    assert "giữ chức phó bí thư Đảng bộ Bệnh viện" in whole["sentence"]
    assert whole["record"]["position"] == positions[0]
    assert items(ask("secretary", HOSPITAL), organisation=HOSPITAL) == []

"""A committee that comes to know somebody late hears in one notice what is in force of him."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.correction import MemberStruck
from events.fact import Fact
from events.liaison import LiaisonAccepted, LiaisonEnded, LiaisonGround, LiaisonIntroduced
from events.member import ExemptionGround, InspectionOpened, MemberAppointed, MemberExempted
from events.office import Office, OfficerAppointed
from tests.database import Database
from tests.examples import CELL_7, COMMUNE, HOSPITAL, SURGERY, a_certificate, a_reprimand, an_expulsion, an_id
from tests.notify.commune import NAM, PAEDIATRICS, WARD, Log, admitted, introduced, living_in, rows, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

TODAY = datetime.now(UTC).date()
LAST_MONTH, LAST_WEEK = TODAY - timedelta(days=30), TODAY - timedelta(days=7)
T, LIAISON = an_id("a transfer"), an_id("a liaison")
POST = MemberAppointed(post="Trưởng khoa", at=HOSPITAL)
EXEMPT = MemberExempted(ground=ExemptionGround.ILLNESS)
LATE = "position, organisation::text, rule"


@pytest.fixture
def unknown(log: Log) -> None:
    """Nam works in the surgery, and nobody has said where he lives."""
    log.put_organisations()
    log.put(NAM, admitted())


def day(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def test_all_that_is_in_force_is_one_notice_whose_sentence_lists_it(
    unknown: None, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    for fact in (a_reprimand(), POST, EXEMPT, introduced(T, PAEDIATRICS)):
        log.put(NAM, fact, LAST_MONTH)
    log.put(HOSPITAL, OfficerAppointed(member=NAM, office=Office.SECRETARY), LAST_MONTH)
    at = log.put(NAM, living_in(COMMUNE), LAST_WEEK)
    tell_all(hire())
    read_views()
    commune = ask("secretary", COMMUNE)
    (notice,) = items(commune, state="open")
    assert (notice["position"], notice["rule"]) == (at, "resident-residence")
    since = f"từ ngày {day(LAST_MONTH)}"
    assert commune.get(f"/notices/{notice['id']}").json()["sentence"] == (
        f"Đồng chí Phạm Văn Nam (Chi bộ Khoa Ngoại) thuộc diện theo dõi tại nơi cư trú từ ngày {day(LAST_WEEK)}; "
        "hiện có: kỷ luật khiển trách theo Quyết định số 13-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa, "
        f"công bố ngày {day(LAST_MONTH)}; giữ chức vụ Trưởng khoa tại Đảng bộ Bệnh viện {since}; "
        f"giữ chức bí thư Đảng bộ Bệnh viện {since}; được miễn công tác và sinh hoạt đảng {since}; "
        f"đang chuyển sinh hoạt đến Chi bộ Khoa Nhi, giới thiệu ngày {day(LAST_MONTH)}."
    )


@pytest.mark.parametrize(
    ("fact", "on"),
    [
        pytest.param(a_certificate(), LAST_MONTH, id="a reward is over when it is given"),
        pytest.param(a_reprimand(), TODAY - timedelta(days=400), id="a sanction that has lapsed"),
        pytest.param(an_expulsion(), LAST_MONTH, id="he is on no roll any more"),
    ],
)
def test_nothing_in_force_is_nothing_to_tell(
    unknown: None, database: Database, log: Log, hire: Hire, fact: Fact, on: date
) -> None:
    log.put(NAM, fact, on)
    log.put(NAM, living_in(COMMUNE), LAST_WEEK)
    tell_all(hire())
    assert rows(database, LATE) == []


def test_who_moves_house_is_made_known_to_the_new_committee_and_not_again_to_the_old(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, living_in(COMMUNE), LAST_MONTH)
    told = log.put(NAM, a_reprimand(), LAST_MONTH)
    moved = log.put(NAM, living_in(WARD), LAST_WEEK)
    within = log.put(NAM, living_in(WARD), TODAY)  # another street of the same place
    tell_all(hire())
    assert rows(database, LATE) == [(told, COMMUNE, "sanction-residence"), (moved, WARD, "resident-residence")]
    assert within > moved


def test_its_own_member_is_not_made_known_to_it(unknown: None, database: Database, log: Log, hire: Hire) -> None:
    own = an_id("own")
    log.put(own, admitted(CELL_7))
    log.put(own, a_reprimand(), LAST_MONTH)
    log.put(own, living_in(COMMUNE), LAST_WEEK)
    tell_all(hire())
    assert rows(database, LATE) == []


def test_a_home_that_he_has_left_since_is_none_of_that_committees_matter(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, a_reprimand(), LAST_MONTH)
    now = log.put(NAM, living_in(WARD), LAST_WEEK)
    log.put(NAM, living_in(COMMUNE), LAST_MONTH)  # told late: where he lived before
    tell_all(hire())
    assert rows(database, LATE) == [(now, WARD, "resident-residence")]


def test_a_committee_that_accepts_somebody_whom_no_residence_names_is_told(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, a_reprimand(), LAST_MONTH)
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=WARD, workplace=SURGERY), LAST_MONTH)
    at = log.put(LIAISON, LiaisonAccepted(), LAST_WEEK)
    tell_all(hire())
    columns = f"{LATE}, subject::text"
    assert rows(database, columns) == [(at, WARD, "liaison-residence", NAM)]


def test_a_committee_that_has_heard_all_since_he_lives_there_is_told_nothing_when_it_accepts_him(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, living_in(WARD), LAST_MONTH)
    at = log.put(NAM, a_reprimand(), LAST_MONTH)
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=WARD, workplace=SURGERY), LAST_MONTH)
    log.put(LIAISON, LiaisonAccepted(), LAST_WEEK)
    log.put(LIAISON, LiaisonEnded(ground=LiaisonGround.MOVED), TODAY)
    tell_all(hire())
    assert rows(database, LATE) == [(at, WARD, "sanction-residence")]


def test_a_struck_sanction_is_put_right_where_he_lives_and_where_he_lived_when_it_was_told(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, living_in(COMMUNE), LAST_MONTH)
    sanction = log.put(NAM, a_reprimand(), LAST_MONTH)
    log.put(NAM, living_in(WARD), LAST_WEEK)
    struck = log.put(NAM, MemberStruck(position=sanction), TODAY)
    nobody_was_told = log.put(NAM, InspectionOpened(ground="Thu chi đảng phí"), TODAY)
    log.put(NAM, MemberStruck(position=nobody_was_told), TODAY)
    tell_all(hire())
    assert [row for row in rows(database, f"{LATE}, critical") if row[0] >= struck] == [
        (struck, COMMUNE, "correction-told", True),
    ]


def test_a_residence_that_was_wrong_is_put_right_where_what_is_in_force_was_told(
    unknown: None, database: Database, log: Log, hire: Hire
) -> None:
    log.put(NAM, a_reprimand(), LAST_MONTH)
    wrong = log.put(NAM, living_in(COMMUNE), LAST_WEEK)
    struck = log.put(NAM, MemberStruck(position=wrong, instead=1), TODAY)
    right = log.put(NAM, living_in(WARD), LAST_WEEK)
    tell_all(hire())
    assert rows(database, LATE) == [
        (wrong, COMMUNE, "resident-residence"),
        (struck, COMMUNE, "correction-told"),
        (right, WARD, "resident-residence"),
    ]

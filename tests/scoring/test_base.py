"""Rates are over everybody on the roll of the day: who is not listed belongs to the base, and was not present."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from events.fact import Fact, Id
from events.ledger import Ledger
from events.meeting import (
    Attendance,
    AttendanceRecorded,
    BandDecided,
    Counts,
    MeetingHeld,
    Presence,
)
from events.member import (
    ExemptionGround,
    MemberAdmitted,
    MemberExempted,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
)
from projections import absences, offices, roll, tree
from projections.asked import AsOf
from projections.meetings import VIEW
from projections.rebuild import rebuild
from services.scoring.meetings.cell_year import cell_years
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_lines import lines
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.shelf import shipped
from services.scoring.score import Line, Score
from services.scoring.why.changes import changes
from tests.database import Database
from tests.examples import BOOK_OPENED, CELL_7, CELL_8, an_id
from tests.scoring.ledger import put, put_cell, put_meeting
from tests.scoring.meeting import CALLED, END, HANOI, PERFECT, START, decided, scored

NATIONAL, WARD = (shipped().versions(name)[0] for name in ("meeting-national", "meeting-ward"))
MET_ON = date(2026, 3, 5)
PEOPLE = [an_id(f"person {number}") for number in range(10)]
ONE, TWO, THREE, FOUR = PEOPLE[:4]
PRESENT, EXCUSED, ABSENT = Presence.PRESENT, Presence.EXCUSED, Presence.ABSENT


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        put_cell(opened)
        yield opened


def admit(ledger: Ledger, *members: Id, on: date = BOOK_OPENED, cell: Id = CELL_7) -> int:
    """Members whose first day in the book that is; the position of the last."""
    at = 0
    for member in members:
        said = MemberAdmitted(name="Đảng viên", cell=cell, status=Status.OFFICIAL, admitted_on=min(on, BOOK_OPENED))
        at = put(ledger, member, [said], on=on)
    return at


def session(listed: Mapping[Id, Presence] | Counts) -> MeetingHeld:
    if isinstance(listed, Counts):
        return MeetingHeld(started_at=START, ended_at=END, counts=listed)
    names = tuple(Attendance(member, presence) for member, presence in listed.items())
    return MeetingHeld(started_at=START, ended_at=END, attendance=names)


def meet(ledger: Ledger, listed: Mapping[Id, Presence] | Counts, *more: Fact, cell: Id = CELL_7) -> Id:
    """A meeting of 5 March at which all went well, but for who was there."""
    meeting = an_id(f"meeting of {cell}")
    own = [fact for fact in PERFECT if not isinstance(fact, MeetingHeld)]
    called = type(CALLED)(cell=cell, kind=CALLED.kind, planned_at=CALLED.planned_at)
    put_meeting(ledger, called, session(listed), *own[1:], *more, meeting=meeting)
    return meeting


def read(database: Database, known: int | None = None, cell: Id = CELL_7) -> MeetingFacts:
    for view in (VIEW, absences.VIEW, offices.VIEW, roll.VIEW, tree.VIEW):
        rebuild(database.app, view)
    as_of = AsOf(date.max) if known is None else AsOf(date.max, known)
    with psycopg.connect(database.app, autocommit=True) as connection:
        (year,) = cell_years(connection, [cell], [2026], HANOI, as_of)
    (facts,) = year.meetings
    return facts


def judged(facts: MeetingFacts, pack: Pack = NATIONAL) -> Score:
    return score(facts, CELL_7, MET_ON, pack)


def line(facts: MeetingFacts, pack: Pack = NATIONAL, item: str = "attendance") -> Line:
    return next(one for one in lines(facts, pack) if one.item == item)


def base(facts: MeetingFacts) -> object:
    return facts.base[0] if facts.base else 0


def test_one_of_four_who_is_listed_is_a_quarter_and_not_all(database: Database, ledger: Ledger) -> None:
    admitted = admit(ledger, ONE, TWO, THREE, FOUR)
    meet(ledger, {ONE: PRESENT})
    facts = read(database)
    told = line(facts)
    assert told.points == 0
    assert "Có mặt 1/4 đảng viên thuộc diện dự họp (25 %)" in told.because
    assert "vắng không lý do 0; 3 đảng viên có tên trong chi bộ chưa được ghi nhận có mặt hay vắng." in told.because
    assert admitted in told.facts
    # Below 65 % the ward gives one point, whether somebody was away without a reason or not.
    assert line(facts, WARD).points == 1
    assert "4 đảng viên thuộc diện dự họp" in line(facts, item="time").because


@pytest.mark.parametrize(
    ("tenth", "national", "ward"),
    [(None, None, None), (PRESENT, 5, 4), (EXCUSED, 5, 4), (ABSENT, 0, 1)],
)
def test_that_nobody_was_away_without_a_reason_is_not_known_while_somebody_is_unlisted(
    database: Database, ledger: Ledger, tenth: Presence | None, national: int | None, ward: int | None
) -> None:
    admit(ledger, *PEOPLE)
    listed = dict.fromkeys(PEOPLE[:9], PRESENT)
    meet(ledger, listed if tenth is None else {**listed, PEOPLE[9]: tenth})
    facts = read(database)
    assert base(facts) == 10
    assert [line(facts, pack).points for pack in (NATIONAL, WARD)] == [national, ward]
    assert judged(facts).complete == (tenth is not None)
    assert ("1 đảng viên có tên trong chi bộ chưa được ghi nhận" in line(facts).because) == (tenth is None)


def test_who_is_exempt_is_outside_the_base_though_nobody_lists_him(database: Database, ledger: Ledger) -> None:
    admit(ledger, ONE, TWO, THREE)
    meet(ledger, {ONE: PRESENT, TWO: PRESENT}, decided())
    exempt = put(ledger, THREE, [MemberExempted(ground=ExemptionGround.ILLNESS)], on=date(2026, 3, 1))
    before = read(database, exempt - 1)
    assert [base(before), line(before).points] == [3, 0]
    facts = read(database)
    assert [base(facts), line(facts).points] == [2, 5]
    assert judged(facts).late == (exempt,)
    then = facts.upto(exempt - 1)
    assert (base(then), len(then.unlisted)) == (3, 1)


def test_who_was_admitted_the_day_after_is_not_missed(database: Database, ledger: Ledger) -> None:
    admit(ledger, ONE)
    admit(ledger, TWO, on=date(2026, 3, 6))
    meet(ledger, {ONE: PRESENT})
    assert base(read(database)) == 1


def test_who_is_entered_later_with_an_earlier_day_belongs_to_it_from_then_on(
    database: Database, ledger: Ledger
) -> None:
    admit(ledger, ONE)
    meet(ledger, {ONE: PRESENT}, decided())
    entered = admit(ledger, TWO, on=MET_ON)
    assert base(read(database, entered - 1)) == 1
    facts = read(database)
    assert (base(facts), judged(facts).late) == (2, (entered,))
    assert judged(facts).bands.superior == BandDecided(band=decided().band).band


@pytest.mark.parametrize(
    ("listed_in_7", "listed_in_8", "bases"),
    [((ONE,), (FOUR,), (1, 2)), ((ONE, TWO), (FOUR,), (2, 2)), ((ONE, TWO), (FOUR, TWO), (2, 2))],
)
def test_on_the_day_of_his_reception_he_is_missed_in_his_new_cell_alone(
    database: Database, ledger: Ledger, listed_in_7: tuple[Id, ...], listed_in_8: tuple[Id, ...], bases: tuple[int, int]
) -> None:
    admit(ledger, ONE, TWO)
    admit(ledger, FOUR, cell=CELL_8)
    way = an_id("way")
    introduced = TransferIntroduced(transfer=way, from_cell=CELL_7, to=CELL_8, kind=TransferKind.OFFICIAL)
    put(ledger, TWO, [introduced], on=date(2026, 3, 1))
    put(ledger, TWO, [TransferReceived(transfer=way)], on=MET_ON)
    meet(ledger, dict.fromkeys(listed_in_7, PRESENT))
    meet(ledger, dict.fromkeys(listed_in_8, PRESENT), cell=CELL_8)
    assert (base(read(database)), base(read(database, cell=CELL_8))) == bases


def test_a_guest_is_missed_by_his_host_and_not_at_home(database: Database, ledger: Ledger) -> None:
    admit(ledger, ONE, TWO)
    admit(ledger, FOUR, cell=CELL_8)
    way = an_id("way")
    until = date(2026, 6, 1)
    introduced = TransferIntroduced(transfer=way, from_cell=CELL_7, to=CELL_8, kind=TransferKind.TEMPORARY, until=until)
    put(ledger, TWO, [introduced], on=date(2026, 3, 1))
    put(ledger, TWO, [TransferReceived(transfer=way)], on=date(2026, 3, 2))
    meet(ledger, {ONE: PRESENT})
    meet(ledger, {FOUR: PRESENT}, cell=CELL_8)
    assert (base(read(database)), base(read(database, cell=CELL_8))) == (1, 2)


def test_counts_of_old_books_stay_as_they_are_until_names_are_recorded(database: Database, ledger: Ledger) -> None:
    admit(ledger, ONE, TWO, THREE, FOUR)
    meeting = meet(ledger, Counts(present=3, excused=0, absent=0))
    facts = read(database)
    assert [base(facts), line(facts).points] == [3, 5]
    names = tuple(Attendance(member, PRESENT) for member in (ONE, TWO, THREE))
    put_meeting(ledger, AttendanceRecorded(attendance=names), meeting=meeting)
    facts = read(database)
    assert [base(facts), line(facts).points] == [4, 0]
    assert base(facts.upto(facts.position - 1)) == 3


@pytest.mark.parametrize("counted_first", [False, True])
def test_what_would_change_it_is_to_record_those_of_whom_nothing_is_said(
    database: Database, ledger: Ledger, counted_first: bool
) -> None:
    admit(ledger, *PEOPLE)
    names = dict.fromkeys(PEOPLE[:9], PRESENT)
    meeting = meet(ledger, Counts(present=9, excused=0, absent=0) if counted_first else names, scored())
    if counted_first:
        recorded = AttendanceRecorded(attendance=tuple(Attendance(member, PRESENT) for member in names))
        put_meeting(ledger, recorded, meeting=meeting)
    facts = read(database)
    told = changes(facts, NATIONAL, judged)
    found = [one for one in told if "ghi nhận đủ 1 đảng viên chưa được ghi nhận: 1 vắng có lý do" in one.sentence]
    assert [(one.band, one.points) for one in found] == [("good", Decimal(100))], told

"""What has not happened by a day: each question on a real log, on the last day in time and the first one too late."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from events.bands import Band
from events.fact import Id
from events.liaison import ContactKind, ContactMade, LiaisonAccepted, LiaisonAssigned, LiaisonIntroduced, RemarkDrafted
from events.meeting import Counts, DocumentsSent, MeetingCalled, MeetingCancelled, MeetingHeld, MeetingKind
from events.member import (
    MemberAdmitted,
    MemberRecognised,
    SanctionRestored,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
)
from events.organisation import OrganisationDissolved
from projections.reading import last_position
from services.notify.absence.questions import QUESTIONS, Absence, Span
from services.notify.absence.rules import KNOWS, Role, Rule, Watched
from tests.database import Database
from tests.examples import BLOC, CELL_7, CELL_8, COMMUNE, HOSPITAL, SURGERY, a_reprimand, an_id
from tests.notify.commune import NAM, PAEDIATRICS, WARD, Log, living_in

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CELLS = {CELL_7, CELL_8, SURGERY, PAEDIATRICS}
MEETING, LIAISON, TRANSFER = an_id("meeting"), an_id("liaison"), an_id("transfer")

Ask = Callable[..., list[Absence]]


@pytest.fixture
def ask(database: Database, log: Log, read_views: Callable[[], None]) -> Ask:
    """What was silent from one day to another, in that order; the organisations are there."""
    log.put_organisations()

    def one(watched: Watched, since: date, today: date, **rule: int) -> list[Absence]:
        read_views()
        asked = Rule(id="one", watches=watched, to=tuple(KNOWS[watched]), **rule)  # type: ignore[arg-type]
        with psycopg.connect(database.app, autocommit=True) as connection:
            span = Span(since, since, today, str(HANOI), 0, last_position(connection))
            return list(QUESTIONS[watched](connection, asked, span))

    return one


def at(day: date, hour: int = 19) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=HANOI)


def meet(log: Log, day: date, cell: Id = CELL_7, kind: MeetingKind = MeetingKind.REGULAR) -> None:
    meeting = an_id(f"meeting of {cell} on {day}")
    log.put(meeting, MeetingCalled(cell=cell, kind=kind, planned_at=at(day)), day)
    counts = Counts(present=9, excused=0, absent=0)
    log.put(meeting, MeetingHeld(started_at=at(day), ended_at=at(day, 21), counts=counts), day)


def subjects(found: list[Absence]) -> set[Id]:
    return {one.subject for one in found}


def test_a_cell_that_has_not_met_by_the_28th_is_late_on_the_29th(ask: Ask, log: Log) -> None:
    meet(log, date(2026, 9, 28))
    assert ask(Watched.REGULAR_MEETING, date(2026, 9, 20), date(2026, 9, 28)) == []
    found = ask(Watched.REGULAR_MEETING, date(2026, 9, 20), date(2026, 9, 29))
    assert subjects(found) == CELLS - {CELL_7}
    assert {one.day for one in found} == {date(2026, 9, 28)}
    (surgery,) = (one for one in found if one.subject == SURGERY)
    assert surgery.concerned == {Role.OWN: SURGERY, Role.ABOVE: HOSPITAL}


def test_after_a_long_silence_of_the_process_each_month_is_asked_for(ask: Ask, log: Log) -> None:
    meet(log, date(2026, 8, 5))
    found = [one for one in ask(Watched.REGULAR_MEETING, date(2026, 6, 28), date(2026, 9, 30)) if one.subject == CELL_7]
    assert [one.day for one in found] == [date(2026, 7, 28), date(2026, 9, 28)]


def test_a_meeting_that_is_entered_weeks_later_counts_when_it_is_known(ask: Ask, log: Log) -> None:
    span = (Watched.REGULAR_MEETING, date(2026, 9, 20), date(2026, 9, 29))
    assert CELL_7 in subjects(ask(*span))
    meet(log, date(2026, 9, 3))
    assert CELL_7 not in subjects(ask(*span))


def test_a_cell_that_has_ended_since_is_not_asked_where_its_meeting_is(ask: Ask, log: Log) -> None:
    log.put(CELL_8, OrganisationDissolved(), date(2026, 9, 29))
    found = ask(Watched.REGULAR_MEETING, date(2026, 9, 20), date(2026, 9, 30))
    assert CELL_8 not in subjects(found)


def test_a_thematic_meeting_is_missed_when_the_quarter_is_over(ask: Ask, log: Log) -> None:
    meet(log, date(2026, 7, 1), kind=MeetingKind.THEMATIC)
    meet(log, date(2026, 9, 30), CELL_8)
    assert ask(Watched.THEMATIC_MEETING, date(2026, 8, 1), date(2026, 9, 30)) == []
    found = ask(Watched.THEMATIC_MEETING, date(2026, 8, 1), date(2026, 10, 1))
    assert subjects(found) == CELLS - {CELL_7}
    assert {one.day for one in found} == {date(2026, 9, 30)}


@pytest.mark.parametrize(
    ("sent", "late"),
    [(None, True), (at(date(2026, 9, 4), 23), False), (at(date(2026, 9, 5), 0), True), (at(date(2026, 9, 1)), False)],
)
def test_documents_are_late_on_the_day_of_the_meeting(ask: Ask, log: Log, sent: datetime | None, *, late: bool) -> None:
    day = date(2026, 9, 5)
    log.put(MEETING, MeetingCalled(cell=CELL_7, kind=MeetingKind.REGULAR, planned_at=at(day)), date(2026, 9, 1))
    if sent is not None:
        log.put(MEETING, DocumentsSent(sent_at=sent), sent.date())
    assert ask(Watched.DOCUMENTS, date(2026, 9, 1), date(2026, 9, 4)) == []
    found = ask(Watched.DOCUMENTS, date(2026, 9, 1), day)
    concerned = {Role.OWN: CELL_7, Role.ABOVE: COMMUNE}
    assert found == ([Absence(MEETING, day, concerned)] if late else [])
    assert ask(Watched.DOCUMENTS, day, day + timedelta(days=3)) == []


def test_nobody_asks_for_the_documents_of_a_meeting_that_was_cancelled(ask: Ask, log: Log) -> None:
    day = date(2026, 9, 5)
    log.put(MEETING, MeetingCalled(cell=CELL_7, kind=MeetingKind.REGULAR, planned_at=at(day)), date(2026, 9, 1))
    log.put(MEETING, MeetingCancelled(), date(2026, 9, 3))
    assert ask(Watched.DOCUMENTS, date(2026, 9, 1), day) == []


def test_a_transfer_is_overdue_the_day_after_its_last_one(ask: Ask, log: Log) -> None:
    log.put_member()
    due = date(2026, 4, 20)
    sent = TransferIntroduced(transfer=TRANSFER, from_cell=SURGERY, to=CELL_7, kind=TransferKind.OFFICIAL, due_on=due)
    log.put(NAM, sent, date(2026, 3, 2))
    assert ask(Watched.TRANSFER, date(2026, 3, 1), due) == []
    late = Absence(NAM, due, {Role.ORIGIN: SURGERY, Role.DESTINATION: CELL_7})
    assert ask(Watched.TRANSFER, date(2026, 3, 1), due + timedelta(days=1)) == [late]
    # What was late before the rule was there stays untold.
    assert ask(Watched.TRANSFER, due, date(2026, 5, 1)) == []
    log.put(NAM, TransferReceived(transfer=TRANSFER), date(2026, 4, 30))
    assert ask(Watched.TRANSFER, date(2026, 3, 1), date(2026, 5, 1)) == []


def test_probation_has_ended_when_twelve_months_are_over_and_nobody_has_recognised_him(ask: Ask, log: Log) -> None:
    begun = date(2025, 3, 2)
    candidate = MemberAdmitted(name="Phạm Văn Nam", cell=SURGERY, status=Status.PROBATIONARY, admitted_on=begun)
    log.put(NAM, candidate, date(2025, 6, 1))  # since when he is in the book
    assert ask(Watched.PROBATION, date(2026, 1, 1), date(2026, 3, 1), months=12) == []
    over = Absence(NAM, date(2026, 3, 2), {Role.OWN: SURGERY, Role.ABOVE: HOSPITAL})
    assert ask(Watched.PROBATION, date(2026, 1, 1), date(2026, 3, 2), months=12) == [over]
    log.put(NAM, MemberRecognised(), date(2026, 3, 2))
    assert ask(Watched.PROBATION, date(2026, 1, 1), date(2026, 4, 1), months=12) == []


def test_contact_is_missed_six_months_after_the_last_one_or_after_the_acceptance(ask: Ask, log: Log) -> None:
    log.put_member()
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=COMMUNE, workplace=SURGERY), date(2026, 1, 5))
    assert ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 12, 1)) == []
    log.put(LIAISON, LiaisonAccepted(), date(2026, 1, 31))
    assert ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 7, 30)) == []
    (missed,) = ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 7, 31))
    assert missed == Absence(NAM, date(2026, 7, 31), {Role.RESIDENCE: COMMUNE, Role.KEEPER: COMMUNE})
    log.put(LIAISON, LiaisonAssigned(cell=CELL_7), date(2026, 2, 2))
    log.put(LIAISON, ContactMade(on=date(2026, 3, 15), kind=ContactKind.VISIT), date(2026, 3, 15))
    assert ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 9, 14)) == []
    (missed,) = ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 9, 15))
    assert missed.concerned == {Role.RESIDENCE: COMMUNE, Role.KEEPER: CELL_7}


def test_a_sanction_that_lapses_by_itself_is_told_to_whoever_follows_him_then(ask: Ask, log: Log) -> None:
    log.put_member()
    log.put(NAM, a_reprimand(), date(2025, 3, 20))
    assert ask(Watched.SANCTION, date(2026, 1, 1), date(2026, 3, 19)) == []
    lapsed = Absence(NAM, date(2026, 3, 20), {Role.RESIDENCE: COMMUNE})
    assert ask(Watched.SANCTION, date(2026, 1, 1), date(2026, 3, 20)) == [lapsed]
    assert ask(Watched.SANCTION, date(2026, 3, 20), date(2026, 6, 1)) == [], "it was asked for"
    log.put(NAM, living_in(WARD), date(2026, 2, 1))
    (moved,) = ask(Watched.SANCTION, date(2026, 1, 1), date(2026, 3, 20))
    assert moved.concerned == {Role.RESIDENCE: WARD}


def test_a_sanction_that_is_held_in_force_undone_or_of_ones_own_member_lapses_unsaid(ask: Ask, log: Log) -> None:
    held, undone, own = an_id("held"), an_id("undone"), an_id("own")
    for member, cell in ((held, SURGERY), (undone, SURGERY), (own, CELL_7)):
        log.put_member(member, cell)
        position = log.put(member, a_reprimand(), date(2025, 3, 20))
        if member == undone:
            log.put(undone, SanctionRestored(sanction=position), date(2025, 9, 1))
    log.put(held, a_reprimand(), date(2026, 1, 10))
    assert ask(Watched.SANCTION, date(2026, 1, 1), date(2026, 6, 1)) == []
    assert subjects(ask(Watched.SANCTION, date(2026, 6, 1), date(2027, 1, 10))) == {held}


def test_whoever_is_excused_from_the_life_of_the_place_is_not_waited_for(ask: Ask, log: Log) -> None:
    log.put_member()
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=COMMUNE, activity_exempt=True), date(2026, 1, 5))
    log.put(LIAISON, LiaisonAccepted(), date(2026, 1, 31))
    assert ask(Watched.CONTACT, date(2026, 1, 1), date(2026, 12, 1)) == []


def test_a_remark_without_a_contact_in_its_year_is_visible_as_such(ask: Ask, log: Log) -> None:
    log.put_member()
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=COMMUNE), date(2025, 1, 5))
    log.put(LIAISON, LiaisonAccepted(), date(2025, 1, 31))
    log.put(LIAISON, ContactMade(on=date(2025, 12, 15), kind=ContactKind.VISIT), date(2025, 12, 15))
    log.put(LIAISON, RemarkDrafted(year=2025, band=Band.GOOD), date(2025, 12, 20))
    log.put(LIAISON, RemarkDrafted(year=2026, band=Band.GOOD), date(2026, 12, 20))
    found = ask(Watched.REMARK, date(2026, 12, 1), date(2026, 12, 21))
    assert found == [Absence(NAM, date(2026, 12, 20), {Role.RESIDENCE: COMMUNE, Role.KEEPER: COMMUNE})]


def test_of_a_remark_in_old_books_nobody_is_told(ask: Ask, log: Log) -> None:
    log.put_member()
    log.put(LIAISON, LiaisonIntroduced(member=NAM, committee=COMMUNE), date(2025, 1, 5))
    log.put(LIAISON, RemarkDrafted(year=2025, band=Band.GOOD), date(2025, 12, 20), backfill=True)
    assert ask(Watched.REMARK, date(2025, 12, 1), date(2025, 12, 21)) == []


def test_the_bloc_itself_is_no_cell_and_meets_as_it_likes(ask: Ask) -> None:
    assert BLOC not in subjects(ask(Watched.REGULAR_MEETING, date(2026, 9, 20), date(2026, 9, 29)))

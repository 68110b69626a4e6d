"""A cell's year as it is read from a real log: which meetings are in it, and what they are worth."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from msgspec.structs import replace

from events.ledger import Ledger
from events.meeting import Attendance, MeetingCancelled, MeetingHeld, Presence
from events.member import ExemptionGround, MemberExempted
from events.office import Office, OfficerAppointed
from projections import absences, offices, roll, tree
from projections.asked import LATEST, AsOf
from projections.meetings import VIEW
from projections.rebuild import rebuild
from services.scoring.meetings.cell_year import CellYear, cell_years, score_year
from services.scoring.rules.rules_in_force import RulesInForce
from tests.database import Database
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    LAN,
    LAN_ADMITTED,
    MINH,
    MINH_ADMITTED,
    an_id,
)
from tests.scoring.ledger import put, put_cell, put_meeting
from tests.scoring.meeting import CALLED, HANOI, MEETING, PERFECT, at

FOREVER = date.max


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


def years(database: Database, *asked: int, as_of: AsOf | None = None) -> list[CellYear]:
    """Of cells 7 and 8, as the views have them when they have read all."""
    rebuild(database.app, VIEW)
    with psycopg.connect(database.app, autocommit=True) as connection:
        return list(cell_years(connection, [CELL_7, CELL_8], asked or [2026], HANOI, as_of or AsOf(FOREVER)))


def test_a_year_has_the_meetings_of_its_cell_in_the_order_of_their_days(database: Database, ledger: Ledger) -> None:
    later, earlier, elsewhere, before = (an_id(name) for name in ("later", "earlier", "elsewhere", "before"))
    put_meeting(ledger, replace(CALLED, planned_at=at(9)), meeting=later)
    put_meeting(ledger, replace(CALLED, planned_at=at(1)), meeting=earlier)
    put_meeting(ledger, replace(CALLED, cell=CELL_8), meeting=elsewhere)
    put_meeting(ledger, replace(CALLED, planned_at=at(1).replace(year=2025)), meeting=before)
    put_meeting(ledger, *PERFECT)
    seven, eight = years(database)
    assert [facts.meeting for facts in seven.meetings] == [earlier, MEETING, later]
    assert [facts.meeting for facts in eight.meetings] == [elsewhere]
    assert [(one.cell, one.year, len(one.meetings)) for one in years(database, 2027, 2025)] == [
        (CELL_7, 2025, 1), (CELL_8, 2025, 0), (CELL_7, 2027, 0), (CELL_8, 2027, 0)
    ]  # fmt: skip


def test_each_meeting_of_a_year_that_took_place_or_may_yet_has_its_score(database: Database, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT)
    put_meeting(ledger, replace(CALLED, planned_at=at(9)), MeetingCancelled(), meeting=an_id("called off"))
    put_meeting(ledger, replace(CALLED, planned_at=at(20)), meeting=an_id("to come"))
    seven, _ = years(database)
    scores = score_year(seven, RulesInForce.shipped())
    assert [(score.meeting, score.points) for score in scores] == [(MEETING, Decimal(100)), (an_id("to come"), None)]


def test_a_year_is_what_was_known_at_a_position_and_held_by_a_day(database: Database, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT[:4])
    then = ledger.head()
    put_meeting(ledger, *PERFECT[4:])
    put_meeting(ledger, CALLED, meeting=an_id("another"))
    seven, _ = years(database, as_of=AsOf(FOREVER, then))
    assert [(score.meeting, score.points) for score in score_year(seven, RulesInForce.shipped())] == [
        (MEETING, Decimal(15))
    ]
    seven, _ = years(database, as_of=AsOf(date(2026, 3, 4), LATEST))
    assert seven.meetings == ()


def test_new_years_eve_is_that_of_the_committees_clock(database: Database, ledger: Ledger) -> None:
    # 06:00 of 1 January in Hanoi is still the old year in UTC.
    new_year = at(1, "06:00", month=1)
    put_meeting(ledger, replace(CALLED, planned_at=new_year), meeting=an_id("new year"))
    assert new_year.date() == date(2025, 12, 31)
    assert [len(one.meetings) for one in years(database, 2025, 2026)] == [0, 0, 1, 0]


def test_the_base_and_the_committee_are_those_of_the_day_as_the_views_know_them(
    database: Database, ledger: Ledger
) -> None:
    put_cell(ledger)
    for member, admitted in ((LAN, LAN_ADMITTED), (MINH, MINH_ADMITTED)):
        put(ledger, member, [admitted], on=BOOK_OPENED)
    put(ledger, CELL_7, [OfficerAppointed(member=LAN, office=Office.SECRETARY)], on=BOOK_OPENED)
    names = (Attendance(LAN, Presence.PRESENT), Attendance(MINH, Presence.EXCUSED))
    before = put_meeting(ledger, CALLED, MeetingHeld(started_at=at(5), ended_at=at(5, "21:00"), attendance=names))
    exempt = put(ledger, MINH, [MemberExempted(ground=ExemptionGround.ILLNESS)], on=date(2026, 3, 1))
    alone = put(ledger, CELL_7, [OfficerAppointed(member=MINH, office=Office.DEPUTY_SECRETARY)], on=date(2026, 3, 2))
    for view in (absences.VIEW, offices.VIEW, roll.VIEW, tree.VIEW):
        rebuild(database.app, view)

    def there(known: int) -> list[object]:
        seven, _ = years(database, as_of=AsOf(FOREVER, known))
        again, _ = years(database)
        (facts,), (then,) = seven.meetings, again.at(known).meetings
        assert (facts.context, facts.there()) == (then.context, then.there())
        counts, positions = facts.there() or (None, ())
        assert counts is not None
        return [counts.present, counts.excused, exempt in positions, facts.context.secretary_only]

    assert there(before) == [1, 1, False, True]
    assert there(exempt) == [1, 0, True, True]
    assert there(alone) == [1, 0, True, False]
    (facts,) = years(database)[0].meetings
    assert facts.context.cell_kind == CELL_7_ESTABLISHED.cell_kind

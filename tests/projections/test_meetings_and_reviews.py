"""Meetings in a line, and how far an oath review has come."""

from datetime import date

from msgspec.structs import replace

from events.oath_review import Excuse, MemberExcused
from projections import meetings, oath_answers
from projections.asked import LATEST
from tests.examples import (
    CAMPAIGN,
    CELL_7,
    CELL_7_OPENED,
    COMMUNE,
    HELD_BY_NAME,
    HELD_IN_COUNTS,
    LAN,
    LAN_REPORTED,
    MARCH_MEETING,
    MEETING,
    an_id,
)
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said


def test_a_meeting_is_one_line_with_its_steps(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC, Said(MEETING, MARCH_MEETING, MARCH))

    def line(known: int = LATEST, **asked: str) -> meetings.Row:
        (_, row), *more = meetings.find(connection, asked, (date.min, date.max), on(MAY, known), (meetings.FIRST, 9))
        assert not more
        return row

    assert (line().started_at, line().present) == (None, None)
    assert line(cell=CELL_7).meets_on == date(2026, 3, 5)
    held = tell_and_feed(Said(MEETING, HELD_IN_COUNTS, date(2026, 3, 5)))
    assert (line().present, line().excused, line().absent, line().spoke) == (2, 1, 0, 1)
    assert line(scope=COMMUNE).started_at == HELD_IN_COUNTS.started_at
    assert line(held - 1).present is None


def test_a_cell_has_met_for_a_review_once_the_meeting_was_held(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(Said(MEETING, replace(MARCH_MEETING, campaign=CAMPAIGN), MARCH))
    assert meetings.cells_that_met_for(connection, CAMPAIGN, on(MAY)) == set()
    tell_and_feed(Said(MEETING, HELD_BY_NAME, date(2026, 3, 5)))
    assert meetings.cells_that_met_for(connection, CAMPAIGN, on(MAY)) == {CELL_7}
    assert meetings.cells_that_met_for(connection, CAMPAIGN, on(date(2026, 3, 4))) == set()


def test_an_oath_review_is_answered_day_by_day(tell_and_feed: Tell, connection: Connection) -> None:
    review = an_id("review")
    tell_and_feed(
        Said(review, CELL_7_OPENED, MARCH),
        Said(review, MemberExcused(member=LAN, reason=Excuse.ILL), APRIL),
        Said(review, LAN_REPORTED, MAY),
    )

    def answers(day: date) -> dict[str | None, int]:
        return {answer: number for _, answer, number in oath_answers.counts(connection, CAMPAIGN, on(day))}

    assert answers(MARCH - DAY) == {}
    assert answers(MARCH) == {None: 2}
    assert answers(APRIL) == {None: 1, "ill": 1}
    assert answers(MAY) == {None: 1, "reported": 1}


def test_a_report_from_before_the_roll_was_frozen_counts(tell_and_feed: Tell, connection: Connection) -> None:
    review = an_id("review")
    tell_and_feed(Said(review, CELL_7_OPENED, APRIL), Said(review, LAN_REPORTED, MARCH))
    counts = oath_answers.counts(connection, CAMPAIGN, on(MAY))
    assert sorted((str(answer), number) for _, answer, number in counts) == [("None", 1), ("reported", 1)]

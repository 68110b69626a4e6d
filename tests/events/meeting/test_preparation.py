"""How a meeting is called and prepared."""

from datetime import datetime

from msgspec.structs import replace

from events.meeting import DocumentsSent, Meeting, PreMeetingHeld
from events.meeting.preparation import call, hold_pre_meeting, send_documents
from events.organisation import Organisation, OrganisationDissolved
from tests.examples import (
    BOOK_OPENED,
    CELL_7_ESTABLISHED,
    COMMUNE_ESTABLISHED,
    ENDED,
    HANOI,
    HELD_BY_NAME,
    MARCH_MEETING,
    an_organisation,
)
from tests.given import given, seen

BEFORE = PreMeetingHeld(held_at=datetime(2026, 3, 3, 8, 0, tzinfo=HANOI), minutes=True)
SENT = DocumentsSent(sent_at=datetime(2026, 3, 3, 17, 0, tzinfo=HANOI), titles=("Dự thảo nghị quyết",))


def test_a_cell_is_called() -> None:
    given(Meeting).when(call, an_organisation(), MARCH_MEETING).then(MARCH_MEETING)


def test_called_again_is_ignored_because_already_done() -> None:
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(call, an_organisation(), MARCH_MEETING).ignored()


def test_called_otherwise_is_refused() -> None:
    other = replace(MARCH_MEETING, theme="khác")
    given(Meeting, MARCH_MEETING).when(call, an_organisation(), other).refused("meeting.exists")


def test_only_a_cell_meets() -> None:
    asked = given(Meeting).when(call, an_organisation(COMMUNE_ESTABLISHED), MARCH_MEETING)
    asked.refused("meeting.cell_not_a_cell")


def test_a_cell_that_does_not_exist_does_not_meet() -> None:
    given(Meeting).when(call, Organisation(), MARCH_MEETING).refused("meeting.cell_unknown")


def test_a_cell_that_has_ended_does_not_meet() -> None:
    ended = seen(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
    given(Meeting).when(call, ended, MARCH_MEETING).refused("meeting.cell_ended")


def test_the_committee_meets_before() -> None:
    given(Meeting, MARCH_MEETING).when(hold_pre_meeting, BEFORE).then(BEFORE)


def test_a_pre_meeting_recorded_again_is_ignored_because_already_done() -> None:
    given(Meeting, MARCH_MEETING, BEFORE).when(hold_pre_meeting, BEFORE).ignored()


def test_a_second_pre_meeting_is_refused() -> None:
    other = replace(BEFORE, minutes=False)
    given(Meeting, MARCH_MEETING, BEFORE).when(hold_pre_meeting, other).refused("meeting.pre_meeting_held")


def test_there_is_no_pre_meeting_of_a_meeting_that_nobody_called() -> None:
    given(Meeting).when(hold_pre_meeting, BEFORE).refused("meeting.not_called")


def test_documents_are_sent_and_more_may_follow() -> None:
    given(Meeting, MARCH_MEETING).when(send_documents, SENT).then(SENT)
    more = replace(SENT, titles=("Phụ lục",))
    given(Meeting, MARCH_MEETING, SENT).when(send_documents, more).then(more)


def test_the_same_documents_again_are_ignored_because_already_done() -> None:
    given(Meeting, MARCH_MEETING, SENT).when(send_documents, SENT).ignored()


def test_documents_sent_too_late_are_a_fact_for_the_score_and_not_refused() -> None:
    late = DocumentsSent(sent_at=ENDED)
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(send_documents, late).then(late)


def test_there_are_no_documents_of_a_meeting_that_nobody_called() -> None:
    given(Meeting).when(send_documents, SENT).refused("meeting.not_called")

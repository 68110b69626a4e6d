"""The answer to a notice."""

from events.notice import Notice, NoticeAcknowledged, acknowledge
from tests.examples import COMMUNE
from tests.given import given

ACKNOWLEDGED = NoticeAcknowledged(organisation=COMMUNE, position=42)


def test_the_committee_that_was_told_says_that_it_knows() -> None:
    given(Notice).when(acknowledge, ACKNOWLEDGED).then(ACKNOWLEDGED)


def test_acknowledged_again_is_ignored_because_already_done() -> None:
    given(Notice, ACKNOWLEDGED).when(acknowledge, ACKNOWLEDGED).ignored()

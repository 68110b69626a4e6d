"""Of each fact it is said whether it can be corrected, and by which change it is told again."""

from events.correction import NAMES, STRIKES
from events.wire import FACTS
from services.ingest.changes import CHANGES
from services.ingest.changes.instead import FOR_EVER, PATHS

CORRECTED = {name for name in FACTS if name.partition(".")[0] in STRIKES} - NAMES


def test_each_fact_is_corrected_by_its_own_change_or_says_why_it_is_not() -> None:
    assert PATHS.keys() | FOR_EVER.keys() == CORRECTED
    assert PATHS.keys().isdisjoint(FOR_EVER)
    assert all(FOR_EVER.values())


def test_each_of_these_changes_is_in_the_table_of_changes() -> None:
    assert set(PATHS.values()) <= {change.path for change in CHANGES}

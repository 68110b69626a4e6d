"""Alerts of what did not happen: each raised once, none lost in a night without a process, none while views lag."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from events.member import TransferIntroduced, TransferKind, TransferReceived
from services.notify.absence.looking import Looker
from services.notify.absence.rules import Watch
from tests.database import Database
from tests.examples import CELL_7, COMMUNE, HOSPITAL, SURGERY, an_id
from tests.notify.commune import NAM, Log

HANOI = "Asia/Ho_Chi_Minh"
DUE = date(2026, 4, 20)
TRANSFER = an_id("transfer")
ALERTS = """
SELECT rule, subject::text, organisation::text, day, fact, delivered_at IS NOT NULL FROM exchange.notices WHERE alert
ORDER BY day, rule, organisation
"""

Look = Callable[[datetime], int]


def morning(day: date) -> datetime:
    """Eight o'clock in Hanoi."""
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.app, autocommit=True) as opened:
        yield opened


@pytest.fixture
def look(connection: psycopg.Connection[Any], read_views: Callable[[], None]) -> Look:
    """A process that has just begun looks, when the views have read everything."""

    def one(now: datetime) -> int:
        read_views()
        return Looker(Watch.read(), "local", HANOI).look(connection, now)

    return one


def alerts(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(ALERTS).fetchall()


def in_transit(log: Log) -> None:
    log.put_organisations()
    log.put_member()
    sent = TransferIntroduced(transfer=TRANSFER, from_cell=SURGERY, to=CELL_7, kind=TransferKind.OFFICIAL, due_on=DUE)
    log.put(NAM, sent, date(2026, 3, 2))


def test_a_deadline_that_passes_is_told_once_to_each_side(
    connection: psycopg.Connection[Any], log: Log, look: Look
) -> None:
    in_transit(log)
    assert look(morning(date(2026, 4, 19))) == 0
    assert look(morning(DUE)) == 0
    assert look(morning(DUE + timedelta(days=1))) == 2
    assert look(morning(DUE + timedelta(days=1))) == 0
    assert look(morning(DUE + timedelta(days=2))) == 0
    found = [row for row in alerts(connection) if row[0] == "transfer-in-transit"]
    assert {row[1:] for row in found} == {(NAM, SURGERY, DUE, "", True), (NAM, CELL_7, DUE, "", True)}


def test_weeks_without_a_process_lose_nothing(connection: psycopg.Connection[Any], log: Log, look: Look) -> None:
    in_transit(log)
    look(morning(date(2026, 3, 3)))
    look(morning(date(2026, 6, 2)))
    rules = {(row[0], row[3]) for row in alerts(connection) if row[2] in {CELL_7, SURGERY}}
    months = {("no-regular-meeting", date(2026, month, 28)) for month in (3, 4, 5)}
    assert rules == months | {("no-thematic-meeting", date(2026, 3, 31)), ("transfer-in-transit", DUE)}


def test_what_was_late_before_anybody_looked_is_told_to_nobody(
    connection: psycopg.Connection[Any], log: Log, look: Look
) -> None:
    in_transit(log)
    assert look(morning(date(2026, 9, 15))) == 0
    assert alerts(connection) == []


def test_what_is_entered_late_and_overdue_by_then_is_told_all_the_same(
    connection: psycopg.Connection[Any], log: Log, look: Look
) -> None:
    log.put_organisations()
    log.put_member()
    look(morning(date(2026, 4, 1)))
    look(morning(date(2026, 5, 8)))
    before = len(alerts(connection))
    sent = TransferIntroduced(transfer=TRANSFER, from_cell=SURGERY, to=CELL_7, kind=TransferKind.OFFICIAL, due_on=DUE)
    log.put(NAM, sent, date(2026, 3, 2))
    assert look(morning(date(2026, 5, 9))) == 2
    assert len(alerts(connection)) == before + 2


def test_while_the_views_have_not_read_the_log_nothing_is_said(
    connection: psycopg.Connection[Any], log: Log, look: Look, read_views: Callable[[], None]
) -> None:
    in_transit(log)
    look(morning(date(2026, 4, 19)))
    log.put(NAM, TransferReceived(transfer=TRANSFER), date(2026, 4, 18))
    looker = Looker(Watch.read(), "local", HANOI, patience=0.05)
    assert looker.look(connection, morning(date(2026, 4, 22))) == 0
    read_views()
    looker.look(connection, morning(date(2026, 4, 22)))
    assert "transfer-in-transit" not in {row[0] for row in alerts(connection)}


def test_a_cell_and_whoever_stands_above_it_hear_of_a_month_without_a_meeting(
    connection: psycopg.Connection[Any], log: Log, look: Look
) -> None:
    log.put_organisations()
    look(morning(date(2026, 9, 20)))
    look(morning(date(2026, 9, 29)))
    told = {(row[1], row[2]) for row in alerts(connection) if row[0] == "no-regular-meeting"}
    assert {(CELL_7, CELL_7), (CELL_7, COMMUNE), (SURGERY, SURGERY), (SURGERY, HOSPITAL)} <= told


def test_the_day_begins_where_the_committees_are(connection: psycopg.Connection[Any], log: Log, look: Look) -> None:
    in_transit(log)
    look(morning(date(2026, 4, 19)))
    midnight = datetime(2026, 4, 20, 17, tzinfo=UTC)
    assert look(midnight - timedelta(seconds=1)) == 0
    assert look(midnight) == 2

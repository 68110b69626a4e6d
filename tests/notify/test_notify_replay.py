"""Notices made anew are compared with those that stand, row by row, as of any place in the log, and nobody is told."""

from datetime import date
from typing import Any

import psycopg
import pytest

from services.notify.replay import compare, replay
from tests.database import Database
from tests.examples import a_certificate, a_reprimand
from tests.notify.commune import NAM, SHIPPED, Log, position, rows, tell_all
from tests.notify.conftest import Hire

MARCH, MAY = date(2026, 3, 2), date(2026, 5, 4)


@pytest.fixture
def told(database: Database, log: Log, hire: Hire) -> Database:
    """Two notices, of which the first is acknowledged in the last record."""
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH)
    log.put(NAM, a_reprimand(), MAY)
    worker = hire()
    tell_all(worker)
    log.acknowledge(*rows(database, "id::text, organisation::text, position")[0])
    tell_all(worker)
    assert len(rows(database)) == 2
    return database


def spoil(database: Database, statement: str) -> None:
    with psycopg.connect(database.app) as connection:
        connection.execute(statement.encode())


def test_what_stands_is_what_the_log_gives_and_nothing_is_changed(told: Database) -> None:
    before = rows(told, "*")
    whole = compare(told.app, "local", SHIPPED)
    assert (whole.position, whole.same, whole.difference) == (position(told), True, None)
    assert whole.live.rows == 2
    assert rows(told, "*") == before


def test_it_shows_what_had_been_told_at_a_position_and_on_a_day(told: Database) -> None:
    before, shown = rows(told, "*"), list[dict[str, Any]]()
    last = position(told)
    assert replay(told.app, "local", SHIPPED, last - 1, show=shown.append).hash.rows == 2
    assert [row["acknowledged_in"] for row in shown] == [None, None]
    assert replay(told.app, "local", SHIPPED, last).hash == compare(told.app, "local", SHIPPED).live
    assert replay(told.app, "local", SHIPPED, last - 2).hash.rows == 1
    assert replay(told.app, "local", SHIPPED, last, date(2026, 4, 1)).hash.rows == 1
    assert rows(told, "*") == before


def test_as_known_before_the_acknowledgement_both_are_the_same(told: Database) -> None:
    spoil(told, "UPDATE exchange.notices SET acknowledged_at = now() WHERE acknowledged_in IS NOT NULL")
    assert not compare(told.app, "local", SHIPPED).same
    assert compare(told.app, "local", SHIPPED, upto=position(told) - 1).same


@pytest.mark.parametrize(
    ("spoiling", "back", "fact", "columns"),
    [
        ("UPDATE exchange.notices SET acknowledged_at = now() WHERE acknowledged_in IS NOT NULL", 0,
         "notice.acknowledged", ["acknowledged_at"]),
        ("UPDATE exchange.notices SET rule = 'another' WHERE acknowledged_in IS NULL", 1,
         "member.disciplined", ["rule"]),
        ("DELETE FROM exchange.notices", 2, "member.reward_given", []),
    ],
)  # fmt: skip
def test_the_first_difference_is_named_with_its_fact(
    told: Database, spoiling: str, back: int, fact: str, columns: list[str]
) -> None:
    spoil(told, spoiling)
    found = compare(told.app, "local", SHIPPED).difference
    assert found is not None
    assert (found.position, found.name, found.columns) == (position(told) - back, fact, columns)

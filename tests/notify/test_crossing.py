"""An indicator that crosses a line: told when it does, once, and again only after it has been back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from events.fact import Id
from events.subscription import About, Channel, Side, SubscriptionMade, SubscriptionPaused, Way
from events.subscription import Crossing as Line
from services.notify.crossing import Crossings
from tests.database import Database
from tests.examples import COMMUNE, PROVINCE, an_id
from tests.notify.commune import Log, tell_all
from tests.notify.conftest import Hire

WATCH = an_id("watch")
NOON = datetime(2026, 9, 1, 5, tzinfo=UTC)
TOLD = """
SELECT subject::text, organisation::text, policy, rule, day, listed, alert FROM exchange.notices ORDER BY seq
"""


class Board:
    """What stands on the board of the day; the test moves it."""

    def __init__(self) -> None:
        self.value: Decimal | None = Decimal("0.9")
        self.asked: list[Id] = []

    def read(self, _: psycopg.Connection[Any], of: Id, __: date) -> dict[str, Decimal | None]:
        self.asked.append(of)
        return {"attendance": self.value, "good-cells": None}


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.app, autocommit=True) as opened:
        yield opened


def subscribe(log: Log, hire: Hire, side: Side = Side.BELOW, ident: Id = WATCH, indicator: str = "attendance") -> None:
    line = Line(indicator=indicator, side=side, value=Decimal("0.85"))
    about = About(organisation=COMMUNE, indicator=line)
    channels = (Channel(way=Way.INBOX),)
    made = SubscriptionMade(
        organisation=PROVINCE, facts=("indicator.*",), channels=channels, about=about, timezone="Asia/Ho_Chi_Minh"
    )
    log.put(ident, made, date(2026, 8, 1))
    tell_all(hire())


def look(board: Board, connection: psycopg.Connection[Any], *values: str | None) -> list[int]:
    """How many notices each look gave, while the indicator went along these values."""
    crossings = Crossings(board.read, "local", "Asia/Ho_Chi_Minh")
    found = []
    for number, value in enumerate(values):
        board.value = None if value is None else Decimal(value)
        found.append(crossings.look(connection, NOON.replace(day=1 + number)))
    return found


def test_a_crossing_is_told_once_and_again_when_it_has_been_back(
    log: Log, hire: Hire, connection: psycopg.Connection[Any]
) -> None:
    log.put_organisations()
    subscribe(log, hire)
    assert look(Board(), connection, "0.9", "0.85", "0.849", "0.7", "0.9", "0.8") == [0, 0, 1, 0, 0, 1]
    told = connection.execute(TOLD).fetchall()
    said = (COMMUNE, PROVINCE, f"subscription/{WATCH}", "attendance")
    assert told == [(*said, date(2026, 9, 3), True, True), (*said, date(2026, 9, 6), True, True)]


def test_what_nobody_can_know_crosses_nothing(log: Log, hire: Hire, connection: psycopg.Connection[Any]) -> None:
    log.put_organisations()
    subscribe(log, hire, indicator="good-cells")
    assert look(Board(), connection, None, None) == [0, 0]


def test_a_line_may_be_crossed_upwards(log: Log, hire: Hire, connection: psycopg.Connection[Any]) -> None:
    log.put_organisations()
    subscribe(log, hire, Side.ABOVE)
    assert look(Board(), connection, "0.85", "0.86") == [0, 1]


def test_in_a_new_year_what_is_beyond_its_line_is_told_anew(
    log: Log, hire: Hire, connection: psycopg.Connection[Any]
) -> None:
    log.put_organisations()
    subscribe(log, hire)
    assert look(Board(), connection, "0.8") == [1]
    board = Board()
    board.value = Decimal("0.8")
    assert Crossings(board.read, "local", "Asia/Ho_Chi_Minh").look(connection, NOON.replace(year=2027)) == 1


def test_who_has_paused_is_told_nothing_and_one_board_serves_many(
    log: Log, hire: Hire, connection: psycopg.Connection[Any]
) -> None:
    log.put_organisations()
    subscribe(log, hire)
    subscribe(log, hire, ident=an_id("another watch"))
    log.put(WATCH, SubscriptionPaused(), date(2026, 8, 2))
    tell_all(hire())
    board = Board()
    assert look(board, connection, "0.8") == [1]
    assert board.asked == [COMMUNE]

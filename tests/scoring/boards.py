"""The months of a board kept beside a server, and compared with those that are made anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg

from services.scoring.boards.board_feed import BoardFeeder
from tests.scoring.meeting import HANOI

ROWS = "SELECT * FROM views.cell_months ORDER BY cell, month"
SUMS = "SELECT * FROM views.cell_years ORDER BY cell, year"


@contextmanager
def keeping_months(conninfo: str) -> Iterator[None]:
    """They follow the views until the `with` ends."""
    stop = Event()
    feeder = BoardFeeder(conninfo, HANOI)
    thread = Thread(target=feeder.run, args=(stop,), kwargs={"wait": 0.05})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)


def step(conninfo: str) -> None:
    """Go to where the views stand, once."""
    feeder = BoardFeeder(conninfo, HANOI)
    try:
        feeder.step()
    finally:
        feeder.close()


def rows(conninfo: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo) as connection:
        return connection.execute(ROWS).fetchall()


def sums(conninfo: str) -> list[tuple[Any, ...]]:
    """The sums of the rows by year, as they are kept."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(SUMS).fetchall()


def anew(conninfo: str) -> list[tuple[Any, ...]]:
    """The rows as they are made of nothing, and `sums` with them; they stay so."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("DELETE FROM views.cell_months")
        connection.execute("DELETE FROM views.cell_years")
        connection.execute("UPDATE views.positions SET position = 0 WHERE view = 'cell_months'")
    step(conninfo)
    return rows(conninfo)

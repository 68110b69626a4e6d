"""Stretches of the log, read while the server sends."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import chain
from uuid import uuid4

import psycopg
import pytest

from events.appender import Appender
from events.fact import Id
from events.ledger import Ledger
from events.pages import PIECE, Pages
from events.request import Entry, Request, Write
from tests.database import Database

DAY = date(2026, 10, 1)


@pytest.fixture
def pages(database: Database) -> Iterator[Pages]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield Pages(connection)


@pytest.fixture
def appender(database: Database) -> Iterator[Appender]:
    made = Appender(database.app)
    yield made
    made.close()


def append(appender: Appender, facts: int, by: str = "test", name: str = "thing.happened") -> int:
    """Appends that many facts to a new stream; gives the position of the last."""
    entries = [Entry(name, DAY, b"{}")] * facts
    done = appender.append(Request(Id(str(uuid4())), by, [Write(Id(str(uuid4())), 0, entries)]))
    return done.first + done.facts - 1


def test_it_reads_what_the_ledger_reads(database: Database, pages: Pages, appender: Appender) -> None:
    last = append(appender, 3 * PIECE + 7)
    with Ledger(database.app) as ledger:
        assert list(chain.from_iterable(pages.read(2, last - 1))) == ledger.read(2, last - 3)


def test_nothing_is_lost_where_somebody_new_acts_in_the_middle(pages: Pages, appender: Appender) -> None:
    known = append(appender, 10)
    assert len(list(chain.from_iterable(pages.read(0, known)))) == known
    append(appender, PIECE + 3)
    append(appender, 5, by="somebody new")
    last = append(appender, 2 * PIECE, by="another", name="thing.changed")
    found = list(chain.from_iterable(pages.read(known, last)))
    assert [record.position for record in found] == list(range(known + 1, last + 1))
    acted = {(record.by, record.name) for record in found}
    assert acted == {("test", "thing.happened"), ("somebody new", "thing.happened"), ("another", "thing.changed")}


def test_only_facts_of_some_names_are_read(pages: Pages, appender: Appender) -> None:
    append(appender, PIECE)
    first = append(appender, 1, name="thing.changed")
    last = append(appender, PIECE)
    found = list(chain.from_iterable(pages.read(0, last, {"thing.changed", "thing.unheard_of"})))
    assert [record.position for record in found] == [first]
    assert list(pages.read(0, last, {"thing.unheard_of"})) == []


def test_a_reading_that_is_given_up_leaves_the_connection_free(pages: Pages, appender: Appender) -> None:
    last = append(appender, 10 * PIECE)
    with closing(pages.read(0, last)) as reading:
        assert len(next(reading)) == PIECE
    assert len(list(chain.from_iterable(pages.read(0, last)))) == last

"""What every bus promises, whichever carries the records: `BUSES` names them, and each test is asked of each."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from threading import Thread
from time import monotonic, sleep
from uuid import uuid4

import psycopg
import pytest

import events.bus
from events.appender import Appender
from events.bus import Bus, BusAway, EmbeddedBus, Reader
from events.fact import Id, Record
from events.request import Entry, Request, Write
from tests.database import Database

DAY = date(2026, 10, 1)
WAIT = 60.0
"""Seconds that nothing takes, on however busy a machine."""


@contextmanager
def embedded(database: Database) -> Iterator[Bus]:
    yield EmbeddedBus(database.app, page=100)


BUSES: list[Callable[[Database], AbstractContextManager[Bus]]] = [embedded]
"""Each makes a bus that carries what is appended to the ledger of a database."""


@pytest.fixture(params=BUSES, ids=lambda make: make.__name__)
def bus(request: pytest.FixtureRequest, database: Database) -> Iterator[Bus]:
    with request.param(database) as made:
        yield made


@pytest.fixture
def appender(database: Database) -> Iterator[Appender]:
    made = Appender(database.app)
    yield made
    made.close()


def append(appender: Appender, facts: int = 1) -> int:
    """Appends that many facts to a new stream; gives the position of the last."""
    entries = [Entry("thing.happened", DAY, b'{"fact":"thing.happened"}')] * facts
    done = appender.append(Request(Id(str(uuid4())), "test", [Write(Id(str(uuid4())), 0, entries)]))
    return done.first + done.facts - 1


def take_upto(reader: Reader, position: int, seconds: float = 60) -> list[Record]:
    """All records up to a position, or what came in time."""
    found: list[Record] = []
    until = monotonic() + seconds
    while monotonic() < until and not (found and found[-1].position >= position):
        found += reader.take(0.5)
    return found


def positions(records: list[Record]) -> list[int]:
    return [record.position for record in records]


def test_a_reader_takes_what_was_there_in_order_and_in_bounded_pieces(bus: Bus, appender: Appender) -> None:
    for _ in range(5):
        last = append(appender, 70)
    reader = bus.read("test", 0)
    first = reader.take(5)
    assert 0 < len(first) <= 100
    assert positions(first + take_upto(reader, last)) == list(range(1, last + 1))
    reader.close()


def test_records_come_as_they_were_stored(bus: Bus, appender: Appender) -> None:
    stream, command = Id(str(uuid4())), Id(str(uuid4()))
    entry = Entry("member.rewarded", DAY, '{"fact":"member.rewarded","by":"Đảng ủy"}'.encode())
    done = appender.append(Request(command, "an office", [Write(stream, 0, [entry])], reason="vì", cause=0))
    reader = bus.read("test", 0)
    (record,) = reader.take(5)
    assert record == Record(
        1, stream, 1, "member.rewarded", DAY, done.recorded, "an office", "vì", command, 0, entry.data
    )
    reader.close()


@pytest.mark.parametrize("after", [0, 1, 7, 250, 299, 300])
def test_a_reader_starts_after_any_position(bus: Bus, appender: Appender, after: int) -> None:
    append(appender, 300)
    reader = bus.read("test", after)
    found = take_upto(reader, 300, seconds=60 if after < 300 else 0.3)
    assert positions(found) == list(range(after + 1, 301))
    reader.close()


def test_two_readers_do_not_take_from_each_other(bus: Bus, appender: Appender) -> None:
    append(appender, 30)
    one, other = bus.read("one", 0), bus.read("other", 0)
    assert len(take_upto(one, 30)) == len(take_upto(other, 30)) == 30
    one.close()
    other.close()


def test_waiting_in_vain_ends_in_time_and_with_nothing(bus: Bus) -> None:
    reader = bus.read("test", 0)
    reader.take(0.1)
    started = monotonic()
    assert reader.take(0.3) == []
    assert 0.25 < monotonic() - started < 30
    reader.close()


def test_a_waiting_reader_is_woken(bus: Bus, appender: Appender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.bus, "POLL", WAIT)  # then it does not look by itself
    append(appender)
    reader = bus.read("test", 0)
    take_upto(reader, 1)
    started = monotonic()

    def later() -> None:
        sleep(0.03)
        append(appender)

    for number in range(2, 22):
        writer = Thread(target=later)
        writer.start()
        assert positions(reader.take(WAIT)) == [number]
        writer.join()
    assert monotonic() - started < WAIT, "twenty were there before one would have been waited for in vain"
    reader.close()


SLOW = """SELECT ledger.append_one(0, 0, 0, DATE '2026-10-01', 1, 1::smallint, gen_random_uuid(), gen_random_uuid(), '',
                                   '{}'), pg_sleep(%s)"""


def test_nothing_is_missed_while_sixteen_writers_come_and_go(bus: Bus, database: Database) -> None:
    """Three appenders as of three processes with four threads each, and four that dawdle between number and commit."""
    appenders = [Appender(database.app) for _ in range(3)]
    append(appenders[0])
    until = monotonic() + 4

    def hurry(appender: Appender, dice: random.Random) -> None:
        while monotonic() < until:
            append(appender, dice.choice((1, 1, 2, 25)))
            sleep(dice.random() * 0.02)

    def dawdle(dice: random.Random) -> None:
        with psycopg.connect(database.app) as connection:
            while monotonic() < until:
                connection.execute(SLOW, [dice.random() * 0.03])
                if dice.random() < 0.2:
                    connection.rollback()
                connection.commit()
                sleep(dice.random() * 0.2)

    writers = [Thread(target=hurry, args=(appenders[n % 3], random.Random(n))) for n in range(12)]
    writers += [Thread(target=dawdle, args=(random.Random(n),)) for n in range(4)]
    reader = bus.read("test", 0)
    for writer in writers:
        writer.start()
    found: list[Record] = []
    while any(writer.is_alive() for writer in writers):
        found += reader.take(0.05)
    for writer in writers:
        writer.join()
    last = append(appenders[0])
    found += take_upto(reader, last)
    assert positions(found) == list(range(1, last + 1))
    assert last > 500
    for appender in appenders:
        appender.close()
    reader.close()


SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'caunoi%'"""


def test_a_lost_connection_loses_no_record(bus: Bus, database: Database, appender: Appender) -> None:
    reader = bus.read("test", 0)
    found: list[Record] = []
    with psycopg.connect(database.owner, autocommit=True) as owner:
        for _ in range(5):
            append(appender, 3)
            found += reader.take(WAIT)
            owner.execute(SEVER)
        last = append(appender)
    found += take_upto(reader, last)
    assert list(dict.fromkeys(positions(found))) == list(range(1, last + 1))
    reader.close()


def test_a_ledger_that_stays_away_is_said_aloud(database: Database) -> None:
    nowhere = EmbeddedBus("host=/nonexistent dbname=none", patience=0.3).read("test", 0)
    assert nowhere.take(0.05) == []
    with pytest.raises(BusAway):
        nowhere.take(5)


def test_a_lost_hint_delays_but_loses_nothing(database: Database, appender: Appender) -> None:
    reader = EmbeddedBus(database.app).read("test", 0)
    reader.take(0.01)
    assert reader._open is not None
    reader._open[0].execute("UNLISTEN *")
    append(appender)
    started = monotonic()
    assert positions(reader.take(WAIT)) == [1]
    assert monotonic() - started < WAIT
    reader.close()

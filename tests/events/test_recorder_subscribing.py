"""Whoever subscribes is told all that an application records, once, in the log's order, until somebody says stop."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import Notification, OperationalError, StoredEvent

from events.bus import EmbeddedBus
from events.ledger import Ledger
from events.recorder import LedgerSubscription
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole, new, to
from tests.events.recording import TOPICS, event, events, ids, shop
from tests.program.places import eventually

THREADS, INSERTS = 16, 60
SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'caunoi reader'"""
READERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'caunoi reader'"
)


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


def readers(database: Database) -> int:
    with psycopg.connect(database.owner) as connection:
        row = connection.execute(READERS).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("severed", [False, True])
def test_a_follower_misses_nothing_while_sixteen_record(ledger: Ledger, database: Database, severed: bool) -> None:
    """Two processes' worth of recorders of one application, beside another application and facts of ours."""
    told: dict[int, StoredEvent] = {}
    stop = Event()

    def record(number: int) -> None:
        recorder = shop(ledger if number % 2 else other)
        for n in range(INSERTS):
            stored = events(1 + n % 3, topic=TOPICS[n % 3])
            told.update(zip(recorder.insert_events(stored) or [], stored, strict=True))

    def others() -> None:
        elsewhere = shop(ledger, "elsewhere")
        while not stop.is_set():
            ledger.append(to(new(), facts=3))
            elsewhere.insert_events(events(2))

    def follow() -> list[Notification]:
        with shop(ledger).subscribe() as subscription:
            found: list[Notification] = []
            for notification in subscription:
                found.append(notification)
                if severed and len(found) % 300 == 0:
                    with psycopg.connect(database.owner, autocommit=True) as owner:
                        owner.execute(SEVER)
                if len(found) == THREADS * INSERTS * 2:
                    break
        return found

    with Ledger(database.app) as other, ThreadPoolExecutor(THREADS + 2) as pool:
        follower, noise = pool.submit(follow), pool.submit(others)
        for writer in [pool.submit(record, number) for number in range(THREADS)]:
            writer.result(100)
        found = follower.result(100)
        stop.set()
        noise.result(60)
    assert ids(found) == sorted(told)
    assert [StoredEvent(n.originator_id, n.originator_version, n.topic, n.state) for n in found] == [
        told[at] for at in sorted(told)
    ]
    assert ledger.head() > len(found)
    must_be_whole(everything(ledger))
    must_agree(database.owner)


def test_it_begins_after_a_position_and_tells_only_of_its_topics(ledger: Ledger) -> None:
    recorder = shop(ledger)
    for topic in (*TOPICS, *TOPICS):
        recorder.insert_events(events(1, topic=topic))
        ledger.append(to(new()))
    with recorder.subscribe(gt=3, topics=[TOPICS[0], TOPICS[2]]) as subscription:
        assert [next(subscription).id for _ in range(3)] == [5, 7, 11]


def test_who_waits_is_told_at_once(ledger: Ledger) -> None:
    recorder = shop(ledger)
    order = uuid4()
    recorder.insert_events([event(order, 1)])
    with recorder.subscribe() as subscription:
        assert next(subscription).originator_version == 1
        for version in range(2, 30):
            later = Thread(target=recorder.insert_events, args=([event(order, version)],))
            later.start()
            assert next(subscription).originator_version == version
            later.join()


def test_who_waits_ends_when_another_says_stop(ledger: Ledger, database: Database) -> None:
    subscription = shop(ledger).subscribe()
    begun = Event()

    def follow() -> list[Notification]:
        begun.set()
        return list(subscription)

    with ThreadPoolExecutor(1) as pool:
        follower = pool.submit(follow)
        begun.wait(60)
        subscription.stop()
        assert follower.result(60) == []
    # The server ends a session a moment after the client has.
    eventually(lambda: readers(database) == 0)


def test_who_stops_in_the_middle_is_told_no_more_and_keeps_no_connection(ledger: Ledger, database: Database) -> None:
    recorder = shop(ledger)
    recorder.insert_events(events(5))
    subscription = recorder.subscribe()
    assert next(subscription).id == 1
    subscription.stop()
    assert list(subscription) == []
    # The server ends a session a moment after the client has.
    eventually(lambda: readers(database) == 0)


def test_a_ledger_that_stays_away_is_said_in_the_librarys_words(ledger: Ledger) -> None:
    nowhere = EmbeddedBus("host=/nonexistent dbname=none", patience=0.3).read("shop", 0)
    subscription = LedgerSubscription(shop(ledger), "foreign.recorded.shop", nowhere, None, ())
    with subscription, pytest.raises(OperationalError):
        next(subscription)

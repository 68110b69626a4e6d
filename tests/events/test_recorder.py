"""What the ledger promises its own callers it promises a library's application, also where the library asks less."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from eventsourcing.persistence import DataError, IntegrityError, OperationalError, StoredEvent

from events.ledger import Ledger
from events.recorder import LedgerAggregateRecorder, LedgerApplicationRecorder, SnapshotRecorder
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole
from tests.events.recording import event, events, ids, shop, versions

SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened
        must_be_whole(everything(opened))
    must_agree(database.owner)


# Versions


@pytest.mark.parametrize("first", [0, 1])
def test_versions_follow_each_other_from_0_or_from_1(ledger: Ledger, first: int) -> None:
    stored = events(6, first)
    shop(ledger).insert_events(stored[:1])
    # One who has not seen it, and one who wrote it himself, and one who has read it.
    shop(ledger).insert_events(stored[1:2])
    writer = shop(ledger)
    writer.insert_events(stored[2:4])
    writer.insert_events(stored[4:5])
    reader = shop(ledger)
    reader.select_events(stored[0].originator_id, gt=first + 2)
    reader.insert_events(stored[5:])
    assert shop(ledger).select_events(stored[0].originator_id) == stored


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("seen", [True, False])
def test_a_version_is_never_skipped_and_never_twice(ledger: Ledger, first: int, seen: bool) -> None:
    stored = events(5, first)
    recorder = shop(ledger)
    recorder.insert_events(stored[:3])
    for wrong in ([stored[4]], [stored[2]], [stored[0]], [stored[3], stored[3]], [stored[4], stored[3]], stored[2:5]):
        with pytest.raises(IntegrityError):
            (recorder if seen else shop(ledger)).insert_events(wrong)
    assert ledger.head() == 3
    assert versions(recorder, stored[0].originator_id) == [first, first + 1, first + 2]


@pytest.mark.parametrize("version", [2, 7, -1])
def test_the_first_version_is_0_or_1(ledger: Ledger, version: int) -> None:
    with pytest.raises(IntegrityError):
        shop(ledger).insert_events([event(uuid4(), version)])
    assert ledger.head() == 0


def test_one_that_begins_at_1_has_no_version_0(ledger: Ledger) -> None:
    order = uuid4()
    shop(ledger).insert_events([event(order, 1)])
    with pytest.raises(IntegrityError):
        shop(ledger).insert_events([event(order, 0)])
    assert versions(shop(ledger), order) == [1]


def test_of_sixteen_who_want_the_same_version_one_has_it(ledger: Ledger) -> None:
    order = uuid4()
    shop(ledger).insert_events([event(order, 0)])

    def want(number: int) -> bool:
        try:
            shop(ledger).insert_events([event(order, 1, state=b"%d" % number)])
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(want, range(16)))
    assert sum(won) == 1
    assert shop(ledger).select_events(order)[1].state == b"%d" % won.index(True)


@pytest.mark.parametrize("first", [0, 1])
def test_a_range_of_versions_is_what_was_asked_for(ledger: Ledger, first: int) -> None:
    stored = events(6, first)
    recorder = shop(ledger)
    recorder.insert_events(stored)
    bounds = [None, -5, -1, 0, 1, 2, 4, 6, 7, 2**40]
    for above in bounds:
        for upto in bounds:
            for limit in (None, 0, 1, 3, 10):
                asked = {"gt": above, "lte": upto, "limit": limit}
                fits = [
                    one
                    for one in stored
                    if (above is None or one.originator_version > above)
                    and (upto is None or one.originator_version <= upto)
                ]
                order = stored[0].originator_id
                assert recorder.select_events(order, gt=above, lte=upto, limit=limit) == fits[:limit], asked
                assert (
                    recorder.select_events(order, gt=above, lte=upto, limit=limit, desc=True) == fits[::-1][:limit]
                ), asked


# All or none


def test_an_insert_of_several_originators_is_stored_whole_or_not_at_all(ledger: Ledger) -> None:
    recorder = shop(ledger)
    one, other, third = uuid4(), uuid4(), "a text"
    assert recorder.insert_events([event(one), event(other, 0), event(third), event(third, 2)]) == [1, 2, 3, 4]
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(one, 2), event(other, 0)])
    assert recorder.insert_events([event(one, 2), event(other, 1), event(third, 3)]) == [5, 6, 7]
    assert [versions(recorder, each) for each in (one, other, third)] == [[1, 2], [0, 1], [1, 2, 3]]


def test_two_who_began_at_0_are_both_found_out_by_one_who_has_seen_neither(ledger: Ledger) -> None:
    one, other = uuid4(), uuid4()
    shop(ledger).insert_events([event(one, 0), event(other, 0)])
    assert shop(ledger).insert_events([event(one, 1), event(other, 1), event("new", 1)]) == [3, 4, 5]


def test_positions_are_told_in_the_order_of_the_events_where_an_originator_stands_together(ledger: Ledger) -> None:
    one, other = uuid4(), uuid4()
    given = [event(one, 1), event(other, 1), event(one, 2)]
    told = shop(ledger).insert_events(given)
    assert told == [1, 3, 2]
    found = {notification.id: notification for notification in shop(ledger).select_notifications(None, 10)}
    assert [(found[at].originator_id, found[at].originator_version) for at in told] == [
        (stored.originator_id, stored.originator_version) for stored in given
    ]


def test_nothing_leaves_no_trace(ledger: Ledger, database: Database) -> None:
    assert shop(ledger).insert_events([]) == []
    assert LedgerAggregateRecorder(ledger, "shop").insert_events([]) is None
    with ledger.connection() as connection:
        assert connection.execute("SELECT count(*) FROM ledger.silent").fetchone() == (0,)


@pytest.mark.parametrize("wrong", [event(uuid4(), 2**31), event("\ud800"), event(uuid4(), topic="\ud800")])
def test_what_cannot_be_stored_is_refused_in_the_librarys_words(ledger: Ledger, wrong: StoredEvent) -> None:
    with pytest.raises((DataError, IntegrityError)):
        shop(ledger).insert_events([wrong])
    assert ledger.head() == 0


def test_bytes_that_are_no_json_come_back_from_the_log(ledger: Ledger) -> None:
    recorder = shop(ledger)
    stored = [
        event("bytes", n, state=state) for n, state in enumerate((b"\x00\xff", b" {}", b"[" * 700 + b"]" * 700, b""))
    ]
    recorder.insert_events(stored)
    assert recorder.select_events("bytes") == stored
    assert [one.state for one in recorder.select_notifications(None, 10)] == [one.state for one in stored]


# Snapshots


def test_snapshots_are_kept_beside_the_log(ledger: Ledger) -> None:
    snapshots, order = SnapshotRecorder(ledger, "shop"), uuid4()
    snapshots.insert_events([event(order, 4, state=b"\x00")])
    snapshots.insert_events([event(order, 2), event(order, 9)])
    assert [one.originator_version for one in snapshots.select_events(order)] == [2, 4, 9]
    assert [one.state for one in snapshots.select_events(order, lte=8, desc=True, limit=1)] == [b"\x00"]
    assert SnapshotRecorder(ledger, "other").select_events(order) == []
    with pytest.raises(IntegrityError):
        snapshots.insert_events([event(order, 5), event(order, 4)])
    assert len(snapshots.select_events(order)) == 3
    assert ledger.head() == 0


# Trouble


def test_a_ledger_that_was_closed_is_said_in_the_librarys_words(database: Database) -> None:
    with Ledger(database.app) as ledger:
        recorder = LedgerApplicationRecorder(ledger, "shop")
    with pytest.raises(OperationalError):
        recorder.insert_events(events(1))


def test_questions_survive_that_all_connections_are_lost(ledger: Ledger, database: Database) -> None:
    recorder = shop(ledger)
    stored = events(3)
    recorder.insert_events(stored)
    for _ in range(3):
        with Ledger(database.owner) as owner, owner.connection() as connection:
            connection.execute(SEVER)
        assert recorder.select_events(stored[0].originator_id) == stored
        assert ids(recorder.select_notifications(None, 10)) == [1, 2, 3]

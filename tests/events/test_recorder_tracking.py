"""How far an application was followed stands and falls with what follows from it, and no position is taken twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, Tracking

from events.ledger import Ledger
from events.recorder import LedgerProcessRecorder, LedgerTrackingRecorder
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole
from tests.events.recording import event, events, ids

LARGEST = 2**63 - 1


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened
        must_be_whole(everything(opened))
    must_agree(database.owner)


def billing(ledger: Ledger) -> LedgerProcessRecorder:
    return LedgerProcessRecorder(ledger, "billing")


def test_events_and_position_stand_and_fall_together(ledger: Ledger) -> None:
    recorder, bill = billing(ledger), uuid4()
    assert recorder.insert_events([event(bill, 1)], tracking=Tracking("shop", 7)) == [1]
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(bill, 1)], tracking=Tracking("shop", 8))
    assert recorder.max_tracking_id("shop") == 7
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(bill, 2)], tracking=Tracking("shop", 7))
    assert [one.originator_version for one in recorder.select_events(bill)] == [1]
    recorder.insert_events([event(bill, 2)], tracking=Tracking("shop", 8))
    assert ids(recorder.select_notifications(None, 10)) == [1, 3]


def test_that_it_follows_is_one_fact_and_where_it_stands_is_none(ledger: Ledger) -> None:
    recorder = billing(ledger)
    for position in (1, 5, 9):
        recorder.insert_tracking(Tracking("shop", position))
    recorder.insert_tracking(Tracking("stock", 3))
    assert [(record.name, record.data) for record in everything(ledger)] == [
        ("foreign.followed.billing", b'{"upstream":"shop"}'),
        ("foreign.followed.billing", b'{"upstream":"stock"}'),
    ]
    assert (recorder.max_tracking_id("shop"), recorder.max_tracking_id("stock")) == (9, 3)
    assert recorder.select_notifications(None, 10) == []
    with ledger.connection() as connection:
        assert connection.execute("SELECT count(*) FROM ledger.claims").fetchone() == (2,)


@pytest.mark.parametrize("position", [0, 1, LARGEST])
def test_any_position_can_be_the_first(ledger: Ledger, position: int) -> None:
    billing(ledger).insert_tracking(Tracking("shop", position))
    assert billing(ledger).max_tracking_id("shop") == position
    with pytest.raises(IntegrityError):
        billing(ledger).insert_tracking(Tracking("shop", position))


@pytest.mark.parametrize("position", [-1, LARGEST + 1])
def test_what_is_no_position_is_refused(ledger: Ledger, position: int) -> None:
    with pytest.raises(IntegrityError):
        billing(ledger).insert_tracking(Tracking("shop", position))
    assert ledger.head() == 0


def test_one_who_was_overtaken_goes_on_from_where_the_other_stands(ledger: Ledger) -> None:
    one, other = billing(ledger), billing(ledger)
    one.insert_tracking(Tracking("shop", 1))
    other.insert_tracking(Tracking("shop", 2))
    one.insert_tracking(Tracking("shop", 3))
    other.insert_tracking(Tracking("shop", 10))
    with pytest.raises(IntegrityError):
        one.insert_tracking(Tracking("shop", 9))
    assert one.max_tracking_id("shop") == 10


@pytest.mark.parametrize("who", [2, 8])
def test_what_many_process_is_processed_once(ledger: Ledger, database: Database, who: int) -> None:
    def process(_: int) -> list[int]:
        done = []
        with Ledger(database.app) as own:
            recorder = billing(own)
            for position in range(1, 41):
                try:
                    recorder.insert_events(
                        [event(uuid4(), 1, state=b"%d" % position)], tracking=Tracking("shop", position)
                    )
                except IntegrityError:
                    continue
                done.append(position)
        return done

    with ThreadPoolExecutor(who) as pool:
        done = sorted(position for each in pool.map(process, range(who)) for position in each)
    assert done == list(range(1, 41))
    bills = billing(ledger).select_notifications(None, 100)
    assert [int(bill.state) for bill in bills] == list(range(1, 41))


# A view


TABLE = "CREATE TABLE public.seen (position bigint); GRANT SELECT, INSERT ON public.seen TO caunoi_app"


class Seen(LedgerTrackingRecorder):
    """A view of the positions that it has seen."""

    def see(self, tracking: Tracking, *, fail: bool = False) -> None:
        with self.moving(tracking) as connection:
            connection.execute("INSERT INTO public.seen VALUES (%s)", (tracking.notification_id,))
            if fail:
                raise ZeroDivisionError

    def positions(self) -> list[int]:
        with self.ledger.connection() as connection:
            return [at for (at,) in connection.execute("SELECT position FROM public.seen ORDER BY position")]


@pytest.fixture
def seen(ledger: Ledger, database: Database) -> Seen:
    with psycopg.connect(database.owner) as owner:
        owner.execute(TABLE)
    return Seen(ledger, "seen")


def test_a_views_rows_and_its_position_stand_and_fall_together(seen: Seen) -> None:
    seen.see(Tracking("shop", 1))
    with pytest.raises(ZeroDivisionError):
        seen.see(Tracking("shop", 2), fail=True)
    assert (seen.positions(), seen.max_tracking_id("shop")) == ([1], 1)
    with pytest.raises(IntegrityError):
        seen.see(Tracking("shop", 1))
    seen.see(Tracking("shop", 2))
    assert (seen.positions(), seen.max_tracking_id("shop")) == ([1, 2], 2)


def test_what_many_feed_into_a_view_is_in_it_once(seen: Seen) -> None:
    def feed(_: int) -> None:
        for position in range(1, 31):
            try:
                seen.see(Tracking("shop", position))
            except IntegrityError:
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(feed, range(4)))
    assert seen.positions() == list(range(1, 31))


def test_views_and_processes_of_one_name_do_not_move_each_other(ledger: Ledger) -> None:
    LedgerTrackingRecorder(ledger, "billing").insert_tracking(Tracking("shop", 5))
    LedgerTrackingRecorder(ledger, "other").insert_tracking(Tracking("shop", 2))
    assert billing(ledger).max_tracking_id("shop") is None
    billing(ledger).insert_events(events(1), tracking=Tracking("shop", 1))
    assert LedgerTrackingRecorder(ledger, "billing").max_tracking_id("shop") == 5

"""Feeding: rows and position together, nothing twice, nothing skipped, and nobody's rows but one's own."""

from dataclasses import replace
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from events.bus import EmbeddedBus
from events.ledger import Ledger
from projections import feed
from projections.feed import Feeder
from projections.positions import Zombie, positions, status
from projections.reading import Hole
from tests.database import Database
from tests.examples import HOA, LAN
from tests.program.places import eventually
from tests.projections.conftest import Hire
from tests.projections.odd import EVEN, ODD, UNREAD, log_of, now, rows, stands, tell


def test_a_row_is_known_from_its_record_to_the_one_that_replaces_it(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    feeder = hire()
    tell(ledger, LAN, [1, 2])
    feeder.step(1)
    tell(ledger, HOA, [7])
    tell(ledger, LAN, [2, 3])
    feeder.step(1)
    assert rows(database.app) == [
        (LAN, 1, 1, 3, 1),
        (LAN, 2, 1, None, 2),
        (HOA, 1, 2, None, 7),
        (LAN, 3, 3, None, 3),
    ]


def test_what_comes_and_goes_within_a_batch_is_written_once(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1], [2], [])
    assert hire().step(1) == 3
    assert rows(database.app) == [(LAN, 1, 1, 2, 1), (LAN, 2, 2, 3, 2)]


def test_records_that_no_view_looks_at_are_read_all_the_same(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, "raise", name=UNREAD)
    hire().step(1)
    assert (stands(database), rows(database.app)) == (1, [])


def test_a_stream_that_is_not_in_memory_is_read_from_the_log(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1], [1, 2])
    hire().step(1)
    tell(ledger, LAN, [2, 3])
    hire().step(1)
    assert rows(database.app)[-1] == (LAN, 3, 3, None, 3)
    assert now(database.app) == {LAN: [2, 3]}


def test_what_was_read_before_changes_nothing(ledger: Ledger, hire: Hire, database: Database) -> None:
    feeder = hire()
    tell(ledger, LAN, [1], [2])
    tell(ledger, HOA, [3])
    records = log_of(database)
    assert feeder.feed(records[:2]) == 2
    before = rows(database.app)
    assert feeder.feed(records[:2]) == 0
    assert rows(database.app) == before
    assert feeder.feed([*records[1:], *records]) == 1
    assert feeder.feed(records) == 0
    assert (stands(database), len(rows(database.app))) == (3, 3)


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_a_hole_stops_it_and_nothing_of_the_batch_is_kept(
    ledger: Ledger, hire: Hire, database: Database, missing: int
) -> None:
    feeder = hire()
    tell(ledger, LAN, [1], [2], [3], [4], [5], [6])
    records = log_of(database)
    with pytest.raises(Hole, match=f"position {missing + 1} is missing"):
        feeder.feed([*records[:missing], *records[missing + 1 :]])
    assert (stands(database), rows(database.app)) == (0, [])
    assert feeder.feed(records) == 6, "once the record is there, it goes on"


def test_two_feeders_of_one_view_the_slower_one_is_a_zombie_and_changes_nothing(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    one, other = hire(), hire()
    tell(ledger, LAN, [1])
    one.step(1)
    tell(ledger, LAN, [2])
    with pytest.raises(Zombie):
        other.step(1)
    one.step(1)
    assert rows(database.app) == [(LAN, 1, 1, 2, 1), (LAN, 2, 2, None, 2)]


def test_two_feeders_at_the_same_instant_one_of_them_stops(ledger: Ledger, hire: Hire, database: Database) -> None:
    for number in range(20):
        tell(ledger, LAN, [number])
    stopped: list[BaseException] = []
    both = [hire(page=1), hire(page=1)]

    def work(feeder: Feeder) -> None:
        try:
            for _ in range(20):
                feeder.step(0.1)
        except Zombie as zombie:
            stopped.append(zombie)

    threads = [Thread(target=work, args=(feeder,)) for feeder in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stopped) == 1
    assert [row[1:3] for row in rows(database.app)] == [(number, number) for number in range(1, 21)]


def test_views_that_stand_at_different_places_are_brought_together(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell(ledger, LAN, [1], [2])
    hire([ODD]).step(1)
    tell(ledger, LAN, [3])
    tell(ledger, HOA, [4])
    hire([ODD, EVEN]).step(1)
    assert stands(database, "odd") == stands(database, "even") == 4
    assert rows(database.app, ODD) == rows(database.app, EVEN)


def test_views_of_one_feeder_stand_at_one_place_whenever_one_looks(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    feeder = hire([ODD, EVEN], page=3)
    for number in range(30):
        tell(ledger, LAN, [number])
    done = Event()

    def work() -> None:
        while feeder.step(0.05):
            pass
        done.set()

    thread = Thread(target=work)
    thread.start()
    with psycopg.connect(database.app, autocommit=True) as connection:
        while not done.is_set():
            held = positions(connection, ["odd", "even"])
            assert held["odd"].position == held["even"].position
    thread.join()


def test_a_view_with_a_long_log_before_it_is_made_anew_and_the_others_do_not_wait(
    ledger: Ledger, hire: Hire, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(ledger, LAN, *[[number] for number in range(20)])
    hire([ODD]).step(1)
    monkeypatch.setattr(feed, "FAR", 10)
    hire([ODD, EVEN])
    assert stands(database, "even") == 20
    assert rows(database.app, EVEN) == rows(database.app, ODD)


def test_it_runs_until_it_is_told_to_stop(ledger: Ledger, database: Database) -> None:
    stop = Event()
    thread = Thread(target=Feeder(database.app, [ODD], EmbeddedBus(database.app)).run, args=(stop,))
    thread.start()
    last = tell(ledger, LAN, [1])
    eventually(lambda: stands(database) == last)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert now(database.app) == {LAN: [1]}


def test_the_status_says_how_far_behind_a_view_is(ledger: Ledger, hire: Hire, database: Database) -> None:
    def said() -> dict[str, Any]:
        with psycopg.connect(database.app) as connection:
            return next(view for view in status(connection) if view["view"] == "odd")

    assert said() == {"view": "odd", "position": 0, "head": 0, "lag_seconds": 0, "parked": 0, "stale": False}
    tell(ledger, LAN, [1])
    eventually(lambda: said()["lag_seconds"] >= 0.1)
    behind = said()
    assert (behind["position"], behind["head"]) == (0, 1)
    assert behind["lag_seconds"] < 60
    hire().step(1)
    assert said() == {"view": "odd", "position": 1, "head": 1, "lag_seconds": 0, "parked": 0, "stale": False}


def test_a_view_that_is_not_installed_is_not_fed(database: Database) -> None:
    feeder = Feeder(database.app, [replace(ODD, name="nowhere")], EmbeddedBus(database.app))
    with pytest.raises(LookupError, match="nowhere"):
        feeder.open()
    feeder.close()

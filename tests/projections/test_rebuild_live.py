"""A view made anew while it serves: it is fed, read and asked for meanwhile, and nothing is lost."""

from collections.abc import Callable
from threading import Event, Thread

import psycopg
import pytest

from events.bus import EmbeddedBus
from events.ledger import Ledger
from projections.anew import Anew, Busy
from projections.feed import Feeder
from projections.rebuild import compare, rebuild
from tests.database import Database, waiting_for_locks
from tests.examples import HOA, LAN, MINH
from tests.program.places import eventually
from tests.projections.conftest import Hire
from tests.projections.odd import ODD, left_over, now, rows, spoil, stands, tell, tell_much


def test_the_feeder_that_is_running_goes_on_with_the_new_table(ledger: Ledger, hire: Hire, database: Database) -> None:
    feeder = hire()
    tell_much(ledger)
    feeder.step(1)
    spoil(database, "UPDATE views.odd SET number = 99")
    rebuild(database.app, ODD)
    tell(ledger, LAN, [5, 6])
    tell(ledger, HOA, [7])
    feeder.step(1)
    assert now(database.app)[LAN] == [5, 6]
    assert compare(database.app, ODD).same


def test_a_rebuild_that_is_ahead_of_the_feeder_takes_it_along(ledger: Ledger, hire: Hire, database: Database) -> None:
    feeder = hire()
    tell_much(ledger)
    rebuild(database.app, ODD)
    assert stands(database) == 60
    tell(ledger, LAN, [5])
    feeder.step(1)
    assert stands(database) == 61
    assert compare(database.app, ODD).same


def test_while_the_log_grows_and_the_view_is_fed_and_read_nothing_is_lost(ledger: Ledger, database: Database) -> None:
    stop, failed = Event(), list[BaseException]()

    def guarded(work: Callable[[], None]) -> Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001  # told to the test
                failed.append(error)

        thread = Thread(target=run)
        thread.start()
        return thread

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            tell(ledger, (LAN, HOA, MINH)[number % 3], [number], [number, number + 1])

    def read() -> None:
        with psycopg.connect(database.app, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute("SELECT count(*) FROM views.odd").fetchone()

    feeder = Feeder(database.app, [ODD], EmbeddedBus(database.app, page=20))
    threads = [guarded(write), guarded(read), guarded(lambda: feeder.run(stop, wait=0.05))]
    eventually(lambda: stands(database) > 20 or failed != [])
    for _ in range(4):
        rebuild(database.app, ODD)
        assert compare(database.app, ODD).same
    stop.set()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert compare(database.app, ODD).same
    assert stands(database) > 50


def test_a_reader_that_takes_long_delays_the_swap_and_not_the_feeding(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell_much(ledger)
    feeder = hire()
    feeder.step(1)
    with psycopg.connect(database.app) as reader:
        reader.execute("SELECT count(*) FROM views.odd")
        thread = Thread(target=rebuild, args=(database.app, ODD))
        thread.start()
        eventually(lambda: waiting_for_locks(database) > 0)
        tell(ledger, LAN, [5])
        feeder.step(1)
        assert thread.is_alive()
    thread.join(30)
    assert stands(database) == 61
    assert compare(database.app, ODD).same


def test_two_do_not_make_the_same_view_anew_at_once(ledger: Ledger, database: Database) -> None:
    tell_much(ledger)
    with Anew(database.app, ODD), pytest.raises(Busy):
        rebuild(database.app, ODD)
    rebuild(database.app, ODD)


def test_one_that_was_killed_on_the_way_leaves_nothing_that_matters(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell_much(ledger)
    hire().step(1)
    before = rows(database.app)
    with pytest.raises(psycopg.OperationalError):
        _rebuild_and_die(database)
    assert rows(database.app) == before
    rebuild(database.app, ODD)
    assert rows(database.app) == before
    assert left_over(database) == []


def _rebuild_and_die(database: Database) -> None:
    with Anew(database.app, ODD) as anew:
        anew.fill(30)
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                             WHERE datname = current_database() AND application_name = 'caunoi rebuild'""")
        anew.follow(60)

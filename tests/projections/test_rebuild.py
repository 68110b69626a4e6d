"""Blue and green: made anew beside the live view, the same rows, swapped at one position, nobody disturbed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event, Thread
from time import sleep
from typing import Any

import psycopg
import pytest

from events import pages
from events.bus import EmbeddedBus
from events.ledger import Ledger
from projections import anew as anew_module
from projections import reading
from projections.anew import Anew, Busy
from projections.feed import Feeder
from projections.hashes import Extent, view_hash
from projections.positions import Zombie, positions, status
from projections.reading import Hole
from projections.rebuild import compare, rebuild, replay
from projections.view import View
from tests.database import Database
from tests.examples import HOA, LAN, MINH
from tests.projections.conftest import Hire
from tests.projections.odd import ODD, REPAIRED, Odd, now, rows, tell
from tests.projections.test_feed import stands
from tests.projections.test_parked import REFUSED_BY_THE_TABLE, waiting


def tell_much(ledger: Ledger) -> None:
    for number in range(30):
        tell(ledger, (LAN, HOA, MINH)[number % 3], [number, number + 3], [number + 3])


def spoil(database: Database, statement: str) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute(statement.encode())


def left_over(database: Database) -> list[Any]:
    with psycopg.connect(database.app) as connection:
        return connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'rebuild'::regnamespace"
        ).fetchall()


def test_it_gives_the_rows_that_were_there(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell_much(ledger)
    hire(page=7).step(1)
    hire().step(1)
    before = rows(database.app)
    done = rebuild(database.app, ODD)
    assert (done.position, done.parked) == (60, 0)
    assert rows(database.app) == before
    assert left_over(database) == []


def test_with_little_memory_it_gives_the_same_rows(
    ledger: Ledger, hire: Hire, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_much(ledger)
    hire().step(1)
    monkeypatch.setattr(anew_module, "WARM", 1)
    monkeypatch.setattr(pages, "PIECE", 4)
    monkeypatch.setattr(reading, "STRETCH", 10)
    assert compare(database.app, ODD).same


def test_a_view_that_was_never_fed_is_made_whole(ledger: Ledger, database: Database) -> None:
    tell_much(ledger)
    rebuild(database.app, ODD)
    assert stands(database) == 60
    assert compare(database.app, ODD).same
    with psycopg.connect(database.app) as connection:
        found = connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'views' AND tablename = 'odd'")
        assert len(found.fetchall()) == len(ODD.keys("views"))


def test_an_empty_log_makes_an_empty_view(database: Database) -> None:
    assert rebuild(database.app, ODD).position == 0
    assert compare(database.app, ODD).same


@pytest.mark.parametrize("position", [1, 30, 60])
def test_a_missing_position_stops_it_also_where_the_view_reads_nothing_of_the_kind(
    ledger: Ledger, database: Database, position: int
) -> None:
    tell_much(ledger)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM ledger.log WHERE position = %s", [position])
    for reads in (ODD.reads, frozenset({"nothing.happened"})):
        with pytest.raises(Hole, match=f"position {position} is missing"):
            rebuild(database.app, replace(ODD, reads=reads))
    assert stands(database) == 0
    assert left_over(database) == []


def test_what_went_wrong_is_set_right(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell_much(ledger)
    hire().step(1)
    before = rows(database.app)
    spoil(database, "UPDATE views.odd SET number = 99 WHERE no = 2")
    spoil(database, "DELETE FROM views.odd WHERE no = 5")
    rebuild(database.app, ODD)
    assert rows(database.app) == before


def test_comparing_names_the_first_row_that_differs_with_its_fact_and_changes_nothing(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell_much(ledger)
    hire().step(1)
    assert compare(database.app, ODD).same
    spoil(database, f"UPDATE views.odd SET number = 99 WHERE no = 2 AND stream = '{HOA}'")
    spoil(database, "UPDATE views.odd SET number = 99 WHERE known_from > 40")
    spoiled = rows(database.app)
    told = compare(database.app, ODD)
    assert not told.same
    first = told.difference
    assert first is not None
    assert first.live is not None
    assert first.anew is not None
    assert (first.name, first.stream, first.columns) == ("thing.told", HOA, ["number"])
    assert (first.position, first.live["no"], first.live["number"]) == (first.anew["known_from"], 2, 99)
    assert rows(database.app) == spoiled
    assert left_over(database) == []


@pytest.mark.parametrize(
    ("spoiling", "position", "live", "anew"),
    [
        ("DELETE FROM views.odd WHERE no = 1", 1, False, True),
        ("INSERT INTO views.odd (stream, no, known_from, number, words) VALUES ('{LAN}', 9, 2, 9, '')", 2, True, False),
        ("UPDATE views.odd SET known_to = 2 WHERE no = 1", 2, True, True),
        ("UPDATE views.odd SET known_to = 4 WHERE no = 1", 3, True, True),
    ],
)
def test_behind_a_difference_stands_the_fact_that_should_have_made_it_so(
    ledger: Ledger, hire: Hire, database: Database, spoiling: str, position: int, live: bool, anew: bool
) -> None:
    tell(ledger, LAN, [1])
    tell(ledger, HOA, [2])
    tell(ledger, LAN, [3])
    hire().step(1)
    spoil(database, spoiling.replace("{LAN}", LAN) + (f" AND stream = '{LAN}'" if "WHERE" in spoiling else ""))
    first = compare(database.app, ODD).difference
    assert first is not None
    assert (first.position, first.live is not None, first.anew is not None) == (position, live, anew)
    assert (first.stream, first.name) == (LAN, "thing.told")


def test_it_is_made_as_it_was_known_then_and_the_live_one_is_left_alone(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell_much(ledger)
    hire().step(1)
    before, shown = rows(database.app), list[dict[str, Any]]()
    done = replay(database.app, ODD, 30, show=shown.append)
    then = {(stream, no, number) for stream, no, since, to, number in before if since <= 30 and (to is None or to > 30)}
    assert {(row["stream"], row["no"], row["number"]) for row in shown} == then
    assert {row["known_to"] for row in shown} == {None}
    assert (done.position, done.hash.rows, done.parked) == (30, len(then), 0)
    assert (rows(database.app), left_over(database)) == (before, [])


def test_what_was_known_then_is_compared_alone(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell_much(ledger)
    hire().step(1)
    spoil(database, "UPDATE views.odd SET number = 99 WHERE known_from = 45")
    then, now_ = compare(database.app, ODD, upto=30), compare(database.app, ODD)
    assert (then.position, then.same) == (30, True)
    assert then.anew == replay(database.app, ODD, 30).hash
    assert (now_.position, now_.same) == (60, False)
    assert compare(database.app, ODD, upto=1000).position == 60


def test_a_view_without_days_is_not_asked_for_one(database: Database) -> None:
    with pytest.raises(ValueError, match="no day in the world"):
        replay(database.app, ODD, 0, date(2026, 3, 2))


def test_the_hash_does_not_depend_on_the_order_and_sees_every_change(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell_much(ledger)
    hire().step(1)

    def hashed(position: int = 60) -> str:
        with psycopg.connect(database.app, autocommit=True) as connection:
            return str(view_hash(connection, ODD, Extent(position)))

    whole, then = hashed(), hashed(30)
    assert whole != then
    spoil(database, "UPDATE views.odd SET number = number")
    assert (hashed(), hashed(30)) == (whole, then)
    spoil(database, "UPDATE views.odd SET words = 'x' WHERE known_from = 59")
    assert hashed() != whole
    assert hashed(30) == then


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
    sleep(0.3)
    for _ in range(4):
        rebuild(database.app, ODD)
        assert compare(database.app, ODD).same
    stop.set()
    for thread in threads:
        thread.join(20)
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
        sleep(0.5)
        tell(ledger, LAN, [5])
        feeder.step(1)
        assert thread.is_alive()
    thread.join(30)
    assert stands(database) == 61
    assert compare(database.app, ODD).same


def test_poison_parks_the_same_streams_when_a_view_is_made_anew(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1], [2], "raise", [3])
    tell(ledger, HOA, [1], REFUSED_BY_THE_TABLE[0], [2])
    tell(ledger, MINH, [1], [2])
    hire().step(1)
    before = rows(database.app), waiting(database)
    assert compare(database.app, ODD).same
    assert rebuild(database.app, ODD).parked == 2
    assert (rows(database.app), waiting(database)) == before


def test_a_repaired_view_that_is_made_anew_has_nothing_parked(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1], "raise", [3])
    hire().step(1)
    rebuild(database.app, REPAIRED)
    assert (now(database.app), waiting(database)) == ({LAN: [3]}, [])


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


class Doubled(Odd):
    """The same question, answered otherwise."""

    def rows(self) -> list[tuple[int, str]]:
        return [(2 * number, words) for number, words in super().rows()]


def reshaped(view: View, **changes: Any) -> View:
    return replace(view, subject=Doubled, **changes)


@pytest.mark.parametrize(
    "changed", [reshaped(ODD, version=2), reshaped(ODD, indexes=()), reshaped(ODD, reads=ODD.reads | {"thing.other"})]
)
def test_a_view_of_another_shape_is_made_anew_before_it_is_fed(
    ledger: Ledger, hire: Hire, database: Database, changed: View
) -> None:
    tell(ledger, LAN, [1])
    old = hire()
    old.step(1)
    feeder = hire([changed])
    assert now(database.app) == {LAN: [2]}
    tell(ledger, LAN, [3])
    feeder.step(1)
    assert now(database.app) == {LAN: [6]}
    with pytest.raises(Zombie):
        old.step(1)
    assert compare(database.app, changed).same


def test_until_then_the_status_calls_it_stale_and_it_serves(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1])
    hire().step(1)
    spoil(database, f"UPDATE views.positions SET wanted = '{reshaped(ODD, version=2).shape}' WHERE view = 'odd'")
    with psycopg.connect(database.app) as connection:
        assert {view["view"]: view["stale"] for view in status(connection)}["odd"]
        assert positions(connection, ["odd"])["odd"].shape == ODD.shape
    assert now(database.app) == {LAN: [1]}


def test_a_table_of_another_shape_is_not_compared(ledger: Ledger, database: Database) -> None:
    with pytest.raises(ValueError, match="another shape"):
        compare(database.app, reshaped(ODD, version=2))

"""The tree of a real log: its tiles and its position are one, whoever feeds it, and wherever it is killed."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import sleep
from typing import Any

import psycopg
import pytest

from events.bus import EmbeddedBus
from events.canonical import leaf, leaf_hash
from events.ledger import Ledger
from projections.merkle import tiles
from projections.merkle.checking import extends, includes
from projections.merkle.feeding import Feeder
from projections.merkle.growing import WIDTH
from projections.merkle.hashing import EMPTY, HASH
from projections.merkle.proving import consistency, inclusion
from projections.positions import positions, status
from tests.database import Database
from tests.events.appending import everything, new, to
from tests.events.writers import Writer
from tests.program.places import eventually
from tests.projections import rfc6962
from tests.projections.test_merkle_tree import Kept

Hire = Callable[..., Feeder]
TILES = "SELECT level, index, hashes FROM merkle.tiles"


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@pytest.fixture
def hire(database: Database) -> Iterator[Hire]:
    hired: list[Feeder] = []

    def one(page: int = 1000) -> Feeder:
        hired.append(Feeder(database.app, EmbeddedBus(database.app, page=page)))
        return hired[-1]

    yield one
    for feeder in hired:
        feeder.close()


def leaves_of(ledger: Ledger) -> list[bytes]:
    return [leaf_hash(leaf(record)) for record in everything(ledger)]


def stands(connection: psycopg.Connection[Any]) -> int:
    return positions(connection, [tiles.NAME])[tiles.NAME].position


def must_be_the_tree_of_the_log(database: Database, ledger: Ledger) -> None:
    """Tiles and position are those of a tree that is computed from nothing."""
    leaves = leaves_of(ledger)
    with psycopg.connect(database.app, autocommit=True) as connection:
        found = {(level, index): hashes for level, index, hashes in connection.execute(TILES.encode())}
        assert stands(connection) == len(leaves)
        assert found == Kept(b"".join(leaves)).tiles
        if leaves:
            assert tiles.root(connection, len(leaves)) == rfc6962.mth(leaves)


def test_each_record_is_a_leaf_at_its_position_less_one(database: Database, ledger: Ledger, hire: Hire) -> None:
    ledger.append(to(new(), facts=3))
    assert hire().step(1) == 3
    with psycopg.connect(database.app) as connection:
        assert tiles.read(connection, [(0, 0)]) == {(0, 0): b"".join(leaves_of(ledger))}


def test_the_tree_of_an_empty_log_is_the_empty_tree(database: Database, hire: Hire) -> None:
    feeder = hire()
    assert feeder.step(0.05) == 0
    assert (feeder.size, feeder.root()) == (0, EMPTY)
    with psycopg.connect(database.app) as connection:
        assert tiles.root(connection, 0) == EMPTY


def test_batches_of_any_size_make_the_same_tiles(database: Database, ledger: Ledger, hire: Hire) -> None:
    for facts in (1, 254, 1, 1, 300, 511):
        ledger.append(to(new(), facts=facts))
    feeder = hire(page=170)
    while feeder.step(0.05):
        assert feeder.size <= 1068
    must_be_the_tree_of_the_log(database, ledger)
    assert feeder.root() == rfc6962.mth(leaves_of(ledger))


def test_proofs_come_out_of_the_tiles(database: Database, ledger: Ledger, hire: Hire) -> None:
    ledger.append(to(new(), facts=700))
    hire().step(1)
    leaves = leaves_of(ledger)
    dice = random.Random(7)
    with psycopg.connect(database.app, autocommit=True) as connection:
        for _ in range(40):
            size = dice.randint(1, 700)
            index, old = dice.randrange(size), dice.randint(1, size)
            root, before = rfc6962.mth(leaves[:size]), rfc6962.mth(leaves[:old])
            assert tiles.root(connection, size) == root
            assert includes(leaves[index], index, size, tiles.hashes(connection, inclusion(index, size)), root)
            assert extends(old, before, size, root, tiles.hashes(connection, consistency(old, size)))


def test_a_feeder_that_comes_later_takes_the_tree_up_where_it_stands(
    database: Database, ledger: Ledger, hire: Hire
) -> None:
    for facts in (3, 256, 255, 1):
        ledger.append(to(new(), facts=facts))
        assert hire().step(1) == facts
    must_be_the_tree_of_the_log(database, ledger)


def test_of_two_feeders_neither_spoils_what_the_other_wrote(database: Database, ledger: Ledger, hire: Hire) -> None:
    one, other = hire(), hire()
    one.step(0.01)
    other.step(0.01)
    dice = random.Random(11)
    for _ in range(60):
        ledger.append(to(new(), facts=dice.randint(1, 40)))
        for feeder in dice.sample([one, other], k=dice.randint(1, 2)):
            feeder.step(0.01)
    for feeder in (one, other):
        while feeder.size < ledger.head():
            feeder.step(0.01)
    must_be_the_tree_of_the_log(database, ledger)


def test_two_feeders_at_once_and_a_load_leave_one_tree(database: Database, ledger: Ledger, hire: Hire) -> None:
    stop = Event()
    feeders = [Thread(target=hire(page=50).run, args=(stop,), kwargs={"wait": 0.05}) for _ in range(2)]
    for feeder in feeders:
        feeder.start()
    for _ in range(300):
        ledger.append(to(new(), facts=3))
    with psycopg.connect(database.app, autocommit=True) as connection:
        eventually(lambda: stands(connection) == 900)
    stop.set()
    for feeder in feeders:
        feeder.join(30)
    must_be_the_tree_of_the_log(database, ledger)


def test_what_comes_a_second_time_changes_nothing(database: Database, ledger: Ledger, hire: Hire) -> None:
    feeder = hire()
    ledger.append(to(new(), facts=5))
    feeder.step(1)
    assert feeder.feed(everything(ledger)) == 0
    ledger.append(to(new(), facts=2))
    assert feeder.feed(everything(ledger)) == 2
    must_be_the_tree_of_the_log(database, ledger)


def test_a_feeder_whose_connections_are_cut_goes_on(database: Database, ledger: Ledger, hire: Hire) -> None:
    feeder, stop = hire(), Event()
    running = Thread(target=feeder.run, args=(stop,), kwargs={"wait": 0.05})
    running.start()
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for round_ in range(1, 6):
            ledger.append(to(new(), facts=20))
            eventually(lambda round_=round_: stands(connection) == 20 * round_)  # type: ignore[misc]
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name IN ('caunoi tree', 'caunoi reader')"
            )
    stop.set()
    running.join(30)
    must_be_the_tree_of_the_log(database, ledger)


def test_the_tree_is_listed_among_the_views(database: Database, ledger: Ledger, hire: Hire) -> None:
    ledger.append(to(new(), facts=4))
    hire().step(1)
    with psycopg.connect(database.app) as connection:
        (found,) = [view for view in status(connection) if view["view"] == "tiles"]
    assert (found["position"], found["head"], found["parked"], found["stale"]) == (4, 4, 0, False)


@pytest.mark.parametrize(
    "harm", ["DELETE FROM merkle.tiles", "UPDATE merkle.tiles SET hashes = substr(hashes, 1, 32) WHERE level = 0"]
)
def test_a_tile_that_is_missing_or_short_is_never_built_upon(
    database: Database, ledger: Ledger, hire: Hire, harm: str
) -> None:
    ledger.append(to(new(), facts=300))
    hire().step(1)
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute(harm.encode())
        with pytest.raises(tiles.TileBroken, match="tile"):
            hire().step(1)
        with pytest.raises(tiles.TileBroken, match="tile"):
            tiles.root(connection, 300)
        tiles.begin_anew(connection)
    assert hire().step(1) == 300
    must_be_the_tree_of_the_log(database, ledger)


def test_a_tree_that_lost_its_last_moments_with_the_database_reads_them_again(
    database: Database, ledger: Ledger, hire: Hire
) -> None:
    """It does not wait for the disc: after a crash its tiles and its position are those of a moment before."""
    feeder = hire()
    ledger.append(to(new(), facts=255))
    feeder.step(1)
    with psycopg.connect(database.app, autocommit=True) as connection:
        before = connection.execute(TILES.encode()).fetchall()
        ledger.append(to(new(), facts=9))
        feeder.step(1)
        with connection.transaction():
            connection.execute("DELETE FROM merkle.tiles")
            for row in before:
                connection.execute("INSERT INTO merkle.tiles (level, index, hashes) VALUES (%s, %s, %s)", row)
            connection.execute("UPDATE views.positions SET position = 255 WHERE view = 'tiles'")
    ledger.append(to(new(), facts=1))
    while feeder.size < 265:
        feeder.step(0.01)
    must_be_the_tree_of_the_log(database, ledger)


FEEDING = """
import sys
from threading import Event
from events.bus import EmbeddedBus
from projections.merkle.feeding import Feeder
Feeder(sys.argv[1], EmbeddedBus(sys.argv[1], page=64)).run(Event(), wait=0.05)
"""


def test_killed_under_load_ten_times_it_leaves_the_tree_of_the_log(database: Database, ledger: Ledger) -> None:
    dice = random.Random()
    writer = Writer(database.app, threads=2, seed=dice.randrange(2**48), pause=0.002)
    try:
        with psycopg.connect(database.app, autocommit=True) as connection:
            for _ in range(10):
                before = stands(connection)
                victim = subprocess.Popen([sys.executable, "-c", FEEDING, database.app])
                eventually(lambda before=before: stands(connection) > before)  # type: ignore[misc]
                sleep(dice.random() * 0.3)
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait(30)
    finally:
        writer.kill()
        writer.said()
    feeder = Feeder(database.app, EmbeddedBus(database.app))
    while feeder.size < ledger.head():
        feeder.step(0.05)
    feeder.close()
    assert ledger.head() > WIDTH
    must_be_the_tree_of_the_log(database, ledger)


def test_nobody_needs_more_than_a_tile_a_level_and_side_for_a_proof(
    database: Database, ledger: Ledger, hire: Hire
) -> None:
    ledger.append(to(new(), facts=600))
    hire().step(1)
    with psycopg.connect(database.app) as connection:
        everything_needed = tiles.read(connection, [(0, 0), (0, 2), (1, 0)])
        assert [len(found) // HASH for found in everything_needed.values()] == [256, 88, 2]
        connection.execute("DELETE FROM merkle.tiles WHERE (level, index) NOT IN ((0, 0), (0, 2), (1, 0))")
        assert len(tiles.hashes(connection, inclusion(3, 600))) == 10
        connection.rollback()

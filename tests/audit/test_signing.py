"""Checkpoints: signed once a second at most, kept for ever, and never of a tree with another past."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from psycopg import errors

from events.ledger import Ledger
from projections.merkle.hashing import EMPTY
from projections.merkle.tiles import root
from services.audit import kept
from services.audit.notes import Checkpoint, SignerKey, read
from services.audit.signing import Fork, Signer
from services.audit.worker import Worker
from tests.audit.signing import ORIGIN, a_key, a_worker, sign_all, stands
from tests.database import Database
from tests.events.appending import new, to
from tests.program.places import eventually


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@pytest.fixture
def key(database: Database) -> SignerKey:
    return a_key(database)


@pytest.fixture
def worker(database: Database, key: SignerKey) -> Iterator[Worker]:
    made = a_worker(database, key)
    yield made
    made.feeder.close()


def published(database: Database) -> list[kept.Kept]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        return list(kept.every(connection, page=2))


def change(database: Database, statement: str) -> None:
    """As somebody who may do anything."""
    with psycopg.connect(database.owner) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


def test_the_empty_tree_is_signed_first(database: Database, worker: Worker, key: SignerKey) -> None:
    assert sign_all(worker) == 0
    ((size, note),) = published(database)
    assert size == 0
    assert read(note, [key.verifier], ORIGIN) == Checkpoint(ORIGIN, 0, EMPTY)


def test_a_checkpoint_says_size_and_root_of_the_tree(
    database: Database, ledger: Ledger, worker: Worker, key: SignerKey
) -> None:
    ledger.append(to(new(), facts=300))
    sign_all(worker)
    with psycopg.connect(database.app) as connection:
        found = kept.latest(connection)
        assert found is not None
        assert read(found.note, [key.verifier], ORIGIN) == Checkpoint(ORIGIN, 300, root(connection, 300))


def test_the_same_tree_is_signed_once(database: Database, ledger: Ledger, worker: Worker) -> None:
    ledger.append(to(new()))
    for _ in range(3):
        sign_all(worker)
    assert [size for size, _ in published(database)] == [1]


def test_all_that_were_published_stay(database: Database, ledger: Ledger, worker: Worker, key: SignerKey) -> None:
    for facts in (3, 1, 256, 7):
        ledger.append(to(new(), facts=facts))
        sign_all(worker)
    assert [size for size, _ in published(database)] == [3, 4, 260, 267]
    for attempt in (
        "DELETE FROM merkle.checkpoints", "UPDATE merkle.checkpoints SET note = ''", "TRUNCATE merkle.checkpoints",
        "DELETE FROM merkle.keys", "UPDATE merkle.keys SET vkey = ''",
    ):  # fmt: skip
        for conninfo in (database.app, database.owner):
            with psycopg.connect(conninfo) as connection, pytest.raises(errors.InsufficientPrivilege):
                connection.execute(attempt.encode())


def test_the_application_makes_no_key_known(database: Database) -> None:
    with psycopg.connect(database.app) as connection, pytest.raises(errors.InsufficientPrivilege):
        kept.register(connection, SignerKey.new(ORIGIN).verifier)


def test_while_the_tree_grows_it_is_signed_by_and_by_and_at_last_as_a_whole(
    database: Database, ledger: Ledger, worker: Worker
) -> None:
    stop = Event()
    running = Thread(target=worker.run, args=(stop,))
    running.start()
    for _ in range(200):
        ledger.append(to(new(), facts=2))
    eventually(lambda: [size for size, _ in published(database)][-1:] == [400])
    stop.set()
    running.join(30)
    assert stands(database) == 400
    assert len(published(database)) < 20


REWRITTEN = [
    "UPDATE merkle.tiles SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE level = 0 AND index = 1",
    "UPDATE merkle.tiles SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE level = 1",
]


@pytest.mark.parametrize("harm", REWRITTEN)
def test_a_tree_whose_past_was_rewritten_is_not_signed(
    database: Database, ledger: Ledger, worker: Worker, key: SignerKey, harm: str
) -> None:
    ledger.append(to(new(), facts=300))
    sign_all(worker)
    change(database, harm)
    ledger.append(to(new(), facts=1))
    later = a_worker(database, key)
    assert sign_all(later) == 301
    later.feeder.close()
    assert [size for size, _ in published(database)] == [300]


CUT = """
DELETE FROM ledger.log WHERE position > 5; UPDATE ledger.counter SET position = 5;
DELETE FROM merkle.checkpoints WHERE size > 5; UPDATE views.positions SET position = 0 WHERE view = 'tiles';
DELETE FROM merkle.tiles
"""


def test_a_database_that_was_set_back_as_a_whole_is_not_signed_by_whoever_remembers(
    database: Database, ledger: Ledger, key: SignerKey, tmp_path: Path
) -> None:
    memory = tmp_path / "checkpoint-latest"
    ledger.append(to(new(), facts=5))
    first = Worker(database.app, Signer(key, memory))
    sign_all(first)
    ledger.append(to(new(), facts=5))
    assert sign_all(first) == 10
    first.feeder.close()
    assert read(memory.read_bytes(), [key.verifier], ORIGIN).size == 10
    change(database, CUT)
    for facts in (2, 20):
        ledger.append(to(new(), facts=facts))
        later = Worker(database.app, Signer(key, memory))
        assert sign_all(later) == ledger.head()
        later.feeder.close()
    assert [size for size, _ in published(database)] == [5]
    assert read(memory.read_bytes(), [key.verifier], ORIGIN).size == 10


def test_what_was_remembered_and_not_kept_is_signed_again(
    database: Database, ledger: Ledger, key: SignerKey, tmp_path: Path
) -> None:
    """As after a kill between the two."""
    memory = tmp_path / "checkpoint-latest"
    ledger.append(to(new(), facts=5))
    first = Worker(database.app, Signer(key, memory))
    sign_all(first)
    first.feeder.close()
    note = memory.read_text()
    change(database, "DELETE FROM merkle.checkpoints")
    later = Worker(database.app, Signer(key, memory))
    sign_all(later)
    later.feeder.close()
    assert [found.note for found in published(database)] == [note]


def test_a_checkpoint_that_somebody_put_in_ours_place_stops_the_signing(
    database: Database, ledger: Ledger, worker: Worker
) -> None:
    ledger.append(to(new(), facts=5))
    sign_all(worker)
    change(database, "UPDATE merkle.checkpoints SET note = replace(note, E'\n5\n', E'\n6\n')")
    ledger.append(to(new(), facts=1))
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        pytest.raises(Fork, match="not ours"),
        connection.transaction(),
    ):
        worker._signer.publish(connection, 6, EMPTY)
    sign_all(worker)
    assert [size for size, _ in published(database)] == [5]


def test_a_tree_that_is_broken_ends_nothing(database: Database, ledger: Ledger, worker: Worker) -> None:
    ledger.append(to(new(), facts=5))
    sign_all(worker)
    change(database, "DELETE FROM merkle.tiles")
    worker.feeder.close()
    stop = Event()
    running = Thread(target=worker.run, args=(stop,))
    running.start()
    running.join(0.5)
    assert running.is_alive()
    stop.set()
    running.join(30)
    assert not running.is_alive()

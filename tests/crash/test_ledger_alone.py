"""`kill -9` of a process that appends, and of its PostgreSQL, at random moments under load: what was said is so."""

import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import psycopg
import pytest

from events.bus import EmbeddedBus
from events.fact import Record
from events.ledger import Ledger
from events.schema import install
from services.program.postgres import Postgres
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole
from tests.events.writers import Writer, hear, must_be_kept
from tests.program.places import eventually

LONGEST = 0.5
"""Seconds under load before the next kill, at most."""
BACKENDS = """SELECT pid FROM pg_stat_activity
WHERE application_name LIKE 'caunoi%' OR backend_type IN ('walwriter', 'checkpointer', 'background writer')"""

ROUNDS = pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """As thrown before where `CRASH_SEED` says so; a failure tells the seed."""
    seed = int(os.environ.get("CRASH_SEED", random.randrange(2**32)))
    request.node.add_report_section("setup", "seed", f"CRASH_SEED={seed} repeats it")
    return random.Random(seed)


@ROUNDS
def test_a_killed_appender_loses_and_doubles_nothing(database: Database, dice: random.Random, rounds: int) -> None:
    """One writes from beginning to end, and beside it one after the other is killed in the middle of its work."""
    survivor = a_writer(database.app, dice)
    with Ledger(database.app) as ledger:
        victim, victims = a_writer(database.app, dice), []
        for _ in range(rounds):
            victims.append(victim)
            successor = a_writer(database.app, dice)
            grow(ledger)
            sleep(dice.random() * LONGEST)
            victim.kill()
            victim = successor
        victim.kill()
        survivor.kill()
        heard = hear([survivor, victim, *victims])
        records = everything(ledger)
    assert len(heard.done) > rounds
    must_be_whole(records)
    must_be_kept(heard, records)
    must_agree(database.app)


@ROUNDS
def test_a_killed_postgresql_loses_and_doubles_nothing(dice: random.Random, rounds: int) -> None:
    """The postmaster, or one of its processes, after which it begins anew; writers and a follower hold out."""
    with place() as data:
        server = Postgres.start(data)
        try:
            install(server.dsn())
            conninfo = server.dsn("caunoi_app")
            writers = [a_writer(conninfo, dice) for _ in range(2)]
            reader = EmbeddedBus(conninfo).read("test", 0)
            followed: list[Record] = []
            with Ledger(conninfo) as ledger:
                for _ in range(rounds):
                    grow(ledger)
                    sleep(dice.random() * LONGEST)
                    server = kill(server, data, dice)
                    followed += reader.take(0.01)
                grow(ledger)
                for writer in writers:
                    writer.kill()
                heard = hear(writers)
                records = everything(ledger)
            while more := reader.take(0.5):
                followed += more
            reader.close()
            must_be_whole(records)
            must_be_kept(heard, records)
            must_agree(conninfo)
            # What comes a second time after trouble is the same, and nothing was left out.
            assert list({record.position: record for record in followed}.values()) == records
        finally:
            server.stop()


def a_writer(conninfo: str, dice: random.Random) -> Writer:
    return Writer(conninfo, threads=4, seed=dice.randrange(2**48), pause=0.002)


def grow(ledger: Ledger, by: int = 20) -> None:
    """Wait until the load goes on."""
    goal: list[int] = []

    def grown() -> bool:
        try:
            head = ledger.head()
        except psycopg.Error:
            return False
        goal.append(head + by)
        return head >= goal[0]

    eventually(grown, seconds=60)


def kill(server: Postgres, data: Path, dice: random.Random) -> Postgres:
    """Kill the postmaster and start it again; or one of its processes, and it recovers by itself."""
    if dice.random() < 0.3:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            victims = [pid for (pid,) in connection.execute(BACKENDS).fetchall()]
        os.kill(dice.choice(victims), signal.SIGKILL)
        return server
    os.kill(server.pid, signal.SIGKILL)
    eventually(lambda: server.poll() is not None)
    return Postgres.start(data)


@contextmanager
def place() -> Iterator[Path]:
    """A directory that PostgreSQL's user can enter."""
    made = Path(tempfile.mkdtemp(prefix="caunoi-crash-"))
    made.chmod(0o755)
    try:
        yield made / "data"
    finally:
        shutil.rmtree(made)

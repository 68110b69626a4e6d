"""The scoring process: it feeds the views and the scores, stops when asked, and never goes on past a hole."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from threading import Event, Thread
from typing import Any, Self

import psycopg
import pytest

from events.bands import Band
from events.fact import Id
from events.ledger import Ledger
from projections.asked import LATEST, AsOf
from projections.catalogue import VIEWS
from projections.meetings import VIEW
from projections.positions import status
from projections.rebuild import compare, rebuild
from services.program.postgres import Postgres
from services.program.schemas import install
from services.scoring.meetings.cell_year import cell_years, score_year
from services.scoring.meetings.meeting_facts import LOOKED_AT
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Bands, Score
from services.scoring.worker import follow
from services.settings import Settings
from tests.crash.views import every_view_is_what_the_log_says
from tests.database import Database
from tests.examples import CELL_7, an_id
from tests.keys import master_key_file
from tests.program.places import eventually, place
from tests.scoring.ledger import put_cell, put_meeting
from tests.scoring.meeting import APPROVED, HANOI, MEETING, PERFECT, decided, voted, without

POSITION = "SELECT min(position) FROM views.positions WHERE view = ANY (%s)"
ROWS = """SELECT stream::text, no, known_from, known_to, points, band, state FROM views.meetings ORDER BY stream, no"""


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings.read(database=database.app, master_key_file=master_key_file())


class Following:
    """A worker in a thread of the test."""

    def __init__(self, settings: Settings) -> None:
        self.stop = Event()
        self.error: Exception | None = None
        self._thread = Thread(target=self._run, args=(settings,))

    def _run(self, settings: Settings) -> None:
        try:
            follow(settings, self.stop)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def read_to(database: Database, position: int) -> bool:
    with psycopg.connect(database.app, autocommit=True) as connection:
        found = connection.execute(POSITION, [[view.name for view in VIEWS]]).fetchone()
    return found is not None and found[0] >= position


def until_read(process: "subprocess.Popen[str]", database: Database, position: int) -> None:
    eventually(lambda: process.poll() is not None or read_to(database, position))
    assert process.poll() is None


def rows(database: Database) -> list[Any]:
    with psycopg.connect(database.app) as connection:
        return connection.execute(ROWS).fetchall()


def scores(database: Database, known: int = LATEST) -> list[Score]:
    """Of cell 7's meetings of the year, as they are told when somebody asks."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        (year,) = cell_years(connection, [CELL_7], [2026], HANOI, AsOf(date.max, known))
        return score_year(year, RulesInForce.read(connection, known))


def test_a_meetings_score_follows_its_facts_as_they_come(
    database: Database, ledger: Ledger, settings: Settings
) -> None:
    put_cell(ledger)
    with Following(settings):
        before = put_meeting(ledger, *PERFECT[:4])
        last = put_meeting(ledger, *PERFECT[4:], voted(20), decided(Band.FAIR))
        eventually(lambda: read_to(database, last))
    (told,) = scores(database)
    assert (told.meeting, told.cell, told.on, told.points) == (MEETING, CELL_7, date(2026, 3, 5), Decimal(100))
    assert told.bands == Bands("good", "good", "good", "fair")
    assert (told.band, told.complete, told.position) == ("fair", True, last)
    (earlier,) = scores(database, before)
    assert (earlier.points, earlier.band) == (Decimal(15), None)


def test_a_worker_that_stops_and_starts_goes_on_where_it_stood(
    database: Database, ledger: Ledger, settings: Settings
) -> None:
    first = put_meeting(ledger, *without(APPROVED))
    with Following(settings) as following:
        eventually(lambda: read_to(database, first))
    assert following.error is None
    last = put_meeting(ledger, APPROVED)
    with Following(settings) as following:
        eventually(lambda: read_to(database, last))
    assert following.error is None
    assert scores(database)[0].points == 100


def test_the_live_rows_are_those_of_a_rebuild(database: Database, ledger: Ledger, settings: Settings) -> None:
    with Following(settings):
        for number in range(5):
            for facts in (PERFECT[:2], PERFECT[2:5], PERFECT[5:], (voted(number * 5),), (decided(Band.FAIR),)):
                last = put_meeting(ledger, *facts, meeting=an_id(f"meeting {number}"))
        eventually(lambda: read_to(database, last))
    live, told = rows(database), scores(database)
    assert len(live) > 5
    assert compare(database.app, VIEW).same
    rebuild(database.app, VIEW)
    assert (rows(database), scores(database)) == (live, told)


def test_the_worker_stops_at_a_hole(database: Database, ledger: Ledger, settings: Settings) -> None:
    put_meeting(ledger, *PERFECT[:3])
    with psycopg.connect(database.owner) as connection:
        connection.execute("UPDATE ledger.counter SET position = position + 1")
    put_meeting(ledger, *PERFECT[3:])
    with Following(settings) as following:
        eventually(lambda: following.error is not None)
    assert type(following.error).__name__ == "Hole"


def test_a_database_of_the_release_before_starts_without_its_view_of_scores(
    database: Database, ledger: Ledger, settings: Settings
) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute("SET ROLE caunoi_app")
        connection.execute("CREATE TABLE views.scores (stream uuid)")
        connection.execute("INSERT INTO views.positions (view, position, shape, wanted) VALUES ('scores', 0, 'x', 'x')")
        connection.execute(
            "INSERT INTO views.parked (view, stream, position, record, error) VALUES ('scores', %s, 1, 'x', 'x')",
            [CELL_7],
        )
    install(database.owner)
    install(database.owner)
    last = put_meeting(ledger, *PERFECT)
    with Following(settings) as following:
        eventually(lambda: read_to(database, last))
    assert following.error is None
    with psycopg.connect(database.app) as connection:
        assert "scores" not in {view["view"] for view in status(connection)}
        assert connection.execute("SELECT to_regclass('views.scores')").fetchone() == (None,)
    assert scores(database)[0].points == 100


def test_the_view_of_meetings_reads_every_fact_that_may_change_a_score() -> None:
    assert VIEW.reads >= LOOKED_AT


def served(database: Database) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "CAUNOI_DATABASE": database.app,
        "CAUNOI_MASTER_KEY_FILE": str(master_key_file()),
    }
    argv = [sys.executable, "-m", "services.program", "serve", "scoring"]
    return subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True)


def test_asked_to_stop_it_ends_well(database: Database, ledger: Ledger) -> None:
    last = put_meeting(ledger, *PERFECT)
    process = served(database)
    eventually(lambda: read_to(database, last))
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert '"event": "stopped"' in said


def test_a_hole_ends_it_loudly_and_names_nobody(database: Database, ledger: Ledger) -> None:
    put_meeting(ledger, *PERFECT[:3])
    with psycopg.connect(database.owner) as connection:
        connection.execute("UPDATE ledger.counter SET position = position + 1")
    put_meeting(ledger, *PERFECT[3:])
    process = served(database)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "caunoi: scoring cannot go on: Hole" in said
    assert '"level": "critical"' in said


def test_killed_at_any_moment_it_loses_and_doubles_nothing(database: Database, ledger: Ledger) -> None:
    meetings: list[Id] = []
    for behind in (30, 10, 0):
        process = served(database)
        for _ in range(5):
            meetings.append(an_id(f"meeting {len(meetings)}"))
            last = put_meeting(ledger, *PERFECT, meeting=meetings[-1])
        until_read(process, database, last - behind)
        process.kill()
        process.communicate()
    process = served(database)
    eventually(lambda: read_to(database, last))
    process.terminate()
    process.communicate(timeout=60)
    assert {told.meeting: told.points for told in scores(database)} == dict.fromkeys(meetings, Decimal(100))
    every_view_is_what_the_log_says(Settings.read(database=database.app, master_key_file=master_key_file()))


def test_it_survives_a_restart_of_the_database() -> None:
    with place() as data:
        server = Postgres.start(data / "db")
        try:
            install(server.dsn())
            database = Database("caunoi", server.dsn(), server.dsn("caunoi_app"))
            with (
                Ledger(database.app) as ledger,
                Following(Settings.read(database=database.app, master_key_file=master_key_file())) as following,
            ):
                first = put_meeting(ledger, *PERFECT[:4])
                eventually(lambda: read_to(database, first))
                server.stop()
                server = Postgres.start(data / "db")
                eventually(lambda: ledger.head() == first)
                last = put_meeting(ledger, *PERFECT[4:])
                eventually(lambda: read_to(database, last))
            assert following.error is None
            assert scores(database)[0].points == 100
        finally:
            server.stop()

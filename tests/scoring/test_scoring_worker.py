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
from zoneinfo import ZoneInfo

import psycopg
import pytest

from events.bands import Band
from events.fact import Id
from events.ledger import Ledger
from projections import scores
from projections.rebuild import compare, rebuild
from services.program.postgres import Postgres
from services.program.schemas import install
from services.scoring.kept import row, scores_view
from services.scoring.meeting_facts import LOOKED_AT
from services.scoring.shelf import shipped
from services.scoring.worker import follow
from services.settings import Settings
from tests.crash.views import every_view_is_what_the_log_says
from tests.database import Database
from tests.examples import CELL_7, an_id
from tests.keys import master_key_file
from tests.program.places import eventually, place
from tests.scoring.ledger import put_cell, put_meeting
from tests.scoring.meeting import APPROVED, HANOI, MEETING, PERFECT, decided, instead, scored, voted, without

POSITION = "SELECT position FROM views.positions WHERE view = 'scores'"
ROWS = "SELECT stream::text, no, known_from, known_to, points, band, items FROM views.scores ORDER BY stream, no"


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
        self._thread.join(20)
        assert not self._thread.is_alive()


def read_to(database: Database, position: int) -> bool:
    with psycopg.connect(database.app, autocommit=True) as connection:
        found = connection.execute(POSITION).fetchone()
    return found is not None and found[0] >= position


def rows(database: Database) -> list[Any]:
    with psycopg.connect(database.app) as connection:
        return connection.execute(ROWS).fetchall()


def of_cell(database: Database, known: int, **more: Any) -> list[scores.Kept]:
    with psycopg.connect(database.app) as connection:
        return scores.of_cell(connection, scores.Asked("meeting", CELL_7, known, **more))


def test_a_meetings_score_is_kept_as_its_facts_come(database: Database, ledger: Ledger, settings: Settings) -> None:
    put_cell(ledger)
    with Following(settings):
        before = put_meeting(ledger, *PERFECT[:4])
        last = put_meeting(ledger, *PERFECT[4:], voted(20), decided(Band.FAIR))
        eventually(lambda: read_to(database, last))
    (kept,) = of_cell(database, last)
    assert (kept.subject, kept.cell, kept.held_on) == (MEETING, CELL_7, date(2026, 3, 5))
    assert kept.points == Decimal(100)
    assert (kept.band, kept.computed, kept.self_, kept.vote, kept.superior) == ("fair", "good", "good", "good", "fair")
    assert (kept.rubric, kept.complete, kept.position) == ("meeting-national/1", True, last)
    (earlier,) = of_cell(database, before)
    assert earlier.points == 15
    assert earlier.band is None


def test_what_is_kept_is_what_the_facts_give(database: Database, ledger: Ledger, settings: Settings) -> None:
    last = put_meeting(ledger, *instead(own=scored(discussion="22.5")))
    with Following(settings):
        eventually(lambda: read_to(database, last))
    expected = row(ledger.stream(MEETING), shipped(), HANOI)
    assert expected is not None
    assert [found[4:] for found in rows(database) if found[3] > last] == [
        (expected.points, expected.band, expected.items)
    ]


def test_a_list_goes_on_after_the_last_one_and_keeps_to_its_days(
    database: Database, ledger: Ledger, settings: Settings
) -> None:
    meetings = [an_id(f"meeting {number}") for number in range(3)]
    for meeting in meetings:
        last = put_meeting(ledger, *PERFECT, meeting=meeting)
    with Following(settings):
        eventually(lambda: read_to(database, last))
    first = of_cell(database, last, limit=2)
    rest = of_cell(database, last, after_on=first[-1].held_on, after=first[-1].subject)
    assert [kept.subject for kept in first + rest] == sorted(meetings)
    assert of_cell(database, last, last=date(2026, 3, 4)) == []
    assert len(of_cell(database, last, first=date(2026, 3, 5), last=date(2026, 3, 5))) == 3


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
    assert of_cell(database, last)[0].points == 100


def test_the_live_rows_are_those_of_a_rebuild(database: Database, ledger: Ledger, settings: Settings) -> None:
    with Following(settings):
        for number in range(5):
            for facts in (PERFECT[:2], PERFECT[2:5], PERFECT[5:], (voted(number * 6),), (decided(Band.FAIR),)):
                last = put_meeting(ledger, *facts, meeting=an_id(f"meeting {number}"))
        eventually(lambda: read_to(database, last))
    live = rows(database)
    assert len(live) > 5
    view = scores_view(shipped(), HANOI)
    assert compare(database.app, view).same
    rebuild(database.app, view)
    assert rows(database) == live


def test_the_worker_stops_at_a_hole(database: Database, ledger: Ledger, settings: Settings) -> None:
    put_meeting(ledger, *PERFECT[:3])
    with psycopg.connect(database.owner) as connection:
        connection.execute("UPDATE ledger.counter SET position = position + 1")
    put_meeting(ledger, *PERFECT[3:])
    with Following(settings) as following:
        eventually(lambda: following.error is not None)
    assert type(following.error).__name__ == "Hole"


def test_it_reads_every_fact_that_may_change_a_score_and_no_other() -> None:
    view = scores_view(shipped(), HANOI)
    assert view.reads == LOOKED_AT | {"meeting.struck"}, "and what strikes one of them through"
    assert view.shape == scores.TABLE.shape, "who judges is no matter of the table"


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
    _, said = process.communicate(timeout=20)
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
        while not read_to(database, last - behind):
            assert process.poll() is None
        process.kill()
        process.communicate()
    process = served(database)
    eventually(lambda: read_to(database, last))
    process.terminate()
    process.communicate(timeout=20)
    expected = {meeting: row(ledger.stream(meeting), shipped(), ZoneInfo("Asia/Ho_Chi_Minh")) for meeting in meetings}
    kept = {found[0]: found[4:] for found in rows(database) if found[3] > last}
    assert kept == {str(m): (one.points, one.band, one.items) for m, one in expected.items() if one is not None}
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
            assert of_cell(database, last)[0].points == 100
        finally:
            server.stop()

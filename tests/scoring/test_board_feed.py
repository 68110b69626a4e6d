"""The months of the board as they are kept: what is kept is what is made anew, whatever happens, whoever is killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from events.bus import EmbeddedBus
from events.fact import Id
from events.ledger import Ledger
from events.meeting import MeetingChosenAsModel, Presence
from events.member import ExemptionGround, MemberAdmitted, MemberExempted, MemberSuspended, Status
from events.request import NotAppended
from events.rule import RuleAdopted, stream_of
from projections import cell_months, cell_years
from projections.catalogue import opened_by
from projections.feed import Feeder
from services.program.postgres import Postgres
from services.scoring.boards import cell_months as working_out
from tests.database import Database, fresh
from tests.examples import CELL_7, CELL_8, COMMUNE, an_id
from tests.keys import keyring, master_key_file
from tests.program.places import eventually
from tests.scoring.boards import anew, rows, step, sums
from tests.scoring.histories import MEETINGS, MEMBERS, Happened, happened, held, settle
from tests.scoring.ledger import put, put_cell, put_meeting
from tests.scoring.meeting import PERFECT, decided

MONTHS = f"SELECT {cell_months.COLUMNS} FROM views.cell_months WHERE month >= '2026-01-01' ORDER BY cell, month"
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# Of cell 8, at which only a guest from cell 7 is listed by now.
ALONE_LISTED = Happened(MEETINGS[1], held(date(2026, 1, 4), (Presence.PRESENT,)), date(2026, 1, 4))
FIFTH = MemberAdmitted(name="Đảng viên 5", cell=CELL_8, status=Status.OFFICIAL, admitted_on=date(2020, 5, 19))


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


@contextmanager
def views(conninfo: str) -> Iterator[Feeder]:
    feeder = Feeder(conninfo, opened_by(keyring()), EmbeddedBus(conninfo))
    feeder.open()
    try:
        yield feeder
    finally:
        feeder.close()


def read_all(feeder: Feeder, ledger: Ledger, position: int) -> None:
    """The views read to the end of the log, from a position to which they have read."""
    for _ in range(1000):
        if position >= ledger.head():
            return
        position += feeder.step(1)
    raise AssertionError("the views have not come to the end of the log")


def position(database: Database) -> int:
    with psycopg.connect(database.app) as connection:
        row = connection.execute("SELECT position FROM views.positions WHERE view = 'cell_months'").fetchone()
    return row[0] if row else 0


@FEW
@given(st.lists(st.lists(happened(), min_size=1, max_size=5), min_size=2, max_size=8))
@example([[Happened(MEMBERS[1], MemberExempted(ground=ExemptionGround.ILLNESS), date(2026, 1, 1))], []])
@example([[ALONE_LISTED], [Happened(MEMBERS[1], MemberSuspended(until=date(2026, 3, 1)), date(2026, 1, 1))]])
@example([[ALONE_LISTED], [Happened(an_id("fifth"), FIFTH, date(2026, 1, 1))]])
@example([[Happened(stream_of("meeting-ward"), RuleAdopted("meeting-ward", COMMUNE), date(2025, 12, 1))], []])
@example([[Happened(MEETINGS[0], MeetingChosenAsModel(), date(2026, 2, 1))], []])
def test_what_is_kept_step_by_step_is_what_is_made_anew(template: Postgres, history: list[list[Happened]]) -> None:
    with fresh(template) as database, Ledger(database.app) as ledger, views(database.app) as feeder:
        settle(ledger)
        read_all(feeder, ledger, 0)
        step(database.app)
        first = rows(database.app)
        for some in history:
            before = ledger.head()
            for stream, fact, on in some:
                try:
                    put(ledger, stream, [fact], on=on)
                except NotAppended:
                    continue
            read_all(feeder, ledger, before)
            step(database.app)
            assert position(database) == ledger.head()
        kept, years = rows(database.app), sums(database.app)
        assert first
        assert kept == anew(database.app)
        assert years == sums(database.app)
        assert {(cell, month.year) for cell, month, *_ in kept} == {(cell, year) for cell, year, *_ in years}


def test_a_month_is_what_its_meetings_come_to(database: Database, ledger: Ledger) -> None:
    put_cell(ledger)
    put_meeting(ledger, *PERFECT, decided())
    with views(database.app) as feeder:
        read_all(feeder, ledger, 0)
    step(database.app)
    (kept,) = rows(database.app)
    with psycopg.connect(database.app) as connection:
        told = cell_months.tallies(connection, [CELL_7, CELL_8], date(2026, 1, 1), date(2026, 12, 1))
    assert (str(kept[0]), kept[1]) == (CELL_7, date(2026, 3, 1))
    tally = told[Id(CELL_7)]
    assert (tally.regular_in, tally.thematic_in, tally.held) == (1 << 3, 0, 1)
    assert (tally.pre_met, tally.pre_of, tally.full_met, tally.full_of) == (1, 1, 1, 1)
    assert (tally.present, tally.base, tally.whole, tally.points) == (25, 25, 1, Decimal(100))
    assert (tally.good_from, tally.banded, tally.good) == (Decimal(90), 1, 1)


def test_the_sums_of_the_database_are_those_of_the_rows(template: Postgres) -> None:
    with fresh(template) as database, Ledger(database.app) as ledger, views(database.app) as feeder:
        settle(ledger)
        put(ledger, MEETINGS[1], [decided(), MeetingChosenAsModel()], on=date(2026, 2, 1))
        read_all(feeder, ledger, 0)
        step(database.app)
        with psycopg.connect(database.app) as connection:
            found = connection.execute(MONTHS.encode())
            months = [cell_months.Month._make((str(row[0]), *row[1:])) for row in found]
            spans = [(date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 1, 1), date(2026, 3, 31))]
            told = [(cell_months.tallies(connection, [CELL_7, CELL_8], *span), span) for span in spans]
        for tallies, (first, last) in told:
            for cell in (CELL_7, CELL_8):
                some = [month for month in months if month.cell == cell and first <= month.month <= last]
                assert tallies[cell] == cell_months.tally(cell, some)


def test_the_contacts_of_a_year_by_month_are_those_of_its_rows(database: Database) -> None:
    cells = [Id(CELL_7), Id(CELL_8)]
    year = (date(2026, 1, 1), date(2026, 12, 31))
    months = [
        cell_months.Month(cell, date(2026, number, 1), contacts=number) for cell in cells for number in (1, 5, 12)
    ]
    with psycopg.connect(database.app) as connection:
        cell_months.write(connection, months)
        cell_years.replace(connection, [(cell, 2026) for cell in cells])
        by_month = {date(2026, 1, 1): 2, date(2026, 5, 1): 10, date(2026, 12, 1): 24}
        assert cell_months.contacts(connection, cells, *year) == by_month
        told = cell_months.tallies(connection, cells, *year)
    assert [(told[cell].contacts, told[cell].contacts_december) for cell in cells] == [(18, 12), (18, 12)]


def test_a_database_of_the_release_before_is_filled_by_itself(database: Database, ledger: Ledger) -> None:
    put_cell(ledger)
    put_meeting(ledger, *PERFECT)
    with views(database.app) as feeder:
        read_all(feeder, ledger, 0)
    with psycopg.connect(database.owner) as connection:
        connection.execute("DROP TABLE views.cell_months")
        connection.execute("DELETE FROM views.positions WHERE view = 'cell_months'")
    cell_months.install(database.app)
    step(database.app)
    assert (len(rows(database.app)), position(database)) == (1, ledger.head())


def test_a_table_of_another_shape_is_dropped_and_filled_anew(database: Database, ledger: Ledger) -> None:
    put_cell(ledger)
    put_meeting(ledger, *PERFECT)
    with views(database.app) as feeder:
        read_all(feeder, ledger, 0)
    step(database.app)
    kept = rows(database.app)
    with psycopg.connect(database.owner) as connection:
        connection.execute("ALTER TABLE views.cell_months DROP COLUMN good")
        connection.execute("UPDATE views.positions SET shape = 'older' WHERE view = 'cell_months'")
    cell_months.install(database.app)
    step(database.app)
    assert rows(database.app) == kept


def test_a_cell_that_cannot_be_worked_out_is_parked_and_stops_no_other(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ledger)
    whole = working_out.months_of

    def broken(*given: Any) -> Any:
        if given[0].cell == CELL_8:
            raise ValueError("nobody can read this")
        return whole(*given)

    with views(database.app) as feeder:
        read_all(feeder, ledger, 0)
        with monkeypatch.context() as patched:
            patched.setattr(working_out, "months_of", broken)
            step(database.app)
        assert {str(row[0]) for row in rows(database.app)} == {CELL_7}
        with psycopg.connect(database.app) as connection:
            parked = connection.execute("SELECT view, stream::text, error FROM views.parked").fetchall()
        assert parked == [("cell_months", CELL_8, "ValueError")]
        before = ledger.head()
        put(ledger, MEETINGS[1], [MeetingChosenAsModel()], on=date(2026, 2, 1))
        read_all(feeder, ledger, before)
    step(database.app)
    assert {str(row[0]) for row in rows(database.app)} == {CELL_7, CELL_8}
    with psycopg.connect(database.app) as connection:
        assert connection.execute("SELECT count(*) FROM views.parked").fetchone() == (0,)


def test_killed_at_any_moment_it_keeps_what_the_log_says(database: Database, ledger: Ledger) -> None:
    settle(ledger)
    environment = {**os.environ, "CAUNOI_DATABASE": database.app, "CAUNOI_MASTER_KEY_FILE": str(master_key_file())}
    argv = [sys.executable, "-m", "services.program", "serve", "scoring"]
    for turn in range(3):
        process = subprocess.Popen(argv, env=environment, stderr=subprocess.DEVNULL)
        for number, meeting in enumerate(MEETINGS):
            put(ledger, meeting, [decided()] if turn == number % 3 else [MeetingChosenAsModel()], on=date(2026, 2, 1))
        wanted = ledger.head() - (0 if turn == 2 else turn + 1)
        eventually(lambda wanted=wanted: position(database) >= wanted)  # type: ignore[misc]
        process.kill()
        process.communicate()
    kept, years = rows(database.app), sums(database.app)
    assert position(database) == ledger.head()
    assert kept == anew(database.app)
    assert years == sums(database.app)

"""Blue and green: made anew beside the live view, the same rows, swapped at one position, nobody disturbed."""

from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest

from events import pages
from events.ledger import Ledger
from projections import anew as anew_module
from projections import reading
from projections.hashes import Extent, view_hash
from projections.reading import Hole
from projections.rebuild import compare, rebuild, replay
from tests.database import Database
from tests.examples import HOA, LAN, MINH
from tests.projections.conftest import Hire
from tests.projections.odd import ODD, REPAIRED, left_over, now, rows, spoil, stands, tell, tell_much
from tests.projections.test_parked import REFUSED_BY_THE_TABLE, waiting


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

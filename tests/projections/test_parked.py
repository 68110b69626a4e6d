"""Poison: the record that a view cannot read parks its own stream, visibly; all other streams go on."""

from dataclasses import replace

import psycopg
import pytest

from events.ledger import Ledger
from projections.parked import StillPoison, unpark
from projections.positions import status
from tests.database import Database
from tests.examples import HOA, LAN, MINH
from tests.projections.conftest import Hire
from tests.projections.odd import ODD, REPAIRED, now, rows, stands, tell

REFUSED_BY_THE_TABLE = ["no table takes this", "a \x00 in the middle"]


def waiting(database: Database) -> list[tuple[object, ...]]:
    with psycopg.connect(database.app) as connection:
        query = "SELECT view, stream::text, position, record, error FROM views.parked ORDER BY position"
        return connection.execute(query).fetchall()


def test_a_record_that_raises_parks_its_stream_and_the_others_go_on(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell(ledger, LAN, [1])
    poison = tell(ledger, LAN, "raise")
    tell(ledger, HOA, [2])
    last = tell(ledger, LAN, [3])
    hire().step(1)
    assert stands(database) == last
    assert now(database.app) == {LAN: [1], HOA: [2]}
    assert waiting(database) == [("odd", LAN, poison, "thing.told", "KeyError")]


@pytest.mark.parametrize("words", REFUSED_BY_THE_TABLE)
def test_a_record_whose_row_the_table_refuses_is_found_among_thousands(
    ledger: Ledger, hire: Hire, database: Database, words: str
) -> None:
    tell(ledger, HOA, *[[number] for number in range(700)])
    tell(ledger, LAN, [1])
    poison = tell(ledger, LAN, words)
    tell(ledger, HOA, *[[number] for number in range(700, 1400)])
    tell(ledger, LAN, [3])
    hire().step(1)
    assert now(database.app) == {LAN: [1], HOA: [1399]}
    assert [row[1:3] for row in waiting(database)] == [(LAN, poison)]
    assert len(rows(database.app)) == 1401


def test_two_poisons_in_one_batch_park_two_streams(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1], REFUSED_BY_THE_TABLE[0])
    tell(ledger, MINH, "raise")
    tell(ledger, HOA, [2], [3], REFUSED_BY_THE_TABLE[1], [4])
    hire().step(1)
    assert now(database.app) == {LAN: [1], HOA: [3]}
    assert [row[1] for row in waiting(database)] == [LAN, MINH, HOA]


def test_what_comes_later_waits_behind_the_poison_also_after_a_restart(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell(ledger, LAN, [1], "raise")
    hire().step(1)
    tell(ledger, LAN, [3])
    tell(ledger, HOA, [4])
    hire().step(1)
    assert now(database.app) == {LAN: [1], HOA: [4]}
    assert len(waiting(database)) == 1


def test_neither_table_nor_log_names_a_person(
    ledger: Ledger, hire: Hire, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(ledger, LAN, "raise")
    hire().step(1)
    said = capsys.readouterr()
    assert "parked" in said.out + said.err
    assert "Nguyễn" not in said.out + said.err
    assert "Nguyễn" not in str(waiting(database))


def test_the_status_counts_parked_streams(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, "raise")
    tell(ledger, HOA, "raise")
    hire().step(1)
    with psycopg.connect(database.app) as connection:
        assert {view["view"]: view["parked"] for view in status(connection)}["odd"] == 2


def test_once_it_can_be_read_a_stream_is_unparked_with_all_that_waited(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    feeder = hire()
    tell(ledger, LAN, [1], "raise", [1, 3])
    tell(ledger, HOA, [2])
    feeder.step(1)
    with psycopg.connect(database.app, autocommit=True) as connection:
        unpark(connection, REPAIRED, LAN)
    assert [row for row in rows(database.app) if row[0] == LAN] == [
        (LAN, 1, 1, 2, 1),
        (LAN, 2, 2, 3, "raise"),
        (LAN, 3, 3, None, 1),
        (LAN, 4, 3, None, 3),
    ]
    assert waiting(database) == []


def test_after_that_the_feeder_that_is_running_goes_on_with_the_stream(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    feeder = hire([REPAIRED])
    tell(ledger, LAN, [1], REFUSED_BY_THE_TABLE[0], [1, 3])
    feeder.step(1)
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE views.odd DROP CONSTRAINT odd_words_check")
    with psycopg.connect(database.app, autocommit=True) as connection:
        unpark(connection, REPAIRED, LAN)
    tell(ledger, LAN, [3, 4])
    feeder.step(1)
    assert now(database.app) == {LAN: [3, 4]}


def test_a_stream_that_still_cannot_be_read_stays_parked_as_it_is(
    ledger: Ledger, hire: Hire, database: Database
) -> None:
    tell(ledger, LAN, [1], "raise")
    hire().step(1)
    before = rows(database.app), waiting(database)
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        pytest.raises(StillPoison, match="KeyError at 2"),
    ):
        unpark(connection, ODD, LAN)
    assert (rows(database.app), waiting(database)) == before


def test_a_stream_that_is_not_parked_is_not_unparked(database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection, pytest.raises(LookupError):
        unpark(connection, ODD, LAN)


def test_a_view_that_takes_each_record_for_itself_parks_as_well(ledger: Ledger, hire: Hire, database: Database) -> None:
    def each(record: object) -> list[tuple[int, str]]:
        if "raise" in str(record):
            raise KeyError
        return [(1, "a"), (2, "b")]

    tell(ledger, LAN, [1], "raise", [2])
    tell(ledger, HOA, [3])
    hire([replace(ODD, subject=None, each=each)]).step(1)
    assert now(database.app) == {LAN: ["a", "b"], HOA: ["a", "b"]}
    assert [row[1:3] for row in waiting(database)] == [(LAN, 2)]

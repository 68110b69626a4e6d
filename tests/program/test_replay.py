"""`caunoi replay` makes views anew from the log: to serve, to be shown as they were, and to be compared, row by row."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from events.ledger import Ledger
from projections.anew import Anew
from projections.catalogue import VIEWS
from projections.positions import status
from services.program import database, replaying, started_with
from services.program.postgres import Postgres
from services.settings import Settings
from services.trouble import Trouble
from tests.database import Database, fresh
from tests.examples import CELL_7, LAN, MINH, a_certificate, a_reprimand
from tests.keys import master_key_file
from tests.program.little_system import caunoi
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, MARCH, MAY
from tests.projections.log import Said, put
from tests.scoring.ledger import put_cell, put_meeting
from tests.scoring.meeting import PERFECT

KEPT = ["cell_months", "cell_years"]
"""What is made from the views, and so after them."""
PLAIN = sorted([*(view.name for view in VIEWS), "notices"])
EVERY = PLAIN + KEPT
LATE = [Said(LAN, a_reprimand(), APRIL), Said(MINH, a_certificate(), MAY)]


@pytest.fixture(scope="module")
def told(template: Postgres) -> Iterator[Database]:
    """A log with a commune in it, from which every view has been made."""
    with fresh(template) as made:
        with Ledger(made.app) as ledger:
            put(ledger, *COMMUNE_AND_BLOC)
            put(ledger, *LATE)
        assert replay(made, "all")[0] == 0
        yield made


def replay(where: Database, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """(exit code, the objects of its lines, standard error)."""
    code, said, why = plainly(where, *arguments, "--json")
    return code, [json.loads(line) for line in said.splitlines()], why


def plainly(where: Database, *arguments: str) -> tuple[int, str, str]:
    """The same as it is said to people."""
    return caunoi("replay", *arguments, CAUNOI_DATABASE=where.app, CAUNOI_MASTER_KEY_FILE=str(master_key_file()))


def run(where: Database, statement: str) -> None:
    with psycopg.connect(where.owner) as connection:
        connection.execute(statement.encode())


def one(where: Database, question: str) -> Any:
    with psycopg.connect(where.app) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def head(where: Database) -> int:
    return int(one(where, "SELECT position FROM ledger.counter"))


def test_all_views_are_made_anew_to_serve(told: Database) -> None:
    with psycopg.connect(told.app) as connection:
        found = {view["view"]: view["position"] for view in status(connection)}
    fed = [name for name in EVERY if name not in ("notices", "cell_years")]
    assert {name: found[name] for name in fed} == dict.fromkeys(fed, head(told))
    assert one(told, "SELECT count(*) FROM views.roll") > 0


def test_all_views_are_compared_with_what_serves(told: Database) -> None:
    code, said, _ = replay(told, "all", "--compare")
    assert code == 0
    assert [(line["view"], line["same"], line["difference"]) for line in said] == [(name, True, None) for name in EVERY]
    assert {line["live"]["hash"] for line in said} == {line["anew"]["hash"] for line in said}


def test_the_hash_of_what_serves_is_that_of_what_came_out(told: Database) -> None:
    settings = Settings.read(database=told.app, master_key_file=master_key_file())
    stands = {view.name: view.standing() for view in replaying.find(settings, "all")}
    compared = {line["view"]: line for line in replay(told, "all", "--compare")[1]}
    assert {name: str(one.hash) for name, one in stands.items()} == {n: line["hash"] for n, line in compared.items()}
    assert {name: one.position for name, one in stands.items()} == {n: line["position"] for n, line in compared.items()}


def test_what_came_out_is_said_in_a_line_for_people(told: Database) -> None:
    code, said, _ = plainly(told, "tree", "--compare")
    rows = one(told, "SELECT count(*) FROM views.tree")
    (line,) = said.splitlines()
    assert code == 0
    assert line.split()[:5] == ["tree", "at", str(head(told)), str(rows), "rows"]
    assert line.endswith("the same")


def test_the_first_difference_is_shown_with_its_record_and_ends_with_6(template: Postgres) -> None:
    with fresh(template) as made:
        with Ledger(made.app) as ledger:
            put(ledger, *COMMUNE_AND_BLOC)
        replay(made, "roll")
        run(made, f"UPDATE views.roll SET name = 'x' WHERE stream = '{LAN}'")
        code, (said,), _ = replay(made, "roll", "--compare")
        assert (code, said["same"]) == (6, False)
        first = said["difference"]
        assert (first["name"], first["stream"], first["columns"]) == ("member.admitted", LAN, ["name"])
        assert (first["live"]["name"], first["anew"]["name"]) == ("x", "Nguyễn Thị Lan")
        code, text, _ = plainly(made, "roll", "--compare")
        assert (code, "Lan" in text) == (6, False), "a terminal is read by many"
        assert f"first at {first['position']}, member.admitted, stream {LAN}: name" in text
        assert replay(made, "roll")[0] == 0
        assert replay(made, "roll", "--compare")[0] == 0


def test_one_that_serves_is_not_touched_by_showing_it(told: Database) -> None:
    before = one(told, "SELECT sum(generation) FROM views.positions")
    oid = one(told, "SELECT 'views.sanctions'::regclass::oid::int8")
    code, (said,), _ = replay(told, "sanctions", "--as-of", APRIL.isoformat())
    assert (code, said["rows"], len(said["items"])) == (0, 1, 1)
    assert (said["items"][0]["stream"], said["items"][0]["known_to"]) == (LAN, None)
    assert replay(told, "sanctions", "--as-of", (APRIL - timedelta(days=1)).isoformat())[1][0]["items"] == []
    assert one(told, "SELECT sum(generation) FROM views.positions") == before
    assert one(told, "SELECT 'views.sanctions'::regclass::oid::int8") == oid


def test_what_had_been_recorded_by_an_instant_is_all_that_is_used(told: Database) -> None:
    last = head(told) - len(LATE)
    at = one(told, f"SELECT to_timestamp(recorded / 1e6)::text FROM ledger.log WHERE position = {last}")
    instant = at.replace(" ", "T") + ":00"
    code, (said,), _ = replay(told, "sanctions", "--known-at", instant)
    assert (code, said["position"], said["items"]) == (0, last, [])
    code, lines, why = replay(told, "all", "--known-at", instant, "--as-of", MARCH.isoformat(), "--compare")
    assert code == 0, why
    assert {(line["view"], line["position"]) for line in lines if line["view"] != "notices"} == {
        (name, last) for name in PLAIN if name != "notices"
    }
    assert "they keep only what is known now: cell_months, cell_years" in why
    for name in KEPT:
        code, _, why = replay(told, name, "--known-at", instant, "--compare")
        assert (code, "without --as-of and --known-at" in why) == (1, True)


def test_the_months_of_a_board_and_their_sums_are_compared_row_by_row(template: Postgres) -> None:
    with fresh(template) as made:
        with Ledger(made.app) as ledger:
            put_cell(ledger)
            put_meeting(ledger, *PERFECT)
        assert replay(made, "all")[0] == 0
        for name, of in zip(KEPT, ("2026-03-01", "2026"), strict=True):
            code, (shown,), _ = replay(made, name, "--as-of", "2026-12-31")
            assert (code, shown["rows"], shown["items"][0]["held"]) == (0, 1, 1)
            assert replay(made, name, "--as-of", "2026-03-04")[1][0]["items"] == []
            run(made, f"UPDATE views.{name} SET held = 7")
            code, (said,), _ = replay(made, name, "--compare")
            assert (code, said["same"]) == (6, False)
            first = said["difference"]
            assert (first["stream"], first["name"], first["columns"]) == (CELL_7, of, ["held"])
            assert (first["live"]["held"], first["anew"]["held"]) == (7, 1)
        assert replay(made, "cell_months")[0] == 0
        assert replay(made, "cell_years", "--compare")[0] == 0


def test_rows_are_lines_of_json_for_people_too(told: Database) -> None:
    _, said, _ = plainly(told, "tree", "--as-of", MAY.isoformat())
    *rows, last = said.splitlines()
    assert len(rows) == int(last.split()[3])
    assert all(json.loads(row)["stream"] for row in rows)


def test_all_is_shown_without_its_rows(told: Database) -> None:
    code, said, _ = replay(told, "all", "--as-of", MAY.isoformat())
    assert (code, [line["view"] for line in said]) == (0, EVERY)
    assert not any("items" in line for line in said)


@pytest.mark.parametrize(
    ("wrong", "code", "why"),
    [
        (["rol"], 3, "did you mean roll?"),
        (["roll", "--as-of", "1/2/2026"], 2, "--as-of"),
        (["roll", "--known-at", "2026-03-03T12:00:00"], 2, "--known-at"),
        ([], 2, "VIEW"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_says_why(told: Database, wrong: list[str], code: int, why: str) -> None:
    ended, said, told_why = replay(told, *wrong)
    assert (ended, said) == (code, [])
    assert why in told_why


def test_two_do_not_make_the_same_view_anew_at_once(told: Database) -> None:
    roll = next(view for view in VIEWS if view.name == "roll")
    with Anew(told.app, roll):
        code, _, why = replay(told, "roll")
    assert code == 4
    assert "somebody else is making roll anew" in why


def test_without_a_database_it_says_what_to_name(tmp_path: Any) -> None:
    code, _, why = caunoi("replay", "roll", "--data", str(tmp_path))
    assert code == 3
    assert "--database" in why
    code, _, why = caunoi("replay", "roll", "--database", "postgresql://127.0.0.1:1/x?connect_timeout=2")
    assert code == 1
    assert "the database does not answer" in why
    assert why.count("caunoi:") == 1


def test_the_embedded_database_of_a_directory_is_found(postgres: Postgres) -> None:
    data = postgres.cluster.parent
    assert database.of(Settings.read(data=data)) == postgres.dsn(database.APP)


def test_what_the_running_system_was_started_with_stands_above_ones_own(tmp_path: Any) -> None:
    mine = Settings.read(data=tmp_path, ledger="another", timezone="UTC")
    assert started_with.take(mine) == mine
    started_with.keep(tmp_path, Settings.read(ledger="hai-hoa"))
    as_started = started_with.take(mine)
    assert (as_started.ledger, as_started.timezone) == ("hai-hoa", "Asia/Ho_Chi_Minh")
    started_with.keep(tmp_path, Settings.read(master_key_file=tmp_path / "key"))
    assert started_with.take(mine).master_key_file == tmp_path / "key"


def test_a_reader_who_does_not_let_go_is_a_line(told: Database) -> None:
    with pytest.raises(Trouble, match="nothing was changed"), replaying.troubles():
        raise psycopg.errors.LockNotAvailable

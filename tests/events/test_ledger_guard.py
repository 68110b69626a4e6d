"""Nobody changes the log: the application may not, and whoever may is told that it is for ever."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql

from events.copying import copy
from events.ledger import Ledger
from events.request import Appended
from events.schema import install
from services.program.postgres import Postgres
from tests.database import Database
from tests.events import writers
from tests.events.appending import everything, must_be_whole, new, silent, to

CHANGES = ["UPDATE {} SET version = version", "DELETE FROM {}", "DELETE FROM {} WHERE false", "TRUNCATE {}"]
CHANGES += ["MERGE INTO {} l USING ledger.heads h ON l.stream = h.stream WHEN MATCHED THEN DELETE"]
PARTS = ["ledger.log", "ledger.log_0", "ledger.log_1"]


@pytest.fixture
def written(database: Database) -> Iterator[Database]:
    """A ledger with something in every table."""
    with Ledger(database.app) as ledger:
        ledger.append(to(new(), takes=[("card:1", new())]))
        ledger.append(silent())
        before = everything(ledger)
        yield database
        assert everything(ledger) == before


def changes() -> list[sql.Composed]:
    return [sql.SQL(change).format(sql.SQL(part)) for change in CHANGES for part in PARTS]


def test_the_application_cannot_change_the_log(written: Database) -> None:
    with psycopg.connect(written.app, autocommit=True) as connection:
        for change in changes():
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(change)


TABLES = ["log", "log_0", "heads", "claims", "counter", "silent", "names", "actors"]
WRITES = ["INSERT INTO {} DEFAULT VALUES", "COPY {} FROM STDIN", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"]


def test_the_application_writes_no_table_of_the_ledger(written: Database) -> None:
    with psycopg.connect(written.app, autocommit=True) as connection:
        for table in TABLES:
            for write in WRITES:
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(write).format(sql.Identifier("ledger", table)))


def test_the_application_cannot_take_the_guard_away(written: Database) -> None:
    with psycopg.connect(written.app, autocommit=True) as connection:
        for attempt in (
            "ALTER TABLE ledger.log DISABLE TRIGGER ALL",
            "DROP TRIGGER forever ON ledger.log",
            "SET session_replication_role = replica",
            "ALTER FUNCTION ledger.refuse_change() RENAME TO allow_change",
            "SELECT ledger.guard('ledger.log')",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(attempt)


def test_the_owner_a_superuser_is_told_that_the_log_is_for_ever(written: Database) -> None:
    with psycopg.connect(written.owner, autocommit=True) as connection:
        assert connection.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (True,)
        for change in changes():
            with pytest.raises(errors.InsufficientPrivilege, match="the log is for ever") as refusal:
                connection.execute(change)
            assert "strikes through" in (refusal.value.diag.message_hint or "")


def test_a_new_part_is_guarded_from_its_beginning(written: Database) -> None:
    with psycopg.connect(written.owner, autocommit=True) as connection:
        connection.execute("SELECT ledger.extend(30000000)")
        for part in ("log_2", "log_3"):
            with pytest.raises(errors.InsufficientPrivilege, match="for ever"):
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier("ledger", part)))


def test_an_upsert_does_not_get_past_the_guard(written: Database) -> None:
    with psycopg.connect(written.owner) as connection, pytest.raises(errors.InsufficientPrivilege, match="for ever"):
        connection.execute(
            "INSERT INTO ledger.log SELECT * FROM ledger.log ON CONFLICT (position) DO UPDATE SET version = 7"
        )


# Installing


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[Database]:
    """A database in which nothing is installed."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(postgres.dsn(database="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield Database(name, postgres.dsn(database=name), postgres.dsn("caunoi_app", name))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_installing_again_changes_nothing(written: Database) -> None:
    install(written.owner)
    with Ledger(written.app) as ledger:
        before = everything(ledger)
        assert ledger.append(to(before[0].stream, 9, command=before[0].command)).replayed


FORMERLY = """
DROP TYPE ledger.asked_head, ledger.asked_condition, ledger.asked_claim, ledger.asked_fact, ledger.asked_silent CASCADE;
CREATE TYPE ledger.asked_command AS (command uuid, digest bigint, answer bytea);
CREATE TYPE ledger.asked_head AS (request integer, stream uuid, expected integer, version integer);
CREATE TYPE ledger.asked_condition AS (request integer, stream uuid, version integer);
CREATE TYPE ledger.asked_claim AS (request integer, claim text, stream uuid, take boolean);
CREATE TYPE ledger.asked_fact AS (
    request integer, cause bigint, digest bigint, version integer, effective_on date, by integer, name smallint,
    stream uuid, command uuid, reason text, data bytea
);
CREATE FUNCTION ledger.refusals(
    ledger.asked_command[], ledger.asked_head[], ledger.asked_condition[], ledger.asked_claim[]
) RETURNS TABLE (rank integer, request integer) LANGUAGE sql AS 'SELECT 1, 1';
CREATE FUNCTION ledger.append(
    ledger.asked_command[], ledger.asked_head[], ledger.asked_condition[], ledger.asked_claim[], ledger.asked_fact[],
    boolean
) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION ledger.copy(
    ledger.asked_command[], ledger.asked_head[], ledger.asked_condition[], ledger.asked_claim[], boolean
) RETURNS integer LANGUAGE sql AS 'SELECT 1';
"""


def test_it_is_installed_over_one_whose_functions_took_their_requests_otherwise(written: Database) -> None:
    with psycopg.connect(written.owner) as owner:
        owner.execute(FORMERLY)
    install(written.owner)
    install(written.owner)
    with psycopg.connect(written.owner) as owner:
        signatures = owner.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
            " AND proname IN ('append', 'copy', 'refusals') ORDER BY 1"
        ).fetchall()
        head = owner.execute("SELECT position FROM ledger.counter").fetchone()
    assert signatures == [("append",), ("copy",), ("refusals",)]
    assert head is not None
    with psycopg.connect(written.app) as app:
        # They can be asked; what they answer is others' to say.
        nothing = "'{}', '{}', '{}', '{}', '{}', '{}', '{}'"
        assert app.execute(f"SELECT head, refusals FROM ledger.append({nothing})".encode()).fetchone() == (*head, None)


INSTALL = "import sys; from events.schema import install; install(sys.argv[1])"


def test_several_processes_may_install_at_once(empty: Database) -> None:
    started = [subprocess.Popen([sys.executable, "-c", INSTALL, empty.owner]) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0] * 4
    with Ledger(empty.app) as ledger:
        assert ledger.append(to(new())).first == 1


def test_an_owner_who_is_no_superuser_can_install_and_is_refused_as_well(postgres: Postgres, empty: Database) -> None:
    role = sql.Identifier(f"plain_{uuid4().hex[:8]}")
    owner = f"{empty.owner}&options=-c%20role%3D{role.as_string().strip(chr(34))}"
    with psycopg.connect(empty.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {}; GRANT caunoi_app TO {}").format(role, role))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(empty.name), role))
        try:
            install(owner)
            install(owner)
            with Ledger(empty.app) as ledger:
                ledger.append(to(new(), takes=[("card:1", new())]))
                assert [type(outcome) for _, outcome in copy(empty.app, [to(new()), to(new(), facts=2)])] == [
                    Appended
                ] * 2
                must_be_whole(everything(ledger))
            with psycopg.connect(owner, autocommit=True) as plain:
                for change in changes():
                    with pytest.raises(errors.InsufficientPrivilege, match="the log is for ever"):
                        plain.execute(change)
        finally:
            connection.execute(
                sql.SQL("DROP OWNED BY {}; ALTER DATABASE {} OWNER TO CURRENT_USER; DROP ROLE {}").format(
                    role, sql.Identifier(empty.name), role
                )
            )


def test_installing_below_a_load_disturbs_nobody(database: Database) -> None:
    writer = writers.Writer(database.app, threads=4, requests=150, seed=3)
    while writer.running:
        install(database.owner)
    heard = writers.hear([writer])
    assert writer.process.returncode == 0
    assert len(heard.done) == 600
    with Ledger(database.app) as ledger:
        records = everything(ledger)
    must_be_whole(records)
    writers.must_be_kept(heard, records)


def test_a_name_or_an_actor_that_is_known_uses_up_no_number(written: Database) -> None:
    """There are 32,767 numbers for names, and every process asks for all names when it starts."""
    with psycopg.connect(written.app, autocommit=True) as connection:
        for _ in range(50):
            connection.execute("SELECT ledger.number_names(ARRAY['thing.happened', 'a.b'])")
            connection.execute("SELECT ledger.number_actors(ARRAY['an office', 'b'])")
        row = connection.execute(
            "SELECT (SELECT max(no) FROM ledger.names), (SELECT max(no) FROM ledger.actors),"
            " (SELECT no FROM ledger.number_names(ARRAY['c.d'])), (SELECT no FROM ledger.number_actors(ARRAY['c']))"
        ).fetchone()
        assert row == (2, 2, 3, 3)

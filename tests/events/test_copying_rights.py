"""What the application may copy into the log: through one function, and without a gap."""

import psycopg
import pytest
from psycopg import errors

from events.appender import Appender
from events.ledger import Ledger
from tests.database import Database
from tests.events.appending import new, to


def test_the_application_copies_through_the_function_alone(database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT ledger.prepare_copy()")
        for attempt in (
            "COPY ledger.log FROM STDIN",
            "SELECT * FROM pg_temp.copied",
            "ALTER TABLE pg_temp.copied ADD COLUMN more text",
            "CREATE TRIGGER mine BEFORE INSERT ON pg_temp.copied EXECUTE FUNCTION ledger.refuse_change()",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(attempt)


FILL = """INSERT INTO pg_temp.copied
VALUES (%s, 0, 0, 1, '2026-01-01', 1, 1, gen_random_uuid(), gen_random_uuid(), '', '')"""
NOTHING = "SELECT ledger.copy('{}', '{}', '{}', '{}', '{}', '{}')"


def test_a_table_of_the_callers_own_is_not_copied_from(database: Database) -> None:
    for mine in (
        "CREATE TEMP TABLE copied (LIKE ledger.log)",
        "CREATE TEMP VIEW copied AS SELECT * FROM ledger.log",
        "",
    ):
        with psycopg.connect(database.app, autocommit=True) as connection:
            if mine:
                connection.execute(mine)
            with pytest.raises(errors.ObjectNotInPrerequisiteState):
                connection.execute(NOTHING)


@pytest.mark.parametrize("numbers", [[2], [0], [1, 3], [0, 2], [1, 1], [-1, 1]])
def test_facts_that_would_leave_a_gap_are_refused(database: Database, ledger: Ledger, numbers: list[int]) -> None:
    appender = Appender(database.app)
    appender.append(to(new()))
    appender.close()
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT ledger.prepare_copy()")
        connection.execute("BEGIN")
        for number in numbers:
            connection.execute(FILL, [number])
        with pytest.raises((errors.DataException, errors.UniqueViolation)):
            connection.execute(NOTHING)
    assert ledger.head() == 1

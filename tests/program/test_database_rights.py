"""Who may not install the tables in an operator's database is told which right is missing, and what to type."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from services.program.database_rights import require_to_install
from services.program.postgres import Postgres
from services.program.schemas import install
from services.trouble import Trouble
from tests.database import Database
from tests.program.little_system import caunoi
from tests.program.places import place

ROLES = Path("deploy/postgresql/roles.sql")


class Server:
    """A server of these tests alone, for roles are a whole server's; without the application's role at first."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres

    def run(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.postgres.dsn(database=database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def somebody(self, rights: str = "") -> tuple[str, str, str]:
        """A role, a database that is not his, and how he connects to it."""
        name = f"op_{uuid4().hex[:8]}"
        self.run(f"CREATE ROLE {name} LOGIN {rights}")
        self.run(f"CREATE DATABASE {name}_db TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        return name, f"{name}_db", self.postgres.dsn(name, f"{name}_db")


@pytest.fixture
def server() -> Iterator[Server]:
    with place() as below:
        postgres = Postgres.start(below / "data")
        try:
            hba = below / "data" / "etc" / "pg_hba.conf"
            hba.write_text("local all all trust\n")
            made = Server(postgres)
            made.run("SELECT pg_reload_conf()")
            made.run("DROP ROLE caunoi_app")
            yield made
        finally:
            postgres.stop()


def given(server: Server, conninfo: str) -> str:
    """The statement that the refusal says to type, typed."""
    with pytest.raises(Trouble) as refused:
        require_to_install(conninfo)
    said = str(refused.value)
    assert "\n" not in said
    told = re.search(r'psql -d (\S+) -c "(.*)" \(', said)
    assert told is not None, said
    server.run(told[2], told[1])
    return said


def test_each_right_that_is_missing_is_named_and_given_by_what_is_said_to_type(server: Server) -> None:
    name, database, conninfo = server.somebody()
    said = given(server, conninfo)
    assert said.startswith(f"{name} may not make tables in the database {database}")
    assert "caunoi_app, which is missing" in given(server, conninfo)
    require_to_install(conninfo)
    install(conninfo)

    another, database, conninfo = server.somebody("CREATEROLE")
    server.run(f"GRANT CREATE ON DATABASE {database} TO {another}")
    assert "it is no member of that role" in given(server, conninfo)
    install(conninfo)


def test_whose_tables_they_are_is_said(server: Server) -> None:
    owner, database, conninfo = server.somebody()
    server.run(f"CREATE ROLE caunoi_app; GRANT caunoi_app TO {owner}; GRANT CREATE ON DATABASE {database} TO {owner}")
    install(conninfo)
    another, _, _ = server.somebody()
    with pytest.raises(Trouble, match=f"{another} does not own the tables.*connect as {owner}"):
        require_to_install(server.postgres.dsn(another, database))
    require_to_install(conninfo)


def test_who_may_make_roles_makes_the_applications(server: Server) -> None:
    name, database, conninfo = server.somebody("CREATEROLE")
    server.run(f"GRANT CREATE ON DATABASE {database} TO {name}")
    require_to_install(conninfo)
    install(conninfo)


def test_up_says_it_in_a_line(database: Database, tmp_path: Path) -> None:
    """With the application's own role, which may not install anything."""
    code, said, why = caunoi("up", "--database", database.app, "--data", str(tmp_path / "data"), "--port", "0")
    assert (code, said) == (1, "")
    assert why.count("\n") == 1
    assert why.startswith("caunoi: caunoi_app does not own the tables")


def test_the_roles_that_are_shipped_have_what_it_takes(server: Server) -> None:
    with psycopg.connect(server.postgres.dsn(database="postgres"), autocommit=True) as connection:
        connection.execute("ALTER DATABASE caunoi RENAME TO of_before")
        for statement in re.sub(r"--.*", "", ROLES.read_text()).split(";"):
            text = statement.strip().replace("caunoi_owner", "shipped_owner")
            if text:
                connection.execute(sql.SQL(text))
    conninfo = server.postgres.dsn("shipped_owner", "caunoi")
    require_to_install(conninfo)
    install(conninfo)

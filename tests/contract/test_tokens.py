"""A token is shown once and kept nowhere; revoked, it opens nothing."""

import psycopg
from psycopg import sql

from services.access import REMEMBERED
from tests.contract.conftest import System
from tests.program.places import eventually

TABLES = """SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"""
HOLDS = "SELECT count(*) FROM {} t WHERE position(%s IN t::text) > 0"


def issue(system: System) -> tuple[str, str]:
    body = {"organisation": system.commune.agency, "role": "secretary", "name": "a token of this test"}
    said = system.commune.post("/tokens", body)
    return said["id"], said["token"]


def opens(system: System, token: str) -> bool:
    """Whether it reaches the organisation that it is of."""
    path = f"/organisations/{system.commune.agency}"
    return system.commune.operator.get(path, headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_the_database_holds_no_token_that_opens(system: System) -> None:
    ident, token = issue(system)
    assert opens(system, token)
    found: dict[str, list[str]] = {ident: [], token: [], token[3:]: []}
    with psycopg.connect(system.commune.database.owner) as connection:
        for place in connection.execute(TABLES).fetchall():
            table = sql.SQL(HOLDS).format(sql.Identifier(*place))
            for text, where in found.items():
                row = connection.execute(table, [text]).fetchone()
                if row is not None and row[0]:
                    where.append(".".join(place))
    assert found == {ident: ["access.tokens"], token: [], token[3:]: []}


def test_no_list_shows_it_again(system: System) -> None:
    ident, token = issue(system)
    answer = system.commune.operator.get("/tokens", params={"limit": 500})
    assert ident in answer.text
    assert token not in answer.text


def test_a_revoked_token_opens_nothing_after_a_second(system: System) -> None:
    assert REMEMBERED <= 1
    ident, token = issue(system)
    assert opens(system, token)
    system.commune.post(f"/tokens/{ident}/revocations", {}, 200)
    eventually(lambda: not opens(system, token), seconds=REMEMBERED + 10)

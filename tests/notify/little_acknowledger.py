"""A process that acknowledges every notice under a key of its own, and says so line by line; made to be killed."""

import sys
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from events.fact import Id
from events.ledger import Ledger
from projections import inbox
from services.access import Caller, Role, Tokens
from services.notify.acknowledging import Acknowledgement, perform
from services.settings import Settings
from services.web.context import Context
from tests.examples import an_id
from tests.keys import keyring


def main(conninfo: str) -> None:
    """All of them, in their order, whatever was said before."""
    caller = Caller(an_id("a secretary"), None, Role.OPERATOR, "secretary")
    with Ledger(conninfo) as ledger, ConnectionPool[psycopg.Connection[Any]](conninfo) as pool:
        here = Context(Settings.read(database=conninfo), ledger, pool, Tokens(pool), keyring())
        with pool.connection() as connection:
            ids = [Id(row[0]) for row in connection.execute("SELECT id::text FROM exchange.notices ORDER BY seq")]
        for ident in ids:
            with pool.connection() as connection:
                row = inbox.find(connection, ident)
            assert row is not None, "it was there a moment ago"
            asked = Acknowledgement(caller=caller, on=datetime.now(UTC).date(), digest=1, key=f"key of {ident}")
            answer = perform(here, row, asked)
            sys.stdout.write(f"{ident} {answer.body['position']}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

"""The ledger's tables, made and kept up to date in an operator's or an embedded PostgreSQL."""

from pathlib import Path

import psycopg

SQL = Path(__file__).parent / "sql"
FILES = ("ledger.sql", "append.sql", "copy.sql", "keys.sql", "recorder.sql")


def install(conninfo: str) -> None:
    """Make what is missing, as the owner; safe to repeat and safe to run from several processes at once.

    Raises:
        psycopg.OperationalError: no server answers there.
    """
    with psycopg.connect(conninfo, autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        for name in FILES:
            connection.execute((SQL / name).read_bytes())

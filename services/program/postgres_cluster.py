"""The cluster on the disc: made whole or not at all, its settings written at each start, its roles when missing."""

import os
import shutil
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from services.program import beforehand
from services.program.directories import PUBLIC, make, make_own
from services.program.postgres_binaries import MAJOR, Binaries
from services.program.postgres_leftovers import end_occupants
from services.program.postgres_user import Account, PostgresRefused

OWNER, APP, DATABASE = "caunoi_owner", "caunoi_app", "caunoi"
INITDB_SECONDS = 600
ENVIRONMENT = {
    **beforehand.ENVIRONMENT,
    # glibc would give the memory of each group of facts back and fetch it anew: a sixth of a backend's time.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}

SETTINGS = """\
# Written at each start. What an operator wants otherwise goes into local.conf beside this file.
hba_file = '{etc}/pg_hba.conf'
ident_file = '{etc}/pg_ident.conf'
unix_socket_permissions = 0700
cluster_name = 'caunoi'
timezone = 'UTC'
log_timezone = 'UTC'
max_connections = 100
shared_buffers = '128MB'
wal_compression = '{wal_compression}'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
jit = off
max_logical_replication_workers = 0
log_min_messages = warning
log_line_prefix = '%m [%p] '
# A refused statement and its values may name a person, and a log holds no personal data.
log_min_error_statement = panic
log_error_verbosity = terse
include_if_exists = 'local.conf'
"""

HBA = f"""\
local all         {OWNER},{APP} peer map=caunoi
local replication {OWNER}            peer map=caunoi
"""


def initialise(data: Path, cluster: Path, account: Account, binaries: Binaries, log: IO[bytes]) -> None:
    """Makes the cluster unless it is there, in another place first: one killed half-way is never taken for whole.

    Raises PostgresRefused when there is something else in its place, or initdb fails.
    """
    torn = data / "postgres.new"
    if torn.exists():
        end_occupants(torn, lambda _: None)
        shutil.rmtree(torn)
    if cluster.exists():
        require_whole(cluster)
        return
    make_own(torn, account)
    argv = [binaries.program("initdb"), "-D", str(torn), "-U", OWNER, "--auth=peer", "--encoding=UTF8"]
    argv += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
    if said := beforehand.run(argv, account, log, cwd=data, seconds=INITDB_SECONDS, environment=ENVIRONMENT):
        raise PostgresRefused(f"initdb failed {said}")
    torn.rename(cluster)
    descriptor = os.open(data, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_whole(cluster: Path) -> None:
    """Raises PostgresRefused for a directory that is no cluster of this version: it is not ours to clear away."""
    version = cluster / "PG_VERSION"
    if not version.is_file() or not (cluster / "global" / "pg_control").is_file():
        raise PostgresRefused(f"{cluster} is no PostgreSQL cluster: move it away, or choose another --data")
    found = version.read_text().strip()
    if found != MAJOR:
        raise PostgresRefused(f"{cluster} is of PostgreSQL {found}, this is {MAJOR}: dump it there, restore it here")


def write_settings(data: Path, account: Account, starter: Account, binaries: Binaries) -> Path:
    """Writes DIR/etc, which belongs to the starter, and gives the path of the main file."""
    etc = data / "etc"
    make(etc, PUBLIC)
    names = dict.fromkeys([starter.name, account.name])
    idents = "".join(f'caunoi "{name}" {role}\n' for name in names for role in (OWNER, APP))
    settings = SETTINGS.format(etc=str(etc).replace("'", "''"), wal_compression=binaries.wal_compression)
    for name, text in (("postgresql.conf", settings), ("pg_hba.conf", HBA), ("pg_ident.conf", idents)):
        path = etc / name
        path.write_text(text)
        path.chmod(0o644)
    return etc / "postgresql.conf"


def furnish(conninfo: str) -> None:
    """Makes the application's role and the database when missing; connects as the owner to the database postgres."""
    with psycopg.connect(conninfo, autocommit=True, connect_timeout=30) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APP)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            make_database = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(make_database.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

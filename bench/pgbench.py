"""The engine itself: pgbench of the embedded PostgreSQL, INSERTs of the same bytes through prepared statements."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.facts import BYTES, DATA
from bench.figure import Sample
from bench.server import Database
from services.program.postgres_binaries import installed

TABLE = "CREATE TABLE plain (id bigserial PRIMARY KEY, data bytea NOT NULL)"
ONE = "INSERT INTO plain (data) VALUES (:data);"
MANY = "INSERT INTO plain (data) SELECT :data::bytea FROM generate_series(1, {rows});"
SAID = (
    f"pgbench -M prepared -j 2, one INSERT a transaction into (id bigserial primary key, data bytea) of {BYTES} bytes"
)


class Pgbench:
    """Clients that insert `rows` rows a transaction as fast as they can."""

    def __init__(self, database: Database, script: Path, clients: int, rows: int) -> None:
        self._database = database
        self._script = script
        self._clients = clients
        self._rows = rows

    def round(self, seconds: float) -> Sample:
        """Rows a second. pgbench counts whole seconds, so a shorter round is given as transactions.

        Raises:
            RuntimeError: a client stopped.
        """
        length = ["-T", str(round(seconds))] if seconds >= 1 else ["-t", str(max(1, int(500 * seconds)))]
        argv = [installed().program("pgbench"), "-n", "-M", "prepared", "-c", str(self._clients)]
        argv += ["-j", str(min(2, self._clients)), *length, "-f", str(self._script), "-D", f"data={DATA.decode()}"]
        said = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False, env=self._environment())
        found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", said.stdout)
        if said.returncode or found is None:
            raise RuntimeError(f"pgbench: {said.stderr}")
        return Sample(float(found[1]) * self._rows)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PGHOST": str(self._database.socket_dir),
            "PGUSER": "caunoi_owner",
            "PGDATABASE": self._database.name,
        }


@contextmanager
def pgbench(database: Database, clients: int, rows: int = 1) -> Iterator[Pgbench]:
    """Ready to run against the database, in which its table is made."""
    with psycopg.connect(database.owner) as connection:
        connection.execute("DROP TABLE IF EXISTS plain")
        connection.execute(TABLE)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(ONE if rows == 1 else MANY.format(rows=rows))
        script.flush()
        yield Pgbench(database, Path(script.name), clients, rows)

"""The embedded PostgreSQL starts, keeps what was committed, and stops, whatever happened before."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from services.program import postgres, postgres_cluster
from services.program.postgres import Postgres, PostgresFailed, PostgresRefused
from services.program.postgres_leftovers import occupants
from tests.program.places import alive, eventually, place


@pytest.fixture
def server(data: Path) -> Iterator[Postgres]:
    started = Postgres.start(data)
    yield started
    started.stop()


def ask(conninfo: str, question: str) -> object:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def keep_a_row(conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('row')")


def test_it_writes_durably_and_checks_its_pages(server: Postgres) -> None:
    shown = {name: ask(server.dsn(), f"SHOW {name}") for name in ("fsync", "full_page_writes", "synchronous_commit")}
    assert shown == {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
    assert ask(server.dsn(), "SHOW data_checksums") == "on"


def test_it_listens_on_a_socket_alone(server: Postgres) -> None:
    assert ask(server.dsn(), "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_text_is_utf8_and_sorts_the_same_on_every_machine(server: Postgres) -> None:
    assert ask(server.dsn(), "SHOW server_encoding") == "UTF8"
    found = ask(server.dsn(), "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database WHERE datname = 'caunoi'")
    assert found == "b C.UTF-8"


def test_the_application_is_no_superuser(server: Postgres) -> None:
    assert ask(server.dsn("caunoi_app"), "SELECT current_user") == "caunoi_app"
    assert ask(server.dsn("caunoi_app"), "SHOW is_superuser") == "off"


def test_nobody_logs_in_as_another_role(server: Postgres) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE somebody LOGIN SUPERUSER")
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(server.dsn("somebody"))


def test_a_second_start_finds_what_the_first_kept(data: Path) -> None:
    first = Postgres.start(data)
    keep_a_row(first.dsn())
    first.stop()
    assert first.poll() == 0
    second = Postgres.start(data)
    try:
        assert ask(second.dsn(), "SELECT count(*) FROM kept") == 1
    finally:
        second.stop()


def test_a_killed_postmaster_is_recovered_from_even_while_its_backends_linger(data: Path) -> None:
    first = Postgres.start(data)
    keep_a_row(first.dsn())
    with closing(psycopg.connect(first.dsn())):
        orphans = [pid for pid in occupants(data.resolve() / "postgres") if pid != first.pid]
        assert orphans
        for pid in orphans:
            os.kill(pid, signal.SIGSTOP)
        os.kill(first.pid, signal.SIGKILL)
        eventually(lambda: first.poll() is not None)
        second = Postgres.start(data)
    try:
        assert ask(second.dsn(), "SELECT count(*) FROM kept") == 1
        assert not any(alive(pid) for pid in orphans)
    finally:
        second.stop()


@pytest.mark.parametrize("content", ["{stranger}\n", "", "not a number\n"])
def test_a_pid_file_that_names_no_postgresql_is_no_hindrance(data: Path, content: str) -> None:
    first = Postgres.start(data)
    socket_lock = first.socket_dir / ".s.PGSQL.5432.lock"
    named = (data / "postgres" / "postmaster.pid").read_text()
    first.stop()
    # A process of the same user, since of another's PostgreSQL knows that it cannot be its own.
    owner = (data / "postgres").stat().st_uid
    with subprocess.Popen(["sleep", "1000"], user=owner if os.geteuid() == 0 else None) as stranger:
        try:
            text = content.format(stranger=stranger.pid)
            if text.strip().isdigit():
                text += named.partition("\n")[2]
            for path in (data / "postgres" / "postmaster.pid", socket_lock):
                path.write_text(text)
                os.chown(path, owner, -1)
            second = Postgres.start(data)
            second.stop()
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_half_made_cluster_is_made_anew(nowhere: Path) -> None:
    started = subprocess.Popen(
        [sys.executable, "tests/program/starter.py", str(nowhere)], env={**os.environ, "PYTHONPATH": "."}
    )
    half_made = nowhere / "postgres.new" / "PG_VERSION"
    eventually(half_made.exists)
    started.kill()
    started.wait()
    assert not (nowhere / "postgres").exists()
    server = Postgres.start(nowhere)
    try:
        assert ask(server.dsn(), "SELECT 1") == 1
        assert not (nowhere / "postgres.new").exists()
    finally:
        server.stop()


def test_what_is_no_cluster_is_refused_and_left_alone(nowhere: Path) -> None:
    (nowhere / "postgres").mkdir(parents=True)
    (nowhere / "postgres" / "a-thesis.txt").touch()
    if os.geteuid() == 0:
        os.chown(nowhere / "postgres", 65534, -1)
    with pytest.raises(PostgresRefused, match="is no PostgreSQL cluster"):
        Postgres.start(nowhere)
    assert (nowhere / "postgres" / "a-thesis.txt").exists()


def test_a_server_that_ends_while_starting_says_why_at_once(data: Path) -> None:
    Postgres.start(data).stop()
    (data / "etc" / "local.conf").write_text("shared_buffers = 'much'\n")
    with pytest.raises(PostgresFailed, match="shared_buffers"):
        Postgres.start(data)


@pytest.mark.parametrize("killed", ["postmaster", "backend"])
def test_a_server_that_is_killed_as_soon_as_it_is_ready_has_failed_to_start(
    data: Path, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    real = postgres_cluster.furnish

    def furnish(conninfo: str) -> None:
        with psycopg.connect(conninfo) as connection:
            leader = int((data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(leader if killed == "postmaster" else connection.info.backend_pid, signal.SIGKILL)
            if killed == "postmaster":
                real(conninfo)
            connection.execute("SELECT 1")

    monkeypatch.setattr(postgres, "furnish", furnish)
    with pytest.raises(PostgresFailed, match="went away while starting"):
        Postgres.start(data)
    monkeypatch.undo()
    Postgres.start(data).stop()


def test_an_operator_may_choose_otherwise_but_not_less_durably(data: Path) -> None:
    Postgres.start(data).stop()
    (data / "etc" / "local.conf").write_text("work_mem = '9MB'\nfsync = off\n")
    (data / "etc" / "local.conf").chmod(0o644)
    server = Postgres.start(data)
    try:
        assert ask(server.dsn(), "SHOW work_mem") == "9MB"
        assert ask(server.dsn(), "SHOW fsync") == "on"
    finally:
        server.stop()


def test_a_long_path_gets_a_short_private_socket_directory() -> None:
    with place() as made:
        data = made / ("d" * 120) / "data"
        server = Postgres.start(data)
        try:
            assert ask(server.dsn(), "SELECT 1") == 1
            assert not server.socket_dir.is_relative_to(made)
            assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        finally:
            server.stop()
        assert not server.socket_dir.exists()


def test_a_path_may_hold_spaces_quotes_and_commas() -> None:
    with place() as made:
        server = Postgres.start(made / "Đảng bộ, 'phường' \"8\"")
        try:
            assert ask(server.dsn(), "SELECT 1") == 1
        finally:
            server.stop()


def test_a_log_quotes_no_statement_and_no_value(server: Postgres) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE TABLE named (name text PRIMARY KEY)")
        connection.execute("INSERT INTO named VALUES ('Lan')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO named VALUES (%s)", ["Lan"])
    assert "duplicate key" in server.log.read_text()
    assert "Lan" not in server.log.read_text()


def test_it_is_started_from_the_main_thread_alone(nowhere: Path) -> None:
    raised: list[BaseException] = []

    def start() -> None:
        try:
            Postgres.start(nowhere)
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(raised) == 1
    assert not nowhere.exists()

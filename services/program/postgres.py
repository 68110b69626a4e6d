"""An embedded PostgreSQL: started, waited for as long as it lives, and stopped with whoever started it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from services.program import lock, tether
from services.program.directories import PRIVATE, make, make_data, make_own, socket_place
from services.program.postgres_binaries import Binaries, reachable
from services.program.postgres_cluster import DATABASE, ENVIRONMENT, OWNER, furnish, initialise, write_settings
from services.program.postgres_leftovers import clear
from services.program.postgres_user import Account, PostgresRefused, choose
from services.trouble import Trouble, tail

__all__ = ["Postgres", "PostgresFailed", "PostgresRefused", "prepare"]

NOTE_SECONDS = 5.0
QUIT_SECONDS = 10.0


class PostgresFailed(Trouble):
    """The server ended before it was of use; the text carries the end of its log, or what its client was told."""


def _silently(_: str) -> None:
    pass


def prepare(data: Path, user: str | None = None) -> Account:
    """Makes the data directory itself, and says as whom PostgreSQL will run there.

    Raises PostgresRefused, before anything is made, when that user cannot come there.
    """
    data = data.resolve()
    account = choose(data / "postgres", user)
    make_data(data, account)
    return account


class Postgres:
    """A running server on a unix socket. Make it with `start`; it ends with this process, however that ends."""

    def __init__(self, process: subprocess.Popen[bytes], cluster: Path, socket_dir: Path, log: Path) -> None:
        self._process = process
        self.cluster = cluster
        self.socket_dir = socket_dir
        self.log = log

    @classmethod
    def start(cls, data: Path, *, user: str | None = None, note: Callable[[str], None] = _silently) -> "Postgres":
        """Starts the server of `data`, made anew when missing, and returns when it answers; `note` hears how it goes.

        The caller holds the lock of `data` (services.program.lock) and calls from the main thread: the server ends
        with the thread that started it. `user` is whom it runs as when the caller is root. Waits for as long as the
        server lives, since a recovery takes what it takes.
        Raises PostgresRefused when it cannot run like this, PostgresFailed when it ended, lock.Held when another
        process holds `data`.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start PostgreSQL from the main thread: it ends with the thread that started it")
        data = data.resolve()
        account = prepare(data, user)
        # What still runs there is taken for a leftover below, and ended.
        if lock.holder(data) not in (None, os.getpid()):
            raise lock.Held(data, lock.holder(data))
        binaries = reachable(data, account)
        make(data / "logs", PRIVATE)
        socket_dir = socket_place(data, account)
        make_own(socket_dir, account)
        cluster = data / "postgres"
        with open(data / "logs" / "postgres.log", "ab") as log:
            initialise(data, cluster, account, binaries, log)
            clear(cluster, socket_dir, note)
            settings = write_settings(data, account, Account.of(os.geteuid()), binaries)
            offset = log.seek(0, os.SEEK_END)
            process = _launch(binaries, cluster, settings, socket_dir, account, log)
        server = cls(process, cluster, socket_dir, data / "logs" / "postgres.log")
        try:
            server._wait_until_ready(offset, note)
            try:
                furnish(server.dsn(database="postgres"))
            except psycopg.OperationalError as error:
                # Killed a moment after it was ready.
                said = str(error).partition("\n")[0]
                raise PostgresFailed(f"PostgreSQL went away while starting ({server.log}): {said}") from error
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self._process.pid

    def dsn(self, role: str = OWNER, database: str = DATABASE) -> str:
        """A libpq URL."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"

    def poll(self) -> int | None:
        """The exit status when the server has ended, else None."""
        return self._process.poll()

    def stop(self, timeout: float = 60.0) -> None:
        """A fast shutdown; after `timeout` seconds an immediate one, after which the next start recovers."""
        for way, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, QUIT_SECONDS), (signal.SIGKILL, QUIT_SECONDS)):
            self._process.send_signal(way)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break
        if self.socket_dir.parent != self.cluster.parent:
            with suppress(OSError):
                self.socket_dir.rmdir()

    def _wait_until_ready(self, offset: int, note: Callable[[str], None]) -> None:
        started = time.monotonic()
        next_note = started + NOTE_SECONDS
        while not self._ready():
            if self.poll() is not None:
                raise PostgresFailed(f"PostgreSQL ended while starting ({self.log}):\n{tail(self.log, offset)}")
            if time.monotonic() >= next_note:
                last = tail(self.log, offset).rpartition("\n")[2]
                note(f"PostgreSQL is starting, {time.monotonic() - started:.0f} s so far: {last}")
                next_note += NOTE_SECONDS
            time.sleep(0.02)

    def _ready(self) -> bool:
        """The postmaster itself writes its state into the eighth line of its pid file; pg_ctl reads it there, too."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"


def _launch(
    binaries: Binaries, cluster: Path, settings: Path, socket_dir: Path, account: Account, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    argv = [binaries.program("postgres"), "-D", str(cluster), "-c", f"config_file={settings}"]
    # It reads a list of directories.
    sockets = 'unix_socket_directories="{}"'.format(str(socket_dir).replace('"', '""'))
    # On the command line, so that no file weakens them.
    for setting in ("fsync=on", "full_page_writes=on", "listen_addresses=", sockets):
        argv += ["-c", setting]
    return subprocess.Popen(
        tether.command(argv, death_signal=signal.SIGINT, user=account.ids),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=cluster.parent,
        env=ENVIRONMENT,
        # A Ctrl-C in the terminal is for the starter, who stops the database last.
        start_new_session=True,
    )

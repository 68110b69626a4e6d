"""An Apache Kafka of our own: started, waited for, and stopped with whoever started it."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from services import whole_file
from services.program import tether
from services.program.beforehand import ENVIRONMENT
from services.program.directories import PRIVATE, make, make_data
from services.program.kafka_files import (
    HOST,
    Ports,
    Program,
    initialise,
    is_free,
    logging_option,
    program,
    write_settings,
)
from services.program.kafka_jars import KafkaUnavailable
from services.program.postgres_leftovers import end_occupants
from services.program.postgres_user import Account, choose
from services.trouble import Trouble, tail

__all__ = ["Kafka", "KafkaFailed", "KafkaUnavailable"]

READY_SECONDS = 120.0
STOP_SECONDS = 20.0
KILL_SECONDS = 10.0
ADDRESS = "kafka-address"


class KafkaFailed(Trouble):
    """The broker ended before it was ready, or never was; the text carries the end of its log."""


class Kafka:
    """A running broker. Make it with `start`; it ends with this process, however that ends."""

    def __init__(self, process: subprocess.Popen[bytes], data: Path, ports: Ports) -> None:
        self._process = process
        self._data = data
        self.ports = ports
        self.log = data / "logs" / "kafka.log"

    @classmethod
    def start(
        cls, data: Path, *, user: str | None = None, ports: Ports | None = None, note: Callable[[str], None]
    ) -> "Kafka":
        """Starts the broker of `data`, made anew when missing, and returns when it listens; `note` hears how it goes.

        The caller holds the lock of `data` and calls from the main thread: the broker ends with the thread that started
        it. As root it runs as PostgreSQL's user does. On `ports`, where its clients know it from before; else on free
        ones. Its address is in DIR/kafka-address.
        Raises KafkaUnavailable when it cannot be run, KafkaFailed when it ended.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start Kafka from the main thread: it ends with the thread that started it")
        data = data.resolve()
        account = _account(data, user)
        make_data(data, account)
        make(data / "logs", PRIVATE)
        found = program(data, account, note)
        chosen = ports or Ports.free()
        with open(data / "logs" / "kafka.log", "ab") as log:
            folder = initialise(data, account, found, chosen, log)
            end_occupants(folder, note, programs=("java",), name="Kafka")
            if ports and not all(map(is_free, (ports.clients, ports.controller))):
                raise KafkaFailed(f"somebody else listens on {HOST}, port {ports.clients} or {ports.controller}")
            settings = write_settings(data, chosen, folder)
            offset = log.seek(0, os.SEEK_END)
            process = _launch(found, data, folder, settings, account, log.fileno())
        broker = cls(process, data, chosen)
        try:
            broker._wait_until_ready(offset)
        except BaseException:
            broker.stop()
            raise
        whole_file.write(data / ADDRESS, broker.address + "\n")
        return broker

    @property
    def pid(self) -> int:
        """The broker's process id."""
        return self._process.pid

    @property
    def address(self) -> str:
        """HOST:PORT."""
        return f"{HOST}:{self.ports.clients}"

    def poll(self) -> int | None:
        """The exit status when the broker has ended, else None."""
        return self._process.poll()

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Asks it to end, then makes it: what it had not written down is published again."""
        (self._data / ADDRESS).unlink(missing_ok=True)
        for way, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, KILL_SECONDS)):
            self._process.send_signal(way)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
                break

    def _wait_until_ready(self, offset: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._listens():
            if self.poll() is not None:
                raise KafkaFailed(f"Kafka ended while starting ({self.log}):\n{tail(self.log, offset)}")
            if time.monotonic() > deadline:
                raise KafkaFailed(f"Kafka does not listen after {READY_SECONDS:.0f} s ({self.log})")
            time.sleep(0.02)

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.ports.clients), timeout=1):
            return True
        return False


def _account(data: Path, user: str | None) -> Account:
    """Whom it runs as: PostgreSQL's user, and the owner of its folder where there is one."""
    cluster = data / "postgres"
    return choose(cluster if cluster.exists() else data / "kafka", user)


def _launch(
    found: Program, data: Path, folder: Path, settings: Path, account: Account, log: int
) -> subprocess.Popen[bytes]:
    argv = found.argv("kafka.Kafka", str(settings), options=(logging_option(data),))
    return subprocess.Popen(
        tether.command(argv, death_signal=signal.SIGTERM, user=account.ids),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        env=ENVIRONMENT,
        # A Ctrl-C in the terminal is for the starter, who stops the broker after those that lean on it.
        start_new_session=True,
    )

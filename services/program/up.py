"""Everything on one machine: started in order, watched, and stopped in reverse."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg

from services import whole_file
from services.program import (
    admin_token,
    checkpoint_key_file,
    database,
    database_rights,
    http_address,
    lock,
    master_key_file,
    schemas,
    started_with,
    tether,
)
from services.program.children import Children, GivenUp
from services.program.directories import PASSABLE, PRIVATE, make
from services.program.kafka import Kafka, KafkaFailed
from services.program.patience import Patience
from services.program.postgres import Postgres, PostgresFailed, prepare
from services.program.rotating import Rotation
from services.program.stopping import Asked, defer, on_request
from services.settings import Settings
from services.trouble import Trouble

CHILDREN = ("http", "scoring", "notify", "audit")
RELAY = "relay"
READY_SECONDS = 300.0
LOOK_SECONDS = 0.2
# How long children may be in trouble after the database was away, before it counts as their own.
EXCUSED_SECONDS = 30.0
DEMO_STOP_SECONDS = 10.0
DEMO_LOADED = "demo-loaded"


class Up:
    """A running system. `ready` hears its address once it answers, `say` hears how things go."""

    def __init__(self, settings: Settings, *, ready: Callable[[str], None], say: Callable[[str], None]) -> None:
        self.data = settings.data.resolve()
        self.settings = settings
        self._ready = ready
        self._say = say
        self._postgres: Postgres | None = None
        self._postgres_patience = Patience()
        self._kafka: Kafka | None = None
        self._kafka_patience = Patience()
        self._children = Children(self.data / "logs", say)
        self._server_logs = [Rotation(self.data / "logs" / f"{name}.log", say) for name in ("postgres", "kafka")]

    def run(self, *, demo: bool = False, new_checkpoint_key: bool = False) -> None:
        """Returns when it was asked to stop. Raises Trouble for what stands in the way, or what broke for good."""
        if self.settings.database is None:
            prepare(self.data, self.settings.postgres_user)
        else:
            make(self.data, PASSABLE)
        with lock.take(self.data), on_request():
            try:
                self._start(new_checkpoint_key)
                if demo and not (self.data / DEMO_LOADED).exists():
                    self._demonstrate()
                while True:
                    self._watch()
            except Asked:
                self._say("stopping")
            finally:
                defer()
                self._stop()

    def _start(self, new_checkpoint_key: bool) -> None:
        port = http_address.free_port(self.settings.host, self.settings.port)
        make(self.data / "logs", PRIVATE)
        owner, app = self._start_database()
        try:
            schemas.install(owner)
        except psycopg.errors.InsufficientPrivilege as error:
            raise database_rights.refused(error) from None
        admin_token.ensure(self.data, owner)
        brokers = self._start_bus()
        chosen = self.settings.model_copy(
            update={"data": self.data, "database": app, "port": port, "kafka": brokers or self.settings.kafka}
        )
        master_key_file.ensure(chosen, owner)
        checkpoint_key_file.ensure(chosen, owner, renew=new_checkpoint_key)
        started_with.keep(self.data, chosen)
        for name in (*CHILDREN, RELAY) if brokers else CHILDREN:
            self._children.start(name, program("serve", name), {**os.environ, **chosen.environment()})
        self._wait_until_ready(port)
        address = http_address.address(self.settings.host, port)
        whole_file.write(self.data / "address", address + "\n")
        self._ready(address)

    def _start_database(self) -> tuple[str, str]:
        """The conninfos of the owner and of the application."""
        if self.settings.database:
            database.require_usable(self.settings.database)
            database_rights.require_to_install(self.settings.database)
            return self.settings.database, database.as_app(self.settings.database)
        self._postgres = Postgres.start(self.data, user=self.settings.postgres_user, note=self._say)
        return self._postgres.dsn(), self._postgres.dsn(database.APP)

    def _start_bus(self) -> str | None:
        """The brokers that carry the records, with the topic on them; None where the ledger itself does."""
        if self.settings.bus == "embedded":
            return None
        # Loaded where it is used, for it takes longer than everything else.
        from services.program import topics

        brokers = self.settings.kafka
        if brokers is None:
            self._kafka = Kafka.start(self.data, user=self.settings.postgres_user, note=self._say)
            brokers = self._kafka.address
        topics.ensure(brokers, self.settings.ledger)
        return brokers

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not http_address.ready(self.settings.host, port):
            self._children.require_all()
            if time.monotonic() > deadline:
                raise Trouble(f"http is not ready after {READY_SECONDS:.0f} s: look into {self.data}/logs")
            time.sleep(0.05)

    def _watch(self) -> None:
        """One look: the database first, for the others lean on it, and then the broker."""
        if self._postgres and self._ended("PostgreSQL", self._postgres, self._postgres_patience):
            self._restart_postgres()
            self._children.excuse(EXCUSED_SECONDS)
        if self._kafka and self._ended("Kafka", self._kafka, self._kafka_patience):
            self._restart_kafka(self._kafka)
            self._children.excuse(EXCUSED_SECONDS)
        self._children.watch()
        for log in self._server_logs:
            log.look()
        time.sleep(LOOK_SECONDS)

    def _restart_postgres(self) -> None:
        """Killed meanwhile, it is started again at the next look, unless that happens too often."""
        try:
            self._postgres = Postgres.start(self.data, user=self.settings.postgres_user, note=self._say)
        except PostgresFailed as failed:
            self._again(failed, self._postgres_patience)

    def _restart_kafka(self, ended: Kafka) -> None:
        """Where its clients know it from. Killed meanwhile, it is started again at the next look: changes go on."""
        try:
            self._kafka = Kafka.start(self.data, user=self.settings.postgres_user, ports=ended.ports, note=self._say)
        except KafkaFailed as failed:
            self._again(failed, self._kafka_patience)

    def _again(self, failed: Trouble, patience: Patience) -> None:
        """Say that a server did not start, and leave it for the next look. Raises `failed` when that was too often."""
        delay = patience.delay(1)
        if delay is None:
            raise failed
        self._say(str(failed).splitlines()[0])
        time.sleep(delay)

    def _ended(self, name: str, server: Postgres | Kafka, patience: Patience) -> bool:
        """Whether it has to be started again, now; waits before it says so. Raises GivenUp when that was too often."""
        status = server.poll()
        if status is None:
            return False
        delay = patience.delay(status)
        if delay is None:
            raise GivenUp(f"{name} ended too often: see {server.log}")
        self._say(f"{name} ended ({status}) and is started again")
        time.sleep(delay)
        return True

    def _demonstrate(self) -> None:
        """Loads the demonstration, while all the rest is watched; not again once it went through."""
        argv = tether.command(program("demo", "--data", str(self.data)), death_signal=signal.SIGKILL)
        demonstration = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            while demonstration.poll() is None:
                self._watch()
        finally:
            demonstration.terminate()
            try:
                demonstration.wait(DEMO_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                demonstration.kill()
        if demonstration.returncode:
            self._say(f"the demonstration ended with {demonstration.returncode}; `caunoi demo` goes on with it")
        else:
            (self.data / DEMO_LOADED).touch()

    def _stop(self) -> None:
        (self.data / "address").unlink(missing_ok=True)
        try:
            self._children.stop()
        finally:
            try:
                if self._kafka:
                    self._kafka.stop()
            finally:
                if self._postgres:
                    self._postgres.stop()


def program(*arguments: str) -> list[str]:
    """The argv of this program itself; never a `services` of the directory that somebody happens to be in."""
    return [sys.executable, "-P", "-m", "services.program", *arguments]

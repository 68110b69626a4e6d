"""Everything on one machine: started in order, watched, and stopped in reverse."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from services.program import (
    admin_token,
    checkpoint_key_file,
    database,
    http_address,
    lock,
    master_key_file,
    schemas,
    started_with,
    tether,
)
from services.program.children import Children, GivenUp
from services.program.directories import PASSABLE, PRIVATE, make
from services.program.patience import Patience
from services.program.postgres import Postgres, prepare
from services.program.stopping import Asked, defer, on_request
from services.settings import Settings
from services.trouble import Exit, Trouble

CHILDREN = ("http", "scoring", "notify", "audit")
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
        self._children = Children(self.data / "logs", say)

    def run(self, *, demo: bool = False) -> None:
        """Returns when it was asked to stop. Raises Trouble for what stands in the way, or what broke for good."""
        if self.settings.bus == "kafka":
            raise Trouble("the Kafka bus is not part of this version: use --bus embedded", Exit.USAGE)
        if self.settings.database is None:
            prepare(self.data, self.settings.postgres_user)
        else:
            make(self.data, PASSABLE)
        with lock.take(self.data), on_request():
            try:
                self._start()
                if demo and not (self.data / DEMO_LOADED).exists():
                    self._demonstrate()
                while True:
                    self._watch()
            except Asked:
                self._say("stopping")
            finally:
                defer()
                self._stop()

    def _start(self) -> None:
        port = http_address.free_port(self.settings.host, self.settings.port)
        make(self.data / "logs", PRIVATE)
        owner, app = self._start_database()
        schemas.install(owner)
        admin_token.ensure(self.data, owner)
        chosen = self.settings.model_copy(update={"data": self.data, "database": app, "port": port})
        master_key_file.ensure(chosen, owner)
        checkpoint_key_file.ensure(chosen, owner)
        started_with.keep(self.data, chosen)
        for name in CHILDREN:
            self._children.start(name, program("serve", name), {**os.environ, **chosen.environment()})
        self._wait_until_ready(port)
        address = http_address.address(self.settings.host, port)
        (self.data / "address").write_text(address + "\n")
        self._ready(address)

    def _start_database(self) -> tuple[str, str]:
        """The conninfos of the owner and of the application."""
        if self.settings.database:
            database.require_usable(self.settings.database)
            return self.settings.database, database.as_app(self.settings.database)
        self._postgres = Postgres.start(self.data, user=self.settings.postgres_user, note=self._say)
        return self._postgres.dsn(), self._postgres.dsn(database.APP)

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not http_address.ready(self.settings.host, port):
            self._children.require_all()
            if time.monotonic() > deadline:
                raise Trouble(f"http is not ready after {READY_SECONDS:.0f} s: look into {self.data}/logs")
            time.sleep(0.05)

    def _watch(self) -> None:
        """One look: the database first, for the others lean on it."""
        if self._postgres and self._postgres.poll() is not None:
            status = self._postgres.poll() or 0
            delay = self._postgres_patience.delay(status)
            if delay is None:
                raise GivenUp(f"PostgreSQL ended too often: see {self._postgres.log}")
            self._say(f"PostgreSQL ended ({status}) and is started again")
            time.sleep(delay)
            self._postgres = Postgres.start(self.data, user=self.settings.postgres_user, note=self._say)
            self._children.excuse(EXCUSED_SECONDS)
        self._children.watch()
        time.sleep(LOOK_SECONDS)

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
            if self._postgres:
                self._postgres.stop()


def program(*arguments: str) -> list[str]:
    """The argv of this program itself; never a `services` of the directory that somebody happens to be in."""
    return [sys.executable, "-P", "-m", "services.program", *arguments]

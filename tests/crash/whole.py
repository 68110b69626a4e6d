"""A whole running system that a test may kill parts of: its processes by their names, and its database."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.program.places import eventually, family

PARTS = ("http", "scoring", "notify", "audit", "postgres")
SERVERS = {"postgres": "postgres", "kafka": "java"}
"""Those that are not Python, and their programs."""
STARTED, STOPPED = 120.0, 60.0


class Whole:
    """`caunoi up` in a process of its own."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.log = data.with_suffix(".log")
        argv = [sys.executable, "-m", "services.program", "up", "--data", str(data), "--port", "0", *arguments]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)

    @property
    def answers(self) -> bool:
        """Whether it has said where."""
        return (self.data / "address").exists()

    @property
    def address(self) -> str:
        """Where it answers."""
        return (self.data / "address").read_text().strip()

    @property
    def token(self) -> str:
        """The operator's."""
        return (self.data / "admin-token").read_text().strip()

    @property
    def conninfo(self) -> str:
        """The application's way to the database."""
        variables = dict(
            entry.split("=", 1)
            for entry in Path(f"/proc/{self.there('http')}/environ").read_text().split("\0")
            if "=" in entry
        )
        return variables["CAUNOI_DATABASE"]

    def part(self, name: str) -> int | None:
        """The pid of a part, while it runs."""
        for pid in family(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
            except OSError:  # it has ended while we looked
                continue
            if words[-2:] == ["serve", name] or (name in SERVERS and Path(words[0]).name == SERVERS[name]):
                return pid
        return None

    def there(self, name: str) -> int:
        """The pid of a part; waits until it runs (again)."""
        found: list[int] = []

        def look() -> bool:
            pid = self.part(name)
            found.extend([pid] if pid is not None else [])
            return bool(found)

        eventually(look, seconds=STARTED)
        return found[0]

    def kill(self, name: str) -> None:
        """`kill -9` of a part, as soon as it is there to be killed."""
        os.kill(self.there(name), signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop, and wait."""
        self.process.terminate()
        return self.process.wait(STOPPED)


@contextmanager
def whole(*arguments: str) -> Iterator[Whole]:
    """A system on a fresh directory, answering; stopped at the end, whatever became of it."""
    place = Path(tempfile.mkdtemp(prefix="caunoi-crash-"))
    place.chmod(0o755)  # PostgreSQL's user must be able to enter
    system = Whole(place / "data", *arguments)
    try:
        eventually(lambda: system.process.poll() is not None or system.answers, seconds=STARTED)
        assert system.process.poll() is None, system.log.read_text()
        yield system
    finally:
        if system.process.poll() is None:
            try:
                system.stop()
            except subprocess.TimeoutExpired:
                system.process.kill()
        print(system.log.read_text())  # noqa: T201  # shown where the test fails
        shutil.rmtree(place, ignore_errors=True)

"""Writers in processes of their own: started, heard, and their words held against the log."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from events.fact import Record

WRITER = [sys.executable, "-m", "tests.events.writer"]


class Heard(NamedTuple):
    """What a writer asked (command → facts), and what was acknowledged (command → first position, facts)."""

    asked: dict[str, int]
    done: dict[str, tuple[int, int]]


class Writer:
    """A writer process; without a number of requests it writes until it is killed."""

    def __init__(self, conninfo: str, *, threads: int, requests: int = 0, seed: int = 0, pause: float = 0.0) -> None:
        # A file, for a pipe that nobody reads would hold it up.
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed when it was heard
        argv = [*WRITER, conninfo, str(threads), str(requests), str(seed), str(pause)]
        self.process = subprocess.Popen(argv, stdout=self._said)

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()

    def said(self) -> str:
        """All that it said, once it has ended."""
        self.process.wait(60)
        with self._said as said:
            said.seek(0)
            return said.read()


def hear(writers: Iterable[Writer]) -> Heard:
    """All that they said, once they have ended; the last word of a killed one may be half."""
    asked: dict[str, int] = {}
    done: dict[str, tuple[int, int]] = {}
    for writer in writers:
        for line in writer.said().splitlines(keepends=True):
            match line.split():
                case ["asked", command, facts] if line.endswith("\n"):
                    asked[command] = int(facts)
                case ["done", command, first, facts] if line.endswith("\n"):
                    done[command] = (int(first), int(facts))
    return Heard(asked, done)


def must_be_kept(heard: Heard, records: Sequence[Record]) -> None:
    """Every acknowledged fact is where it was said to be, once; what was only asked is there once or not at all."""
    counted = Counter(record.command for record in records)
    firsts: dict[str, int] = {}
    for record in records:
        firsts.setdefault(record.command, record.position)
    for command, (first, facts) in heard.done.items():
        assert (firsts.get(command), counted[command]) == (first, facts), f"{command} was acknowledged"
    for command, facts in heard.asked.items():
        assert counted[command] in {0, facts}, f"{command} is there in part"

"""Directories that another user can enter, and waiting for a condition instead of for a time."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY, PLENTY = Path("/dev/shm"), 6 << 30
"""A file system that is not on a disc, and how many bytes are enough for whatever two at once leave there."""


def room() -> str | None:
    """Where databases of tests lie: in memory where there is plenty of it, else where all temporary files do.

    A copy of a database is a thousand files, made and removed again for each test: on a disc a third of all that tests
    cost. No test can see the difference: none cuts the power, and a kill leaves memory as it leaves a disc.
    """
    return str(MEMORY) if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > PLENTY else None


@contextmanager
def place(mode: int = 0o755) -> Iterator[Path]:
    """A directory of this test; pytest's own are closed to everybody else."""
    made = Path(tempfile.mkdtemp(prefix="caunoi-test-", dir=room()))
    made.chmod(mode)
    try:
        yield made
    finally:
        # What still ends in there removes files of its own meanwhile.
        eventually(lambda: _gone(made))


def eventually(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Returns when it holds; fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def _gone(made: Path) -> bool:
    shutil.rmtree(made, ignore_errors=True)
    return not made.exists()


def family(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(int(path.name)) == pid]
    return [each for child in children for each in (child, *family(child))]


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def words(pid: int) -> list[str]:
    """The command line of a process; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return [""]


def alive(pid: int) -> bool:
    """Whether that process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

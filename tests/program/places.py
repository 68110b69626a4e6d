"""Directories that another user can enter, and waiting for a condition instead of for a time."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def place(mode: int = 0o755) -> Iterator[Path]:
    """A directory of this test; pytest's own are closed to everybody else."""
    made = Path(tempfile.mkdtemp(prefix="caunoi-test-"))
    made.chmod(mode)
    try:
        yield made
    finally:
        # What still ends in there removes files of its own meanwhile.
        eventually(lambda: _gone(made))


def eventually(condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Returns when it holds; fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def _gone(made: Path) -> bool:
    shutil.rmtree(made, ignore_errors=True)
    return not made.exists()


def alive(pid: int) -> bool:
    """Whether that process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

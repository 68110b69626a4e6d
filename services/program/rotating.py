"""Logs that do not grow for ever: NAME.log becomes NAME.log.1, that NAME.log.2, and the oldest goes."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

MOST = 16 << 20
"""Bytes after which a log begins anew."""
KEEP = 5
"""Older ones that are kept beside it."""
AGAIN_SECONDS = 60.0


def rotate(log: Path) -> bool:
    """Begins a log anew when it has grown too long; whether it did. Raises OSError when there is no room for a copy.

    Whoever writes into it has it open, for appending, and goes on writing: so what it holds is copied away and the file
    is cut, and nobody need be told. What is written in the instant between the two is lost.
    """
    try:
        if log.stat().st_size < MOST:
            return False
    except FileNotFoundError:
        return False
    copy = _numbered(log, 0)
    try:
        with log.open("r+b") as old, copy.open("wb") as new:
            shutil.copystat(log, copy)
            shutil.copyfileobj(old, new)
            _make_room(log)
            _rest(old, new)
            old.truncate(0)
        copy.rename(_numbered(log, 1))
    except OSError:
        copy.unlink(missing_ok=True)
        raise
    return True


class Rotation:
    """The rotation of one log, which tries again after a minute where the disc was full. `note` hears of that."""

    def __init__(self, log: Path, note: Callable[[str], None]) -> None:
        self._log = log
        self._note = note
        self._due = 0.0

    def look(self) -> bool:
        """One look at its length; whether it began anew. Call it a few times a second."""
        if time.monotonic() < self._due:
            return False
        try:
            return rotate(self._log)
        except OSError as error:
            self._due = time.monotonic() + AGAIN_SECONDS
            self._note(f"{self._log} has grown too long and cannot be copied away ({error.strerror})")
            return False


def _make_room(log: Path) -> None:
    for number in range(KEEP, 1, -1):
        with suppress(FileNotFoundError):
            _numbered(log, number - 1).rename(_numbered(log, number))


def _rest(old: IO[bytes], new: IO[bytes]) -> None:
    """What was written while the rest was copied: short, so that little can be written after it."""
    shutil.copyfileobj(old, new)
    new.flush()


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}" if number else f"{log.name}.new")

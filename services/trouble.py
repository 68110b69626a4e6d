"""An expected failure: what is wrong and what to do about it, told in a line instead of a traceback."""

import os
from enum import IntEnum
from pathlib import Path

TAIL_BYTES = 4000


class Exit(IntEnum):
    """What the shell is told when a command ends."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    FORBIDDEN = 5
    UNVERIFIED = 6


class Trouble(Exception):
    """The text is for a person; `code` is the exit code of the command that meets it."""

    def __init__(self, what: str, code: Exit = Exit.FAILURE) -> None:
        super().__init__(what)
        self.code = code


def tail(log: Path, offset: int = 0) -> str:
    """The end of a log, from `offset` on at the earliest: what a child said before it ended."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(offset, end - TAIL_BYTES))
        return file.read().decode(errors="replace").strip()

"""What goes to standard output: a table for people, JSON for programs."""

import json
import os
import select
import sys
from collections.abc import Mapping, Sequence
from typing import Any


class ReaderGone(Exception):
    """Whoever read standard output has closed it: `head` has seen enough."""


def out(text: str) -> None:
    """A line of data, seen at once even through a pipe. Raises ReaderGone when nobody reads it any more."""
    piece(text + "\n")
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise _gone() from None


def piece(text: str) -> None:
    """A part of a line of data that is too long to be held. Raises ReaderGone as `out` does."""
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise _gone() from None


def pause(seconds: float) -> None:
    """Waits before there is more to print. Raises ReaderGone when standard output is closed meanwhile."""
    watch = select.poll()
    watch.register(sys.stdout, 0)
    if watch.poll(seconds * 1000):
        raise _gone()


def _gone() -> ReaderGone:
    # What is still held would be written when the program ends, and fail then with a traceback.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ReaderGone()


def out_json(data: Any) -> None:
    """JSON on a line, as it is spelt: no escapes for Vietnamese."""
    out(json.dumps(data, ensure_ascii=False))


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """The columns of the rows below their names. Plain text without frames, so that `grep` and `awk` can go on."""
    texts = [["" if row.get(column) is None else str(row[column]) for column in columns] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *texts, strict=True)]
    for line in (columns, *texts):
        out("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())

"""What goes to standard output: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def out(text: str) -> None:
    """A line of data, seen at once even through a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def piece(text: str) -> None:
    """A part of a line of data that is too long to be held."""
    sys.stdout.write(text)


def out_json(data: Any) -> None:
    """JSON on a line, as it is spelt: no escapes for Vietnamese."""
    out(json.dumps(data, ensure_ascii=False))


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """The columns of the rows below their names. Plain text without frames, so that `grep` and `awk` can go on."""
    texts = [["" if row.get(column) is None else str(row[column]) for column in columns] for row in rows]
    widths = [max(len(text) for text in column) for column in zip(columns, *texts, strict=True)]
    for line in (columns, *texts):
        out("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())

"""A page of the documentation as what can be checked in it: blocks that are run, and the block of what each prints."""

import re
from pathlib import Path
from typing import NamedTuple

DOCS = Path("docs").absolute()

BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """Commands, and what the page says that they print; None where it says nothing."""

    commands: str
    prints: str | None


def blocks(page: Path) -> list[Block]:
    """The `bash` blocks of a page, each with the `text` block that follows it, if one does."""
    found: list[Block] = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "bash":
            found.append(Block(text, None))
        elif kind == "text" and found:
            found[-1] = found[-1]._replace(prints=text)
    return found


def as_pattern(prints: str) -> re.Pattern[str]:
    """What is printed: `…` stands for anything in a line, and alone in a line for any lines."""
    lines = [
        "(?:.*\n)*?" if line.strip() == "…" else re.escape(line).replace("…", ".*") + r"[ ]*\n"
        for line in prints.splitlines()
    ]
    return re.compile("".join(lines))


def line_of(page: Path, text: str) -> int:
    """The line on which something stands in a page, for whoever has to mend it."""
    before, found, _ = page.read_text(encoding="utf-8").partition(text)
    assert found, f"{page.name} has no {text!r}"
    return before.count("\n") + 1

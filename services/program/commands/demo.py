"""`caunoi demo`: the demonstration commune, into a running system, through its HTTP interface."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from services.program.demo.day import live, sentences
from services.program.demo.desk import Desk
from services.program.demo.entering import Progress, enter
from services.program.demo.lines import CLOCK
from services.program.demo.next_steps import next_steps
from services.program.demo.reading import read
from services.program.options import Data
from services.program.printing import out

HERE_ALREADY = "The demonstration commune is here already: nothing was added."


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="demo")(demo)


def demo(data: Data = None) -> None:
    """Enters the books of the demonstration commune, lives one day on top of them, and says what to look at."""
    began, books = time.monotonic(), read()
    lines = books.until(datetime.now(CLOCK).date())
    _say(books.summary())
    with Desk.find(data) as desk:
        head = max((view["head"] for view in desk.get("/views")), default=0)
        with _bar(len(lines)) as progress:
            answers = enter(desk, lines, books.known, progress)
        told = live(desk, books)
        new = sum(position > head for answer in (*answers, *told.answers) for position in answer.positions)
        _say(f"{new} new facts in {time.monotonic() - began:.1f} s")
        for line in sentences(told, books.known) if new else [HERE_ALREADY]:
            out(line)
        for line in ("", "Look next at:", *next_steps(desk.url, books.known, data)):
            out(line)


@contextmanager
def _bar(total: int) -> Iterator[Progress]:
    """Hears how many changes have gone in, and shows it where somebody looks."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("entering the books", total=total)
        yield lambda more: bar.advance(task, more)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

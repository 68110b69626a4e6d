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
from services.program.demo.entering import Progress, enter, must_have_begun
from services.program.demo.lines import CLOCK
from services.program.demo.next_steps import next_steps
from services.program.options import Data
from services.program.printing import out

HERE_ALREADY = "The demonstration commune is here already: nothing was added."


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="demo")(demo)


def demo(data: Data = None) -> None:
    """Enters the books of the demonstration commune, lives one day on top of them, and says what to look at."""
    began = time.monotonic()
    must_have_begun(datetime.now(CLOCK).date())
    with Desk.find(data) as desk:
        head = desk.head()
        with _bar() as progress:
            entered = enter(desk, progress)
        _say(entered.summary())
        told = live(desk, entered.known)
        new = desk.head() - head
        _say(f"{new} new facts in {time.monotonic() - began:.1f} s")
        for line in sentences(told, entered.known) if new else [HERE_ALREADY]:
            out(line)
        for line in ("", "Look next at:", *next_steps(desk.url, entered.known, data)):
            out(line)


@contextmanager
def _bar() -> Iterator[Progress]:
    """Hears how many rows are through, and shows it where somebody looks."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("entering the books", total=None)
        yield lambda more: bar.advance(task, more)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()

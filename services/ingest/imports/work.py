"""What an import has in hand: files, the sheets in them, and some rows of one at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from events.fact import Id
from events.keys import Keyring
from services.access import Caller
from services.ingest.answer import Answer
from services.ingest.imports.cells import Row
from services.ingest.imports.form import Form, Pass
from services.ingest.imports.report import Report
from services.ingest.imports.said import Wrong
from services.ingest.imports.sheets import Table
from services.ingest.imports.step import Entry
from services.ingest.imports.whole import RowAsked
from services.ingest.perform import Performer


class Upload(NamedTuple):
    """A file: its name at the office, and where it lies here."""

    name: str
    path: Path


class Work(NamedTuple):
    """The rows of one sheet that go in at the same time."""

    order: int
    report: Report
    form: Form
    table: Table
    which: Pass


@dataclass(slots=True)
class Batch:
    """Some rows of a sheet: what the new ones ask, what the others were answered before, what nobody can read."""

    rows: list[Row]
    asked: list[RowAsked] = field(default_factory=list)
    entered: list[tuple[Row, Entry]] = field(default_factory=list)
    """The rows that ask, in the order of `asked`."""
    answers: list[tuple[Row, Answer]] = field(default_factory=list)
    refusals: list[Wrong] = field(default_factory=list)
    warnings: list[Wrong] = field(default_factory=list)
    fresh: tuple[list[Id], list[Id]] = field(default_factory=lambda: ([], []))
    """What they would make and nobody has yet, and which of it are persons."""
    waits: bool = False
    """It was not read: the rows before it may make what it speaks of."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who imports, when, and by what."""

    caller: Caller
    now: datetime
    performer: Performer
    keys: Keyring

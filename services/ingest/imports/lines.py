"""Files of changes as `POST /facts` takes them, a line each, entered as the rows of a sheet are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from services.ingest.answer import Outcome
from services.ingest.asked import Asked
from services.ingest.batch import Line
from services.ingest.imports.report import Report
from services.ingest.imports.said import Wrong, in_words
from services.ingest.perform import Performer
from services.ingest.table import Asking, Table, checked
from services.web.problem import Problem

BATCH = 500
LONGEST = 1 << 20

_line = msgspec.json.Decoder(Line)


class Lines:
    """Performs them for one who asks."""

    def __init__(self, performer: Performer, table: Table, asking: Asking) -> None:
        self._performer = performer
        self._table = table
        self._asking = asking

    async def enter(self, path: Path, report: Report) -> AsyncIterator[None]:
        """Whenever some more are through."""
        with path.open("rb") as file:
            lines = _numbered(file)
            while batch := await asyncio.to_thread(lambda: list(islice(lines, BATCH))):
                report.rows += len(batch)
                asked = [(number, self._asked(line)) for number, line in batch]
                good = [one for _, one in asked if not isinstance(one, Problem)]
                performed = iter(await self._performer.perform_all(good))
                for number, one in asked:
                    note(report, number, one if isinstance(one, Problem) else next(performed))
                yield

    def _asked(self, line: bytes) -> Asked[Any] | Problem:
        try:
            said = _line.decode(line)
            found = self._table.find(said.post)
            if found is None:
                return Problem(404, "not-found", "there is no such change", [("/post", "no change is posted there")])
            return checked(*found, bytes(said.body), self._asking._replace(key=said.key))
        except (msgspec.DecodeError, RecursionError):
            return Problem(400, "malformed", "the line is not what a batch takes")
        except Problem as problem:
            return problem


def note(report: Report, number: int, outcome: Outcome) -> None:
    """One row's outcome in its report."""
    if isinstance(outcome, Problem):
        pointer = outcome.errors[0][0] if outcome.errors else None
        report.refusals.append(Wrong(number, pointer, outcome.rule, in_words(outcome)))
        return
    report.count(number, outcome)


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if line.strip():
            yield number, line

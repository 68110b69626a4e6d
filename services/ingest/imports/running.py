"""An import from its files to its reports: sorted by what they are, read in batches, performed as any other change."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from events.fact import Id
from events.keys import Keyring
from services.access import Caller
from services.ingest.answer import Outcome
from services.ingest.imports import attendance
from services.ingest.imports.bodies import RowBody
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form, Pass
from services.ingest.imports.forms import recognised
from services.ingest.imports.known import Known, claim_of
from services.ingest.imports.lines import Lines
from services.ingest.imports.report import Report
from services.ingest.imports.said import Wrong, refused, unclear
from services.ingest.imports.sheets import Table, Unreadable, sheets
from services.ingest.imports.step import Entry
from services.ingest.imports.whole import ROW, RowAsked
from services.ingest.perform import Performer
from services.web.problem import Problem

BATCH = 500
TRIES = 5
"""How often a row is asked that finds the system busy, or somebody quicker."""
PAUSE = 0.2
BUSY = 503
WHOLE_FILE = 0
"""The row of what is wrong with a file as a whole."""


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


@dataclass(frozen=True, slots=True)
class Asker:
    """Who imports, when, and by what."""

    caller: Caller
    now: datetime
    performer: Performer
    keys: Keyring


class Import:
    """One request's files. `reports` is complete when `run` has ended."""

    def __init__(self, asker: Asker, known: Known, lines: Lines) -> None:
        self._asker = asker
        self._known = known
        self._lines = lines
        self.reports: list[Report] = []

    async def run(self, uploads: Sequence[Upload]) -> AsyncIterator[Report]:
        """Each report whenever more of its rows are through."""
        work = await asyncio.to_thread(self._sorted, uploads)
        for number, one in enumerate(work):
            self._known.sheet = number
            entering = self._matrix(one) if one.form.is_matrix else self._rows(one)
            try:
                async for _ in entering:
                    yield one.report
            except Unreadable as broken:
                one.report.refusals.append(Wrong(WHOLE_FILE, None, "import.unreadable", str(broken)))
                yield one.report
        for upload in uploads:
            if _is_lines(upload):
                report = self._report(upload.name, None, "ndjson")
                async for _ in self._lines.enter(upload.path, report):
                    yield report

    def _report(self, file: str, sheet: str | None, form: str | None) -> Report:
        report = Report(file, sheet, form)
        self.reports.append(report)
        return report

    def _sorted(self, uploads: Sequence[Upload]) -> list[Work]:
        work: list[Work] = []
        for upload in uploads:
            if _is_lines(upload):
                continue
            try:
                work += self._tables(upload)
            except Unreadable as broken:
                report = self._report(upload.name, None, None)
                report.refusals.append(Wrong(WHOLE_FILE, None, "import.unreadable", str(broken)))
        work.sort(key=lambda one: one.order)
        # Told in the order in which they went in; a sheet whose rows go in at several times stands where it began.
        self.reports += list({id(one.report): one.report for one in work}.values())
        return work

    def _tables(self, upload: Upload) -> list[Work]:
        work: list[Work] = []
        tables = sheets(upload.path, upload.name)
        for sheet in tables:
            found = recognised(sheet)
            if found is not None:
                form, table = found
                report = Report(upload.name, sheet.title, form.name)
                work += [Work(which.order, report, form, table, which) for which in form.passes]
        if not work:
            raise Unreadable("không nhận ra biểu mẫu: không thấy hàng tiêu đề của biểu mẫu nào đã biết")
        return work

    # Rows that stand for themselves

    async def _rows(self, work: Work) -> AsyncIterator[None]:
        rows = (row for row in work.table.rows() if work.which.takes(row))
        while batch := await asyncio.to_thread(self._read, work, rows):
            work.report.rows += len(batch)
            entered = [(row, entry) for row, entry in batch if entry is not None]
            asked = [self._asked(work.form, row, entry) for row, entry in entered]
            await self._asker.performer.expect(*self._known.fresh())
            for (row, entry), outcome in zip(entered, await self._perform(asked), strict=True):
                self._note(work, row, entry, outcome)
            yield

    def _read(self, work: Work, rows: Iterator[Row]) -> list[tuple[Row, Entry | None]]:
        """The next rows; None for one that cannot be read, which then is among the refusals."""
        batch = list(islice(rows, BATCH))
        self._known.load(_claims(work.form, batch))
        found: list[tuple[Row, Entry | None]] = []
        for row in batch:
            try:
                entry = work.form.read(row, self._known)
                work.report.warnings += [unclear(number, warning) for number, warning in entry.warnings]
            except Unclear as error:
                entry = None
                work.report.refusals.append(unclear(row.number, error))
            found.append((row, entry))
        return found

    def _asked(self, form: Form, row: Row, entry: Entry) -> RowAsked:
        campaign = self._known.campaign.id if self._known.campaign is not None else ""
        said = [form.name, campaign, *[row.text(column) for column in form.columns if column not in form.own]]
        return self._made(said, entry)

    def _made(self, said: Sequence[str], entry: Entry) -> RowAsked:
        """The row's change; the same cells are the same command for ever, whoever sends them."""
        body = RowBody(backfill=True, reason=entry.reason)
        asker = self._asker
        # What the steps are about: rows about the same keep their order.
        about = dict.fromkeys(ident for one in entry.steps for ident in (*one.path, one.body.id) if ident is not None)
        asked = RowAsked(ROW, tuple(about), body, asker.caller, asker.now, "row", steps=entry.steps)
        asked.command = _command(said, asker.keys.master.digests)
        return asked

    async def _perform(self, asked: list[RowAsked]) -> list[Outcome]:
        """What becomes of each; those that found the system busy, or somebody quicker, are asked again."""
        outcomes = await self._asker.performer.perform_all(asked)
        for attempt in range(1, TRIES):
            again = [number for number, outcome in enumerate(outcomes) if _is_passing(outcome)]
            if not again:
                break
            await asyncio.sleep(PAUSE * attempt)
            for number, outcome in zip(
                again, await self._asker.performer.perform_all([asked[number] for number in again]), strict=True
            ):
                outcomes[number] = outcome
        return outcomes

    def _note(self, work: Work, row: Row, entry: Entry, outcome: Outcome) -> None:
        if isinstance(outcome, Problem):
            work.report.refusals.append(refused(work.form, row, outcome))
            return
        if entry.serves is not None:
            place, committee = entry.serves
            self._known.committees[place] = committee
        work.report.count(row.number, outcome)

    # Rows that hang together

    async def _matrix(self, work: Work) -> AsyncIterator[None]:
        groups = await asyncio.to_thread(self._groups, work)
        yield
        for start in range(0, len(groups), BATCH):
            some = groups[start : start + BATCH]
            asked = [self._made([work.form.name, *group.said], Entry(group.rows[0], group.steps)) for group in some]
            for group, outcome in zip(some, await self._perform(asked), strict=True):
                for number in group.rows:
                    if isinstance(outcome, Problem):
                        work.report.refusals.append(refused(work.form, Row(number, {}), outcome))
                    else:
                        work.report.count(number, outcome)
            yield

    def _groups(self, work: Work) -> list[attendance.Group]:
        """What hangs together and can be entered; the other rows are among the refusals."""
        matrix, rows = attendance.Matrix(work.table, self._known), work.table.rows()
        while batch := list(islice(rows, BATCH)):
            self._known.load([*matrix.claims(), *_claims(work.form, batch)])
            work.report.rows += len(batch)
            for row in batch:
                matrix.take(row)
        groups, wrong = matrix.groups()
        work.report.refusals += wrong
        return groups


def _is_lines(upload: Upload) -> bool:
    return upload.name.lower().endswith((".ndjson", ".jsonl"))


def _claims(form: Form, rows: Sequence[Row]) -> list[str]:
    said = [claim_of(kind, row, column) for column, kind in form.refs.items() for row in rows]
    return [claim for claim in said if claim is not None]


def _is_passing(outcome: Outcome) -> bool:
    return isinstance(outcome, Problem) and (outcome.status == BUSY or outcome.rule.startswith("claimed."))


def _command(said: Sequence[str], secret: bytes) -> Id:
    """A UUID of what a row says (RFC 9562, version 8), keyed: nobody can try what it was made of."""
    digest = blake2b("\x1f".join(said).encode(), digest_size=16, key=secret, person=b"import row").hexdigest()
    return Id(f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:]}")

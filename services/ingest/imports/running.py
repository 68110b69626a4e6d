"""An import from its files to its reports: sorted by what they are, read in batches, performed as any other change."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import blake2b
from itertools import islice

from events.fact import Id
from services.ingest.answer import Answer, Outcome
from services.ingest.imports import attendance
from services.ingest.imports.bodies import RowBody
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form
from services.ingest.imports.forms import recognised
from services.ingest.imports.known import Known, claim_of
from services.ingest.imports.lines import Lines
from services.ingest.imports.report import Report
from services.ingest.imports.said import Wrong, refused, unclear
from services.ingest.imports.sheets import Unreadable, sheets
from services.ingest.imports.step import Entry
from services.ingest.imports.whole import ROW, RowAsked
from services.ingest.imports.work import Asker, Batch, Upload, Work
from services.web.problem import Problem

BATCH = 1_000
TRIES = 5
"""How often a row is asked that finds the system busy, or somebody quicker."""
PAUSE = 0.2
BUSY = 503
HISTORY = RowBody(backfill=True)
"""What most rows say beside their steps."""
WHOLE_FILE = 0
"""The row of what is wrong with a file as a whole."""


class Import:
    """One request's files. `reports` is complete when `run` has ended."""

    def __init__(self, asker: Asker, known: Known, lines: Lines) -> None:
        self._asker = asker
        self._known = known
        self._lines = lines
        self._digest = blake2b(digest_size=16, key=asker.keys.master.digests, person=b"import row")
        self._all_new = True
        """Whether none of the rows that were read last was answered before."""
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
        """While some rows are stored the next ones are read, unless those speak of what these only make."""
        rows = (row for row in work.table.rows() if work.which.takes(row))
        batch = await self._read(work.form, rows)
        while batch.rows:
            ahead = asyncio.create_task(self._read(work.form, rows, ahead=True))
            try:
                self._note(work, batch, await self._perform(batch.asked))
                self._asker.performer.let_go(*batch.fresh)
                yield
            finally:
                # Whatever happens, nobody reads on behind our back.
                await asyncio.wait([ahead])
            batch = ahead.result()
            if batch.waits:
                batch = await self._read(work.form, iter(batch.rows))

    async def _read(self, form: Form, rows: Iterator[Row], *, ahead: bool = False) -> Batch:
        batch = await asyncio.to_thread(self._batch, form, rows, ahead=ahead)
        await self._asker.performer.expect(*batch.fresh)
        return batch

    def _batch(self, form: Form, rows: Iterator[Row], *, ahead: bool) -> Batch:
        """The next rows, and what they ask: nothing, where the very same was asked before."""
        batch = Batch(list(islice(rows, BATCH)))
        commands = self._commands(form, batch.rows)
        asked = list(zip(batch.rows, commands, strict=True))
        # New rows seldom come among others: what they name is looked up first then, and most of them need not be asked.
        made = form.makes if self._all_new else None
        before = self._before(form, asked) if made is None else {}
        claims = _claims(form, [row for row, one in asked if one not in before])
        batch.waits = ahead and self._known.may_make(claims)
        if batch.waits:
            return batch
        self._known.load(claims)
        if made is not None:
            before = self._before(form, [(row, one) for row, one in asked if self._is_begun(form, made, row)])
        self._all_new = not before
        for row, command in zip(batch.rows, commands, strict=True):
            answer = before.get(command)
            try:
                entry = self._entry(form, row, is_new=answer is None)
            except Unclear as error:
                batch.refusals.append(unclear(row.number, error))
                continue
            batch.warnings += [unclear(number, warning) for number, warning in entry.warnings]
            if answer is None:
                batch.entered.append((row, entry))
                batch.asked.append(self._made(command, entry))
            else:
                batch.answers.append((row, answer))
        batch.fresh = self._known.fresh()
        return batch

    def _before(self, form: Form, asked: Sequence[tuple[Row, Id]]) -> dict[Id, Answer]:
        """What these rows were answered that were asked before, of a form that says how they are read again."""
        commands = [command for _, command in asked] if form.again is not None else []
        return self._asker.performer.answered(commands) if commands else {}

    def _is_begun(self, form: Form, column: str, row: Row) -> bool:
        """Whether somebody holds the number that stands there; where there is none nobody knows."""
        claim = claim_of(form.refs[column], row, column)
        return claim is None or self._known.begun(claim) is not None

    def _entry(self, form: Form, row: Row, *, is_new: bool) -> Entry:
        read = form.read if is_new or form.again is None else form.again
        return read(row, self._known)

    def _commands(self, form: Form, rows: Sequence[Row]) -> list[Id]:
        campaign = self._known.campaign.id if self._known.campaign is not None else ""
        columns = [column for column in form.columns if column not in form.own]
        return [self._command([form.name, campaign, *row.texts(columns)]) for row in rows]

    def _command(self, said: Sequence[str]) -> Id:
        """The same cells are the same command for ever, whoever sends them.

        A UUID of what a row says (RFC 9562, version 8), keyed: nobody can try what it was made of.
        """
        made = self._digest.copy()
        made.update("\x1f".join(said).encode())
        digest = made.hexdigest()
        return Id(f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:]}")

    def _made(self, command: Id, entry: Entry) -> RowAsked:
        """The row's change."""
        body = RowBody(backfill=True, reason=entry.reason) if entry.reason else HISTORY
        asker = self._asker
        # What the steps are about: rows about the same keep their order.
        about = dict.fromkeys(ident for one in entry.steps for ident in (*one.path, one.body.id) if ident is not None)
        asked = RowAsked(ROW, tuple(about), body, asker.caller, asker.now, "row", steps=entry.steps)
        asked.command = command
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

    def _note(self, work: Work, batch: Batch, outcomes: Sequence[Outcome]) -> None:
        report = work.report
        report.rows += len(batch.rows)
        report.warnings += batch.warnings
        report.refusals += batch.refusals
        for row, answer in batch.answers:
            report.count(row.number, answer)
        for (row, entry), outcome in zip(batch.entered, outcomes, strict=True):
            if isinstance(outcome, Problem):
                report.refusals.append(refused(work.form, row, outcome))
                continue
            if entry.serves is not None:
                place, committee = entry.serves
                self._known.committees[place] = committee
            report.count(row.number, outcome)

    # Rows that hang together

    async def _matrix(self, work: Work) -> AsyncIterator[None]:
        groups = await asyncio.to_thread(self._groups, work)
        yield
        for start in range(0, len(groups), BATCH):
            some = groups[start : start + BATCH]
            asked = [
                self._made(self._command([work.form.name, *group.said]), Entry(group.rows[0], group.steps))
                for group in some
            ]
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

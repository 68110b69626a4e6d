"""The whole verification, in one snapshot of the database: nothing that is written meanwhile disturbs it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from events.fact import Record
from projections.merkle import tiles
from projections.merkle.growing import WIDTH
from services.audit import kept
from services.audit.notes import Checkpoint, Untrusted, VerifierKey, read
from services.audit.verifying.cause import Causes, hash_at, unexplained
from services.audit.verifying.hashed import Reading, Stretch, stretches
from services.audit.verifying.report import Report, Wrong
from services.audit.verifying.walk import Walk

MANY = 200_000
"""Records from which on more processes than one pay."""
LAST = "SELECT coalesce(max(position), 0), coalesce(min(position), 1) FROM ledger.log"
COUNTER = "SELECT position, recorded FROM ledger.counter"
STANDS = "SELECT position FROM views.positions WHERE view = %s"
HEADS = """
SELECT coalesce(l.last, 0), coalesce(h.version, 0), coalesce(l.version, 0), coalesce(l.records, 0), l.stream IS NULL
FROM (SELECT stream, max(version) AS version, count(*) AS records, max(position) AS last FROM ledger.log
      GROUP BY stream) l
FULL JOIN ledger.heads h USING (stream)
WHERE h.version IS DISTINCT FROM l.version OR l.records <> l.version
ORDER BY l.last NULLS LAST LIMIT 100
"""


@dataclass(frozen=True)
class Evidence:
    """What the database is held against: who signs, and a checkpoint that somebody kept elsewhere."""

    origin: str
    keys: Sequence[VerifierKey] = ()
    """None: those that the database names."""
    brought: bytes | None = None
    remembered: bytes | None = None
    """What was signed last, as the file beside the key has it; one that no known key has signed is passed over."""


def verify(conninfo: str, evidence: Evidence, *, workers: int | None = None) -> Report:
    """Read the whole log and hold it against all that there is; `workers` are processes beside this one.

    Raises:
        Untrusted: the checkpoint that was brought is not signed by one of the keys.
        psycopg.Error: the database does not answer, or nothing is installed in it.
    """
    started = monotonic()
    with closing(Reading(conninfo)) as reading:
        points = [] if evidence.brought is None else [_elsewhere(reading, evidence, evidence.brought)]
        if evidence.remembered is not None:
            with suppress(Untrusted):
                points.append(_elsewhere(reading, evidence, evidence.remembered))
        report = _Verification(reading, evidence, conninfo).run(points, workers)
    report.seconds = monotonic() - started
    return report


class _Verification:
    def __init__(self, reading: Reading, evidence: Evidence, conninfo: str) -> None:
        self._reading = reading
        self._evidence = evidence
        self._conninfo = conninfo
        self._last, first = self._one(LAST)
        found = reading.connection.execute(STANDS, [tiles.NAME]).fetchone()
        self._size = int(found[0]) if found else 0
        self.report = Report()
        self._instant = 0
        self._back: list[int] = []
        if first < 1:
            self.report.add(first, Wrong.INSERTED, "positions begin at 1")

    def run(self, elsewhere: Sequence[Checkpoint], workers: int | None) -> Report:
        """The log first, then what only follows from it; `elsewhere`: checkpoints that the database does not keep."""
        signed = list(self._kept())
        points = [*signed, *elsewhere]
        if workers is None:
            workers = min(4, os.cpu_count() or 1) if self._last >= MANY else 0
        walk = Walk(self._reading.connection, self._size, [point for point in points if point.size <= self._last])
        walk.report.findings += self.report.findings
        self.report = walk.report
        self.report.records, self.report.checkpoints = self._last, len(signed)
        walk.along(self._in_order(stretches(self._reading, self._conninfo, self._last, workers)))
        Causes(self.report, walk.compared, self._record, self._tree).explain(walk.differences)
        self._order()
        self._end(points)
        self._evident(points)
        unexplained(self.report, walk.compared)
        self._counter()
        self._heads()
        return self.report

    def _kept(self) -> Iterator[Checkpoint]:
        """The checkpoints that are kept; one that nobody signed, or that says something else, is a finding."""
        keys = _keys(self._reading, self._evidence)
        for size, note in kept.every(self._reading.connection):
            try:
                point = read(note, keys, self._evidence.origin)
            except Untrusted as why:
                self.report.add(size, Wrong.CHECKPOINT, f"the one of {size} records: {why}")
                continue
            if point.size != size:
                self.report.add(size, Wrong.CHECKPOINT, f"the one of {point.size} records is kept as one of {size}")
            yield point

    def _in_order(self, found: Iterable[Stretch]) -> Iterator[Stretch]:
        """The stretches, with what their order alone tells."""
        for stretch in found:
            for position in stretch.missing:
                self.report.add(position, Wrong.REMOVED, "there is no record")
            if 0 < stretch.first < self._instant:
                stretch.back.insert(0, stretch.after + 1)
            self._back += stretch.back
            self._instant = stretch.last or self._instant
            yield stretch

    def _order(self) -> None:
        """Instants that go back, where nothing else is wrong that would say why."""
        named = {one.position for one in self.report.findings}
        for position in self._back:
            if not {position - 1, position} & named:
                self.report.add(position, Wrong.CHANGED, "it says it was recorded before the one that it follows")

    def _end(self, points: Iterable[Checkpoint]) -> None:
        """Whether the tree, or a checkpoint, has seen more than there is."""
        seen = max([self._size, *(point.size for point in points)])
        if seen > self._last:
            self.report.add(self._last + 1, Wrong.CUT, f"{seen} records were there once, and {self._last} are")

    def _evident(self, points: Sequence[Checkpoint]) -> None:
        """Whoever signs begins with the empty tree: where there is no checkpoint at all, they were taken away."""
        signs = _keys(self._reading, self._evidence)
        if self._last and signs and not points:
            self.report.add(1, Wrong.CHECKPOINT, "none is kept, and nothing says what the log was")

    def _counter(self) -> None:
        position, recorded = self._one(COUNTER)
        cut = any(one.wrong is Wrong.CUT for one in self.report.findings)
        if position > self._last and not cut:
            self.report.add(
                self._last + 1, Wrong.COUNTER, f"it says {position}, and the log ends at {self._last}; or what no tree "
                "had seen yet was cut off",
            )  # fmt: skip
        elif position > self._last:
            self.report.add(self._last + 1, Wrong.CUT, f"the counter says {position}")
        elif position < self._last:
            self.report.add(position + 1, Wrong.COUNTER, f"it says {position}, and the log ends at {self._last}")
        if recorded < self._instant:
            self.report.add(self._last, Wrong.COUNTER, "its instant is before that of the last record")
        elif recorded > self._instant and not cut:
            detail = "its instant is after that of the last record; or what no tree had seen yet was cut off"
            self.report.add(self._last, Wrong.COUNTER, detail)

    def _heads(self) -> None:
        for last, head, version, records, unknown in self._reading.connection.execute(HEADS).fetchall():
            if unknown:
                detail = f"a stream that has no record stands at {head}"
            elif head == version:
                detail = f"its stream has {records} records, and versions up to {version}"
            else:
                detail = f"its stream has versions up to {version}, and the head says {head}"
            self.report.add(last, Wrong.HEAD, detail)

    def _record(self, position: int) -> Record | None:
        found = list(self._reading.records(position - 1, position))
        return found[0] if found else None

    def _tree(self, position: int) -> bytes | None:
        return hash_at(self._tile((position - 1) // WIDTH), (position - 1) % WIDTH) if position > 0 else None

    @lru_cache(8)  # noqa: B019  # it lives no longer than what it remembers
    def _tile(self, number: int) -> bytes:
        return tiles.read(self._reading.connection, [(0, number)]).get((0, number), b"")

    def _one(self, question: str) -> tuple[int, ...]:
        row = self._reading.connection.execute(question.encode()).fetchone()
        return tuple(row) if row else (0, 0)


def _keys(reading: Reading, evidence: Evidence) -> Sequence[VerifierKey]:
    return evidence.keys or kept.keys(reading.connection)


def _elsewhere(reading: Reading, evidence: Evidence, note: bytes) -> Checkpoint:
    return read(note, _keys(reading, evidence), evidence.origin)

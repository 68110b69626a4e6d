"""What happened where a record is not what the tree has: it was changed, swapped, removed, or the tree was forged."""

from collections.abc import Callable, Sequence

from events.fact import Record
from projections.merkle.hashing import HASH
from services.audit.verifying.hashed import hashed
from services.audit.verifying.report import Report, Wrong
from services.audit.verifying.walk import Compared, Difference

RecordAt = Callable[[int], Record | None]
OF_THE_LOG = (Wrong.CHANGED, Wrong.SWAPPED, Wrong.REMOVED, Wrong.INSERTED)
TreeAt = Callable[[int], bytes | None]
"""The hash that the tree has for a position; None where it has none."""


class Causes:
    """Says of each difference what it comes from; `record` and `tree` look things up."""

    def __init__(self, report: Report, compared: Sequence[Compared], record: RecordAt, tree: TreeAt) -> None:
        self._report = report
        self._compared = compared
        self._record = record
        self._tree = tree

    def explain(self, differences: Sequence[Difference]) -> None:
        """One finding for each, the first first; what merely moved on after a gap is said once."""
        belongs = {one.tree: one.position for one in differences}
        moved = 0
        for position, mine, theirs in differences:
            record = self._record(position)
            if record is None:
                continue  # Said already: there is none.
            if self._log_was_signed(position):
                self._report.add(position, Wrong.TILE, f"the log has what was signed, the tree has {theirs.hex()}")
                continue
            other = self._swapped(record, belongs)
            if other is not None:
                self._report.add(position, Wrong.SWAPPED, f"the record that belongs to {other} stands here")
                continue
            before, moved = moved, next((by for by in (1, -1) if self._is(record, position + by)), 0)
            if moved == 0:
                self._report.add(position, Wrong.CHANGED, self._said(position, mine, theirs))
            elif moved != before:
                wrong, how = (Wrong.REMOVED, "was taken out") if moved > 0 else (Wrong.INSERTED, "was put in")
                self._report.add(position, wrong, f"a record {how}, and those after it have other positions now")

    def _is(self, record: Record, position: int) -> bool:
        """Whether this record once stood at that position."""
        return self._tree(position) == hashed(record._replace(position=position))

    def _swapped(self, record: Record, belongs: dict[bytes, int]) -> int | None:
        """Where the record belongs, if what stands there belongs here."""
        other = next((at for tree, at in belongs.items() if hashed(record._replace(position=at)) == tree), None)
        there = self._record(other) if other is not None else None
        return other if there is not None and self._is(there, record.position) else None

    def _log_was_signed(self, position: int) -> bool:
        """Whether the first checkpoint that covers a position says that the log is as it was."""
        first = self._covering(position)
        return first is not None and first.log

    def _said(self, position: int, mine: bytes, theirs: bytes) -> str:
        first = self._covering(position)
        who = "no checkpoint says whether the record or the tree"
        if first is not None:
            who = "the tree was signed so" if first.tree else "neither is what was signed"
        return f"it hashes to {mine.hex()}, and the tree has {theirs.hex()}: {who}"

    def _covering(self, position: int) -> Compared | None:
        return next((one for one in self._compared if one.size >= position), None)


def unexplained(report: Report, compared: Sequence[Compared]) -> None:
    """Log and tree agree, and are not what was signed: both were written anew, somewhere after the last good one."""
    good = 0
    for one in compared:
        if one.log:
            good = max(good, one.size)
        elif not any(found.position <= one.size and found.wrong in OF_THE_LOG for found in report.findings):
            detail = f"{one.size} records were signed with another root, and the tree agrees with the log: both are new"
            report.add(min(good + 1, one.size), Wrong.CHANGED, f"{detail}; the first {good} are as they were signed")
    report.signed = good


def hash_at(tile: bytes, number: int) -> bytes | None:
    """The hash of that number in a tile, if it reaches so far."""
    return tile[number * HASH : (number + 1) * HASH] or None

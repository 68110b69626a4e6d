"""What a verification found, in the order in which it matters."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Wrong(StrEnum):
    """What can be wrong with a ledger."""

    CHANGED = "changed"
    SWAPPED = "swapped"
    REMOVED = "removed"
    INSERTED = "inserted"
    CUT = "cut off at the end"
    TILE = "tile forged"
    CHECKPOINT = "checkpoint forged"
    COUNTER = "counter forged"
    HEAD = "head forged"


AFTERWARDS = (Wrong.COUNTER, Wrong.HEAD)
"""What may only follow from something else that is wrong with the log."""
MOST = 100
"""Findings of one kind that are kept."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and the position at which it shows."""

    position: int
    wrong: Wrong
    detail: str


@dataclass
class Report:
    """Of one verification: how much was looked at, and what was found."""

    records: int = 0
    size: int = 0
    """Leaves of the tree; what was recorded since is held against the counter and the heads alone."""
    checkpoints: int = 0
    signed: int = 0
    """Records that the largest good checkpoint covers."""
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """What is wrong at the first wrong position."""
        return min(self.findings, key=lambda one: (one.wrong in AFTERWARDS, one.position), default=None)

    def add(self, position: int, wrong: Wrong, detail: str) -> None:
        """Keep a finding, unless there are more than enough of its kind."""
        if sum(one.wrong is wrong for one in self.findings) < MOST:
            self.findings.append(Finding(position, wrong, detail))

    def said(self) -> dict[str, Any]:
        """As JSON has it."""
        first = self.first
        return {
            "ok": self.ok,
            "records": self.records,
            "size": self.size,
            "checkpoints": self.checkpoints,
            "signed": self.signed,
            "seconds": round(self.seconds, 3),
            "first_wrong": first.position if first else None,
            "wrong": first.wrong.value if first else None,
            "findings": [
                {"position": one.position, "wrong": one.wrong.value, "detail": one.detail}
                for one in sorted(self.findings, key=lambda one: (one.wrong in AFTERWARDS, one.position))
            ],
        }

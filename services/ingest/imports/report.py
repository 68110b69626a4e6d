"""What an import comes to: of each sheet how many rows there were, what is new, what is wrong with the rest."""

from dataclasses import dataclass, field
from typing import Any

from services.ingest.answer import Answer
from services.ingest.imports.said import Wrong

NOTHING_NEW = 200
WAITS = 202


@dataclass
class Report:
    """One sheet's; a CSV has no `sheet`."""

    file: str
    sheet: str | None
    form: str | None = None
    rows: int = 0
    new: int = 0
    unchanged: int = 0
    refusals: list[Wrong] = field(default_factory=list)
    warnings: list[Wrong] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    """Rows that wait for a second person, with the ids of their proposals."""

    def count(self, number: int, answer: Answer) -> None:
        """A row that is in."""
        if answer.replayed or answer.status == NOTHING_NEW:
            self.unchanged += 1
        else:
            self.new += 1
        proposal = getattr(answer.body, "proposal", None)
        if answer.status == WAITS and proposal is not None:
            self.proposals.append({"row": number, "proposal": proposal})

    def said(self) -> dict[str, Any]:
        """As it is answered; what is wrong in the order of the rows."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "form": self.form,
            "rows": self.rows,
            "new": self.new,
            "unchanged": self.unchanged,
            "refusals": [wrong._asdict() for wrong in sorted(self.refusals, key=lambda wrong: wrong.row)],
            "warnings": [wrong._asdict() for wrong in sorted(self.warnings, key=lambda wrong: wrong.row)],
            "proposals": self.proposals,
        }

"""What is entered beside the books: changes to be sent, each with the place it comes from and a key of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

# The clock of the offices that kept the books; a system may run on another.
CLOCK = ZoneInfo("Asia/Ho_Chi_Minh")
# The ids of what the demonstration adds to the books follow from it, so that a second run names the same things.
NAMESPACE = UUID("6f1d2c58-4f0e-5a3b-9a5e-0c5d2b7d8e11")


class Source(NamedTuple):
    """Where something stands, as a person finds it."""

    book: str
    row: int

    def __str__(self) -> str:
        return f"{self.book}, row {self.row}"


@dataclass(frozen=True, slots=True)
class Line:
    """One change of `POST /facts`."""

    source: Source
    post: str
    body: dict[str, Any]

    @property
    def key(self) -> str:
        """Its idempotency key: the same row posted to the same noun is the same change, on every run."""
        return f"demo:{self.source.book}:{self.source.row}:{self.post}"


def ident(kind: str, code: str) -> str:
    """The id of what the demonstration calls `code`."""
    return str(uuid5(NAMESPACE, f"{kind}:{code}"))


def history(source: Source, on: date, post: str, /, **body: Any) -> Line:
    """A change of the past: in force from its own day, and entered as history."""
    return Line(source, post, {**body, "effective_on": on.isoformat(), "backfill": True})

"""What the books come to: changes to be sent, each with the place it was read from, and what was passed over."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

# The clock of the offices that kept the books; a system may run on another.
CLOCK = ZoneInfo("Asia/Ho_Chi_Minh")
# Every id of the demonstration follows from it and an office's own code, so that a second run names the same things.
NAMESPACE = UUID("6f1d2c58-4f0e-5a3b-9a5e-0c5d2b7d8e11")


class Source(NamedTuple):
    """Where something stands, as a person finds it: the line of a CSV, the row of a sheet."""

    book: str
    sheet: str
    row: int

    def __str__(self) -> str:
        return ", ".join(part for part in (self.book, self.sheet, f"row {self.row}") if part)


@dataclass(frozen=True, slots=True)
class Line:
    """One change of `POST /facts`. It is `alone` where it must see all before it, and all after it must see it."""

    source: Source
    on: date
    post: str
    body: dict[str, Any]
    alone: bool = False

    @property
    def key(self) -> str:
        """Its idempotency key: the same row posted to the same noun is the same change, on every run."""
        return f"demo:{self.source.book}:{self.source.row}:{self.post}"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A row, or an entry of one, that was not sent: `dirty`, or of a kind (in the plural) that is left out."""

    source: Source
    kind: str
    why: str
    card: str = ""
    on: date | None = None


DIRTY = "dirty"
Reading = Line | PassedOver


def ident(kind: str, code: str) -> str:
    """The id of what an office calls `code`."""
    return str(uuid5(NAMESPACE, f"{kind}:{code}"))


def history(source: Source, on: date, post: str, /, *, alone: bool = False, **body: Any) -> Line:
    """A change of the past: in force from its own day, and entered as history; what is None is left out."""
    said = {name: value for name, value in body.items() if value is not None}
    return Line(source, on, post, {**said, "effective_on": on.isoformat(), "backfill": True}, alone)


def instant(day: date) -> str:
    """The beginning of a day, which stands for an hour that the book did not keep."""
    return datetime.combine(day, datetime.min.time(), CLOCK).isoformat()

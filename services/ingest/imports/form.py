"""A form of an office's book: its columns, what they are looked up by, and how a row of it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.ingest.imports.cells import Row, heading
from services.ingest.imports.known import Known
from services.ingest.imports.step import Entry

Read = Callable[[Row, Known], Entry]
WRONG = "Lý do không nhận"
"""The column beside the others that says in a file of refused rows what is wrong; nobody reads it back."""


def nothing_else(row: Row, _known: Known) -> Entry:
    """What a row has to say that is on record, in a form whose rows say nothing of each other."""
    return Entry(row.number)


@dataclass(frozen=True, slots=True)
class Pass:
    """The rows of a form that are entered at the same time: what they stand on is entered before them."""

    order: int
    takes: Callable[[Row], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Form:
    """`must` are the columns by which it is recognised; `refs` say what is looked up by which of them."""

    name: str
    columns: Sequence[str]
    must: Sequence[str]
    read: Read
    passes: Sequence[Pass]
    refs: Mapping[str, str] = field(default_factory=dict)
    own: Sequence[str] = ()
    """Columns that do not tell one row from another: running numbers."""
    again: Read | None = None
    """How a row is read that is on record as it stands, for what it says of others; None: as if it were not."""
    makes: str | None = None
    """The column with the number that what a row makes holds for ever: where nobody holds it, the row is new."""
    is_matrix: bool = False
    """Beside its own columns there is one for each meeting, and rows go in together."""

    def known(self, headings: Sequence[str]) -> dict[str, str] | None:
        """Which heading is which column, where these are headings of this form."""
        by_heading = {heading(column): column for column in self.columns}
        found = {said: by_heading[said] for said in headings if said in by_heading}
        return found if set(self.must) <= set(found.values()) else None

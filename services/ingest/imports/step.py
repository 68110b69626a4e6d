"""What a row comes to: steps, each a change that could be posted alone, and what is to be said of the row besides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import msgspec
from pydantic import ValidationError

from events.fact import Id
from services.ingest.asked import Change
from services.ingest.bodies import Body
from services.ingest.changes import CHANGES
from services.ingest.imports.cells import Unclear
from services.ingest.streams import Sight

Columns = Mapping[str, str]
"""In which column of the sheet a field of a body stands, by the field's pointer: `/to` → `Chi bộ đến`."""
Told = Callable[[Sight], bool]
"""Looks at what is on record before a step is decided: whether there is still anything to say. May raise Unclear."""


@dataclass(slots=True)
class Step:
    """One change of a row; `column` is where a refusal points whose field stands in none of `columns`."""

    change: Change[Any]
    path: tuple[Id, ...]
    body: Body
    columns: Columns
    column: str
    numbers: tuple[int, ...] = ()
    is_due: Told | None = None


@dataclass(slots=True)
class Entry:
    """A row that was read: its number, its steps, and what is worth a second look."""

    number: int
    steps: list[Step] = field(default_factory=list)
    reason: str | None = None
    """Of what is about nobody in particular; a step about somebody has its own."""
    serves: tuple[str, Id] | None = None
    """A commune whose residents the organisation of this row follows from now on."""
    warnings: list[tuple[int, Unclear]] = field(default_factory=list)
    """With the numbers of their rows, which may be earlier ones."""


@cache
def change_at(path: str) -> Change[Any] | None:
    """The change that is posted at a path as the reference writes it; None where there is none."""
    return next((change for change in CHANGES if change.path == path), None)


def step(
    path: str,
    ids: tuple[Id, ...],
    on: date | None,
    body: dict[str, Any],
    columns: Columns,
    *,
    column: str,
    numbers: tuple[int, ...] = (),
    is_due: Told | None = None,
) -> Step:
    """A step of history: in force from its own day. What is None in the body is left out.

    Raises:
        Unclear: a field is not what the change takes, said of its column.
    """
    change = change_at(path)
    if change is None:
        raise Unclear(column, "import.not_taken", "việc này chưa ghi được ở đây")
    said = {name: value for name, value in body.items() if value is not None}
    said["backfill"] = True
    if on is not None:
        said["effective_on"] = on
    try:
        checked = change.body.model_validate_json(msgspec.json.encode(said))
    except ValidationError as error:
        first = error.errors()[0]
        pointer = "".join(f"/{part}" for part in first["loc"])
        raise Unclear(columns.get(pointer, column), "invalid", f"giá trị không được nhận: {first['msg']}") from None
    return Step(change, ids, checked, columns, column, numbers, is_due)

"""Which sanctions a member has had, and from when to when each is in force."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from events.fact import Record
from events.member import SanctionForm, lapses_on
from projections.view import FOREVER, View, reading


class Announced(Struct):
    """All that this view needs of `member.disciplined`."""

    form: SanctionForm


class Row(NamedTuple):
    """In force from its announcement to the day on which it has lapsed."""

    position: int
    form: SanctionForm
    from_on: date
    to_on: date


_disciplined = reading("member.disciplined", Announced)


class Sanctions:
    """One member's."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def see(self, record: Record) -> None:
        """A sanction that is announced, and what it does to those before it."""
        form = _disciplined(record.data).form
        on = record.effective_on
        self._rows.append(Row(record.position, form, on, lapses_on(form, on) or FOREVER))
        if len(self._rows) > 1:
            self._relapse()

    def rows(self) -> Sequence[Row]:
        """In the order in which they were recorded."""
        return self._rows

    def _relapse(self) -> None:
        announced = [row.from_on for row in self._rows]
        for no, row in enumerate(self._rows):
            to_on = lapses_on(row.form, row.from_on, announced) or FOREVER
            if to_on != row.to_on:
                self._rows[no] = row._replace(to_on=to_on)


VIEW = View(
    name="sanctions",
    columns={
        "position": "bigint NOT NULL",
        "form": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset({"member.disciplined"}),
    subject=Sanctions,
)

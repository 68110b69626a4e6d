"""Which sanctions a member has had, and from when to when each is in force."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from msgspec import Struct

from events.fact import Id, Record
from events.member import SanctionForm, lapses_on
from projections.asked import AsOf, sql
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


@lru_cache(4096)
def _lapses_alone(form: SanctionForm, on: date) -> date:
    return lapses_on(form, on) or FOREVER


class Sanctions:
    """One member's."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._last = date.min

    def see(self, record: Record) -> None:
        """A sanction that is announced, and what it does to those before it."""
        form, on = _disciplined(record.data).form, record.effective_on
        until = _lapses_alone(form, on)
        self._rows.append(Row._make((record.position, form, on, until)))
        if on < self._last:
            self._relapse()
            self._last = max(self._last, until)
        else:  # Most are years apart.
            self._last = until

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


class Sanction(NamedTuple):
    """A sanction as of a day; `until` is the day on which it lapses, None: it never does."""

    position: int
    form: SanctionForm
    since: date
    until: date | None
    state: str


OF_MEMBER = sql("""
SELECT s.position, s.form, s.from_on, nullif(s.to_on, 'infinity'),
       CASE WHEN %(day)s < s.to_on THEN 'in_force' ELSE 'lapsed' END
FROM views.sanctions s WHERE s.stream = %(member)s::uuid AND {known:s} AND s.from_on <= %(day)s
ORDER BY s.from_on, s.position LIMIT 500
""")


def of_member(connection: psycopg.Connection[Any], member: Id, as_of: AsOf) -> list[Sanction]:
    """All that were announced by a day, the oldest first."""
    return list(map(Sanction._make, connection.execute(OF_MEMBER, {"member": member, **as_of._asdict()}).fetchall()))

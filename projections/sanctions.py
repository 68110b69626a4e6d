"""Which sanctions a member has had, from when to when each is in force, and what became of it."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from msgspec import Struct

from events import wire
from events.fact import Id, Record
from events.member import (
    SanctionForm,
    SanctionState,
    honours,
    lapses_on,
)
from projections.asked import AsOf, sql
from projections.folded import spells
from projections.view import FOREVER, View, reading


class Announced(Struct):
    """All that this view needs of `member.disciplined`."""

    form: SanctionForm


class Row(NamedTuple):
    """A sanction while it is of one form and in one state; that it has lapsed follows from `until`."""

    position: int
    form: SanctionForm
    since: date
    until: date | None
    state: SanctionState
    from_on: date
    to_on: date


_disciplined = reading("member.disciplined", Announced)


@lru_cache(4096)
def _lapses_alone(form: SanctionForm, on: date) -> date | None:
    return lapses_on(form, on)


class Sanctions:
    """One member's. Most are years apart, and nobody complains: then each is a row that is written once."""

    def __init__(self) -> None:
        self._all = honours.Sanctions()
        self._rows: list[Row] = []
        self._last = date.min
        self._is_plain = True

    def see(self, record: Record) -> None:
        """A sanction that is announced, and what it does to those before it; or what became of one."""
        on = record.effective_on
        if record.name == "member.disciplined":
            form, until = (said := _disciplined(record.data).form), _lapses_alone(said, on)
            self._all.known[record.position] = honours.Sanction(record.position, on, form)
            self._is_plain = self._is_plain and on >= self._last
            if self._is_plain:
                self._rows.append(Row._make((record.position, form, on, until, SanctionState.IN_FORCE, on, FOREVER)))
                self._last = until or FOREVER
                return
        else:
            fact = wire.decode(record.name, record.data)
            assert isinstance(fact, honours.Appeal), "the view reads no others"
            self._all.appeal(fact, on)
            self._is_plain = False
        self._rows = rows(self._all)

    def rows(self) -> Sequence[Row]:
        """In the order in which they were announced."""
        return self._rows


def rows(sanctions: honours.Sanctions) -> list[Row]:
    """Each in its states, one after the other, the earliest first."""
    return [
        Row(
            one.position, form, since, None if state is SanctionState.COMPLAINED else until, state, from_on, to_on
        )
        for since, until, one in sanctions.spans()
        for from_on, to_on, (form, state) in _states(one)
    ]  # fmt: skip


def _states(one: honours.Sanction) -> list[tuple[date, date, tuple[SanctionForm, SanctionState]]]:
    def value(day: date) -> tuple[SanctionForm, SanctionState]:
        return one.form_on(day), one.state_on(day, None) or SanctionState.IN_FORCE

    return spells((day for day in one.days() if day >= one.on), value)


VIEW = View(
    name="sanctions",
    columns={
        "position": "bigint NOT NULL",
        "form": "text NOT NULL",
        "since": "date NOT NULL",
        "until": "date",
        "state": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset(
        {
            "member.disciplined",
            "member.sanction_complained",
            "member.complaint_answered",
            "member.sanction_restored",
        }
    ),
    subject=Sanctions,
)


class Sanction(NamedTuple):
    """A sanction as of a day; `until` is the day from which it holds no longer, None: none is known."""

    position: int
    form: SanctionForm
    since: date
    until: date | None
    state: str


OF_MEMBER = sql("""
SELECT s.position, s.form, s.since, s.until,
       CASE WHEN s.state <> 'restored' AND s.until <= %(day)s THEN 'lapsed' ELSE s.state END
FROM views.sanctions s WHERE s.stream = %(member)s::uuid AND {holds:s}
ORDER BY s.since, s.position LIMIT 500
""")


def of_member(connection: psycopg.Connection[Any], member: Id, as_of: AsOf) -> list[Sanction]:
    """All that were announced by a day, the oldest first."""
    return list(map(Sanction._make, connection.execute(OF_MEMBER, {"member": member, **as_of._asdict()}).fetchall()))

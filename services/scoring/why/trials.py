"""What another rule pack would have said: a period's meetings by it, beside the real scores; nothing is written."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from events.fact import Id
from events.organisation import OrganisationKind
from projections import tree
from projections.asked import AsOf
from services.scoring.meetings.cell_year import CellYear, cell_years
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_score import Worth, worth
from services.scoring.meetings.year_context import day_of
from services.scoring.period import Period
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce

SOME = 50
"""Cells after which it is told how far a trial has come."""


class Moved(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A meeting (`subject`) of a cell, whose band `by` these items is another; None where a pack leaves it open.

    `by` is empty where only the bands' own bounds differ.
    """

    subject: Id
    cell: Id
    on: date
    from_: str | None
    to: str | None
    by: tuple[str, ...]


class Progress(msgspec.Struct, frozen=True):
    """How many of the cells have been looked at, and how many of their meetings."""

    cells: int
    of: int
    meetings: int


class Outcome(msgspec.Struct, frozen=True):
    """All that moved, cell by cell in the order of days; of how many meetings, how many went from which band to which.

    `bands` counts every meeting: by its real band, then by the one of the pack that was tried; `open` is none.
    """

    cells: int
    meetings: int
    bands: dict[str, dict[str, int]]
    position: int
    moved: list[Moved]


def trial(
    connection: psycopg.Connection[Any],
    rules: RulesInForce,
    pack: Pack,
    scope: tuple[Id, Period],
    at: AsOf,
    zone: ZoneInfo,
) -> Iterator[Progress | Outcome]:
    """Tells how far it has come, and at last what came of it.

    `scope` is an organisation, for whose cells of each day the pack is tried, and a period; what counts are facts that
    hold by `at.day` and were known at `at.known`.
    """
    organisation, period = scope
    tried, cells = rules.trying(pack, organisation), cells_of(connection, organisation, period, at)
    moved: list[Moved] = []
    both = _Both(rules, tried)
    bands: dict[str, dict[str, int]] = {}
    meetings = 0
    for done, year in enumerate(cell_years(connection, cells, [period.year], zone, at), start=1):
        for facts, real, other in both.worth(year, period):
            meetings += 1
            before, after = said(real), said(other)
            counts = bands.setdefault(before or "open", {})
            counts[after or "open"] = counts.get(after or "open", 0) + 1
            if before != after:
                day = day_of(facts)
                moved.append(Moved(facts.meeting, year.cell, day, before, after, other_items(real, other)))
        if done % SOME == 0:
            yield Progress(done, len(cells), meetings)
    yield Outcome(len(cells), meetings, bands, at.known, moved)


class _Both:
    """The rules in force, and those with another pack, side by side. What both packs ask is found out once."""

    def __init__(self, rules: RulesInForce, tried: RulesInForce) -> None:
        self._rules, self._tried = rules, tried
        self._same: dict[tuple[int, int], frozenset[str]] = {}

    def worth(self, year: CellYear, period: Period) -> Iterator[tuple[MeetingFacts, Worth, Worth]]:
        """What each meeting of a period is really worth, and what it would be."""
        for facts in year.meetings:
            cell, day = facts.cell, facts.day
            if cell is None or day is None or day not in period or facts.is_cancelled:
                continue
            kind = facts.context.cell_kind
            pack, other = (rules.pack(Of.MEETING, cell, day, kind) for rules in (self._rules, self._tried))
            real = worth(facts, pack)
            if other is pack:
                yield facts, real, real
                continue
            same = self._items(pack, other)
            yield facts, real, worth(facts, other, {mark.of.id: mark for mark in real.marks if mark.of.id in same})

    def _items(self, pack: Pack | None, other: Pack | None) -> frozenset[str]:
        """The ids of the items that stand in both in the same words."""
        # Both live as long as the rules that hold them.
        key = (id(pack), id(other))
        if key not in self._same:
            items = {item.id: item for item in pack.items} if pack else {}
            both = (item.id for item in (other.items if other else ()) if items.get(item.id) == item)
            self._same[key] = frozenset(both)
        return self._same[key]


def said(of: Worth) -> str | None:
    """The band that the pack gives: from the facts or, where people gave a total alone, from that."""
    return of.bands.computed or of.bands.self


def other_items(real: Worth, other: Worth) -> tuple[str, ...]:
    """What makes the difference: items with other points, that only one of them has, or on which a gate hangs."""
    before, after = ({mark.of.id: mark.points for mark in of.marks} for of in (real, other))
    items = [item for item in {**before, **after} if before.get(item) != after.get(item)]
    return tuple(items or _gates(real, other))


def _gates(real: Worth, other: Worth) -> list[str]:
    """Gates that one of them does not meet."""
    unmet = [{gate.gate for gate in of.gates if gate.met is False} for of in (real, other)]
    return sorted(unmet[0] ^ unmet[1])


def cells_of(connection: psycopg.Connection[Any], organisation: Id, period: Period, at: AsOf) -> Sequence[Id]:
    """The cells that stood below an organisation in one of the months of a period, or it itself; in one order."""
    days = [*period.months(), min(period.last, max(at.day, period.first))]
    found = [tree.below(connection, organisation, AsOf(day, at.known)) for day in days]
    return sorted({one.id for several in found for one in several if one.kind == OrganisationKind.CELL})

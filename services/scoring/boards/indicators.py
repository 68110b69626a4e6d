"""The indicators of a province's board: each a pure formula over its cells, and the cells that stand behind it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from events.fact import Id
from events.organisation import CellKind
from projections.board import Leading
from projections.cell_months import Tally, tally
from services.scoring.period import Period
from services.scoring.periods.rhythm import Life, months, quarters

NOBODY = Leading(Id(""), False, (), 0, 0)
NO_MONTHS = tally(Id(""), ())
"""Of a cell of which nothing is told."""


class Cell(NamedTuple):
    """A cell (or a committee whose contacts no cell has), with what is on record of its period.

    `living`: it stood below the organisation at the end of the period; of one that has ended or gone only sums
    are told. `oath`: how many have reported, of how many on the rolls.
    """

    id: Id
    name: str
    kind: CellKind | None
    life: Life
    living: bool
    tally: Tally
    leading: Leading = NOBODY
    terms: tuple[str, ...] = ()
    planned: bool = False
    target: int | None = None
    oath: tuple[int, int] = (0, 0)
    here: frozenset[date] | None = None
    """The months, by their first days, at whose end it stood below the organisation; None: all of them."""


class Due(NamedTuple):
    """When a cell has to have met: months as bits, and each quarter's three with whether it is over."""

    months: int
    quarters: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """An organisation's cells in a period, as far as could be known at the end of `today`.

    `target`: how many it means to admit in the year; `trainings`: whether anybody has told of one for the year;
    `contacts` with residents, by the month's first day.
    """

    period: Period
    today: date
    cells: Sequence[Cell]
    target: int | None = None
    trainings: bool = False
    contacts: Mapping[date, int] = field(default_factory=dict)
    _due: "dict[tuple[Life, frozenset[date] | None], Due]" = field(default_factory=dict)
    _columns: "dict[str, Sequence[Any]]" = field(default_factory=dict)

    def column(self, name: str) -> Sequence[Any]:
        """What all cells have there: a field, `target`, or a field of one, `tally.held`."""
        if name not in self._columns:
            outer, _, inner = name.partition(".")
            if inner and self.cells and isinstance(fields := getattr(self.cells[0], outer), tuple):
                # Most of its fields will be asked for, and all together are taken out as fast as two or three.
                names = (f"{outer}.{one}" for one in fields._fields)  # type: ignore[attr-defined]  # a named one
                self._columns.update(zip(names, zip(*self.column(outer), strict=True), strict=True))
            else:
                self._columns[name] = list(map(attrgetter(name), self.cells))
        return self._columns[name]

    @property
    def day(self) -> date:
        """The last day of the period, or today where it is not over."""
        return min(self.period.last, self.today)

    @property
    def over(self) -> bool:
        """Whether the whole period is behind us."""
        return self.period.last <= self.today

    def by_month(self) -> list[int]:
        """The contacts with residents in each month of the period that has begun."""
        return [self.contacts.get(first, 0) for first in self.period.months() if first <= self.today]

    def due(self, life: Life, here: frozenset[date] | None = None) -> "Due":
        """In which months and quarters a cell with that life has to have met, for whom it stood there in those months.

        A month is asked for where it stood at its end, though it came within it; a quarter where it stood in all three.
        """
        if (life, here) not in self._due:
            every = months(self.period)
            asked = [
                span for span in every
                if span.last <= self.today and life.whole(span) and (here is None or span.first in here)
            ]  # fmt: skip
            firsts = {span.first for span in every} if here is None else here
            self._due[life, here] = Due(
                months=sum(1 << span.first.month for span in asked),
                quarters=tuple(
                    (
                        0b111 << span.first.month,
                        span.last <= self.today
                        and life.whole(span)
                        and all(one.first in firsts for one in every if one.first in span),
                    )
                    for span in quarters(self.period)
                ),
            )
        return self._due[life, here]


class Part(NamedTuple):
    """What a cell adds; `met` None: nothing can be said of it alone."""

    numerator: int
    denominator: int
    met: bool | None = None


class Counting(StrEnum):
    """What an indicator counts: cells that are as they should be, or what the cells' own numbers come to."""

    CELLS = "cells"
    SUMS = "sums"


@dataclass(frozen=True, slots=True)
class Formula:
    """`part`: what one cell adds, None where it is not asked; `sees`: by which of its fields alone, so that cells alike
    in them need be looked at once; `known`: whether anything can be said at all yet; `targeted`: the denominator is the
    organisation's own target.
    """

    counting: Counting
    part: Callable[[Board, Cell], Part | None]
    sees: Sequence[str]
    known: Callable[[Board], bool] = lambda _: True
    targeted: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What an indicator comes to; `value` None, never 0, where nothing can be known yet."""

    value: Decimal | None
    numerator: int | None
    denominator: int | None


def compute(formula: Formula, board: Board) -> Figures:
    """The value of an indicator: what `behind` tells of each cell, all together."""
    parts = _alike(formula, board) if formula.known(board) else []
    if formula.counting is Counting.CELLS:
        number, of = sum(many for part, many in parts if part.met is True), sum(many for _, many in parts)
    else:
        number = sum(part.numerator * many for part, many in parts)
        of = sum(part.denominator * many for part, many in parts)
    if formula.targeted:
        of = board.target or 0
        return Figures(share(number, of), number if parts or of else None, board.target)
    return Figures(share(number, of), number if of else None, of or None)


def _alike(formula: Formula, board: Board) -> list[tuple[Part, int]]:
    """What cells add, and how many of them the same."""
    seen = list(zip(*map(board.column, formula.sees), strict=True))
    one = dict(zip(seen, board.cells, strict=True))
    found = ((formula.part(board, one[key]), many) for key, many in Counter(seen).items())
    return [(part, many) for part, many in found if part is not None]


def behind(formula: Formula, board: Board) -> list[tuple[Cell, Part]]:
    """The cells behind an indicator, each with what it adds; none where nothing can be known yet."""
    if not formula.known(board):
        return []
    found = ((cell, formula.part(board, cell)) for cell in board.cells)
    return [(cell, part) for cell, part in found if part is not None]


def share(number: int, of: int) -> Decimal | None:
    """A share; None of nothing."""
    return Decimal(number) / of if of else None

"""The indicators of a province's board: each a pure formula over its cells, and the cells that stand behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from events.fact import Id
from events.office import Post
from events.organisation import CellKind
from projections.board import Leading
from projections.cell_months import Tally, tally
from services.scoring.cell_period import DIGITS
from services.scoring.period import Period
from services.scoring.rhythm import Life, months, quarters
from services.scoring.terms import covers

DECEMBER = 12
VILLAGES = frozenset({CellKind.VILLAGE, CellKind.STREET})
UNITS = frozenset(
    {
        CellKind.COMMUNE_AGENCY,
        CellKind.AGENCY,
        CellKind.PUBLIC_SERVICE,
        CellKind.STATE_ENTERPRISE,
        CellKind.PRIVATE_ENTERPRISE,
        CellKind.ARMY,
        CellKind.POLICE,
    }
)
"""Kinds of cell whose secretary may be the head of the unit in which it is."""
HEADS = frozenset({Post.VILLAGE_HEAD, Post.STREET_HEAD})
NOBODY = Leading(Id(""), False, (), 0, 0)


class Cell(NamedTuple):
    """A cell (or a committee whose contacts no cell has), with what is on record of its period.

    `living`: it stood below the organisation at the end of the period; of one that has ended only sums are told.
    `oath`: how many have reported, of how many on the rolls.
    """

    id: Id
    name: str
    kind: CellKind | None
    life: Life
    living: bool
    tally: Tally
    leading: Leading = NOBODY
    terms: Sequence[str] = ()
    planned: bool = False
    target: int | None = None
    oath: tuple[int, int] = (0, 0)


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
    _due: "dict[Life, Due]" = field(default_factory=dict)

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

    def due(self, life: Life) -> "Due":
        """In which months and quarters a cell with that life has to have met."""
        if life not in self._due:
            spans = quarters(self.period)
            self._due[life] = Due(
                months=sum(
                    1 << span.first.month
                    for span in months(self.period)
                    if span.last <= self.today and life.whole(span)
                ),
                quarters=tuple(
                    (0b111 << span.first.month, span.last <= self.today and life.whole(span)) for span in spans
                ),
            )
        return self._due[life]


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
    """`part`: what one cell adds, None where it is not asked; `known`: whether anything can be said at all yet."""

    counting: Counting
    part: Callable[[Board, Cell], Part | None]
    known: Callable[[Board], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Figures:
    """What an indicator comes to; `value` None, never 0, where nothing can be known yet."""

    value: Decimal | None
    numerator: int | None
    denominator: int | None


def compute(formula: Formula, board: Board) -> Figures:
    """The value of an indicator."""
    parts = behind(formula, board)
    if formula.counting is Counting.CELLS:
        number, of = sum(part.met is True for _, part in parts), len(parts)
    else:
        number, of = sum(part.numerator for _, part in parts), sum(part.denominator for _, part in parts)
    if formula is FORMULAS["admissions"]:
        of = board.target or 0
        return Figures(share(number, of), number if parts or of else None, board.target)
    return Figures(share(number, of), number if of else None, of or None)


def behind(formula: Formula, board: Board) -> list[tuple[Cell, Part]]:
    """The cells behind an indicator, each with what it adds; none where nothing can be known yet."""
    if not formula.known(board):
        return []
    found = ((cell, formula.part(board, cell)) for cell in board.cells)
    return [(cell, part) for cell, part in found if part is not None]


def share(number: int, of: int) -> Decimal | None:
    """A share; None of nothing."""
    return Decimal(number) / of if of else None


# The formulas


def _living(part: Callable[[Board, Cell], Part | None]) -> Callable[[Board, Cell], Part | None]:
    """Only cells that are there at the end of the period are asked."""
    return lambda board, cell: part(board, cell) if cell.living else None


def _all(met: int, of: int) -> Part | None:
    return Part(met, of, met == of) if of else None


def _yes(met: bool) -> Part:
    return Part(int(met), 1, met)


def _rhythm(board: Board, cell: Cell) -> Part | None:
    """Every month that is over, and a thematic one in every quarter that is; what is met already counts, too."""
    due, held = board.due(cell.life), cell.tally.regular_in
    met, of = held.bit_count(), (due.months | held).bit_count()
    for quarter, over in due.quarters:
        kept = bool(quarter & cell.tally.thematic_in)
        met += kept
        of += kept or over
    return _all(met, of)


def _good(_: Board, cell: Cell) -> Part | None:
    """By the mean of its meetings' points where all have them, else by what most of the bands in force say."""
    told = cell.tally
    if not told.held:
        return None
    if told.whole == told.held and told.good_from is not None:
        # Cut off after two digits, as the score of the period is.
        mean = (told.points / told.whole).quantize(DIGITS, rounding="ROUND_DOWN")
        gated = told.gated == told.held and told.missed > 0
        return _yes(mean >= told.good_from and not gated)
    return _yes(2 * told.good > told.banded) if told.banded else None


def _attendance(_: Board, cell: Cell) -> Part | None:
    told = cell.tally
    return Part(told.present, told.base) if told.base else None


def _training(_: Board, cell: Cell) -> Part | None:
    return _all(cell.leading.trained, cell.leading.committee)


def _rules(board: Board, cell: Cell) -> Part:
    return _yes(any(covers(term, board.day.year) for term in cell.terms))


def _admissions(_: Board, cell: Cell) -> Part | None:
    """Its own number, and whether it has reached its own target where it has set one."""
    if not cell.tally.admitted and cell.target is None:
        return None
    met = None if cell.target is None else cell.tally.admitted >= cell.target
    return Part(cell.tally.admitted, cell.target or 0, met)


def _double(kinds: frozenset[CellKind], posts: frozenset[Post]) -> Callable[[Board, Cell], Part | None]:
    def part(_: Board, cell: Cell) -> Part | None:
        if cell.kind not in kinds or not cell.leading.posts:
            return None
        return _yes(any(post in posts for post in cell.leading.posts))

    return _living(part)


def _december(_: Board, cell: Cell) -> Part | None:
    """What is met is that not all of its contacts waited for December."""
    told = cell.tally
    if not told.contacts:
        return None
    return Part(told.contacts_december, told.contacts, told.contacts_december < told.contacts)


def _met(board: Board) -> bool:
    return any(cell.tally.held for cell in board.cells)


def _chosen(name: str) -> Callable[[Board], bool]:
    """Once the period is over nobody will be chosen; before, that nobody has been says nothing."""
    return lambda board: _met(board) and (board.over or any(getattr(cell.tally, name) for cell in board.cells))


def _model(name: str) -> Formula:
    part = _living(lambda _, cell: _yes(getattr(cell.tally, name) > 0))
    return Formula(Counting.CELLS, part, _chosen(name))


FORMULAS: Mapping[str, Formula] = {
    "regular-rhythm": Formula(Counting.CELLS, _living(_rhythm), _met),
    "pre-meeting": Formula(Counting.CELLS, _living(lambda _, cell: _all(cell.tally.pre_met, cell.tally.pre_of))),
    "full-procedure": Formula(Counting.CELLS, _living(lambda _, cell: _all(cell.tally.full_met, cell.tally.full_of))),
    "supervisor": Formula(
        Counting.CELLS,
        _living(lambda _, cell: _yes(cell.leading.supervised)),
        lambda board: any(cell.leading is not NOBODY for cell in board.cells),
    ),
    "attendance": Formula(Counting.SUMS, _attendance),
    "committee-training": Formula(Counting.SUMS, _living(_training), lambda board: board.trainings),
    "working-rules": Formula(Counting.CELLS, _living(_rules), lambda board: any(cell.terms for cell in board.cells)),
    "good-cells": Formula(Counting.CELLS, _living(_good)),
    "four-good-plan": Formula(
        Counting.CELLS, _living(lambda _, cell: _yes(cell.planned)), lambda board: any(c.planned for c in board.cells)
    ),
    "model-regular": _model("model_regular"),
    "model-thematic": _model("model_thematic"),
    "admissions": Formula(Counting.SUMS, _admissions),
    "double-office-village": Formula(Counting.CELLS, _double(VILLAGES, HEADS)),
    "double-office-unit": Formula(Counting.CELLS, _double(UNITS, frozenset({Post.UNIT_HEAD}))),
    "liaison-december": Formula(
        Counting.SUMS,
        _december,
        lambda board: (
            date(board.period.year, DECEMBER, 1) in board.period and board.today >= date(board.period.year, DECEMBER, 1)
        ),
    ),
    "oath-coverage": Formula(Counting.SUMS, lambda _, cell: _all(*cell.oath)),
}
"""By the ids of the pack that names their targets and sources."""

NO_MONTHS = tally(Id(""), ())
"""Of a cell of which nothing is told."""

"""The sixteen formulas of a province's board, by the ids of the pack that names their targets and sources."""

from collections.abc import Callable, Mapping
from datetime import date

from events.office import Post
from events.organisation import CellKind
from services.scoring.boards.indicators import NOBODY, Board, Cell, Counting, Formula, Part
from services.scoring.boards.terms import covers
from services.scoring.periods.cell_period import DIGITS

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


def _living(
    part: Callable[[Board, Cell], Part | None], *sees: str, known: Callable[[Board], bool] = lambda _: True
) -> Formula:
    """It counts cells, and asks only those that are there at the end of the period."""
    return Formula(Counting.CELLS, _there(part), ("living", *sees), known)


def _there(part: Callable[[Board, Cell], Part | None]) -> Callable[[Board, Cell], Part | None]:
    return lambda board, cell: part(board, cell) if cell.living else None


def _all(met: int, of: int) -> Part | None:
    return Part(met, of, met == of) if of else None


def _yes(met: bool) -> Part:
    return Part(int(met), 1, met)


def _rhythm(board: Board, cell: Cell) -> Part | None:
    """Every month that is over, and a thematic one in every quarter that is; what is met already counts, too."""
    due, held = board.due(cell.life, cell.here), cell.tally.regular_in
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


def _double(kinds: frozenset[CellKind], posts: frozenset[Post]) -> Formula:
    def part(_: Board, cell: Cell) -> Part | None:
        if cell.kind not in kinds or not cell.leading.posts:
            return None
        return _yes(any(post in posts for post in cell.leading.posts))

    return _living(part, "kind", "leading.posts")


def _december(_: Board, cell: Cell) -> Part | None:
    """What is met is that not all of its contacts waited for December."""
    told = cell.tally
    if not told.contacts:
        return None
    return Part(told.contacts_december, told.contacts, told.contacts_december < told.contacts)


def _december_begun(board: Board) -> bool:
    first = date(board.period.year, DECEMBER, 1)
    return first in board.period and board.today >= first


def _met(board: Board) -> bool:
    return any(cell.tally.held for cell in board.cells)


def _chosen(name: str) -> Callable[[Board], bool]:
    """Once the period is over nobody will be chosen; before, that nobody has been says nothing."""
    return lambda board: _met(board) and (board.over or any(getattr(cell.tally, name) for cell in board.cells))


def _model(name: str) -> Formula:
    return _living(lambda _, cell: _yes(getattr(cell.tally, name) > 0), f"tally.{name}", known=_chosen(name))


FORMULAS: Mapping[str, Formula] = {
    "regular-rhythm": _living(
        _rhythm, "life.since", "life.until", "here", "tally.regular_in", "tally.thematic_in", known=_met
    ),
    "pre-meeting": _living(
        lambda _, cell: _all(cell.tally.pre_met, cell.tally.pre_of), "tally.pre_met", "tally.pre_of"
    ),
    "full-procedure": _living(
        lambda _, cell: _all(cell.tally.full_met, cell.tally.full_of), "tally.full_met", "tally.full_of"
    ),
    "supervisor": _living(
        lambda _, cell: _yes(cell.leading.supervised),
        "leading.supervised",
        known=lambda board: any(cell.leading is not NOBODY for cell in board.cells),
    ),
    "attendance": Formula(Counting.SUMS, _attendance, ("tally.present", "tally.base")),
    "committee-training": Formula(
        Counting.SUMS,
        _there(_training),
        ("living", "leading.trained", "leading.committee"),
        lambda board: board.trainings,
    ),
    "working-rules": _living(_rules, "terms", known=lambda board: any(cell.terms for cell in board.cells)),
    "good-cells": _living(
        _good,
        *(f"tally.{name}" for name in ("held", "whole", "points", "good_from", "gated", "missed", "banded", "good")),
    ),
    "four-good-plan": _living(
        lambda _, cell: _yes(cell.planned), "planned", known=lambda board: any(cell.planned for cell in board.cells)
    ),
    "model-regular": _model("model_regular"),
    "model-thematic": _model("model_thematic"),
    "admissions": Formula(Counting.SUMS, _admissions, ("tally.admitted", "target"), targeted=True),
    "double-office-village": _double(VILLAGES, HEADS),
    "double-office-unit": _double(UNITS, frozenset({Post.UNIT_HEAD})),
    "liaison-december": Formula(
        Counting.SUMS, _december, ("tally.contacts", "tally.contacts_december"), _december_begun
    ),
    "oath-coverage": Formula(Counting.SUMS, lambda _, cell: _all(*cell.oath), ("oath",)),
}
"""By the ids of the pack; the order is that in which they are told."""

"""What may be asked about a province's board over HTTP: an organisation's indicators, and the cells behind each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Query, Response
from pydantic import Field

from events.fact import Id
from projections import tree
from projections.asked import AsOf
from services.access import Relation
from services.scoring.asked import Limit, ScoreQuestion, answer, period_of
from services.scoring.boards import board
from services.scoring.boards.board_feed import LEANS_ON
from services.scoring.boards.formulas import FORMULAS
from services.scoring.boards.indicators import Board, behind, compute, share
from services.scoring.period import Period
from services.scoring.rules.rulebook import Item, Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Number, Rubric
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import Problem, not_found

router = APIRouter()

VIEWS = (*LEANS_ON, "cell_months", "oath_answers", "papers")
TOO_MANY = (
    "a board of the past is worked out from the log, and {} organisations stand below, more than {}: "
    "ask for one of them, or for the board as it is known now"
)
BUSY = f"{board.AT_ONCE} boards of the past are being worked out already"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class IndicatorsQuestion(ScoreQuestion):
    """Of which period: a year, a quarter or a month; without one, of this year."""

    period: Annotated[str, Field(max_length=20)] | None = None


class CellsQuestion(IndicatorsQuestion):
    """Those that are as they should be, those that are not, or all; `after` is what `next` said."""

    met: bool | None = None
    limit: Limit = 50
    after: Annotated[str, Field(pattern=r"^[0-9]{1,7}$")] = "0"


@dataclass(frozen=True, slots=True)
class Indicator:
    """A value against its target, which it has to reach (`at_least`) or to exceed (`above`); both null where no paper
    gives one. `value` is null, never 0, where nothing can be known yet. `counts`: whether `numerator` and `denominator`
    are cells, or sums over them. `by_month`, of contacts: how many in each month of the period that has begun.
    """

    id: str
    title: str
    value: Number | None
    target: Number | None
    bound: str | None
    met: bool | None
    numerator: int | None
    denominator: int | None
    counts: str
    source: str
    by_month: list[int] | None = None


@dataclass(frozen=True, slots=True)
class IndicatorsPage:
    """Every indicator of the pack that is in force for the organisation, in its order."""

    organisation: Id
    period: str
    rubric: str | None
    items: list[Indicator]


@dataclass(frozen=True, slots=True)
class BehindLine:
    """A cell, with what it adds; `met` null: nothing can be said of it alone."""

    cell: Id
    name: str
    value: Number | None
    numerator: int
    denominator: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class BehindPage:
    """Cells by name; `total` is how many there are on all pages."""

    items: list[BehindLine]
    next: str | None
    total: int


class Read(NamedTuple):
    """A board, and the pack by which it is judged."""

    board: Board
    pack: Pack | None


@router.get("/indicators/{organisation}", response_model=IndicatorsPage)
def read_indicators(
    organisation: str,
    asking: Asking,
    here: Here,
    asked: Annotated[IndicatorsQuestion, Query()],
    at_least: AtLeast = None,
) -> Response:
    """The objectives that a province follows, of all cells below an organisation, in a period."""
    of, period = _asked_about(organisation, asking, here, asked, at_least)
    found = _read(here, of, period, asked)
    items = [_indicator(item, found.board) for item in found.pack.items] if found.pack else []
    rubric = str(Rubric.of(found.pack)) if found.pack else None
    return answer(IndicatorsPage(of, period.text, rubric, items))


@router.get("/indicators/{organisation}/{indicator}/cells", response_model=BehindPage)
def read_cells_behind(
    organisation: str,
    indicator: str,
    asking: Asking,
    here: Here,
    asked: Annotated[CellsQuestion, Query()],
    at_least: AtLeast = None,
) -> Response:
    """The cells behind an indicator, by name; with `met=false` those that keep it from its target."""
    of, period = _asked_about(organisation, asking, here, asked, at_least)
    if indicator not in FORMULAS:
        raise not_found("indicator")
    found = _read(here, of, period, asked)
    item = found.pack.item(indicator) if found.pack else None
    lines = [
        BehindLine(cell.id, cell.name, share(part.numerator, part.denominator), part.numerator, part.denominator, met)
        for cell, part in behind(FORMULAS[indicator], found.board)
        for met in [part.met if part.met is not None else _met(item, share(part.numerator, part.denominator))]
        if asked.met is None or met is asked.met
    ]
    lines.sort(key=lambda line: (line.name, line.cell))
    first = int(asked.after)
    last = first + asked.limit
    return answer(BehindPage(lines[first:last], str(last) if last < len(lines) else None, len(lines)))


def _asked_about(
    organisation: str, asking: Asking, here: Context, asked: IndicatorsQuestion, at_least: int | None
) -> tuple[Id, Period]:
    of = ident(organisation, "organisation")
    period = period_of(asked.period) if asked.period is not None else Period.of_year(here.today().year)
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    return of, period


def _read(here: Context, of: Id, period: Period, asked: IndicatorsQuestion) -> Read:
    today = here.today()
    with _still(here) as connection:
        known = asked.known(connection)
        as_of = AsOf(asked.as_of or today, known)
        if tree.one(connection, of, as_of) is None:
            raise not_found("organisation")
        try:
            found = board.read(connection, of, period, as_of, today, ZoneInfo(here.settings.timezone))
        except board.TooMany as many:
            raise Problem(409, "indicators.too_many", TOO_MANY.format(many, board.MOST)) from None
        except board.AllBusy:
            raise Problem(429, "busy", BUSY, headers={"Retry-After": "10"}) from None
        pack = RulesInForce.read(connection, known).pack(Of.INDICATORS, of, found.day)
    return Read(found, pack)


@contextmanager
def _still(here: Context) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which all views stand still."""
    with here.pool.connection() as connection, connection.transaction():
        connection.execute(SNAPSHOT)
        yield connection


def _indicator(item: Item, found: Board) -> Indicator:
    formula = FORMULAS[item.id]
    figures = compute(formula, found)
    bound = next(iter(item.target.model_fields_set), None) if item.target else None
    return Indicator(
        id=item.id,
        title=item.title,
        value=figures.value,
        target=getattr(item.target, bound) if bound else None,
        bound=bound,
        met=_met(item, figures.value),
        numerator=figures.numerator,
        denominator=figures.denominator,
        counts=formula.counting.value,
        source=item.source,
        by_month=found.by_month() if item.id == "liaison-december" else None,
    )


def _met(item: Item | None, value: Decimal | None) -> bool | None:
    """Whether a value lies where its target wants it; None without either."""
    return item.target.hold(value) if item and item.target and value is not None else None

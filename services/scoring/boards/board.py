"""A board as it is asked for: from what the scoring process keeps or, of any other moment, worked out from the log."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from threading import Semaphore
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from events.fact import Id
from events.organisation import OrganisationKind
from projections import board, cell_months, tree
from projections.asked import LATEST, AsOf
from projections.cell_months import Month, Tally
from projections.positions import positions
from services.scoring.boards import cell_months as working_out
from services.scoring.boards.board_stays import Stays, stays
from services.scoring.boards.indicators import NO_MONTHS, NOBODY, Board, Cell
from services.scoring.period import Period
from services.scoring.periods.rhythm import Life
from services.scoring.rules.rules_in_force import RulesInForce

NO_PAPERS = board.Papers()
NO_OATH = (0, 0)
MOST = 6_000
"""Cells, and committees above them, of which a board of the past is worked out: two provinces' or so."""
AT_ONCE = 2
"""Boards of the past that one process works out at a time: each keeps a core and a connection for seconds."""
_turns = Semaphore(AT_ONCE)


class TooMany(Exception):
    """A board of the past would take too long: so many organisations stand below."""


class AllBusy(Exception):
    """As many boards of the past are being worked out as one process does at a time."""


class Told(NamedTuple):
    """What each cell's months come to, and the contacts of all of them by month."""

    tallies: dict[Id, Tally]
    contacts: Counter[date]


def read(
    connection: psycopg.Connection[Any], organisation: Id, period: Period, as_of: AsOf, today: date, zone: ZoneInfo
) -> Board:
    """The board of all that stood below an organisation on the last day of the period, or on `as_of.day` before it.

    Of one that has come or gone meanwhile those months count at whose end it stood there, see `board_stays`.
    What is asked as known now, as of today or later, comes from the kept months; all else takes as long as scoring
    every meeting of the period's year anew.

    Raises:
        TooMany, AllBusy: it would have to be worked out, and is not.
    """
    then = AsOf(min(period.last, as_of.day), as_of.known)
    below = tree.below(connection, organisation, then)
    cells = [one for one in below if one.kind == OrganisationKind.CELL]
    living = [one.id for one in cells]
    every = tree.with_lineage(connection, [one.id for one in below], then)
    now = as_of.known == LATEST and as_of.day >= today and _is_kept(connection)
    here = stays(connection, organisation, below, period, then)
    told = _kept(connection, here, period) if now else _worked_out(connection, here, period, as_of, zone)
    tallies = told.tallies
    leading = board.leading(connection, living, period.year, then)
    papers = board.papers(connection, living, period.year, then)
    targets = board.targets(connection, [one.id for one in below], period.year, then)
    oaths = board.oaths(connection, every, (period.first, period.last), then)
    lives: dict[tuple[date, date | None], Life] = {}
    found = [
        Cell(
            one.id,
            one.name,
            one.cell_kind,
            lives.get(span := (one.since, one.ended_on)) or lives.setdefault(span, Life(*span)),
            True,
            tallies.get(one.id, NO_MONTHS),
            leading.get(one.id, NOBODY),
            *papers.get(one.id, NO_PAPERS),
            targets.get(one.id),
            oaths.get(one.id, NO_OATH),
            here.partly.get(one.id),
        )
        for one in cells
    ]
    found += _others(connection, (tallies.keys() | oaths.keys()) - set(living), tallies, oaths, then)
    return Board(
        period=period,
        today=as_of.day,
        cells=found,
        target=_target(below, targets),
        trainings=board.any_training(connection, period.year, then),
        contacts=told.contacts,
    )


def _is_kept(connection: psycopg.Connection[Any]) -> bool:
    """Whether the kept months have ever been filled, in the shape of today."""
    try:
        held = positions(connection, [cell_months.NAME])[cell_months.NAME]
    except LookupError:
        return False
    return held.position > 0 and held.shape == cell_months.SHAPE


def _kept(connection: psycopg.Connection[Any], here: Stays, period: Period) -> Told:
    span = (period.first, period.last)
    told = _summed(here, cell_months.months(connection, list(here.partly), *span) if here.partly else [])
    told.tallies.update(cell_months.tallies(connection, here.whole, *span))
    told.contacts.update(cell_months.contacts(connection, here.whole, *span))
    return told


def _worked_out(connection: psycopg.Connection[Any], here: Stays, period: Period, as_of: AsOf, zone: ZoneInfo) -> Told:
    every = [*here.whole, *here.partly]
    if len(every) > MOST:
        raise TooMany(len(every))
    if not _turns.acquire(blocking=False):
        raise AllBusy
    try:
        rules = RulesInForce.read(connection, as_of.known)
        found = working_out.read(connection, every, period.year, rules, zone, as_of)
        return _summed(here, (month for months in found for month in months if month.month in period))
    finally:
        _turns.release()


def _summed(here: Stays, months: Iterable[Month]) -> Told:
    """What the months come to that count here; they come cell by cell."""
    found, contacts = dict[Id, Tally](), Counter[date]()
    counted = (month for month in months if here.counts(month.cell, month.month))
    for cell, some in groupby(counted, lambda month: month.cell):
        told = list(some)
        contacts.update({month.month: month.contacts for month in told if month.contacts})
        found[cell] = cell_months.tally(cell, told)
    return Told(found, contacts)


def _others(
    connection: psycopg.Connection[Any],
    ids: set[Id],
    tallies: Mapping[Id, Tally],
    oaths: Mapping[Id, tuple[int, int]],
    then: AsOf,
) -> list[Cell]:
    """Who is no cell any more, or a committee that keeps in touch with residents itself."""
    names = tree.names(connection, ids, then) if ids else {}
    return [
        Cell(
            id=one,
            name=names.get(one, ""),
            kind=None,
            life=Life(date.max),
            living=False,
            tally=tallies.get(one, NO_MONTHS),
            oath=oaths.get(one, NO_OATH),
        )
        for one in sorted(ids)
    ]


def _target(below: Sequence[tree.Found], targets: Mapping[Id, int]) -> int | None:
    """The organisation's own or, where it has set none, the sum of those of the nearest below."""
    found: dict[Id, int] = {}
    # What stands deeper comes later, and is added to what is above it unless that has a word of its own.
    for one in reversed(below):
        if one.id in targets:
            found[one.id] = targets[one.id]
        if one.id in found and one.parent is not None and one.id != below[0].id:
            found[one.parent] = found.get(one.parent, 0) + found[one.id]
    return found.get(below[0].id) if below else None

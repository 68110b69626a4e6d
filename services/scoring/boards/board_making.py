"""The months of many cells' years, some at a time; a cell that cannot be worked out stops no other."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from events.fact import Id
from projections.asked import AsOf
from projections.cell_months import Month
from services.scoring.boards import cell_months as working_out
from services.scoring.boards.board_touched import Years
from services.scoring.rules.rules_in_force import RulesInForce

AT_ONCE = 500
"""Cells whose months are in memory at a time."""


class Failed(NamedTuple):
    """A cell whose year could not be worked out, and why."""

    cell: Id
    error: Exception


def made(connection: psycopg.Connection[Any], zone: ZoneInfo, years: Years, as_of: AsOf) -> Iterator[Month | Failed]:
    """The months of these years by both clocks, by years and cells.

    Raises:
        psycopg.OperationalError: the database is away.
    """
    rules = RulesInForce.read(connection, as_of.known)

    def read(cells: Sequence[Id], year: int) -> list[Month]:
        found: Iterable[list[Month]] = working_out.read(connection, cells, year, rules, zone, as_of)
        return [month for months in found for month in months]

    for year, cells in _some(years):
        try:
            yield from read(cells, year)
        except psycopg.OperationalError:
            raise
        except Exception:  # noqa: BLE001  # whose it is will be found
            for cell in cells:
                yield from _carefully(lambda cell=cell, year=year: read([cell], year), cell)


def _carefully(read: Any, cell: Id) -> list[Month | Failed]:
    try:
        return list(read())
    except psycopg.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # it is parked, visibly
        return [Failed(cell, error)]


def _some(years: Years) -> Iterator[tuple[int, list[Id]]]:
    """Cells of one year, some at a time."""
    ordered = sorted(years, key=lambda one: (one[1], one[0]))
    for year, found in groupby(ordered, lambda one: one[1]):
        cells = [cell for cell, _ in found]
        for first in range(0, len(cells), AT_ONCE):
            yield year, cells[first : first + AT_ONCE]

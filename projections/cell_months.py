"""What a province's board sums: a row a cell and month, as is known now, kept by the process that scores.

What was known or held earlier is worked out from the log when it is asked for; this is only the latest of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections import cell_years
from projections.asked import literal
from projections.positions import REGISTER, positions

NAME = "cell_months"
VERSION = 2
"""One more when the same columns come to mean something else: the table is then made anew."""


class Month(NamedTuple):
    """A cell's month, by the facts of its meetings, of the residents it follows and of those it has admitted.

    `regular` and `thematic` meetings were held, `held` with the extraordinary ones; `model_…` of them are examples for
    others. `pre_met` of `pre_of` were prepared by the committee, `full_met` of `full_of` went through every step.
    `present` of `base` attended. `whole` of those held have all of their points, `points` together. `good_from`: from
    how many on the rubric of the last one says good, which asks for more than points in `gated` of them, in vain in
    `missed`. `good` of `banded` are rated so by the band in force.
    """

    cell: Id
    month: date
    regular: int = 0
    thematic: int = 0
    held: int = 0
    model_regular: int = 0
    model_thematic: int = 0
    pre_met: int = 0
    pre_of: int = 0
    full_met: int = 0
    full_of: int = 0
    present: int = 0
    base: int = 0
    whole: int = 0
    points: Decimal = Decimal()
    good_from: Decimal | None = None
    gated: int = 0
    missed: int = 0
    banded: int = 0
    good: int = 0
    contacts: int = 0
    admitted: int = 0


class Tally(NamedTuple):
    """Some months of a cell together; `regular_in` and `thematic_in` have bit n set where month n (1 to 12) had one."""

    cell: Id
    regular_in: int
    thematic_in: int
    held: int
    model_regular: int
    model_thematic: int
    pre_met: int
    pre_of: int
    full_met: int
    full_of: int
    present: int
    base: int
    whole: int
    points: Decimal
    good_from: Decimal | None
    gated: int
    missed: int
    banded: int
    good: int
    contacts: int
    contacts_december: int
    admitted: int


SUMMED = (
    "held", "model_regular", "model_thematic", "pre_met", "pre_of", "full_met", "full_of", "present", "base", "whole",
    "points", "gated", "missed", "banded", "good", "contacts", "admitted",
)  # fmt: skip

DECEMBER = 12
COLUMNS = ", ".join(Month._fields)
TABLE = f"""
CREATE TABLE IF NOT EXISTS views.{NAME} (
    cell uuid NOT NULL, month date NOT NULL,
    {", ".join(f"{name} integer NOT NULL" for name in Month._fields[2:] if name not in ("points", "good_from"))},
    points numeric NOT NULL, good_from numeric,
    PRIMARY KEY (cell, month)
) WITH (fillfactor = 80)
"""
SHAPE = sha256(repr((VERSION, TABLE, cell_years.TABLE, cell_years.ADD)).encode()).hexdigest()[:16]
AFRESH = "UPDATE views.positions SET shape = %(shape)s, position = 0 WHERE view = %(view)s"

TALLIES = f"""
SELECT cell::text, {cell_years.SUMS} FROM views.cell_months
WHERE cell = ANY (%(cells)s::uuid[]) AND month BETWEEN %(first)s AND %(last)s GROUP BY cell
"""  # noqa: S608  # fixed text
MONTHS = f"""
SELECT cell::text, {", ".join(Month._fields[1:])} FROM views.cell_months
WHERE cell = ANY (%(cells)s::uuid[]) AND month BETWEEN %(first)s AND %(last)s ORDER BY cell, month
"""  # noqa: S608  # fixed text
CONTACTS = """
SELECT month, sum(contacts)::int FROM views.cell_months
WHERE cell = ANY (%(cells)s::uuid[]) AND month BETWEEN %(first)s AND %(last)s AND contacts > 0 GROUP BY month
"""
CLEAR = """
DELETE FROM views.cell_months c USING unnest(%s::uuid[], %s::date[], %s::date[]) AS gone (cell, first, last)
WHERE c.cell = gone.cell AND c.month BETWEEN gone.first AND gone.last
"""


def install(conninfo: str) -> None:
    """Make the table and that of its sums where they are missing; safe to repeat.

    It may be called as the owner or as the application, which owns its views. Tables of another shape are dropped: what
    they kept is worked out anew by the next feeder.
    """
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute("SET LOCAL ROLE caunoi_app")
        connection.execute(REGISTER, {"view": NAME, "shape": SHAPE})
        if positions(connection, [NAME], hold=True)[NAME].shape != SHAPE:
            connection.execute(f"DROP TABLE IF EXISTS views.{NAME}, views.{cell_years.NAME}".encode())
            connection.execute(AFRESH, {"view": NAME, "shape": SHAPE})
        connection.execute(TABLE.encode())
        connection.execute(cell_years.TABLE.encode())


def tallies(connection: psycopg.Connection[Any], cells: Sequence[Id], first: date, last: date) -> dict[Id, Tally]:
    """Each cell's months from one to another, both included and told by any of their days; who has none is missing."""
    question = cell_years.READ if _is_year(first, last) else TALLIES
    rows = connection.execute(question.encode(), _months(cells, first, last), binary=True).fetchall()
    return {row[0]: Tally._make(row) for row in rows}


def months(connection: psycopg.Connection[Any], cells: Sequence[Id], first: date, last: date) -> list[Month]:
    """The months themselves, by cell and in their order."""
    rows = connection.execute(MONTHS.encode(), _months(cells, first, last), binary=True).fetchall()
    return [Month._make(row) for row in rows]


def contacts(connection: psycopg.Connection[Any], cells: Sequence[Id], first: date, last: date) -> dict[date, int]:
    """The contacts of all these cells together, by month."""
    params = _months(cells, first, last)
    if not _is_year(first, last):
        return dict(connection.execute(CONTACTS.encode(), params).fetchall())
    sums = connection.execute(cell_years.CONTACTS.encode(), params).fetchone() or ()
    return {date(first.year, month, 1): some for month, some in enumerate(sums, 1) if some}


def _is_year(first: date, last: date) -> bool:
    return (first.year, first.month) == (last.year, 1) and last.month == DECEMBER


def _months(cells: Sequence[Id], first: date, last: date) -> Mapping[str, Any]:
    return {"cells": literal(cells), "first": first.replace(day=1), "last": last, "year": first.year}


def tally(cell: Id, months: Iterable[Month]) -> Tally:
    """The same of one cell's months at hand, in their order."""
    told = list(months)
    sums: Mapping[str, Any] = {name: sum(getattr(month, name) for month in told) for name in SUMMED}
    return Tally(
        cell=cell,
        regular_in=sum(1 << month.month.month for month in told if month.regular),
        thematic_in=sum(1 << month.month.month for month in told if month.thematic),
        good_from=next((month.good_from for month in reversed(told) if month.good_from is not None), None),
        contacts_december=sum(month.contacts for month in told if month.month.month == 12),
        **sums,
    )


def write(connection: psycopg.Connection[Any], months: Iterable[Month]) -> None:
    """Add rows, in the transaction that is open; their sums are `cell_years`' to add."""
    copying = f"COPY views.{NAME} ({COLUMNS}) FROM STDIN".encode()
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        for month in months:
            copy.write_row(month)


def clear(connection: psycopg.Connection[Any], years: Iterable[tuple[Id, int]]) -> None:
    """Take out these years of these cells, in the transaction that is open."""
    wanted = [(cell, date(year, 1, 1), date(year, 12, 31)) for cell, year in years]
    if wanted:
        connection.execute(CLEAR, [list(column) for column in zip(*wanted, strict=True)])

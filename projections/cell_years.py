"""The sums of a cell's months by year, kept beside the months themselves, so that a province's board adds up little.

They are written with the months from which they come, in the same transaction, and made anew with them.
"""

from collections.abc import Iterable
from typing import Any

import psycopg

from events.fact import Id

NAME = "cell_years"
COUNTED = (
    "regular_in", "thematic_in", "held", "model_regular", "model_thematic", "pre_met", "pre_of", "full_met", "full_of",
    "present", "base", "whole", "gated", "missed", "banded", "good", "contacts", "contacts_december", "admitted",
)  # fmt: skip
TABLE = f"""
CREATE TABLE IF NOT EXISTS views.{NAME} (
    cell uuid NOT NULL, year integer NOT NULL,
    {", ".join(f"{name} integer NOT NULL" for name in COUNTED)},
    points numeric NOT NULL, good_from numeric, contacts_by integer[] NOT NULL,
    PRIMARY KEY (cell, year)
) WITH (fillfactor = 80)
"""

SUMS = """
coalesce(bit_or(1 << extract(month FROM month)::int) FILTER (WHERE regular > 0), 0) AS regular_in,
coalesce(bit_or(1 << extract(month FROM month)::int) FILTER (WHERE thematic > 0), 0) AS thematic_in,
sum(held)::int AS held, sum(model_regular)::int AS model_regular, sum(model_thematic)::int AS model_thematic,
sum(pre_met)::int AS pre_met, sum(pre_of)::int AS pre_of, sum(full_met)::int AS full_met, sum(full_of)::int AS full_of,
sum(present)::int AS present, sum(base)::int AS base, sum(whole)::int AS whole, sum(points) AS points,
(max(ARRAY[extract(month FROM month), good_from]) FILTER (WHERE good_from IS NOT NULL))[2] AS good_from,
sum(gated)::int AS gated, sum(missed)::int AS missed, sum(banded)::int AS banded, sum(good)::int AS good,
sum(contacts)::int AS contacts,
coalesce(sum(contacts) FILTER (WHERE extract(month FROM month) = 12), 0)::int AS contacts_december,
sum(admitted)::int AS admitted
"""
"""Of some rows of `cell_months` that are one cell's, in one year."""
NAMES = (
    "regular_in, thematic_in, held, model_regular, model_thematic, pre_met, pre_of, full_met, full_of, present, base, "
    "whole, points, good_from, gated, missed, banded, good, contacts, contacts_december, admitted"
)
BY_MONTH = ", ".join(f"sum(contacts) FILTER (WHERE extract(month FROM month) = {n})" for n in range(1, 13))
ADD = f"""
INSERT INTO views.{NAME} (cell, year, {NAMES}, contacts_by)
SELECT cell, extract(year FROM month)::int, {SUMS},
       CASE WHEN sum(contacts) > 0 THEN ARRAY[{BY_MONTH}]::int[] ELSE '{{}}' END
FROM views.cell_months
"""  # noqa: S608  # fixed text
OF_ALL = ADD + "GROUP BY 1, 2"
OF_SOME = f"""
{ADD} JOIN unnest(%s::uuid[], %s::int[]) AS wanted (cell, year) USING (cell)
WHERE month BETWEEN make_date(wanted.year, 1, 1) AND make_date(wanted.year, 12, 31) GROUP BY 1, 2
"""
CLEAR = f"""
DELETE FROM views.{NAME} y USING unnest(%s::uuid[], %s::int[]) AS gone (cell, year)
WHERE y.cell = gone.cell AND y.year = gone.year
"""  # noqa: S608
READ = f"SELECT cell::text, {NAMES} FROM views.{NAME} WHERE cell = ANY (%(cells)s::uuid[]) AND year = %(year)s"  # noqa: S608
CONTACTS = f"""
SELECT {", ".join(f"sum(contacts_by[{n}])::int" for n in range(1, 13))}
FROM views.{NAME} WHERE cell = ANY (%(cells)s::uuid[]) AND year = %(year)s AND contacts > 0
"""  # noqa: S608


def add_all(connection: psycopg.Connection[Any]) -> None:
    """Sum up every year of every cell, in the transaction that is open; the table is empty."""
    connection.execute(OF_ALL.encode())


def replace(connection: psycopg.Connection[Any], years: Iterable[tuple[Id, int]]) -> None:
    """Sum up these years of these cells again, in the transaction that is open."""
    wanted = [list(column) for column in zip(*years, strict=True)]
    if wanted:
        connection.execute(CLEAR.encode(), wanted)
        connection.execute(OF_SOME.encode(), wanted)

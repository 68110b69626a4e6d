"""What a board asks of the other views about many cells at once, by both clocks."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections.asked import AsOf, sql

CONTACTS = sql("""
SELECT c.keeper::text, date_trunc('month', c.made_on::timestamp)::date, count(*) FROM views.contacts c
WHERE c.keeper = ANY (%(cells)s::uuid[]) AND c.made_on BETWEEN %(first)s AND %(last)s AND {holds:c} GROUP BY 1, 2
""")
ADMITTED = sql("""
SELECT a.cell::text, date_trunc('month', a.admitted_on::timestamp)::date, count(*) FROM views.admissions a
WHERE a.cell = ANY (%(cells)s::uuid[]) AND a.admitted_on BETWEEN %(first)s AND %(last)s AND {holds:a} GROUP BY 1, 2
""")


def monthly(
    connection: psycopg.Connection[Any], question: bytes, cells: Sequence[Id], year: int, as_of: AsOf
) -> dict[Id, dict[date, int]]:
    """`CONTACTS` or `ADMITTED` of a year, by cell and the month's first day."""
    params = {"cells": list(cells), "first": date(year, 1, 1), "last": date(year, 12, 31), **as_of._asdict()}
    found: dict[Id, dict[date, int]] = {}
    for cell, month, number in connection.execute(question, params):
        found.setdefault(cell, {})[month] = number
    return found


class Leading(NamedTuple):
    """Who leads a cell on a day. `posts`: what its secretary is beside it, None for nothing; () where it has none.

    `committee` counts those who are in its committee, `trained` those of them who were trained for the year.
    """

    cell: Id
    supervised: bool
    posts: tuple[str | None, ...]
    committee: int
    trained: int


# Who is on another roll, or on none, holds no office of the cell, whether its end was recorded or not.
LEADING = sql("""
WITH trained AS (
    SELECT DISTINCT unnest(p.members) AS member FROM views.papers p
    WHERE p.paper = 'training' AND p.year = %(year)s AND {holds:p}
), held AS (
    SELECT o.stream, o.member, o.office, o.post FROM views.offices o
    JOIN views.roll r ON r.stream = o.member AND {holds:r} AND r.cell IS NOT NULL
    WHERE o.stream = ANY (%(cells)s::uuid[]) AND {holds:o} AND (o.office = 'supervisor' OR r.cell = o.stream)
)
SELECT h.stream::text, bool_or(h.office = 'supervisor'),
       coalesce(array_agg(h.post) FILTER (WHERE h.office = 'secretary'), '{{}}'),
       (count(DISTINCT h.member) FILTER (WHERE h.office <> 'supervisor'))::int,
       (count(DISTINCT t.member) FILTER (WHERE h.office <> 'supervisor'))::int
FROM held h LEFT JOIN trained t USING (member) GROUP BY h.stream
""")
ANY_TRAINING = sql("""
SELECT EXISTS (SELECT FROM views.papers p WHERE p.paper = 'training' AND p.year = %(year)s AND {holds:p})
""")
PAPERS = sql("""
SELECT p.stream::text, p.paper, p.what FROM views.papers p
WHERE p.stream = ANY (%(cells)s::uuid[]) AND {holds:p}
AND (p.paper = 'working_rules' OR p.paper = 'four_good_plan' AND p.year = %(year)s)
""")
TARGETS = sql("""
SELECT p.stream::text, p.value FROM views.papers p
WHERE p.stream = ANY (%(cells)s::uuid[]) AND p.paper = 'target' AND p.what = 'admissions' AND p.year = %(year)s
AND {holds:p}
""")
OATHS = sql("""
WITH opened AS (
    SELECT a.campaign, a.cell FROM views.oath_answers a WHERE {known:a}
    GROUP BY a.campaign, a.cell HAVING min(a.from_on) BETWEEN %(first)s AND %(last)s
)
SELECT a.cell::text, (count(*) FILTER (WHERE a.answer = 'reported'))::int, count(*)::int
FROM views.oath_answers a JOIN opened USING (campaign, cell)
WHERE a.cell = ANY (%(cells)s::uuid[]) AND {holds:a} GROUP BY a.cell
""")


def leading(connection: psycopg.Connection[Any], cells: Sequence[Id], year: int, as_of: AsOf) -> dict[Id, Leading]:
    """Who leads these cells; one without officers is missing."""
    params = {"cells": list(cells), "year": year, **as_of._asdict()}
    rows = connection.execute(LEADING, params)
    return {row[0]: Leading(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in rows}


def any_training(connection: psycopg.Connection[Any], year: int, as_of: AsOf) -> bool:
    """Whether anybody has told of a training for that year."""
    row = connection.execute(ANY_TRAINING, {"year": year, **as_of._asdict()}).fetchone()
    return bool(row and row[0])


class Papers(NamedTuple):
    """The terms for which each cell has rules, the cells that have a four-good plan for the year."""

    terms: dict[Id, list[str]]
    plans: set[Id]


def papers(connection: psycopg.Connection[Any], cells: Sequence[Id], year: int, as_of: AsOf) -> Papers:
    """What these cells have on paper."""
    found = Papers({}, set())
    for cell, paper, what in connection.execute(PAPERS, {"cells": list(cells), "year": year, **as_of._asdict()}):
        if paper == "four_good_plan":
            found.plans.add(cell)
        else:
            found.terms.setdefault(cell, []).append(what)
    return found


def targets(connection: psycopg.Connection[Any], organisations: Sequence[Id], year: int, as_of: AsOf) -> dict[Id, int]:
    """How many each of them means to admit in that year; one that has set no target is missing."""
    params = {"cells": list(organisations), "year": year, **as_of._asdict()}
    return dict(connection.execute(TARGETS, params).fetchall())


def oaths(
    connection: psycopg.Connection[Any], cells: Sequence[Id], days: tuple[date, date], as_of: AsOf
) -> dict[Id, tuple[int, int]]:
    """How many have reported, and how many were on the rolls, by cell, in the reviews that opened between two days."""
    params = {"cells": list(cells), "first": days[0], "last": days[1], **as_of._asdict()}
    return {cell: (reported, roll) for cell, reported, roll in connection.execute(OATHS, params)}

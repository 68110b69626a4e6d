"""What a board asks of the other views about many cells at once, by both clocks."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections.asked import AsOf, literal, sql

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
    params = {"cells": literal(cells), "first": date(year, 1, 1), "last": date(year, 12, 31), **as_of._asdict()}
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
    SELECT o.stream, o.member, bool_or(o.office = 'supervisor') AS supervises,
           bool_or(o.office <> 'supervisor') AS belongs,
           array_agg(o.post) FILTER (WHERE o.office = 'secretary') AS posts
    FROM views.offices o
    JOIN views.roll r ON r.stream = o.member AND {holds:r} AND r.cell IS NOT NULL
    WHERE o.stream = ANY (%(cells)s::uuid[]) AND {holds:o} AND (o.office = 'supervisor' OR r.cell = o.stream)
    GROUP BY o.stream, o.member
)
SELECT h.stream::text, bool_or(h.supervises), max(h.posts), (count(*) FILTER (WHERE h.belongs))::int,
       (count(t.member) FILTER (WHERE h.belongs))::int
FROM held h LEFT JOIN trained t USING (member) GROUP BY h.stream
""")
ANY_TRAINING = sql("""
SELECT EXISTS (SELECT FROM views.papers p WHERE p.paper = 'training' AND p.year = %(year)s AND {holds:p})
""")
PAPERS = sql("""
SELECT p.stream::text, array_agg(p.what) FILTER (WHERE p.paper = 'working_rules'),
       bool_or(p.paper = 'four_good_plan')
FROM views.papers p WHERE p.stream = ANY (%(cells)s::uuid[]) AND {holds:p}
AND (p.paper = 'working_rules' OR p.paper = 'four_good_plan' AND p.year = %(year)s) GROUP BY p.stream
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
    params = {"cells": literal(cells), "year": year, **as_of._asdict()}
    rows = connection.execute(LEADING, params).fetchall()
    return {row[0]: Leading(row[0], row[1], tuple(row[2] or ()), row[3], row[4]) for row in rows}


def any_training(connection: psycopg.Connection[Any], year: int, as_of: AsOf) -> bool:
    """Whether anybody has told of a training for that year."""
    row = connection.execute(ANY_TRAINING, {"year": year, **as_of._asdict()}).fetchone()
    return bool(row and row[0])


class Papers(NamedTuple):
    """The terms for which a cell has rules, and whether it has a four-good plan for the year."""

    terms: tuple[str, ...] = ()
    planned: bool = False


def papers(connection: psycopg.Connection[Any], cells: Sequence[Id], year: int, as_of: AsOf) -> dict[Id, Papers]:
    """What these cells have on paper; one that has none of it is missing."""
    rows = connection.execute(PAPERS, {"cells": literal(cells), "year": year, **as_of._asdict()}).fetchall()
    return {cell: Papers(tuple(terms or ()), planned) for cell, terms, planned in rows}


def targets(connection: psycopg.Connection[Any], organisations: Sequence[Id], year: int, as_of: AsOf) -> dict[Id, int]:
    """How many each of them means to admit in that year; one that has set no target is missing."""
    params = {"cells": literal(organisations), "year": year, **as_of._asdict()}
    return dict(connection.execute(TARGETS, params).fetchall())


def oaths(
    connection: psycopg.Connection[Any], cells: Sequence[Id], days: tuple[date, date], as_of: AsOf
) -> dict[Id, tuple[int, int]]:
    """How many have reported, and how many were on the rolls, by cell, in the reviews that opened between two days."""
    params = {"cells": literal(cells), "first": days[0], "last": days[1], **as_of._asdict()}
    return {cell: (reported, roll) for cell, reported, roll in connection.execute(OATHS, params).fetchall()}

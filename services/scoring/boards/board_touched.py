"""Which years of which cells a stretch of the log may have changed: found by the rows that it changed in the views."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from events.fact import Id

Years = set[tuple[Id, int]]

STREAMS = """
SELECT DISTINCT split_part(n.name, '.', 1), l.stream::text FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.position > %(after)s AND l.position <= %(upto)s
AND n.name ~ '^(meeting|member|organisation|liaison|rule)\\.'
"""
CHANGED = """
(v.known_from > %(after)s AND v.known_from <= %(upto)s OR v.known_to > %(after)s AND v.known_to <= %(upto)s)
"""
# Around midnight a meeting's day in one time zone is another one elsewhere.
MET_IN = """
SELECT DISTINCT m.cell::text, extract(year FROM m.meets_on + shift)::int
FROM views.meetings m, unnest(ARRAY[-1, 0, 1]) AS shift WHERE {}
"""
MEETINGS = MET_IN.format("m.stream = ANY (%(streams)s::uuid[])")
# Who is outside the base, or came back into it, counts otherwise in the meetings where he is listed.
ABSENT = f"""
m.stream IN (SELECT c.stream FROM views.concerns c WHERE c.subject IN (
    SELECT v.stream FROM views.absences v WHERE v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}))
"""  # noqa: S608  # fixed text
LISTED = MET_IN.format(ABSENT)
# How many official members a cell has says whether a secretary alone may lead it, and who is on the roll counts in the
# base, though nobody has listed him: his own cell's, or that of the one that has him for a time.
ROLLS = f"""
SELECT DISTINCT of.cell::text, extract(year FROM v.from_on)::int,
       extract(year FROM least(v.to_on, '9999-12-31'::date))::int
FROM views.roll v, unnest(ARRAY[v.cell, v.away_to]) AS of (cell)
WHERE v.stream = ANY (%(streams)s::uuid[]) AND of.cell IS NOT NULL AND {CHANGED}
"""  # noqa: S608  # fixed text
UNLISTED = f"""
SELECT DISTINCT of.cell::text, extract(year FROM v.from_on)::int,
       extract(year FROM least(v.to_on, '9999-12-31'::date))::int
FROM views.absences v JOIN views.roll r ON r.stream = v.stream, unnest(ARRAY[r.cell, r.away_to]) AS of (cell)
WHERE v.stream = ANY (%(streams)s::uuid[]) AND of.cell IS NOT NULL AND {CHANGED}
"""  # noqa: S608  # fixed text
ADMISSIONS = f"""
SELECT DISTINCT v.cell::text, extract(year FROM v.admitted_on)::int FROM views.admissions v
WHERE v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
"""  # noqa: S608
CONTACTS = f"""
SELECT DISTINCT v.keeper::text, extract(year FROM v.made_on)::int FROM views.contacts v
WHERE v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
"""  # noqa: S608
OFFICES = f"""
SELECT DISTINCT v.stream::text, extract(year FROM v.from_on)::int,
       extract(year FROM least(v.to_on, '9999-12-31'::date))::int
FROM views.offices v WHERE v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
"""  # noqa: S608
# What stands or ever stood below: a cell's rules may be others. Before its first day it counts where it was first.
EVER_BELOW = """
below (id, since) AS (
    SELECT moved.id, moved.since FROM moved
    UNION
    SELECT t.stream, below.since FROM below JOIN views.tree t ON t.parent = below.id
)
SELECT id::text, extract(year FROM greatest(min(since), '0001-01-01'::date))::int, 9999 FROM below GROUP BY id
"""
EDGES = f"""
WITH RECURSIVE moved AS (
    SELECT v.stream AS id, '-infinity'::date AS since FROM views.tree v
    WHERE v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
), {EVER_BELOW}
"""  # noqa: S608
ADOPTED = f"""
WITH RECURSIVE moved AS (
    SELECT v.organisation AS id, v.from_on AS since FROM views.rules v
    WHERE v.act = 'adopted' AND v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
), {EVER_BELOW}
"""  # noqa: S608
PUBLISHED = f"""
SELECT extract(year FROM min(v.from_on))::int FROM views.rules v
WHERE v.act = 'published' AND v.stream = ANY (%(streams)s::uuid[]) AND {CHANGED}
"""  # noqa: S608
KNOWN = """
SELECT DISTINCT cell::text, year FROM (
    SELECT m.cell, extract(year FROM m.meets_on + shift)::int AS year
    FROM views.meetings m, unnest(ARRAY[-1, 0, 1]) AS shift WHERE %(all)s OR m.cell = ANY (%(cells)s::uuid[])
    UNION SELECT c.keeper, extract(year FROM c.made_on)::int FROM views.contacts c
    WHERE %(all)s OR c.keeper = ANY (%(cells)s::uuid[])
    UNION SELECT a.cell, extract(year FROM a.admitted_on)::int FROM views.admissions a
    WHERE %(all)s OR a.cell = ANY (%(cells)s::uuid[])
) told
"""
YEARS = range(1850, 9000)
"""What lies elsewhere is a slip of the pen: there are no days around it."""
EXACT = {"meeting": (MEETINGS,), "member": (LISTED, ADMISSIONS), "liaison": (CONTACTS,)}
SPANS = {"member": (ROLLS, UNLISTED), "organisation": (OFFICES, EDGES), "rule": (ADOPTED,)}


def touched(connection: psycopg.Connection[Any], after: int, upto: int) -> Years:
    """The years that may have other months once the log is known up to a position, where they were known up to another.

    The views have read to there, or beyond. More may be named than have changed, none less.
    """
    streams: dict[str, list[Id]] = {}
    for kind, stream in connection.execute(STREAMS.encode(), {"after": after, "upto": upto}):
        streams.setdefault(kind, []).append(stream)
    found: Years = set()
    spans: list[tuple[Id, int, int]] = []
    for kind, some in streams.items():
        params = {"streams": some, "after": after, "upto": upto}
        for question in EXACT.get(kind, ()):
            found.update(connection.execute(question.encode(), params).fetchall())
        if kind == "meeting":
            # The first regular meeting of the next year is scored by what has come of this one's resolution.
            spans += [(cell, year + 1, year + 1) for cell, year in found]
        for question in SPANS.get(kind, ()):
            spans += connection.execute(question.encode(), params).fetchall()
        if kind == "rule" and (row := connection.execute(PUBLISHED.encode(), params).fetchone()) and row[0]:
            found.update(one for one in known(connection) if one[1] >= row[0])
    return {one for one in found if one[1] in YEARS} | _within(connection, spans)


def known(connection: psycopg.Connection[Any], cells: Iterable[Id] | None = None) -> Years:
    """Every year of these cells, or of all, of which anything was ever told."""
    params: Mapping[str, Any] = {"all": cells is None, "cells": list(cells or ())}
    return {one for one in connection.execute(KNOWN, params).fetchall() if one[1] in YEARS}


def _within(connection: psycopg.Connection[Any], spans: Sequence[tuple[Id, int, int]]) -> Years:
    """The known years of cells that lie in one of their spans."""
    if not spans:
        return set()
    by_cell: dict[Id, list[tuple[int, int]]] = {}
    for cell, first, last in spans:
        by_cell.setdefault(cell, []).append((first, last))
    told = known(connection, by_cell)
    return {(cell, year) for cell, year in told if any(first <= year <= last for first, last in by_cell[cell])}

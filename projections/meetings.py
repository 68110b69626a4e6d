"""Every meeting in a line: when, how many were there, which steps it has taken, what three bodies thought of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.bands import Band
from events.fact import Id
from events.meeting import Meeting, MeetingKind
from events.meeting.session import count
from projections.asked import AsOf, literal, sql
from projections.folded import Folded, facts_of
from projections.tree import ids_below
from projections.view import STANDS, View


class State(StrEnum):
    """How far a meeting has come."""

    CALLED = "called"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    HELD = "held"


class Row(NamedTuple):
    """A meeting. `meets_on` is the day on which it was held, until then the one for which it is planned by now."""

    cell: Id
    kind: MeetingKind
    theme: str | None
    campaign: Id | None
    code: str | None
    planned_at: datetime
    meets_on: date
    started_at: datetime | None
    ended_at: datetime | None
    present: int | None
    excused: int | None
    absent: int | None
    spoke: int | None
    pre_meeting_at: datetime | None
    documents_at: datetime | None
    tasks: int | None
    minutes_at: datetime | None
    minutes_sent_at: datetime | None
    points: Decimal | None
    votes_for: int | None
    votes_against: int | None
    votes_abstained: int | None
    band: Band | None
    state: State
    model: bool


def rows(meeting: Meeting) -> Sequence[Row]:
    """The one line of a meeting that was called."""
    called = meeting.called
    if called is None:
        return ()
    planned_at = meeting.planned_at or called.planned_at
    on = (meeting.held.started_at if meeting.held else planned_at).date()
    said = (called.cell, called.kind, called.theme, called.campaign, called.code, planned_at, on)
    last = (state_of(meeting), meeting.is_model)
    return [Row._make((*said, *_session(meeting), *_steps(meeting), *_judgement(meeting), *last))]


def state_of(meeting: Meeting) -> State:
    """How far a meeting that was called has come."""
    if meeting.cancelled_on is not None:
        return State.CANCELLED
    if meeting.held is not None:
        return State.HELD
    return State.POSTPONED if meeting.postponed is not None else State.CALLED


def _session(meeting: Meeting) -> tuple[Any, ...]:
    held = meeting.held
    if held is None:
        return (None,) * 6
    counts = count(meeting.attendance) if meeting.attendance else held.counts
    numbers = (counts.present, counts.excused, counts.absent, counts.spoke) if counts else (None,) * 4
    return (held.started_at, held.ended_at, *numbers)


def _steps(meeting: Meeting) -> tuple[Any, ...]:
    before, minutes, resolution = meeting.pre_meeting, meeting.minutes, meeting.resolution
    return (
        before.held_at if before else None,
        min((sent.sent_at for sent in meeting.documents), default=None),
        len(resolution.tasks) if resolution else None,
        minutes.approved_at if minutes else None,
        minutes.sent_at if minutes else None,
    )


def _judgement(meeting: Meeting) -> tuple[Any, ...]:
    score, vote, decided = meeting.self_score, meeting.vote, meeting.band
    votes = (vote.for_, vote.against, vote.abstained) if vote else (None,) * 3
    return (score.points if score else None, *votes, decided.band if decided else None)


VIEW = View(
    name="meetings",
    columns={
        "cell": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "theme": "text",
        "campaign": "uuid",
        "code": "text",
        "planned_at": "timestamptz NOT NULL",
        "meets_on": "date NOT NULL",
        "started_at": "timestamptz",
        "ended_at": "timestamptz",
        "present": "integer",
        "excused": "integer",
        "absent": "integer",
        "spoke": "integer",
        "pre_meeting_at": "timestamptz",
        "documents_at": "timestamptz",
        "tasks": "integer",
        "minutes_at": "timestamptz",
        "minutes_sent_at": "timestamptz",
        "points": "numeric",
        "votes_for": "integer",
        "votes_against": "integer",
        "votes_abstained": "integer",
        "band": "text",
        "state": "text NOT NULL",
        "model": "boolean NOT NULL",
    },
    reads=facts_of("meeting"),
    subject=lambda: Folded(Meeting(), rows),
    indexes=("(cell, meets_on)", "(campaign) WHERE campaign IS NOT NULL", "(meets_on, stream)", "(code)"),
)


Place = tuple[date, str]
"""The day and the id of the last one of the page before."""
FIRST: Place = (date.min, "00000000-0000-0000-0000-000000000000")

SELECT = """
SELECT m.stream::text, m.cell::text, m.kind, m.theme, m.campaign::text, m.code, m.planned_at, m.meets_on,
       m.started_at, m.ended_at, m.present, m.excused, m.absent, m.spoke, m.pre_meeting_at, m.documents_at, m.tasks,
       m.minutes_at, m.minutes_sent_at, m.points, m.votes_for, m.votes_against, m.votes_abstained, m.band,
       m.state, m.model
FROM views.meetings m WHERE {known:m} AND m.meets_on BETWEEN %(first)s AND %(last)s
"""
PAGE = " AND (m.meets_on, m.stream) > (%(on)s, %(id)s::uuid) ORDER BY m.meets_on, m.stream LIMIT %(limit)s"
FILTERS = {
    "cell": "m.cell = %(cell)s::uuid",
    "code": "m.code = %(code)s",
    "kind": "m.kind = %(kind)s",
    "campaign": "m.campaign = %(campaign)s::uuid",
    "state": "m.state = %(state)s",
    "model": "m.model = %(model)s::boolean",
    "scope": "m.cell = ANY (%(cells)s::uuid[])",
}
WHOSE = sql("""
SELECT m.stream::text, m.cell::text, m.meets_on FROM views.meetings m
WHERE m.stream = ANY (%(ids)s::uuid[]) AND {known:m}
""")
HELD_FOR = sql("""
SELECT DISTINCT m.cell::text FROM views.meetings m
WHERE m.campaign = %(campaign)s::uuid AND {known:m} AND m.started_at IS NOT NULL AND m.meets_on <= %(day)s
""")
HELD_ABOUT = sql("""
SELECT DISTINCT m.cell::text FROM views.meetings m
WHERE m.campaign IS NULL AND lower(m.theme) = lower(%(theme)s) AND m.meets_on BETWEEN %(first)s AND %(last)s
  AND {known:m} AND m.started_at IS NOT NULL AND m.meets_on <= %(day)s
""")

# Also by rows that are past: whoever asks what was so then finds in the records whether it was.
OF_CELLS = """
SELECT DISTINCT m.cell::text, m.stream::text FROM views.meetings m
WHERE m.cell = ANY (%(cells)s::uuid[]) AND m.meets_on BETWEEN %(first)s AND %(last)s AND m.known_from <= %(known)s
"""

# A day that was entered is, on the committees' clock, that day or one beside it.
YEARS = """
SELECT DISTINCT extract(year FROM m.meets_on + beside)::int AS year
FROM views.meetings m CROSS JOIN generate_series(-1, 1) beside
WHERE m.cell = %(cell)s::uuid AND m.known_from <= %(known)s ORDER BY year
"""

REGULAR_BEFORE = """
SELECT m.stream::text FROM views.meetings n JOIN views.meetings m ON m.cell = n.cell AND m.known_to = n.known_to
WHERE n.stream = %(meeting)s::uuid AND n.known_to = %(stands)s AND m.stream <> n.stream
AND m.kind = 'regular' AND m.state = 'held' AND m.meets_on < %(day)s ORDER BY m.meets_on DESC, m.stream LIMIT 1
"""


LAST_REGULARS = """
SELECT DISTINCT ON (m.cell) m.cell::text, m.stream::text FROM views.meetings m
WHERE m.cell = ANY (%(cells)s::uuid[]) AND m.kind = 'regular' AND m.state = 'held' AND m.meets_on < %(day)s
AND m.known_from <= %(known)s AND %(known)s < m.known_to
ORDER BY m.cell, m.meets_on DESC, m.stream
"""


def last_regulars(connection: psycopg.Connection[Any], cells: Sequence[Id], day: date, known: int) -> dict[Id, Id]:
    """The last regular meeting that each of these cells held before a day, as known at a position; else missing."""
    return dict(connection.execute(LAST_REGULARS, {"cells": literal(cells), "day": day, "known": known}).fetchall())


def regular_before(connection: psycopg.Connection[Any], meeting: Id, day: date) -> Id | None:
    """The last regular meeting that the cell of a meeting held before a day; None while the meeting itself is not read.

    What was on record before a meeting was called has then been read, too.
    """
    params = {"meeting": meeting, "day": day, "stands": STANDS}
    row = connection.execute(REGULAR_BEFORE, params).fetchone()
    return None if row is None else Id(row[0])


def find(
    connection: psycopg.Connection[Any],
    asked: Mapping[str, str],
    days: tuple[date, date],
    as_of: AsOf,
    page: tuple[Place, int],
) -> list[tuple[Id, Row]]:
    """Meetings between two days, both included, in their order; `asked` are some of `FILTERS`."""
    query = SELECT + "".join(f" AND {FILTERS[name]}" for name in asked) + PAGE
    (on, last), limit = page
    cells = ids_below(connection, Id(asked["scope"]), as_of) if "scope" in asked else []
    params = {
        **asked,
        "cells": cells,
        **as_of._asdict(),
        "first": days[0],
        "last": days[1],
        "on": on,
        "id": last,
        "limit": limit,
    }
    return [(row[0], Row._make(row[1:])) for row in connection.execute(sql(query), params)]


def whose(connection: psycopg.Connection[Any], ids: list[Id], known: int) -> dict[Id, tuple[Id, date]]:
    """The cell and the day of meetings; an id of something else is missing."""
    found = connection.execute(WHOSE, {"ids": ids, "known": known}).fetchall()
    return {meeting: (cell, on) for meeting, cell, on in found}


def ever_of_cells(
    connection: psycopg.Connection[Any], cells: Sequence[Id], days: tuple[date, date], known: int
) -> dict[Id, list[Id]]:
    """The meetings that these cells ever held, or planned, from a day to a day, by cell, as known by a position.

    The days are those that were entered, on whichever clock: take in one more at either end.
    """
    params = {"cells": literal(cells), "first": days[0], "last": days[1], "known": known}
    found: dict[Id, list[Id]] = {}
    for cell, meeting in connection.execute(OF_CELLS, params):
        found.setdefault(cell, []).append(meeting)
    return found


def years_of_cell(connection: psycopg.Connection[Any], cell: Id, known: int) -> list[int]:
    """The years in which a cell may have met, as known by a position, in order."""
    return [row[0] for row in connection.execute(YEARS, {"cell": cell, "known": known})]


def cells_that_met_for(connection: psycopg.Connection[Any], campaign: Id, as_of: AsOf) -> set[Id]:
    """The cells that had held a meeting for an oath review by a day."""
    return {row[0] for row in connection.execute(HELD_FOR, {"campaign": campaign, **as_of._asdict()})}


def cells_that_met_about(
    connection: psycopg.Connection[Any], theme: str, days: tuple[date, date], as_of: AsOf
) -> set[Id]:
    """Those that had held a meeting with that theme, from a day to a day, which was called for no oath review."""
    said = {"theme": theme, "first": days[0], "last": days[1], **as_of._asdict()}
    return {row[0] for row in connection.execute(HELD_ABOUT, said)}

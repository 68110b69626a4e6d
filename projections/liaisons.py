"""Which committee follows which resident, since when, through which cell, and how far the two have come."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.liaison import Liaison
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of, spells
from projections.tree import ids_below, lineage, with_lineage
from projections.view import View


class State(StrEnum):
    """How far a liaison has come."""

    INTRODUCED = "introduced"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ENDED = "ended"


class Row(NamedTuple):
    """A liaison while it is in one state and with one cell, and while these are his strengths."""

    member: Id
    committee: Id
    workplace: Id | None
    activity_exempt: bool
    strengths: tuple[str, ...]
    code: str | None
    introduced_on: date
    state: State
    cell: Id | None
    from_on: date
    to_on: date


def rows(liaison: Liaison) -> Sequence[Row]:
    """One liaison's."""
    said, on = liaison.introduced, liaison.introduced_on
    if said is None or on is None:
        return ()
    who = (said.member, said.committee, said.workplace, said.activity_exempt)
    days = [on, liaison.accepted_on, liaison.refused_on, liaison.ended_on]
    days += [span.since for span in liaison.cells.spans()]
    days += [span.since for span in liaison.strengths.spans()]
    found = spells(
        (d for d in days if d is None or d >= on),
        lambda day: (liaison.strengths.at(day) or (), said.code, on, state_on(liaison, day), liaison.cells.at(day)),
    )
    return [Row._make((*who, *value, from_on, to_on)) for from_on, to_on, value in found]


def state_on(liaison: Liaison, day: date) -> State:
    """How far it had come by a day on which it was introduced already."""
    steps = [
        (liaison.ended_on, State.ENDED),
        (liaison.refused_on, State.REFUSED),
        (liaison.accepted_on, State.ACCEPTED),
    ]
    return next((state for on, state in steps if on is not None and on <= day), State.INTRODUCED)


VIEW = View(
    name="liaisons",
    columns={
        "member": "uuid NOT NULL",
        "committee": "uuid NOT NULL",
        "workplace": "uuid",
        "activity_exempt": "boolean NOT NULL",
        "strengths": "text[] NOT NULL",
        "code": "text",
        "introduced_on": "date NOT NULL",
        "state": "text NOT NULL",
        "cell": "uuid",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("liaison", but=("liaison.message_sent",)),
    subject=lambda: Folded(Liaison(), rows),
    personal=True,
    about="member",
    indexes=("(member)", "(committee)", "(cell) WHERE cell IS NOT NULL"),
)


WHOSE = sql("""
SELECT DISTINCT l.stream::text, l.member::text FROM views.liaisons l
WHERE l.stream = ANY (%(ids)s::uuid[]) AND {known:l}
""")


def whose(connection: psycopg.Connection[Any], ids: list[Id], known: int) -> dict[Id, Id]:
    """The members of liaisons; an id of something else is missing."""
    return dict(connection.execute(WHOSE, {"ids": ids, "known": known}).fetchall())


class Found(NamedTuple):
    """A liaison as of a day; `workplace` introduced him, `cell` follows him, `since` when all of it is so."""

    id: Id
    member: Id
    committee: Id
    workplace: Id | None
    activity_exempt: bool
    strengths: Sequence[str]
    code: str | None
    introduced_on: date
    state: State
    cell: Id | None
    since: date


class Asked(NamedTuple):
    """Which liaisons: with one committee, of one member, in one state, of an office's code; `scope` sees them."""

    scope: Id | None = None
    committee: Id | None = None
    member: Id | None = None
    state: State | None = None
    code: str | None = None


Place = tuple[date, str]
"""The day of introduction and the id of the last one of the page before."""
FIRST: Place = (date.min, "00000000-0000-0000-0000-000000000000")
LINES = """
SELECT l.stream::text, l.member::text, l.committee::text, l.workplace::text, l.activity_exempt, l.strengths, l.code,
       l.introduced_on, l.state, l.cell::text, l.from_on
FROM views.liaisons l WHERE {holds:l} AND (l.introduced_on, l.stream) > (%(on)s, %(id)s::uuid)
"""
FILTERS = {
    # Where he lives, where he was introduced from, and where he works on that day.
    "scope": """(l.committee = ANY (%(seen)s::uuid[]) OR l.workplace = ANY (%(seen)s::uuid[])
        OR l.cell = ANY (%(seen)s::uuid[]) OR EXISTS (SELECT FROM views.roll r
            WHERE r.stream = l.member AND {holds:r} AND r.cell = ANY (%(seen)s::uuid[])))""",
    "committee": "l.committee = ANY (%(committees)s::uuid[])",
    "member": "l.member = %(member)s::uuid",
    "state": "l.state = %(state)s",
    "code": "l.code = %(code)s",
}


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, by the day of their introduction; of what ended, its successor is asked, too."""
    wanted = [condition for name, condition in FILTERS.items() if getattr(asked, name) is not None]
    query = LINES + "".join(f" AND {one}" for one in wanted) + " ORDER BY l.introduced_on, l.stream LIMIT %(limit)s"
    params = {**asked._asdict(), **as_of._asdict(), "on": after[0], "id": after[1], "limit": limit}
    if asked.scope is not None:
        params["seen"] = with_lineage(connection, ids_below(connection, asked.scope, as_of), as_of)
    if asked.committee is not None:
        params["committees"] = lineage(connection, asked.committee, as_of)
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))

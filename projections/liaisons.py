"""Which committee follows which resident, since when, through which cell, and how far the two have come."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.liaison import Liaison
from projections.asked import sql
from projections.folded import Folded, facts_of, spells
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

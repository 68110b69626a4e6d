"""What waits for a second person: each proposal, whose it is, and what has become of it by any day."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record
from events.proposal import ProposalApproved, ProposalMade, ProposalRejected
from projections.asked import AsOf, sql
from projections.folded import facts_of
from projections.tree import ids_below, with_lineage
from projections.view import FOREVER, View


class State(StrEnum):
    """What has become of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Row(NamedTuple):
    """A proposal while it is in a state; `path` is where the change was posted, `organisation` whose its subject is."""

    organisation: Id
    subject: Id
    path: str
    by: str
    made_on: date
    position: int
    state: State
    from_on: date
    to_on: date


class Waiting:
    """One proposal and its answer, by their days; what was asked stays sealed."""

    def __init__(self) -> None:
        self._made: tuple[ProposalMade, date, int] | None = None
        self._answered: tuple[State, date] | None = None

    def see(self, record: Record) -> None:
        """Take in one more record."""
        fact, on = wire.decode(record.name, record.data), record.effective_on
        match fact:
            case ProposalMade():
                self._made = fact, on, record.position
            case ProposalApproved():
                self._answered = State.APPROVED, on
            case ProposalRejected():
                self._answered = State.REJECTED, on

    def rows(self) -> Sequence[Row]:
        """Open from its day to that of the answer, which may be dated before it."""
        if self._made is None:
            return ()
        made, on, position = self._made
        whose = (made.organisation, made.subject, made.path, made.by, on, position)
        state, answered_on = self._answered or (State.OPEN, FOREVER)
        since = max(on, answered_on)
        spans = [(State.OPEN, on, since), (state, since, FOREVER)]
        return [Row(*whose, what, begins, ends) for what, begins, ends in spans if begins < ends]


VIEW = View(
    name="proposals",
    columns={
        "organisation": "uuid NOT NULL",
        "subject": "uuid NOT NULL",
        "path": "text NOT NULL",
        "by": "text NOT NULL",
        "made_on": "date NOT NULL",
        "position": "bigint NOT NULL",
        "state": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("proposal"),
    subject=Waiting,
    indexes=("(organisation)", "(subject)"),
)


class Found(NamedTuple):
    """A proposal as of a day."""

    id: Id
    state: State
    post: str
    subject: Id
    organisation: Id
    by: str
    made_on: date
    position: int


Place = tuple[date, int]
"""The day and the position of the last one of the page before."""
LINES = """
SELECT p.stream::text, p.state, p.path, p.subject::text, p.organisation::text, p.by, p.made_on, p.position
FROM views.proposals p WHERE {holds:p} AND (p.made_on, p.position) > (%(on)s, %(position)s)
"""
WHOSE = " AND p.organisation = ANY (%(organisations)s::uuid[])"
IN_STATE = " AND p.state = %(state)s"
ABOUT = " AND p.subject = %(subject)s::uuid"


class Asked(NamedTuple):
    """Which proposals: of organisations below `scope`, in one state, about one thing."""

    scope: Id | None = None
    state: State | None = None
    subject: Id | None = None


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, the oldest first; of what ended, its successor is asked, too."""
    query = LINES
    query += WHOSE if asked.scope is not None else ""
    query += IN_STATE if asked.state is not None else ""
    query += ABOUT if asked.subject is not None else ""
    params = {**asked._asdict(), **as_of._asdict(), "on": after[0], "position": after[1], "limit": limit}
    if asked.scope is not None:
        params["organisations"] = with_lineage(connection, ids_below(connection, asked.scope, as_of), as_of)
    found = connection.execute(sql(query + " ORDER BY p.made_on, p.position LIMIT %(limit)s"), params).fetchall()
    return list(map(Found._make, found))

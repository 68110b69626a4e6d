"""Hand-over lists: which there are, between which cells, of how many, and whether the destination has taken them."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.collective_transfer import CollectiveTransfer
from events.fact import Id
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.tree import ids_below, with_lineage
from projections.view import FOREVER, View


class State(StrEnum):
    """How far a list has come; of each who is on it his own transfer tells."""

    INTRODUCED = "introduced"
    RECEIVED = "received"


class Row(NamedTuple):
    """A list while it is in one state; `members` is how many are on it."""

    from_cell: Id
    to_cell: Id
    members: int
    code: str | None
    introduced_on: date
    state: State
    from_on: date
    to_on: date


def rows(collective: CollectiveTransfer) -> Sequence[Row]:
    """One list's."""
    said, on, received_on = collective.introduced, collective.introduced_on, collective.received_on
    if said is None or on is None:
        return ()
    what = (said.from_cell, said.to, len(said.members), said.code, on)
    on_its_way = [Row(*what, State.INTRODUCED, on, received_on or FOREVER)] if received_on != on else []
    received = [Row(*what, State.RECEIVED, received_on, FOREVER)] if received_on is not None else []
    return on_its_way + received


VIEW = View(
    name="hand_overs",
    columns={
        "from_cell": "uuid NOT NULL",
        "to_cell": "uuid NOT NULL",
        "members": "integer NOT NULL",
        "code": "text",
        "introduced_on": "date NOT NULL",
        "state": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("collective_transfer"),
    subject=lambda: Folded(CollectiveTransfer(), rows),
    indexes=("(introduced_on, stream)",),
)


class Found(NamedTuple):
    """A list as of a day, and since when it has been as it is."""

    id: Id
    from_cell: Id
    to_cell: Id
    members: int
    code: str | None
    introduced_on: date
    state: State
    since: date


class Asked(NamedTuple):
    """Which lists: from or to the cells below `scope`, in one state, of an office's code."""

    scope: Id | None = None
    state: State | None = None
    code: str | None = None


Place = tuple[date, str]
"""The day of introduction and the id of the last one of the page before."""
SELECT = """
SELECT c.stream::text, c.from_cell::text, c.to_cell::text, c.members, c.code, c.introduced_on, c.state, c.from_on
FROM views.hand_overs c WHERE {holds:c}
"""
FILTERS = {
    "scope": "(c.from_cell = ANY (%(cells)s::uuid[]) OR c.to_cell = ANY (%(cells)s::uuid[]))",
    "state": "c.state = %(state)s",
    "code": "c.code = %(code)s",
}
PAGE = """
 AND (c.introduced_on, c.stream) > (%(on)s, %(id)s::uuid) ORDER BY c.introduced_on, c.stream LIMIT %(limit)s
"""


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, by the day of their introduction; of what ended, its successor is asked, too."""
    wanted = [condition for name, condition in FILTERS.items() if getattr(asked, name) is not None]
    query = SELECT + "".join(f" AND {one}" for one in wanted) + PAGE
    params = {**asked._asdict(), **as_of._asdict(), "on": after[0], "id": after[1], "limit": limit}
    if asked.scope is not None:
        params["cells"] = with_lineage(connection, ids_below(connection, asked.scope, as_of), as_of)
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))

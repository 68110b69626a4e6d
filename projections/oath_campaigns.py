"""Which oath reviews there are: of which scope, from when to when, and whether they are still open."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.oath_campaign import OathCampaign
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.tree import above, ids_below, with_lineage
from projections.view import FOREVER, View

DEEPEST = 16
"""A tree deeper than that is a circle."""


class State(StrEnum):
    """Whether answers are still taken."""

    OPEN = "open"
    CLOSED = "closed"


class Row(NamedTuple):
    """A review while it is in one state."""

    scope: Id
    title: str
    opens_on: date
    closes_on: date
    code: str | None
    state: State
    from_on: date
    to_on: date


def rows(campaign: OathCampaign) -> Sequence[Row]:
    """One review's."""
    said, on, closed_on = campaign.opened, campaign.opened_on, campaign.closed_on
    if said is None or on is None:
        return ()
    what = (said.scope, said.title, said.opens_on, said.closes_on, said.code)
    open_ = [Row(*what, State.OPEN, on, closed_on or FOREVER)] if closed_on is None or on < closed_on else []
    closed = [Row(*what, State.CLOSED, max(on, closed_on), FOREVER)] if closed_on is not None else []
    return open_ + closed


VIEW = View(
    name="oath_campaigns",
    columns={
        "scope": "uuid NOT NULL",
        "title": "text NOT NULL",
        "opens_on": "date NOT NULL",
        "closes_on": "date NOT NULL",
        "code": "text",
        "state": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("oath_campaign"),
    subject=lambda: Folded(OathCampaign(), rows),
    indexes=("(opens_on, stream)",),
)


class Found(NamedTuple):
    """A review as of a day, and since when it has been as it is."""

    id: Id
    scope: Id
    title: str
    opens_on: date
    closes_on: date
    code: str | None
    state: State
    since: date


class Asked(NamedTuple):
    """Which reviews: that concern whoever acts for `seen_by`, of one scope, in one state, of an office's code."""

    seen_by: Id | None = None
    scope: Id | None = None
    state: State | None = None
    code: str | None = None


Place = tuple[date, str]
"""The first day and the id of the last one of the page before."""
SELECT = """
SELECT c.stream::text, c.scope::text, c.title, c.opens_on, c.closes_on, c.code, c.state, c.from_on
FROM views.oath_campaigns c WHERE {holds:c}
"""
FILTERS = {
    "seen_by": "c.scope = ANY (%(scopes)s::uuid[])",
    "scope": "c.scope = %(scope)s::uuid",
    "state": "c.state = %(state)s",
    "code": "c.code = %(code)s",
}
PAGE = """
 AND (c.opens_on, c.stream) > (%(on)s, %(id)s::uuid) ORDER BY c.opens_on, c.stream LIMIT %(limit)s
"""


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, by the day as of which their rolls are frozen."""
    wanted = [condition for name, condition in FILTERS.items() if getattr(asked, name) is not None]
    query = SELECT + "".join(f" AND {one}" for one in wanted) + PAGE
    params = {**asked._asdict(), **as_of._asdict(), "on": after[0], "id": after[1], "limit": limit}
    if asked.seen_by is not None:
        params["scopes"] = _concerning(connection, asked.seen_by, as_of)
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))


def _concerning(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> list[Id]:
    """Of which scopes a review concerns an organisation: all that stands below it, and all above."""
    scopes = ids_below(connection, organisation, as_of)
    step = above(connection, organisation, as_of)
    for _ in range(DEEPEST):
        if step is None:
            break
        scopes.append(step)
        step = above(connection, step, as_of)
    return with_lineage(connection, scopes, as_of)

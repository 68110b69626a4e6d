"""Who holds which office of an organisation from when to when, as its own stream says."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, stored_name
from events.office import FACTS, Office, Post, Term
from events.organisation import Organisation
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.view import FOREVER, View

OWN = frozenset(stored_name(fact) for fact in FACTS) | {"organisation.struck"}


class Row(NamedTuple):
    """A member in an office, `since` when without a break; the post beside it may have changed in between."""

    member: Id
    office: Office
    post: Post | None
    since: date
    from_on: date
    to_on: date


def rows(state: Organisation) -> Sequence[Row]:
    """One organisation's, office by office."""
    found: list[Row] = []
    before: Term | None = None
    for term in state.offices.terms():
        goes_on = before is not None and (before.member, before.office, before.until) == (
            term.member, term.office, term.since,
        )  # fmt: skip
        since = found[-1].since if goes_on else term.since
        found.append(Row(term.member, term.office, term.concurrently, since, term.since, term.until or FOREVER))
        before = term
    return found


VIEW = View(
    name="offices",
    columns={
        "member": "uuid NOT NULL",
        "office": "text NOT NULL",
        "post": "text",
        "since": "date NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("organisation") & OWN,
    subject=lambda: Folded(Organisation(), rows),
    indexes=("(member)",),
)


class Officer(NamedTuple):
    """Somebody in office on a day."""

    member: Id
    name: str
    cell: Id
    office: Office
    concurrently: Post | None
    since: date


# Who is on no roll that day, or on that of a cell elsewhere, holds no office, whether its end was recorded or not; a
# supervisor may come from elsewhere. Of an organisation that has ended nobody is an officer.
OFFICERS = sql("""
WITH RECURSIVE {below}
SELECT o.member::text, r.name, r.cell::text, o.office, o.post, o.since
FROM views.offices o
JOIN views.tree t ON t.stream = o.stream AND {holds:t}
JOIN views.roll r ON r.stream = o.member AND {holds:r} AND r.cell IS NOT NULL
WHERE o.stream = %(scope)s::uuid AND {holds:o} AND (o.office = 'supervisor' OR r.cell IN (SELECT id FROM below))
ORDER BY array_position(ARRAY['secretary', 'deputy_secretary', 'committee_member', 'supervisor'], o.office),
         r.sort_key, o.member
LIMIT 500
""")


def officers(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> list[Officer]:
    """Everybody in office on a day, the secretary first."""
    params = {"scope": organisation, **as_of._asdict()}
    return list(map(Officer._make, connection.execute(OFFICERS, params).fetchall()))

"""The papers of each organisation: rules of its term, trainings, four-good plans, targets, rewards, sanctions."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, stored_name
from events.organisation import Organisation
from events.organisation_papers import FACTS
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of
from projections.view import FOREVER, View

OWN = frozenset(stored_name(fact) for fact in FACTS) | {"organisation.struck"}


class Paper(StrEnum):
    """What a line is about."""

    WORKING_RULES = "working_rules"
    TRAINING = "training"
    FOUR_GOOD_PLAN = "four_good_plan"
    TARGET = "target"
    REWARD = "reward"
    SANCTION = "sanction"


class Row(NamedTuple):
    """A paper; `what` is the term of rules, the kind of a target, the form of a reward or a sanction."""

    paper: Paper
    what: str | None
    year: int | None
    value: int | None
    members: tuple[Id, ...] | None
    from_on: date
    to_on: date


def rows(state: Organisation) -> Sequence[Row]:
    """One organisation's; a target holds until another one is set, all else for ever."""
    return list(_rows(state))


def _rows(state: Organisation) -> Iterator[Row]:
    papers = state.papers
    for term, on in papers.rules.items():
        yield Row(Paper.WORKING_RULES, term, None, None, None, on, FOREVER)
    for _, on, held in papers.trainings:
        yield Row(Paper.TRAINING, None, held.year, None, held.members, on, FOREVER)
    for year, on in papers.plans.items():
        yield Row(Paper.FOUR_GOOD_PLAN, None, year, None, None, on, FOREVER)
    for (year, kind), line in papers.targets.items():
        for since, until, value in line.spans():
            yield Row(Paper.TARGET, kind, year, value, None, since, until or FOREVER)
    for honour in papers.rewards:
        yield Row(Paper.REWARD, honour.form, None, None, None, honour.on, FOREVER)
    for reproof in papers.sanctions:
        yield Row(Paper.SANCTION, reproof.form, None, None, None, reproof.on, FOREVER)


VIEW = View(
    name="papers",
    columns={
        "paper": "text NOT NULL",
        "what": "text",
        "year": "integer",
        "value": "integer",
        "members": "uuid[]",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("organisation") & OWN,
    subject=lambda: Folded(Organisation(), rows),
    indexes=("(paper, year)",),
)


class Found(NamedTuple):
    """A paper that there was on a day."""

    paper: str
    what: str | None
    year: int | None
    value: int | None
    members: list[Id] | None
    on: date


OF_ORGANISATION = sql("""
SELECT p.paper, p.what, p.year, p.value, p.members::text[], p.from_on FROM views.papers p
WHERE p.stream = %(organisation)s::uuid AND {holds:p} ORDER BY p.from_on, p.no LIMIT 500
""")


def of_organisation(connection: psycopg.Connection[Any], organisation: Id, as_of: AsOf) -> list[Found]:
    """All papers of an organisation by a day, the oldest first."""
    params = {"organisation": organisation, **as_of._asdict()}
    return list(map(Found._make, connection.execute(OF_ORGANISATION, params).fetchall()))

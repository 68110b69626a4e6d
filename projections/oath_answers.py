"""Who has answered an oath review, and how, out of the rolls that were frozen at its start."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record
from events.oath_review import MemberExcused, OathReported, OathReviewOpened
from events.timeline import Timeline
from projections.asked import AsOf, sql
from projections.folded import facts_of
from projections.view import FOREVER, View

REPORTED = "reported"


class Row(NamedTuple):
    """A member of the roll and the answer: `reported`, the reason of an excuse, or none yet."""

    campaign: Id
    cell: Id
    member: Id
    answer: str | None
    from_on: date
    to_on: date


class Answers:
    """One cell's."""

    def __init__(self) -> None:
        self._opened: OathReviewOpened | None = None
        self._opened_on = FOREVER
        self._answers: dict[Id, Timeline[str]] = {}
        self._rows: dict[Id, list[Row]] = {}

    def see(self, record: Record) -> None:
        """The roll, or one member's answer."""
        match wire.decode(record.name, record.data):
            case OathReviewOpened() as opened:
                self._opened, self._opened_on = opened, record.effective_on
                self._rows = {member: self._rows_of(member) for member in opened.roll}
            case OathReported(member=member):
                self._answer(member, record, REPORTED)
            case MemberExcused(member=member, reason=reason):
                self._answer(member, record, reason)

    def rows(self) -> Sequence[Row]:
        """In the order of the roll."""
        return [row for rows in self._rows.values() for row in rows]

    def _answer(self, member: Id, record: Record, answer: str) -> None:
        self._answers.setdefault(member, Timeline()).change(record.effective_on, record.position, answer)
        self._rows[member] = self._rows_of(member)

    def _rows_of(self, member: Id) -> list[Row]:
        assert self._opened is not None, "a review begins with its roll"
        whose = (self._opened.campaign, self._opened.cell, member)
        spans = self._answers[member].spans() if member in self._answers else ()
        first = spans[0].since if spans else FOREVER
        silent = [Row(*whose, None, self._opened_on, first)] if self._opened_on < first else []
        return silent + [Row(*whose, answer, since, until or FOREVER) for since, until, answer in spans]


VIEW = View(
    name="oath_answers",
    columns={
        "campaign": "uuid NOT NULL",
        "cell": "uuid NOT NULL",
        "member": "uuid NOT NULL",
        "answer": "text",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("oath_review"),
    subject=Answers,
    indexes=("(campaign, cell)", "(member)"),
)


COUNTS = sql("""
SELECT a.cell::text, a.answer, count(*) FROM views.oath_answers a
WHERE a.campaign = %(campaign)s::uuid AND {holds:a} GROUP BY a.cell, a.answer
""")


class Count(NamedTuple):
    """How many on a cell's roll have given an answer; None: none yet."""

    cell: Id
    answer: str | None
    members: int


def counts(connection: psycopg.Connection[Any], campaign: Id, as_of: AsOf) -> list[Count]:
    """The answers of every cell of a campaign."""
    return list(map(Count._make, connection.execute(COUNTS, {"campaign": campaign, **as_of._asdict()}).fetchall()))

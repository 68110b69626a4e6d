"""What each meeting was worth, and since when that has been known: a service judges, this table keeps."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from projections.folded import facts_of
from projections.positions import REGISTER
from projections.view import View


class Row(NamedTuple):
    """A score in short. `items` is a JSON object, item to points or null; why it has them is told when asked."""

    kind: str
    cell: Id
    held_on: date
    points: Decimal | None
    complete: bool
    band: str | None
    computed: str | None
    self_: str | None
    vote: str | None
    superior: str | None
    rubric: str | None
    items: str


Judge = Callable[[Sequence[Record]], Row | None]
"""The score that follows from one subject's records, oldest first; None while there is nothing to score."""

TABLE = View(
    name="scores",
    columns={
        "kind": "text NOT NULL",
        "cell": "uuid NOT NULL",
        "held_on": "date NOT NULL",
        "points": "numeric",
        "complete": "boolean NOT NULL",
        "band": "text",
        "computed": "text",
        "self": "text",
        "vote": "text",
        "superior": "text",
        "rubric": "text",
        "items": "text NOT NULL",
    },
    reads=facts_of("meeting", but=("meeting.chosen_as_model", "meeting.task_results_recorded")),
    indexes=("(cell, held_on)",),
)
"""The table without its judge."""


class Scored:
    """One subject's records, judged anew whenever one is added."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._records: list[Record] = []

    def see(self, record: Record) -> None:
        """One more fact that a score looks at."""
        self._records.append(record)

    def rows(self) -> Sequence[Row]:
        """The one score, or none."""
        row = self._judge(self._records)
        return [] if row is None else [row]


def view(judge: Judge) -> View:
    """The view as this judge fills it, from the facts of a meeting."""
    return replace(TABLE, subject=lambda: Scored(judge))


def install(conninfo: str) -> None:
    """Make the table where it is missing, as the owner or as the application, which owns its views; safe to repeat."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute("SET LOCAL ROLE caunoi_app")
        added = connection.execute(REGISTER, {"view": TABLE.name, "shape": TABLE.shape}).fetchone()
        if added is not None and added[0]:
            for statement in (TABLE.table("views"), *TABLE.keys("views")):
                connection.execute(statement.encode())


class Kept(NamedTuple):
    """A score as it is kept; `position` is that of the record that last changed it."""

    subject: Id
    position: int
    cell: Id
    held_on: date
    points: Decimal | None
    complete: bool
    band: str | None
    computed: str | None
    self_: str | None
    vote: str | None
    superior: str | None
    rubric: str | None


class Asked(NamedTuple):
    """Scores of one kind and cell, held from `first` to `last`, as known at a position; those after a certain one."""

    kind: str
    cell: Id
    known: int
    first: date = date.min
    last: date = date.max
    after_on: date = date.min
    after: Id = Id("00000000-0000-0000-0000-000000000000")
    limit: int = 50


OF_CELL = """
SELECT stream::text, known_from, cell::text, held_on, points, complete, band, computed, self, vote, superior, rubric
FROM views.scores
WHERE kind = %(kind)s AND cell = %(cell)s::uuid AND held_on BETWEEN %(first)s AND %(last)s
AND known_from <= %(known)s AND %(known)s < known_to AND (held_on, stream) > (%(after_on)s, %(after)s::uuid)
ORDER BY held_on, stream LIMIT %(limit)s
"""


def of_cell(connection: psycopg.Connection[Any], asked: Asked) -> list[Kept]:
    """The scores asked for, in the order of their days."""
    return list(map(Kept._make, connection.execute(OF_CELL, asked._asdict()).fetchall()))

"""Which facts concern whom: those of his own stream, and those in which he is named."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record
from events.mentions import mentions
from projections.asked import AsOf
from projections.view import View


class Row(NamedTuple):
    """`subject` is anything that has an id; `effective_on` the day of the fact at `position`."""

    subject: Id
    position: int
    effective_on: date


def rows(record: Record) -> Iterator[Row]:
    """One for each id."""
    named = mentions(wire.decode(record.name, record.data))
    for subject in dict.fromkeys((record.stream, *named)):
        yield Row(subject, record.position, record.effective_on)


VIEW = View(
    name="concerns",
    columns={"subject": "uuid NOT NULL", "position": "bigint NOT NULL", "effective_on": "date NOT NULL"},
    reads=frozenset(wire.FACTS),
    each=rows,
    indexes=("(subject, position)",),
)


Place = tuple[date, int]
"""The day and the position of the last one of the page before."""
FIRST: Place = (date.min, 0)

OF_SUBJECT = """
SELECT c.position FROM views.concerns c
WHERE c.subject = %(subject)s::uuid AND c.effective_on <= %(day)s AND c.position <= %(known)s
AND (c.effective_on, c.position) > (%(on)s, %(position)s) ORDER BY c.effective_on, c.position LIMIT %(limit)s
"""


def of_subject(connection: psycopg.Connection[Any], subject: Id, as_of: AsOf, after: Place, limit: int) -> list[int]:
    """The positions of the facts that concern somebody, in the order of their days in the world."""
    params = {"subject": subject, **as_of._asdict(), "on": after[0], "position": after[1], "limit": limit}
    return [row[0] for row in connection.execute(OF_SUBJECT, params)]

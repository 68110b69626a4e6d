"""Which facts concern whom: those of his own stream, and those in which he is named."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from events import wire
from events.fact import Id, Record
from events.mentions import mentions
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

"""What stands above an organisation on a day, as the streams themselves tell of it."""

from collections.abc import Iterator
from datetime import date

from events.fact import Id
from events.organisation import Organisation
from services.ingest.streams import Sight

DEEPEST = 16
"""A tree deeper than that is a circle."""


def chain(sight: Sight, organisation: Id | None, on: date) -> Iterator[tuple[Id, Organisation]]:
    """The organisation itself, the one above it, and so on to the top; at a glance, for it makes no condition."""
    step = organisation
    for _ in range(DEEPEST):
        if step is None:
            return
        found = sight.glance(Organisation, step)
        yield step, found
        step = found.parent_on(on)


def stands_below(sight: Sight, organisation: Id | None, above: Id, on: date) -> bool:
    """Whether it is the other one, or stands below it on that day."""
    return any(ident == above for ident, _ in chain(sight, organisation, on))


def top(sight: Sight, organisation: Id, on: date) -> Id:
    """The last one above it: a province; itself, where nothing stands above."""
    return [ident for ident, _ in chain(sight, organisation, on)][-1]

"""Which months of which cells an organisation's board counts: those at whose end they stood below it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from projections import tree
from projections.asked import AsOf
from projections.tree import Found
from services.scoring.period import Period
from services.scoring.periods.rhythm import months

A_DAY = timedelta(days=1)


class Stays(NamedTuple):
    """Those that stood there the whole period, and those of which only some months count, by their first days."""

    whole: Sequence[Id]
    partly: Mapping[Id, frozenset[date]]

    def counts(self, one: Id, month: date) -> bool:
        """Whether a month counts of one that stood there at all."""
        return one not in self.partly or month in self.partly[one]


def stays(
    connection: psycopg.Connection[Any], organisation: Id, below: Sequence[Found], period: Period, then: AsOf
) -> Stays:
    """Where everything that ever stood below an organisation in a period stood at the end of each of its months.

    `below` is what stands there on the day of `then`, which is the end of the month that is not over. What ended within
    a month counts where it stood at the end of the one before; what is entered later than it began, where it was first.
    """
    spans = months(period)
    before = spans[0].first - A_DAY if spans[0].first > date.min else date.min
    ends = [before, *(min(span.last, then.day) for span in spans)]
    moves = tree.moves(connection, (ends[0], then.day), then.known)
    if not moves.days and not moves.ended:
        return Stays([one.id for one in below], {})
    changed = {*moves.days, *moves.ended.values()}
    here = [{one.id: one.since for one in below}]
    for end, following in zip(ends[-2::-1], ends[:0:-1], strict=True):
        later = here[-1]
        if any(end < day <= following for day in changed):
            found = {one.id: one.since for one in tree.below(connection, organisation, then._replace(day=end))}
            later = found | {one: since for one, since in later.items() if since > end}
        here.append(later)
    here.reverse()
    counted: dict[Id, set[date]] = {}
    for span, earlier, there in zip(spans, here, here[1:], strict=False):
        ended = {one for one in earlier if (on := moves.ended.get(one)) and span.first <= on <= span.last}
        for one in there.keys() | ended:
            counted.setdefault(one, set()).add(span.first)
    every = {span.first for span in spans}
    partly = {one: frozenset(some) for one, some in counted.items() if some != every}
    return Stays([one for one in counted if one not in partly], partly)

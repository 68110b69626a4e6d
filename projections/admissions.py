"""Who was admitted on which day, and into which cell: the day of the admission, whenever the book was opened."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from events.fact import Id
from events.member import Member
from projections.folded import Folded
from projections.view import FOREVER, View


class Row(NamedTuple):
    """An admission; it is told from the day on which the member comes onto the roll."""

    cell: Id
    admitted_on: date
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's only one."""
    who, since = member.admitted, member.since
    return [] if who is None or since is None else [Row(who.cell, who.admitted_on, since, FOREVER)]


VIEW = View(
    name="admissions",
    columns={
        "cell": "uuid NOT NULL",
        "admitted_on": "date NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset({"member.admitted"}),
    subject=lambda: Folded(Member(), rows),
    indexes=("(cell, admitted_on)",),
)

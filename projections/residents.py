"""Where each member lives from when to when, and which committee follows him there."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from events.fact import Id
from events.member import Member
from projections.folded import COMINGS_AND_GOINGS, Folded
from projections.view import FOREVER, View


class Row(NamedTuple):
    """A home, for as long as he lives there as a member; a place whose committee is not here stands alone."""

    committee: Id | None
    place: str | None
    address: str | None
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's homes, in order."""
    return [
        Row(home.committee, home.place, home.address, since, until or FOREVER)
        for since, until, home in member.residence_spans()
    ]


VIEW = View(
    name="residents",
    columns={
        "committee": "uuid",
        "place": "text",
        "address": "text",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset({"member.admitted", "member.residence_declared", *COMINGS_AND_GOINGS}),
    subject=lambda: Folded(Member(), rows),
    personal=True,
    indexes=("(committee)", "(place) WHERE committee IS NULL"),
)

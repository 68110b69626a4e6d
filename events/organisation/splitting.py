"""How an organisation is divided into new ones: every member, or every child, goes to exactly one of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from events.fact import Fact, Id, Refused
from events.organisation.facts import OrganisationSplit, OrganisationSplitOff
from events.organisation.founding import must_be_last, must_be_latest
from events.organisation.state import Organisation

FEWEST = 2
"""Parts of what ends by being split; what keeps a part may give away one."""


class Share(NamedTuple):
    """What one of the parts gets."""

    id: Id
    members: tuple[Id, ...] = ()
    children: tuple[Id, ...] = ()


class Whole(NamedTuple):
    """What there is to divide: who is on its roll, and what stands directly below it, on the day."""

    members: tuple[Id, ...] = ()
    children: tuple[Id, ...] = ()


def split(organisation: Organisation, shares: Sequence[Share], whole: Whole, on: date, *, keeps: bool) -> list[Fact]:
    """It is divided; without `keeps` it ends, and then nothing may be forgotten.

    Raises:
        Refused: `organisation.unknown`, `organisation.ended`, `organisation.later_facts`, `organisation.split_alone`,
            `organisation.split_twice`, `organisation.split_stranger`, `organisation.split_forgets`.
    """
    fact = OrganisationSplit(into=tuple(share.id for share in shares), keeps=keeps)
    if (on, fact) in organisation.splits or (organisation.ending == fact and organisation.ended_on == on):
        return []
    if not organisation.begun_by(on):
        raise Refused("organisation.unknown", "there is no such organisation on that day")
    if organisation.ended_on is not None:
        raise Refused("organisation.ended", f"the organisation ended on {organisation.ended_on}")
    (must_be_latest if keeps else must_be_last)(organisation, on)
    if len(shares) < (1 if keeps else FEWEST):
        raise Refused("organisation.split_alone", "what ends by being split becomes two at least", "/into")
    _must_divide([share.members for share in shares], whole.members, "members", keeps=keeps)
    _must_divide([share.children for share in shares], whole.children, "children", keeps=keeps)
    return [fact]


def split_off(source: Id) -> list[Fact]:
    """What the part's own history says of whence it came."""
    return [OrganisationSplitOff(source=source)]


def _must_divide(parts: Sequence[tuple[Id, ...]], whole: tuple[Id, ...], what: str, *, keeps: bool) -> None:
    named = Counter(one for part in parts for one in part)
    there = set(whole)
    for number, part in enumerate(parts):
        pointer = f"/into/{number}/{what}"
        if any(named[one] > 1 for one in part):
            raise Refused("organisation.split_twice", f"some of the {what} are named twice", pointer)
        if not there.issuperset(part):
            raise Refused("organisation.split_stranger", f"some of the {what} do not belong to it that day", pointer)
    forgotten = len(there) - len(named)
    if forgotten and not keeps:
        raise Refused("organisation.split_forgets", f"{forgotten} of the {what} are in no part", "/into")

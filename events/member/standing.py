"""How a member stands to a cell on some day: the one word that a list shows beside a name."""

from datetime import date
from enum import StrEnum

from events.fact import Id
from events.member.state import Member


class Standing(StrEnum):
    """From one who counts and votes to one who is on no roll."""

    FULL = "full"
    TEMPORARY_IN = "temporary_in"
    TEMPORARY_OUT = "temporary_out"
    EXEMPT = "exempt"
    IN_TRANSIT = "in_transit"
    OUT = "out"


def standing(member: Member, on: date, seen_from: Id | None = None) -> Standing:
    """How he stands on that day; `seen_from` the cell that he is with for a time, he is `temporary_in`.

    An introduction that nobody has answered comes before an exemption and a temporary absence: it is what somebody must
    act on. Who is exempt is so wherever he is.
    """
    if not member.listed_on(on):
        return Standing.OUT
    if member.in_transit(on):
        return Standing.IN_TRANSIT
    if member.exempt_on(on):
        return Standing.EXEMPT
    if away := member.away(on):
        return Standing.TEMPORARY_IN if seen_from == member.host_on(away, on) else Standing.TEMPORARY_OUT
    return Standing.FULL

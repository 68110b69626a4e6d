"""How a member's death ends his membership, for good."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts_of_life import MemberDied
from events.member.state import Member, must_be_last


def die(member: Member, on: date) -> list[Fact]:
    """He is on no roll from that day. Also of who has left: an end that is undone after it brings nobody back.

    Raises:
        Refused: `member.not_yet_admitted`, `member.died` (on another day), `member.later_facts`.
    """
    if member.died_on == on:
        return []
    if member.died_on is not None:
        raise Refused("member.died", f"the member died on {member.died_on}")
    if member.since is None or on < member.since:
        raise Refused("member.not_yet_admitted", "on that day the member is not on the roll yet")
    must_be_last(member, on)
    return [MemberDied()]

"""How a member is forgotten: his key is destroyed, and what he did stays on record without him."""

from datetime import date

from events.fact import Fact, Refused
from events.member.facts import MemberErased
from events.member.state import Member


def erase(member: Member, ground: str, _on: date) -> list[Fact]:
    """Whatever is personal in his facts can never be read again; nothing more that is personal can be written.

    Raises:
        Refused: `erasure.ground_missing`.
    """
    if member.erased:
        return []
    if not ground.strip():
        raise Refused("erasure.ground_missing", "an erasure says on what ground, without naming anybody", "/ground")
    return [MemberErased(ground=ground)]


def must_not_be_erased(member: Member) -> None:
    """Text about a person is written only where it could be read.

    Raises:
        Refused: `member.erased`.
    """
    if member.erased:
        raise erased()


def erased() -> Refused:
    """Why it is not written."""
    return Refused("member.erased", "this person was erased: nothing personal can be recorded about him any more")

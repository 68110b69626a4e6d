"""How a member is taken off the list, which is no discipline, and how that is complained of and undone."""

from datetime import date
from decimal import Decimal

from events.fact import Fact, Id, Refused
from events.member.appeal import must_be_alive, must_be_in_time, must_come_back_somewhere, must_not_be_early
from events.member.facts import Status
from events.member.facts_of_life import (
    Ballot,
    MemberRemoved,
    RemovalComplained,
    RemovalGround,
    RemovalRestored,
    RemovalVotes,
)
from events.member.removed import Removal
from events.member.state import Member, must_be_last, must_be_listed
from events.organisation import Organisation

SHARE_AS_WRITTEN = Decimal("0.0001")
"""A share is compared to four places, so that two thirds may be written as 0.6667."""


def remove(member: Member, removed: MemberRemoved, on: date) -> list[Fact]:
    """The superior takes him off the list, after two thirds of the cell and two thirds of the committee were for it.

    Votes are checked where they are given. It is known by its ground and its decision.

    Raises:
        Refused: `removal.not_probationary` (the ground is that probation was not passed), `removal.cell_votes`,
            `removal.committee_votes`, `member.not_yet_admitted`, `member.died`, `member.left`, `member.later_facts`.
    """
    same = (removed.ground, removed.decision)
    if any((known.removed.ground, known.removed.decision) == same for known in member.removals):
        return []
    must_be_listed(member, on)
    if removed.ground is RemovalGround.PROBATION and member.status_on(on) is not Status.PROBATIONARY:
        raise Refused("removal.not_probationary", "the member is on probation no longer", "/ground")
    if removed.votes is not None:
        _must_have_passed(removed.votes)
    must_be_last(member, on)
    return [removed]


def complain_of_removal(member: Member, on: date) -> list[Fact]:
    """He complains of the last removal, within 30 working days of it.

    Raises:
        Refused: `removal.none`, `removal.undone`, `complaint.before_announcement`, `complaint.too_late`, `member.died`.
    """
    removal = _last(member)
    if removal.complained_on is not None:
        return []
    if removal.restored_on is not None:
        raise Refused("removal.undone", f"the removal was undone on {removal.restored_on}")
    must_be_alive(member, on)
    must_be_in_time(removal.on, on)
    return [RemovalComplained()]


def restore_removed(member: Member, cell: Id | None, state: Organisation | None, on: date) -> list[Fact]:
    """The last removal is undone: he is on the roll of `cell` again, whose state it is; who died meanwhile is on none.

    Raises:
        Refused: `removal.none`, `restoration.too_early`, `restoration.cell` (missing or not allowed),
            `restoration.cell_unknown`, `restoration.cell_ended`, `restoration.cell_not_a_cell`, `member.later_facts`.
    """
    removal = _last(member)
    if removal.restored_on is not None:
        return []
    must_not_be_early(removal.complained_on or removal.on, on)
    must_come_back_somewhere(member, gives_way=True, cell=cell, state=state, on=on)
    return [RemovalRestored(cell=cell)]


def _last(member: Member) -> Removal:
    if not member.removals:
        raise Refused("removal.none", "the member was not removed from the list")
    return member.removals[-1]


def _must_have_passed(votes: RemovalVotes) -> None:
    if not _two_thirds(votes.cell):
        raise Refused("removal.cell_votes", "fewer than two thirds of the cell were for it", "/votes/cell")
    if votes.committee is not None and not _two_thirds(votes.committee):
        raise Refused(
            "removal.committee_votes", "fewer than two thirds of the committee were for it", "/votes/committee"
        )


def _two_thirds(ballot: Ballot) -> bool:
    if ballot.share is not None:
        return 3 * ballot.share.quantize(SHARE_AS_WRITTEN) >= 2
    return ballot.for_ is not None and ballot.of is not None and 3 * ballot.for_ >= 2 * ballot.of

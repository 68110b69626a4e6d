"""How a liaison begins, is given to a cell, and ends."""

from datetime import date

from events.fact import Fact, Refused
from events.liaison.facts import (
    LiaisonAccepted,
    LiaisonAssigned,
    LiaisonEnded,
    LiaisonGround,
    LiaisonIntroduced,
    LiaisonRefused,
)
from events.liaison.state import Liaison, must_be_accepted, must_be_introduced
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_be_cell, must_exist


def introduce(
    liaison: Liaison, member: Member, committee: Organisation, introduced: LiaisonIntroduced, on: date
) -> list[Fact]:
    """The workplace introduces a member to the committee where he lives (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.exists`, `liaison.committee_unknown`, `liaison.committee_ended`, `member.not_yet_admitted`,
            `member.left`.
    """
    if liaison.introduced == introduced:
        return []
    if liaison.introduced is not None:
        raise Refused("liaison.exists", "this liaison is introduced already, and otherwise")
    must_be_listed(member, on)
    must_exist(committee, on, "liaison.committee", "/committee")
    return [introduced]


def accept(liaison: Liaison, on: date) -> list[Fact]:
    """The residence committee takes him on its list (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.not_introduced`, `liaison.refused`, `liaison.ended`.
    """
    if liaison.accepted_on is not None:
        return []
    must_be_introduced(liaison, on)
    if liaison.refused_on is not None:
        raise Refused("liaison.refused", "this introduction was refused; a new one is another liaison")
    return [LiaisonAccepted()]


def refuse(liaison: Liaison, reason: str, on: date) -> list[Fact]:
    """The residence committee does not take him.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.accepted`, `liaison.ended`.
    """
    if liaison.refused_on is not None:
        return []
    must_be_introduced(liaison, on)
    if liaison.accepted_on is not None:
        raise Refused("liaison.accepted", "this introduction was accepted; from there on it can only end")
    return [LiaisonRefused(reason=reason)]


def assign(liaison: Liaison, member: Member, cell: Organisation, assigned: LiaisonAssigned, on: date) -> list[Fact]:
    """The committee gives him to a cell, the first or another one (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.not_introduced`, `liaison.not_accepted`, `liaison.ended`, `liaison.cell_unknown`,
            `liaison.cell_ended`, `liaison.cell_not_a_cell`, `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    if liaison.cells.at(on) == assigned.cell:
        return []
    must_be_accepted(liaison, on)
    must_be_listed(member, on)
    must_be_cell(cell, on, "liaison.cell", "/cell")
    return [assigned]


def end(liaison: Liaison, ground: LiaisonGround, on: date) -> list[Fact]:
    """Either side ends it, whatever it had come to (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.not_introduced`, `liaison.refused` (it never began), `liaison.ended` (otherwise, already),
            `liaison.later_facts` (a contact or work on a remark is on record of a later day).
    """
    ended = LiaisonEnded(ground=ground)
    if liaison.ended == ended and liaison.ended_on == on:
        return []
    if liaison.ended is not None:
        raise Refused("liaison.ended", f"the liaison ended on {liaison.ended_on}")
    must_be_introduced(liaison, on)
    if liaison.refused_on is not None:
        raise Refused("liaison.refused", "this introduction was refused; there is nothing to end")
    if liaison.latest_on is not None and on < liaison.latest_on:
        raise Refused("liaison.later_facts", f"what happened on {liaison.latest_on} would be of no liaison")
    return [ended]

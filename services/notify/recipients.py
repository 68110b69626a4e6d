"""Who is to be told of a fact about a member: pure, and by both clocks.

What held on the day on which the fact took effect, as far as it was on record at the fact's own place in the log:
the states that are handed in are folded to that place and no further.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from events.fact import Fact, Id
from events.liaison import Liaison, MessageSent
from events.liaison.exchange import other_side
from events.member import Member
from events.organisation import Organisation
from services.notify.policy import Policy, Rule, To

DEEPEST = 16
"""A tree deeper than that is a circle."""


class Recipient(NamedTuple):
    """An organisation, and the rule by which it is told."""

    organisation: Id
    policy: Policy
    rule: Rule


def recipients(
    rules: Sequence[tuple[Policy, Rule]],
    fact: Fact,
    on: date,
    member: Member,
    organisations: Mapping[Id, Organisation],
) -> list[Recipient]:
    """Each organisation once, by the first rule that names it; [] where there is nobody to tell.

    `organisations` holds at least those that `asked_about` names, and all that stand above them.
    """
    told: dict[Id, Recipient] = {}
    for policy, rule in rules:
        organisation = addressed(rule.to, fact, on, member)
        if organisation is None or organisation in told:
            continue
        if rule.to is To.RESIDENCE and not rule.own_members:
            cell = cell_before(member, on)
            if cell is not None and _stands_below(cell, organisation, organisations):
                continue
        told[organisation] = Recipient(organisation, policy, rule)
    return list(told.values())


def asked_about(rules: Sequence[tuple[Policy, Rule]], on: date, member: Member) -> set[Id]:
    """From which organisations up the tree `recipients` will climb."""
    if not any(rule.to is To.RESIDENCE and not rule.own_members for _, rule in rules):
        return set()
    cell = cell_before(member, on)
    return set() if cell is None or addressed(To.RESIDENCE, None, on, member) is None else {cell}


def addressed(to: To, fact: Fact | None, on: date, member: Member) -> Id | None:
    """The organisation in this role; None where there is none, or none that is here.

    A cell is told itself, and nobody above it: it is the cell that introduces and receives.
    """
    match to:
        case To.RESIDENCE:
            # Not `residence_on`: that of an expelled or deceased member is asked for on the very day of his end.
            declared = member.residences.at(on)
            return None if declared is None else declared.committee
        case To.WORKPLACE:
            return cell_before(member, on)
        case To.CORRESPONDENT:
            return None
        case To.DESTINATION | To.ORIGIN:
            transfer = member.transfers.get(getattr(fact, "transfer", Id("")))
            if transfer is None:
                return None
            return transfer.introduced.to if to is To.DESTINATION else transfer.introduced.from_cell


def correspondents(
    rules: Sequence[tuple[Policy, Rule]], fact: Fact, on: date, liaison: Liaison, member: Member
) -> list[Recipient]:
    """The other side of a message between the two committees of a liaison; [] where nothing is told by a rule."""
    if not isinstance(fact, MessageSent) or liaison.introduced is None:
        return []
    told = other_side(fact, liaison.introduced, cell_before(member, on))
    found = [(policy, rule) for policy, rule in rules if rule.to is To.CORRESPONDENT]
    return [] if told is None else [Recipient(told, policy, rule) for policy, rule in found[:1]]


def cell_before(member: Member, on: date) -> Id | None:
    """His cell of the day before, since the fact itself may take him out of it; on his first day the one he came to."""
    return member.cells.at(on - timedelta(days=1)) or member.cells.at(on)


def _stands_below(cell: Id, committee: Id, organisations: Mapping[Id, Organisation]) -> bool:
    """Whether the committee is the cell itself or stands above it."""
    step: Id | None = cell
    for _ in range(DEEPEST):
        if step is None or step == committee:
            return step is not None
        above = organisations.get(step)
        step = None if above is None else above.parent
    return False

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
from events.member import Member, TransferExtensionAsked, TransferIntroduced
from events.organisation import Organisation
from services.notify.policy import Policy, Rule, To

DEEPEST = 48
"""Steps up the tree, by way of successors, too; more would be a circle."""


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

    Rules about what is in force are not asked here: who comes to know somebody late is `in_force.newcomer`.

    `organisations` holds at least those that `asked_about` names, and all that stand above them or took over.
    """
    told: dict[Id, Recipient] = {}
    for policy, rule in rules:
        named = addressed(rule.to, fact, on, member)
        if rule.to is To.SUPERIOR:
            named = next(iter(chain(named, on, organisations)[1:]), None)
        organisation = heir(named, on, organisations)
        if organisation is None or organisation in told or rule.in_force or not rule.is_about(fact):
            continue
        if rule.to is To.RESIDENCE and not rule.own_members:
            cell = cell_before(member, on)
            if cell is not None and stands_below(cell, organisation, on, organisations):
                continue
        told[organisation] = Recipient(organisation, policy, rule)
    return list(told.values())


def asked_about(rules: Sequence[tuple[Policy, Rule]], fact: Fact, on: date, member: Member) -> set[Id]:
    """From which organisations up the tree, and to whose successors, `recipients` will climb."""
    named = {addressed(rule.to, fact, on, member) for _, rule in rules}
    if any(rule.to is To.RESIDENCE and not rule.own_members for _, rule in rules):
        named.add(cell_before(member, on))
    return {one for one in named if one is not None}


def addressed(to: To, fact: Fact | None, on: date, member: Member) -> Id | None:
    """The organisation in this role; None where there is none, or none that is here.

    A cell is told itself, and nobody above it: it is the cell that introduces and receives. Of a superior it is the
    cell from which to climb.
    """
    match to:
        case To.RESIDENCE:
            # Not `residence_on`: that of an expelled or deceased member is asked for on the very day of his end.
            declared = member.residences.at(on)
            return None if declared is None else declared.committee
        case To.WORKPLACE | To.SUPERIOR:
            return cell_before(member, on)
        case To.CORRESPONDENT | To.TOLD:
            return None  # found otherwise: by `correspondents`, and by who was told before
        case To.DESTINATION | To.ORIGIN:
            introduced = _introduction(fact, member)
            if introduced is None or (isinstance(fact, TransferExtensionAsked) and fact.side == str(to)):
                return None  # who asks for something is not told that he did
            return introduced.to if to is To.DESTINATION else introduced.from_cell


def correspondents(
    rules: Sequence[tuple[Policy, Rule]], on: date, side: Id | None, organisations: Mapping[Id, Organisation]
) -> list[Recipient]:
    """The side of a liaison to which a message goes, or who has its matters by then; [] where no rule tells it."""
    told = heir(side, on, organisations)
    found = [(policy, rule) for policy, rule in rules if rule.to is To.CORRESPONDENT]
    return [] if told is None else [Recipient(told, policy, rule) for policy, rule in found[:1]]


def written_to(fact: Fact, on: date, liaison: Liaison, member: Member) -> Id | None:
    """The side of a liaison to which a message goes; None of any other fact."""
    if not isinstance(fact, MessageSent) or liaison.introduced is None:
        return None
    return other_side(fact, liaison.introduced, cell_before(member, on))


def cell_before(member: Member, on: date) -> Id | None:
    """His cell of the day before, since the fact itself may take him out of it; on his first day the one he came to."""
    return member.cells.at(on - timedelta(days=1)) or member.cells.at(on)


def _introduction(fact: Fact | None, member: Member) -> TransferIntroduced | None:
    """The two sides of the transfer that a fact is about."""
    if isinstance(fact, TransferIntroduced):
        return fact
    transfer = member.transfers.get(getattr(fact, "transfer", Id("")))
    return None if transfer is None else transfer.introduced


def chain(organisation: Id | None, on: date, organisations: Mapping[Id, Organisation]) -> list[Id]:
    """An organisation and all whose word holds for it on a day, the nearest first."""
    found: list[Id] = []
    step = organisation
    while step is not None and step not in found and len(found) < DEEPEST:
        found.append(step)
        state = organisations.get(step)
        step = None if state is None else state.above_on(on)
    return found


def heir(organisation: Id | None, on: date, organisations: Mapping[Id, Organisation]) -> Id | None:
    """Who has its open matters on the day of the fact: it itself, or the last of its successors."""
    for _ in range(DEEPEST):
        state = None if organisation is None else organisations.get(organisation)
        successor = None if state is None else state.successor_on(on)
        if successor is None:
            break
        organisation = successor
    return organisation


def stands_below(cell: Id, committee: Id, on: date, organisations: Mapping[Id, Organisation]) -> bool:
    """Whether the committee is the cell itself, stands above it, or took over what did."""
    step: Id | None = cell
    for _ in range(DEEPEST):
        if step is None or step == committee:
            return step is not None
        state = organisations.get(step)
        step = None if state is None else state.above_on(on)
    return False

"""Changes of transfers: the origin introduces or withdraws, the destination receives or refuses, both extend."""

from typing import TypeVar

from events.claims import transfer_claim
from events.fact import Fact, Id
from events.member import Member, TransferGround, TransferIntroduced, TransferKind, TransferSide
from events.member.temporary import bring_back, extend
from events.member.transfer import Move, introduce, receive, refuse, withdraw
from events.member.transit import OF_ONE_TRANSFER, Transfer
from events.organisation import Organisation
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Plan
from services.ingest.bodies import Body, Ident, LastDay, Text
from services.ingest.changes.members import member_here
from services.ingest.streams import HolderOf

B = TypeVar("B", bound=Body)

SUCCESSORS = 16
"""Steps from an organisation that has ended to the one that has its matters: more would be a circle."""


class TransferBody(Body):
    """An introduction; `to` is a cell, `until` the last day of a temporary one."""

    to: Ident
    kind: TransferKind
    ground: TransferGround | None = None
    until: LastDay | None = None


class ReceptionBody(Body):
    """The destination takes the member."""


class RefusalBody(Body):
    """The destination sends the member back."""

    reason: Text


class WithdrawalBody(Body):
    """The origin takes its introduction back."""


class ExtensionBody(Body):
    """`until` is to be the last day; what one side asks for holds once the other asks for the same."""

    until: LastDay


class ReturnBody(Body):
    """The member is back from that day, at the latest the day after the last one."""


def destination_of(asked: Asked[B], to: Id) -> tuple[Organisation, Id | None]:
    """The cell that is to receive, and its id where it stands in for `to`, which has ended by that day."""
    ident, found = to, asked.sight.of(Organisation, to)
    for _ in range(SUCCESSORS):
        successor = found.successor_on(asked.on)
        if successor is None:
            break
        ident, found = successor, asked.sight.of(Organisation, successor)
    return found, None if ident == to else ident


def _transfer_id(fact: Fact) -> Id:
    assert isinstance(fact, (TransferIntroduced, *OF_ONE_TRANSFER))
    return fact.transfer


def _introduce(asked: Asked[TransferBody]) -> Plan:
    (ident,) = asked.path
    body, transfer = asked.body, asked.ident()
    decided_on = body.decision.on if body.decision is not None else None
    move = Move(
        to=body.to, kind=body.kind, ground=body.ground, until=body.until, code=body.code, decided_on=decided_on
    )  # fmt: skip
    member = member_here(asked, ident)
    facts = introduce(member, asked.sight.of(Organisation, body.to), transfer, move, asked.on)
    return Plan.one(ident, Member.KIND, facts, transfer)


def _receive(asked: Asked[ReceptionBody]) -> Plan:
    ident, member, known = _transfer(asked)
    asked.must_reach(known.to)
    destination, at = destination_of(asked, known.introduced.to)
    return _plan(asked, ident, receive(member, destination, asked.path[0], asked.on, at=at))


def _refuse(asked: Asked[RefusalBody]) -> Plan:
    ident, member, known = _transfer(asked)
    asked.must_reach(known.to)
    return _plan(asked, ident, refuse(member, asked.path[0], asked.body.reason, asked.on))


def _withdraw(asked: Asked[WithdrawalBody]) -> Plan:
    ident, member, known = _transfer(asked)
    asked.must_reach(_origin(asked, member, known))
    return _plan(asked, ident, withdraw(member, asked.path[0], asked.on))


def _extend(asked: Asked[ExtensionBody]) -> Plan:
    """Each committee speaks for its side; whoever stands above both speaks for both."""
    ident, member, known = _transfer(asked)
    origin, host = _origin(asked, member, known), member.host_on(known, asked.now.date())
    asked.must_reach(origin, host)
    places = {TransferSide.ORIGIN: origin, TransferSide.DESTINATION: host}
    sides = {
        side for side, place in places.items() if asked.sight.reaches(asked.caller, Relation.RECORD, place)
    }  # fmt: skip
    return _plan(asked, ident, extend(member, asked.path[0], asked.body.until, sides, asked.on))


def _return(asked: Asked[ReturnBody]) -> Plan:
    """Either side sees that he has gone or is here again."""
    ident, member, known = _transfer(asked)
    asked.must_reach(_origin(asked, member, known), member.host_on(known, asked.now.date()))
    return _plan(asked, ident, bring_back(member, asked.path[0], asked.on))


def _transfer(asked: Asked[B]) -> tuple[Id, Member, Transfer]:
    """Whose transfer it is: a claim leads from it to its member.

    Raises:
        Nothing: 404.
    """
    (transfer,) = asked.path
    ident = asked.sight.answer(HolderOf(transfer_claim(transfer)))
    member = asked.sight.of(Member, ident) if ident is not None else None
    if ident is None or member is None or transfer not in member.transfers:
        raise Nothing("transfer")
    return ident, member, member.transfers[transfer]


def _origin(asked: Asked[B], member: Member, known: Transfer) -> Id:
    return member.origin_on(known, asked.now.date())


def _plan(asked: Asked[B], member: Id, facts: list[Fact]) -> Plan:
    return Plan.one(member, Member.KIND, facts, asked.path[0])


CHANGES = (
    Change("/members/{id}/transfers", TransferBody, _introduce, "Introduce a member to another cell", _transfer_id),
    Change("/transfers/{id}/receptions", ReceptionBody, _receive, "Receive a transferred member", _transfer_id),
    Change("/transfers/{id}/refusals", RefusalBody, _refuse, "Refuse a transferred member", _transfer_id),
    Change("/transfers/{id}/withdrawals", WithdrawalBody, _withdraw, "Withdraw an introduction", _transfer_id),
    Change(
        "/transfers/{id}/extensions", ExtensionBody, _extend, "Ask for a later last day of a transfer", _transfer_id
    ),
    Change("/transfers/{id}/returns", ReturnBody, _return, "Return from a temporary transfer", _transfer_id),
)

"""Changes of transfers: the origin introduces, the destination receives or refuses."""

from events.claims import transfer_claim
from events.fact import Fact, Id
from events.member import (
    Member,
    TransferGround,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.member.transfer import Move, introduce, receive, refuse
from events.organisation import Organisation
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Plan
from services.ingest.bodies import Body, Ident, LastDay, Text
from services.ingest.changes.members import member_here
from services.ingest.streams import HolderOf


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


def _transfer_id(fact: Fact) -> Id:
    assert isinstance(fact, TransferIntroduced | TransferReceived | TransferRefused)
    return fact.transfer


def _introduce(asked: Asked[TransferBody]) -> Plan:
    (ident,) = asked.path
    body, transfer = asked.body, asked.ident()
    move = Move(to=body.to, kind=body.kind, ground=body.ground, until=body.until, code=body.code)
    member = member_here(asked, ident)
    facts = introduce(member, asked.sight.of(Organisation, body.to), transfer, move, asked.on)
    return Plan.one(ident, Member.KIND, facts, transfer)


def _receive(asked: Asked[ReceptionBody]) -> Plan:
    ident, member, transfer, introduced = _open(asked)
    destination = asked.sight.of(Organisation, introduced.to)
    return Plan.one(ident, Member.KIND, receive(member, destination, transfer, asked.on), transfer)


def _refuse(asked: Asked[RefusalBody]) -> Plan:
    ident, member, transfer, _ = _open(asked)
    return Plan.one(ident, Member.KIND, refuse(member, transfer, asked.body.reason, asked.on), transfer)


def _open(asked: Asked[ReceptionBody] | Asked[RefusalBody]) -> tuple[Id, Member, Id, TransferIntroduced]:
    """Whose transfer it is. Only the destination answers; a claim leads from the transfer to its member."""
    (transfer,) = asked.path
    ident = asked.sight.answer(HolderOf(transfer_claim(transfer)))
    member = asked.sight.of(Member, ident) if ident is not None else None
    if ident is None or member is None or transfer not in member.transfers:
        raise Nothing("transfer")
    introduced = member.transfers[transfer].introduced
    asked.must_reach(introduced.to, relation=Relation.RECORD)
    return ident, member, transfer, introduced


CHANGES = (
    Change("/members/{id}/transfers", TransferBody, _introduce, "Introduce a member to another cell", _transfer_id),
    Change("/transfers/{id}/receptions", ReceptionBody, _receive, "Receive a transferred member", _transfer_id),
    Change("/transfers/{id}/refusals", RefusalBody, _refuse, "Refuse a transferred member", _transfer_id),
)

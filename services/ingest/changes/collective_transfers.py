"""Changes of collective transfers: one decision by the origin, one reception by the destination."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import Field

from events.collective_transfer import (
    CollectiveTransfer,
    CollectiveTransferIntroduced,
    introduce_together,
    receive_together,
)
from events.collective_transfer import Facts as DatedFacts
from events.fact import Fact, Id
from events.member import Member
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Part, Plan, must_be_new
from services.ingest.bodies import Body, Ident, PaperForm
from services.ingest.changes.transfers import destination_of

B = TypeVar("B", bound=Body)

MOST = 2000
"""Members on one list: more than any cell has."""


class CollectiveTransferBody(Body):
    """The hand-over list: whom the cell `from` sends to the cell `to` for good, by one decision."""

    from_: Annotated[Ident, Field(alias="from")]
    to: Ident
    members: Annotated[tuple[Ident, ...], Field(min_length=1, max_length=MOST)]
    decision: PaperForm


class CollectiveReceptionBody(Body):
    """The destination takes all who are still on the way."""


def _introduce(asked: Asked[CollectiveTransferBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.from_)
    must_be_new(asked, ident, CollectiveTransfer.KIND)
    introduced = CollectiveTransferIntroduced(
        from_cell=body.from_, to=body.to, members=body.members, decision=body.decision.paper(), code=body.code
    )
    known = asked.sight.of(CollectiveTransfer, ident)
    members = _members(asked, body.members)
    destination = asked.sight.of(Organisation, body.to)
    return _plan(ident, introduce_together(known, members, destination, (ident, introduced), asked.on))


def _receive(asked: Asked[CollectiveReceptionBody]) -> Plan:
    (ident,) = asked.path
    known = asked.sight.of(CollectiveTransfer, ident)
    if known.introduced is None:
        raise Nothing("collective transfer")
    asked.must_reach(known.introduced.to)
    destination, at = destination_of(asked, known.introduced.to)
    members = _members(asked, known.introduced.members)
    return _plan(ident, receive_together(known, members, destination, (ident, at), asked.on))


def _members(asked: Asked[B], idents: Sequence[Id]) -> dict[Id, Member]:
    """All in one question; each is looked at, so that whoever changes meanwhile makes it be decided anew."""
    asked.sight.need(idents)
    return {ident: asked.sight.of(Member, ident) for ident in idents}


def _plan(ident: Id, facts: DatedFacts) -> Plan:
    """A part a stream, its own first: a member stands on the list once."""
    parts: dict[Id, list[Fact]] = {ident: []}
    for stream, fact in facts:
        parts.setdefault(stream, []).append(fact)
    return Plan(ident, CollectiveTransfer.KIND, [Part(stream, said) for stream, said in parts.items()])


CHANGES = (
    Change("/collective-transfers", CollectiveTransferBody, _introduce, "Introduce members together by one decision"),
    Change(
        "/collective-transfers/{id}/receptions",
        CollectiveReceptionBody,
        _receive,
        "Receive those who were sent together",
    ),
)

"""A notice as the outside sees it: a line of an inbox, and the whole of it with the record that it tells of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from events import wire
from events.correction import effective
from events.fact import Id, Record
from events.ledger import Ledger
from events.member import Member
from events.mentions import mentions
from events.organisation import Organisation
from projections.corrections import struck_by
from projections.notices import Notice
from services.notify.wording import sentence
from services.web.context import Context
from services.web.record import shown


class NoticeLine(BaseModel):
    """A notice (docs/reference/http.md); `role`, `policy` and `rule` say why this organisation was told."""

    id: UUID
    fact: str
    position: int
    subject: UUID
    organisation: UUID
    state: str
    due_at: datetime
    acknowledge_by: datetime | None
    role: str
    policy: str
    rule: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLine":
        """As it stands."""
        return cls(**notice._asdict())


class NoticePage(BaseModel):
    """Newest first; `next` is the cursor of the next page, none on the last."""

    items: list[NoticeLine]
    next: str | None


class Times(BaseModel):
    """When it came to each step; an inbox has neither a queue nor a sending, and who opens it is not kept yet."""

    queued: datetime | None = None
    sent: datetime | None = None
    delivered: datetime | None = None
    opened: datetime | None = None
    acknowledged: datetime | None = None


class WholeNotice(NoticeLine):
    """With what a committee needs to read what happened without further rights."""

    sentence: str
    record: dict[str, Any]
    times: Times
    attempts: list[dict[str, Any]] = []


def whole(here: Context, notice: Notice) -> WholeNotice:
    """The notice with its record and its sentence, told as of the record's place in the log."""
    history = here.opened(here.ledger.stream(notice.subject, notice.position))
    member = Member()
    for past in effective(history):
        member.see(wire.decode(past.name, past.data), past.effective_on, past.position)
    record = _told_of(here, history, notice.position)
    fact = wire.decode(record.name, record.data)
    names = _names(here.ledger, (record.stream, *mentions(fact)), member, notice.position)
    return WholeNotice(
        **notice._asdict(),
        sentence=sentence(fact, record.effective_on, member, names, record.stream),
        record=shown(record, _struck(here, record.position)),
        times=Times(delivered=notice.delivered_at, acknowledged=notice.acknowledged_at),
    )


def _told_of(here: Context, history: Sequence[Record], position: int) -> Record:
    """The record that it tells of: the member's last one by then, or one of another stream that is about him."""
    if history and history[-1].position == position:
        return history[-1]
    (record,) = here.opened(here.ledger.at([position]))
    return record


def _struck(here: Context, position: int) -> int | None:
    with here.pool.connection() as connection:
        return struck_by(connection, [position]).get(position)


def _names(ledger: Ledger, told: Sequence[Id], member: Member, upto: int) -> dict[Id, str]:
    """The names of the organisations that the sentence may name."""
    named = {*told, *(change.value for change in member.cells.changes)}
    for transfer in member.transfers.values():
        named |= {transfer.introduced.from_cell, transfer.introduced.to, transfer.to}
    names: dict[Id, str] = {}
    for ident, records in ledger.streams(named, upto).items():
        organisation = Organisation()
        for record in effective(records):
            if record.kind == Organisation.KIND:
                organisation.see(wire.decode(record.name, record.data), record.effective_on, record.position)
        if organisation.name:
            names[ident] = organisation.name
    return names

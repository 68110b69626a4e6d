"""Endpoints and messages as the outside sees them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from events import wire
from events.correction import effective
from events.endpoint import Endpoint
from events.fact import Id, Record
from projections.delivered import Attempt, Message, Standing
from services.notify.sending.ways import webhook_id
from services.web.context import Context


class EndpointLine(BaseModel):
    """An endpoint: `waiting` and `given_up` count messages, `uncertain` how often nobody knew whether one arrived."""

    id: UUID
    organisation: UUID
    url: str
    fifo: bool
    state: str
    since: datetime | None
    failing_since: datetime | None
    failures: int
    waiting: int
    given_up: int
    uncertain: int
    last_delivered_at: datetime | None
    generation: int
    rotated_at: datetime | None


class EndpointPage(BaseModel):
    """Oldest first; `next` is the cursor of the next page, none on the last."""

    items: list[EndpointLine]
    next: str | None


class DeliveryLine(BaseModel):
    """One message to one endpoint, and every try to hand it over.

    Of an attempt, `class` says how it was answered or why it was not, `answer` how the answer begins.
    """

    id: UUID
    webhook_id: str
    state: str
    type: str
    kind: str
    chain: UUID
    number: int
    position: int
    notices: list[UUID]
    uncertain: int
    made_at: datetime
    next_at: datetime | None
    done_at: datetime | None
    attempts: list[dict[str, Any]]


class DeliveryPage(BaseModel):
    """Newest first; `next` is the cursor of the next page, none on the last."""

    items: list[DeliveryLine]
    next: str | None


def read_endpoint(here: Context, ident: Id) -> Endpoint:
    """An endpoint as its stream says it; nothing is registered where there is none."""
    return folded(here.opened(here.ledger.stream(ident)))


def folded(records: list[Record]) -> Endpoint:
    """The state that an endpoint's records come to."""
    endpoint = Endpoint()
    for record in effective(records):
        if record.kind == Endpoint.KIND:
            endpoint.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    return endpoint


def endpoint_line(ident: Id, endpoint: Endpoint, standing: Standing) -> EndpointLine:
    """As it stands."""
    registered = endpoint.registered
    assert registered is not None, "who shows it has looked"
    return EndpointLine(
        id=UUID(ident), organisation=UUID(registered.organisation), url=registered.url, fifo=registered.fifo,
        state="ended" if endpoint.ended else standing.state, since=standing.since,
        failing_since=standing.failing_since, failures=standing.failures, waiting=standing.waiting,
        given_up=standing.given_up, uncertain=standing.uncertain, last_delivered_at=standing.delivered_at,
        generation=endpoint.generation, rotated_at=endpoint.rotated_at,
    )  # fmt: skip


def delivery_line(message: Message, attempts: list[Attempt]) -> DeliveryLine:
    """As it stands."""
    return DeliveryLine(
        id=UUID(message.id), webhook_id=webhook_id(message.id), state=message.state, type=message.type,
        kind=message.kind, chain=UUID(message.chain), number=message.number, position=message.position,
        notices=[UUID(notice) for notice in message.notices], uncertain=message.uncertain, made_at=message.made_at,
        next_at=message.next_at if message.state in {"due", "failed"} else None, done_at=message.done_at,
        attempts=[_attempt(one) for one in attempts],
    )  # fmt: skip


def _attempt(one: Attempt) -> dict[str, Any]:
    answer = one.answer.decode("utf-8", "replace")
    return {
        "no": one.no, "at": one.at, "status": one.status, "class": one.kind, "ms": one.ms, "answer": answer,
        "error": one.error,
    }  # fmt: skip

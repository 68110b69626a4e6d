"""What receivers ask over HTTP: how their endpoints are doing, what was sent, and that something is sent again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import psycopg
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from events.endpoint import Endpoint
from events.fact import Id, Refused
from projections import delivered, notices, tree
from projections.asked import AsOf
from projections.delivered import NEWEST, Message
from projections.deliveries import HINT, PING, Send, enqueue
from projections.positions import positions
from services.access import Relation
from services.notify.sending.closing import ACTIVE, ENDED
from services.notify.sending.shown import (
    DeliveryLine,
    DeliveryPage,
    EndpointLine,
    EndpointPage,
    delivery_line,
    endpoint_line,
    folded,
    read_endpoint,
)
from services.web.asking import AtLeast, wait
from services.web.asking import ident as canonical
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found, unprocessable

OF = """
SELECT id::text, made_in FROM exchange.endpoints WHERE organisation = ANY (%s::uuid[]) AND made_in > %s
ORDER BY made_in LIMIT %s
"""
PING_TYPE = "caunoi.ping"

router = APIRouter(tags=["exchange"])


class Asked(BaseModel):
    """A field that is not known would be passed over as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class PageQuestion(Asked):
    """The next ones; `after` is what `next` said."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str | None, Field(pattern=r"^[0-9]{1,18}$")] = None


class EndpointsQuestion(PageQuestion):
    """Whose endpoints, which may be left out where the token is of an organisation."""

    organisation: UUID | None = None


class DeliveriesQuestion(PageQuestion):
    """Which messages."""

    state: Literal["due", "failed", "delivered", "given_up"] | None = None


class Recovery(Asked):
    """Since when what failed or was given up is sent again."""

    since: AwareDatetime


class Nothing(Asked):
    """A body without fields."""


class Recovered(BaseModel):
    """How many messages are queued again, in their order."""

    queued: int


@router.get("/endpoints")
def read_endpoints(
    asking: Asking, here: Here, asked: Annotated[EndpointsQuestion, Query()], at_least: AtLeast = None
) -> EndpointPage:
    """Endpoints of an organisation and of those that it took over from, the oldest first; ended ones, too."""
    of = Id(str(asked.organisation)) if asked.organisation is not None else asking.organisation
    if of is None:
        raise unprocessable("/organisation", "this token is of no organisation: please say whose endpoints")
    must(here, asking, Relation.RECEIVE, of)
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        its = tree.lineage(connection, of, AsOf(here.today()))
        found = connection.execute(OF, [its, int(asked.after or 0), asked.limit + 1]).fetchall()
        kept = found[: asked.limit]
        standing = delivered.standing(connection, [Id(row[0]) for row in kept])
    streams = here.ledger.streams([Id(row[0]) for row in kept])
    opened = here.opened([record for records in streams.values() for record in records])
    lines = []
    for row in kept:
        endpoint = folded([record for record in opened if record.stream == row[0]])
        lines.append(endpoint_line(Id(row[0]), endpoint, standing[Id(row[0])]))
    return EndpointPage(items=lines, next=str(kept[-1][1]) if len(found) > asked.limit else None)


@router.get("/endpoints/{ident}")
def read_one_endpoint(ident: str, asking: Asking, here: Here) -> EndpointLine:
    """One endpoint: where it leads, whether it is active, since when nothing but failures came of it, what waits."""
    return _shown(here, *_endpoint(here, asking, ident, Relation.RECEIVE))


@router.post("/endpoints/{ident}/pings", status_code=201)
def ping(ident: str, asking: Asking, here: Here, body: Nothing | None = None) -> DeliveryLine:
    """Send a message that says nothing, once; whether it arrived is in the endpoint's deliveries."""
    del body
    endpoint, _ = _active(here, asking, ident)
    with here.pool.connection() as connection, connection.transaction():
        position, now = positions(connection, [notices.NAME])[notices.NAME].position, datetime.now(UTC)
        data: dict[str, Any] = {"endpoint": endpoint, "position": position}
        send = Send(endpoint, "webhook", 0, endpoint, (), PING_TYPE, now, data, position, now, PING)
        (made,) = enqueue(connection, [send])
    return _queued(here, made)


@router.post("/endpoints/{ident}/recoveries", status_code=201)
def recover(ident: str, asking: Asking, here: Here, body: Recovery) -> Recovered:
    """Send again what was queued since an instant and failed or was given up, in its order, under the same ids."""
    endpoint, _ = _active(here, asking, ident)
    with here.pool.connection() as connection:
        queued = delivered.recover(connection, endpoint, body.since)
        connection.execute(HINT)
    return Recovered(queued=queued)


@router.post("/endpoints/{ident}/resumptions", status_code=201)
def resume(ident: str, asking: Asking, here: Here, body: Nothing | None = None) -> EndpointLine:
    """Send again to an endpoint that was switched off or had gone; what was given up meanwhile needs a recovery."""
    del body
    endpoint, found = _endpoint(here, asking, ident, Relation.CONNECT)
    _must_last(found)
    with here.pool.connection() as connection:
        delivered.resume(connection, endpoint)
    return _shown(here, endpoint, found)


@router.get("/endpoints/{ident}/deliveries")
def read_deliveries(
    ident: str, asking: Asking, here: Here, asked: Annotated[DeliveriesQuestion, Query()], at_least: AtLeast = None
) -> DeliveryPage:
    """Messages to an endpoint with every try, the newest first."""
    endpoint, _ = _endpoint(here, asking, ident, Relation.RECEIVE)
    wait(here, [notices.NAME], at_least)
    before = int(asked.after) if asked.after is not None else NEWEST
    with here.pool.connection() as connection:
        found = delivered.page(connection, endpoint, asked.state, before, asked.limit + 1)
        lines = _lines(connection, found[: asked.limit])
    return DeliveryPage(items=lines, next=str(found[asked.limit - 1].seq) if len(found) > asked.limit else None)


@router.get("/deliveries/{ident}")
def read_delivery(ident: str, asking: Asking, here: Here) -> DeliveryLine:
    """One message with every try."""
    found = _message(here, ident)
    _endpoint(here, asking, found.target, Relation.RECEIVE)
    with here.pool.connection() as connection:
        return _lines(connection, [found])[0]


@router.post("/deliveries/{ident}/retries", status_code=201)
def retry(ident: str, asking: Asking, here: Here, body: Nothing | None = None) -> DeliveryLine:
    """Send one message again, whatever became of it, under the same id."""
    del body
    found = _message(here, ident)
    _active(here, asking, found.target)
    with here.pool.connection() as connection:
        delivered.retry(connection, found.id)
    return _queued(here, found.id)


def _endpoint(here: Context, asking: Asking, ident: str, relation: Relation) -> tuple[Id, Endpoint]:
    found = canonical(ident, "endpoint")
    endpoint = read_endpoint(here, found)
    if endpoint.registered is None:
        raise not_found("endpoint")
    must(here, asking, relation, endpoint.registered.organisation)
    return found, endpoint


def _active(here: Context, asking: Asking, ident: str) -> tuple[Id, Endpoint]:
    """The same of one to which something can be sent.

    Raises:
        Refused: `endpoint.ended`, `endpoint.off`.
    """
    found, endpoint = _endpoint(here, asking, ident, Relation.CONNECT)
    _must_last(endpoint)
    with here.pool.connection() as connection:
        state = delivered.standing(connection, [found])[found].state
    if state == ENDED:
        raise _ended()
    if state != ACTIVE:
        raise Refused("endpoint.off", "nothing is sent to this endpoint now: please post to its resumptions first")
    return found, endpoint


def _must_last(endpoint: Endpoint) -> None:
    if endpoint.ended:
        raise _ended()


def _ended() -> Refused:
    return Refused("endpoint.ended", "this endpoint has ended: please register another one")


def _shown(here: Context, ident: Id, endpoint: Endpoint) -> EndpointLine:
    with here.pool.connection() as connection:
        return endpoint_line(ident, endpoint, delivered.standing(connection, [ident])[ident])


def _message(here: Context, ident: str) -> Message:
    with here.pool.connection() as connection:
        found = delivered.message(connection, canonical(ident, "delivery"))
    if found is None:
        raise not_found("delivery")
    return found


def _queued(here: Context, ident: Id) -> DeliveryLine:
    """The message as it stands now; whoever sends looks at once."""
    with here.pool.connection() as connection:
        connection.execute(HINT)
        found = delivered.message(connection, ident)
        assert found is not None, "nothing takes a message away"
        return _lines(connection, [found])[0]


def _lines(connection: psycopg.Connection[Any], found: Sequence[Message]) -> list[DeliveryLine]:
    tries = delivered.attempts(connection, [one.id for one in found])
    return [delivery_line(one, tries[one.id]) for one in found]

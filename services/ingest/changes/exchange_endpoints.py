"""Changes of endpoints: where an organisation wants its webhooks, new keys for them, and that it wants none more."""

from datetime import UTC
from typing import Annotated, TypeVar

from pydantic import Field

from events.endpoint import Endpoint, EndpointRegistered, end, register, rotate
from events.fact import Id
from events.organisation import Organisation
from services.access import Relation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Ident
from services.ingest.endpoints import Reachable, keys_shown
from services.web.problem import Problem, unprocessable

B = TypeVar("B", bound=Body)


class EndpointBody(Body):
    """`url` is called with https; `fifo`: each message only when the one before was taken, or given up."""

    organisation: Ident
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    fifo: bool = False


class RotationBody(Body):
    """New keys; for a day those before them sign, too."""


class EndpointEndingBody(Body):
    """Nothing is to be sent there any more."""


def _register(asked: Asked[EndpointBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.organisation, relation=Relation.CONNECT)
    must_be_new(asked, ident, Endpoint.KIND)
    if not asked.sight.of(Organisation, body.organisation).begun_by(asked.on):
        raise unprocessable("/organisation", "there is no such organisation on that day")
    url: str | Problem = asked.sight.answer(Reachable(body.url))
    if isinstance(url, Problem):
        raise url
    registered = EndpointRegistered(organisation=body.organisation, url=url, fifo=body.fifo)
    return Plan.one(ident, Endpoint.KIND, register(asked.sight.of(Endpoint, ident), registered, asked.on))


def _rotate(asked: Asked[RotationBody]) -> Plan:
    ident, endpoint = _here(asked)
    return Plan.one(ident, Endpoint.KIND, rotate(endpoint, asked.now.astimezone(UTC), asked.on))


def _end(asked: Asked[EndpointEndingBody]) -> Plan:
    ident, endpoint = _here(asked)
    return Plan.one(ident, Endpoint.KIND, end(endpoint, asked.on))


def _here(asked: Asked[B]) -> tuple[Id, Endpoint]:
    """The endpoint that the path names, which is the caller's.

    Raises:
        Nothing: 404.
    """
    (ident,) = asked.path
    endpoint = asked.sight.of(Endpoint, ident)
    if endpoint.registered is None:
        raise Nothing("endpoint")
    asked.must_reach(endpoint.registered.organisation, relation=Relation.CONNECT)
    return ident, endpoint


CHANGES = (
    Change("/endpoints", EndpointBody, _register, "Register an endpoint", shows=keys_shown),
    Change("/endpoints/{id}/rotations", RotationBody, _rotate, "Rotate an endpoint's keys", shows=keys_shown),
    Change("/endpoints/{id}/endings", EndpointEndingBody, _end, "End an endpoint"),
)

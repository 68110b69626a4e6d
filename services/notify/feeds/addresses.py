"""A calendar of meetings and deadlines, and a feed of notices, by secret addresses; neither has a name in it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from events.fact import Id
from projections import addresses, inbox, meetings, tree
from projections.asked import AsOf
from projections.inbox import NEWEST, Waiting
from projections.meetings import FIRST
from services.access import Relation
from services.notify.feeds.writing import atom, calendar
from services.web.asking import ident as canonical
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

BACK, AHEAD = timedelta(days=92), timedelta(days=366)
MOST = 1000
"""Meetings, and deadlines, in one calendar."""
ENTRIES = 50

router = APIRouter(tags=["exchange"])
Secret = Annotated[str, Path(max_length=100)]


class FeedBody(BaseModel):
    """Whose calendar and feed."""

    model_config = ConfigDict(extra="forbid")

    organisation: UUID


class Feed(BaseModel):
    """The addresses, which are shown once: whoever knows them reads what is behind them."""

    id: UUID
    secret: str
    calendar: str
    atom: str


class Ended(BaseModel):
    """What is no longer read by anybody."""

    id: UUID


@router.post("/feeds", status_code=201)
def make_feed(request: Request, asking: Asking, here: Here, body: FeedBody) -> Feed:
    """New addresses of a calendar and a feed for an organisation; those that it has go on."""
    organisation = Id(str(body.organisation))
    must(here, asking, Relation.CONNECT, organisation)
    with here.pool.connection() as connection:
        made = addresses.make(connection, organisation, asking.id)
    start = _start(request, here)
    return Feed(
        id=UUID(made.id),
        secret=made.secret,
        calendar=f"{start}/calendar/{made.secret}.ics",
        atom=f"{start}/feeds/{made.secret}.atom",
    )


@router.post("/feeds/{ident}/endings")
def end_feed(ident: str, asking: Asking, here: Here) -> Ended:
    """Nothing is read by these addresses any more; again changes nothing."""
    of = canonical(ident, "feed")
    with here.pool.connection() as connection:
        organisation = addresses.organisation_of(connection, of)
    if organisation is None:
        raise not_found("feed")
    must(here, asking, Relation.CONNECT, organisation)
    with here.pool.connection() as connection:
        addresses.end(connection, of)
    return Ended(id=UUID(of))


@router.get("/calendar/{secret}.ics", response_class=Response, include_in_schema=False)
def read_calendar(request: Request, secret: Secret, here: Here) -> Response:
    """Meetings of the organisation and below, from three months ago on, and until when notices wait for an answer."""
    organisation, as_of = _whose(here, secret), AsOf(here.today())
    days = here.today() - BACK, here.today() + AHEAD
    with here.pool.connection() as connection:
        planned = meetings.find(connection, {"scope": organisation}, days, as_of, (FIRST, MOST))
        its = tree.lineage(connection, organisation, as_of)
        waiting = inbox.inbox(connection, its, Waiting.OPEN, NEWEST, MOST)
    body = calendar(planned, waiting, _start(request, here), here.now())
    return Response(body, media_type="text/calendar; charset=utf-8", headers={"cache-control": "private, no-cache"})


@router.get("/feeds/{secret}.atom", response_class=Response, include_in_schema=False)
def read_feed(request: Request, secret: Secret, here: Here) -> Response:
    """The last notices to the organisation: what kind of fact, when, and where to read it with a token."""
    organisation = _whose(here, secret)
    with here.pool.connection() as connection:
        its = tree.lineage(connection, organisation, AsOf(here.today()))
        found = inbox.inbox(connection, its, None, NEWEST, ENTRIES)
    body = atom(organisation, found, _start(request, here), here.now())
    return Response(body, media_type="application/atom+xml", headers={"cache-control": "private, no-cache"})


def _start(request: Request, here: Context) -> str:
    """How links begin: as the operator says, else as it was asked for."""
    return (here.settings.public_url or str(request.base_url)).rstrip("/")


def _whose(here: Context, secret: str) -> Id:
    """The organisation of a secret, or what took over from it. A guess is told no more than that there is nothing."""
    with here.pool.connection() as connection:
        organisation = addresses.find(connection, secret)
        if organisation is None:
            raise not_found("address")
        return tree.heir(connection, organisation, AsOf(here.today()))

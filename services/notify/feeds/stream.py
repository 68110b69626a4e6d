"""GET /stream: records, or notices, as they come, told to whoever keeps the connection open (server-sent events)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from events.fact import Id
from services.access import Caller, Relation, Role
from services.notify.feeds.following import Following, Notices, Records
from services.web.context import Asking, Context, Here, bearer, must
from services.web.ending import ends
from services.web.problem import forbidden, unavailable, unprocessable

LOOK = 0.2
"""Seconds between two looks while nothing comes."""
HEARTBEAT = 15.0
"""Seconds after which somebody who hears nothing is told that the stream lives, and his token is looked at again."""
MOST = 500
"""Streams of one process at a time."""
READERS = (Role.OPERATOR, Role.INSPECTOR, Role.SERVICE)

router = APIRouter(tags=["exchange"])


class StreamQuestion(BaseModel):
    """`notices`: notices to an organisation (the token's, unless it says another) in place of records.

    `after` is the place after which to begin, as `Last-Event-ID` is, which stands above it; without either what comes
    from now on.
    """

    model_config = ConfigDict(extra="forbid")

    notices: bool = False
    organisation: UUID | None = None
    after: Annotated[int | None, Field(ge=0, le=2**62)] = None


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "as it comes"}},
)
async def read_stream(
    request: Request,
    asking: Asking,
    here: Here,
    asked: Annotated[StreamQuestion, Query()],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", pattern=r"^[0-9]{1,18}$")] = None,
) -> StreamingResponse:
    """Records that the token may see, `id:` is the position; or notices, `id:` is their number, in that order.

    Whoever comes again with the last `id` (`Last-Event-ID`) loses nothing and is told nothing twice. An event without
    data says only up to where all has been looked through; lines that begin with a colon say that the stream lives.
    """
    following = await run_in_threadpool(_following, here, asking, asked)
    open_streams: set[object] = request.app.state.__dict__.setdefault("streams", set())
    if len(open_streams) >= MOST:
        raise unavailable(f"{MOST} streams are open; please come again")
    place = int(last_event_id) if last_event_id is not None else asked.after
    begin = place if place is not None else await run_in_threadpool(following.head)
    told = _told(request, here, following, begin)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_counted(told, open_streams), media_type="text/event-stream", headers=headers)


def _following(here: Context, asking: Caller, asked: StreamQuestion) -> Following:
    organisation = Id(str(asked.organisation)) if asked.organisation is not None else asking.organisation
    if asked.notices:
        must(here, asking, Relation.RECEIVE, organisation)
        return Notices(here, organisation)
    if asked.organisation is not None:
        raise unprocessable("/organisation", "records are those that the token may see; of notices it may be said")
    if asking.role not in READERS:
        raise forbidden("records are streamed to inspectors, services and operators; notices to all")
    return Records(here, asking)


async def _counted(told: AsyncIterator[bytes], streams: set[object]) -> AsyncIterator[bytes]:
    streams.add(told)
    try:
        async for said in told:
            yield said
    finally:
        streams.discard(told)


async def _told(request: Request, here: Context, following: Following, place: int) -> AsyncIterator[bytes]:
    """The stream, until its reader or the process goes. A page is fetched when the one before has been taken."""
    ending, clock = ends(request.scope), asyncio.get_running_loop().time
    token, said_at, said = bearer(request), clock(), place
    yield b": caunoi\n\n"
    while not ending.is_set():
        found = await run_in_threadpool(following.after, place)
        came, place = found.upto > place, found.upto
        if found.events:
            yield b"".join(b"id: %d\ndata: %s\n\n" % event for event in found.events)
            said_at, said = clock(), found.events[-1].id
        elif clock() - said_at >= HEARTBEAT:
            if await run_in_threadpool(here.tokens.find, token) is None:
                return
            yield b"id: %d\n\n" % place if place != said else b": \n\n"
            said_at, said = clock(), place
        if not came:
            await _pause(ending)


async def _pause(ending: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(ending.wait(), LOOK)
    except TimeoutError:
        return

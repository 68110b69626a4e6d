"""Who is still waiting when the process ends is told so, in time to ask again elsewhere."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.problem import unavailable

ENDS = "caunoi.ends"
"""Where in a request's scope stands what is set once the process ends."""


def ends(scope: Scope) -> asyncio.Event:
    """Set once the process ends: what would be answered for ever is over then."""
    found: asyncio.Event | None = scope.get(ENDS)
    return found if found is not None else asyncio.Event()


class Ending:
    """ASGI: a server that stops cuts off what is not answered in its time, and would answer 500 for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ends = asyncio.Event()

    def end(self) -> None:
        """The process ends: whoever is told things for ever is told no more. On the server's event loop."""
        self._ends.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; what was begun to be said and is cut off stays without its end."""
        begun = False
        scope[ENDS] = self._ends

        async def say(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, say)
        except asyncio.CancelledError:
            if begun or scope["type"] != "http":
                raise
            await unavailable("the service is being stopped; please repeat").response()(scope, receive, send)

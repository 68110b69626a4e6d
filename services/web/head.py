"""HEAD is answered as GET is, without the body, on every path that has a GET."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Ask the application for what GET would answer; it is over with the headers, also where a body would not end."""

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body"})

    await app({**scope, "method": "GET"}, receive, say)

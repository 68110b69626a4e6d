"""A receiver of webhooks for the figures: a server in a thread that does nothing but note when what has come."""

import asyncio
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, Self

import uvloop

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LENGTH = b"content-length:"
Note = Callable[[bytes, bytes, float], bool]
"""Of the path, the body and the instant (`perf_counter`); False: it is never answered."""


class Receiver:
    """Listens while it is open; `port` says where."""

    def __init__(self, note: Note) -> None:
        self.port = 0
        self._note = note
        self._up = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run)

    def url(self, path: str) -> str:
        """An address that leads here."""
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: _Connection(self._note), "127.0.0.1", 0, backlog=4096)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stop.wait()
        server.close()


class _Connection(asyncio.Protocol):
    """One keep-alive connection, one request after the other."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It writes there."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            start = head.lower().index(LENGTH) + len(LENGTH)
            whole = end + 4 + int(head[start:].split(b"\r\n", 1)[0])
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            if self._note(head.split(b" ", 2)[1], body, time.perf_counter()):
                self._transport.write(ANSWER)

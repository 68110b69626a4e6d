"""A client with as little of its own as can be, in its own process: connections that post what was prepared.

`python -m bench.load PLAN RESULT` reads the plan, connects, says `ready`, waits for a line, and posts until the time
is over; each connection sends its next request when the last one is answered.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import uvloop

ANSWER_SECONDS = 60.0


class Plan(msgspec.Struct):
    """What to post where; `requests` are whole HTTP requests, heads and bodies."""

    host: str
    port: int
    clients: int
    seconds: float
    requests: list[bytes]


class Result(msgspec.Struct):
    """What came of it: how many changes were made (a batch makes many), in what time; the latencies in seconds."""

    made: int
    seconds: float
    latencies: list[float]
    trouble: str = ""


class Connection(asyncio.Protocol):
    """One keep-alive connection. Understands answers with a length, and chunked ones as far as their end."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._got = b""
        self._sent = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the start."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its bases

    def connection_lost(self, exc: Exception | None) -> None:
        """The server went, or we are done."""
        self._run.stop(f"the connection was lost: {exc}" if exc else "")

    def send(self) -> None:
        """The next request, while there is one and time for it."""
        now = time.perf_counter()
        request = next(self._run.requests, None) if now < self._run.until else None
        if request is None:
            self._run.idle()
            return
        self._sent = now
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one."""
        got = self._got + data if self._got else data
        head = got.find(b"\r\n\r\n")
        if head < 0 or not _is_whole(got, head + 4):
            self._got = got
            return
        self._got = b""
        self._run.answered(got, time.perf_counter() - self._sent)
        self.send()


class Run:
    """All connections and what they share."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests: Iterator[bytes] = iter(plan.requests)
        self.until = 0.0
        self.result = Result(0, 0.0, [])
        self._working = plan.clients
        self._done = asyncio.get_running_loop().create_future()

    def answered(self, answer: bytes, seconds: float) -> None:
        """Count what was made; anything refused ends the run."""
        self.result.latencies.append(seconds)
        if answer.startswith(b"HTTP/1.1 201"):
            self.result.made += 1
        elif answer.startswith(b"HTTP/1.1 200") and b'"status":2' in answer and b'"status":4' not in answer:
            self.result.made += answer.count(b'"status":201')
        else:
            self.stop(answer.decode(errors="replace")[:2000])

    def idle(self) -> None:
        """One connection has nothing left to do."""
        self._working -= 1
        if not self._working:
            self.stop("")

    def stop(self, trouble: str) -> None:
        """The end; the first reason counts."""
        if not self._done.done():
            self.result.trouble = trouble
            self._done.set_result(None)

    async def run(self) -> Result:
        """Connect, wait for the word, post."""
        loop = asyncio.get_running_loop()
        connections = []
        for _ in range(self.plan.clients):
            _, connection = await loop.create_connection(lambda: Connection(self), self.plan.host, self.plan.port)
            connections.append(connection)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await loop.run_in_executor(None, sys.stdin.readline)
        start = time.perf_counter()
        self.until = start + self.plan.seconds
        for connection in connections:
            connection.send()
        await asyncio.wait_for(self._done, self.plan.seconds + ANSWER_SECONDS)
        self.result.seconds = time.perf_counter() - start
        return self.result


def _is_whole(got: bytes, body: int) -> bool:
    length = got.find(b"content-length: ", 0, body)
    if length < 0:
        return got.endswith(b"0\r\n\r\n")
    return len(got) - body >= int(got[length + 16 : got.index(b"\r", length)])


async def _run(plan: Plan) -> Result:
    return await Run(plan).run()


def main(plan: str, result: str) -> None:
    """Run the plan and write its result."""
    read = msgspec.msgpack.decode(Path(plan).read_bytes(), type=Plan)
    gc.collect()
    gc.freeze()
    Path(result).write_bytes(msgspec.msgpack.encode(uvloop.run(_run(read))))


if __name__ == "__main__":
    main(*sys.argv[1:])

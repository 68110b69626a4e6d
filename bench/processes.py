"""The processes of the HTTP figures: a server until it is no longer needed, a client until it is done."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.load import Plan, Result
from services.program import http_address, tether
from services.trouble import tail

HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on."""
    return http_address.free_port(HOST, 0)


@contextmanager
def process(argv: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this Python, stopped afterwards."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            tether.command([sys.executable, *argv], death_signal=signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(STOP_SECONDS)


@contextmanager
def serving(argv: Sequence[str], environment: Mapping[str, str], port: int, log: Path) -> Iterator[int]:
    """The same, once it answers /readyz on the port; yields its process id.

    Raises:
        RuntimeError: it ended, or was not ready in time; with the end of its log.
    """
    with process(argv, environment, log) as running:
        until = time.monotonic() + READY_SECONDS
        while not http_address.ready(HOST, port):
            if running.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(argv)} does not answer:\n{tail(log, 0)}")
            time.sleep(0.05)
        yield running.pid


def load(plan: Plan, folder: Path) -> Result:
    """Have a client process post the plan.

    Raises:
        RuntimeError: something was refused.
    """
    asked, said = folder / "plan", folder / "result"
    asked.write_bytes(msgspec.msgpack.encode(plan))
    argv = [sys.executable, "-m", "bench.load", str(asked), str(said)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdout.readline()
        client.stdin.write(b"go\n")
        client.stdin.close()
        if client.wait(plan.seconds + 2 * READY_SECONDS):
            raise RuntimeError("the client ended with an error, see above")
    result = msgspec.msgpack.decode(said.read_bytes(), type=Result)
    if result.trouble:
        raise RuntimeError(f"a request was refused: {result.trouble}")
    return result

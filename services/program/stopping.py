"""How a person or an operating system asks the program to stop: once, as an exception in the main thread."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ASKING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Asked(BaseException):
    """Somebody wants the program to stop. No error, so nothing that handles errors may catch it."""


@contextmanager
def on_request() -> Iterator[None]:
    """Inside the block the first request raises Asked; later ones are ignored, since the stop has its own time-outs."""

    def ask(_: int, __: FrameType | None) -> None:
        for way in ASKING:
            signal.signal(way, signal.SIG_IGN)
        raise Asked

    # Who started it under nohup wants it to outlive the terminal.
    ways = [way for way in ASKING if way != signal.SIGHUP or signal.getsignal(way) != signal.SIG_IGN]
    before = {way: signal.signal(way, ask) for way in ways}
    try:
        yield
    finally:
        for way, handler in before.items():
            signal.signal(way, handler)


def defer() -> None:
    """From here on requests are ignored: the stop has begun, for whatever reason."""
    for way in ASKING:
        signal.signal(way, signal.SIG_IGN)

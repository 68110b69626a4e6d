"""The views fed beside a server, for changes that ask them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from events.bus import EmbeddedBus
from projections.catalogue import opened_by
from projections.feed import Feeder
from tests.keys import keyring


@contextmanager
def feeding(conninfo: str) -> Iterator[None]:
    """All views follow the log until the `with` ends."""
    stop = Event()
    feeder = Feeder(conninfo, opened_by(keyring()), EmbeddedBus(conninfo))
    thread = Thread(target=feeder.run, args=(stop,), kwargs={"wait": 0.05})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)

"""The relay process, as `caunoi serve relay` runs it: publishes the ledger until SIGTERM."""

import signal
from threading import Event

import structlog

from events.relay import Relay
from events.topic import TopicRefused
from services.settings import Settings
from services.trouble import Exit, Trouble

log = structlog.get_logger("relay")


def run(settings: Settings) -> None:
    """Publish until SIGTERM or SIGINT; the batch at hand is waited for, a few seconds. Called from the main thread.

    Raises:
        Trouble: the topic cannot carry this ledger's facts.
        BusAway: the database has not answered for a minute.
    """
    assert settings.database is not None, "serve was given a database"
    assert settings.brokers is not None, "and brokers"
    stop = Event()
    for way in (signal.SIGTERM, signal.SIGINT):
        signal.signal(way, lambda *_: stop.set())
    try:
        Relay(settings.database, settings.brokers, settings.ledger).run(stop)
    except TopicRefused as refused:
        log.critical("the topic is refused", why=str(refused))
        raise Trouble(str(refused), Exit.REFUSED) from None
    log.info("stopped")


if __name__ == "__main__":
    from services import logs

    chosen = Settings.read()
    logs.configure("relay", chosen.log_level)
    run(chosen)

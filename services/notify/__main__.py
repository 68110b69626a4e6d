"""The process that tells and sends: opens what it needs, follows the log and sends until it is asked to stop."""

import signal
from threading import Event
from types import FrameType

import structlog

from events import wire
from events.carrier import carrier
from projections.positions import Zombie
from services.master_key import keyring
from services.notify.absence.rules import Watch
from services.notify.crossing import Indicators
from services.notify.leading import leading
from services.notify.policies_in_force import Policies
from services.notify.sending.apart import Apart
from services.notify.subscribing.links import LINKS
from services.notify.ticking import Ticker
from services.notify.ticks import ticks
from services.notify.worker import Worker
from services.settings import Settings


def run(settings: Settings, indicators: Indicators | None = None) -> None:
    """Tell and send until SIGTERM or SIGINT; what is at hand is finished first. Called from the main thread.

    Of several processes one follows the log, one looks at the clock, and all send.

    `indicators` is how a value is asked for that a subscription watches; without it nobody is told of a crossing.

    Raises:
        Trouble: the master key is missing, or another one.
        PolicyRefused, Hole, BusAway, psycopg.Error: telling cannot begin or cannot go on.
    """
    assert settings.database is not None, "serve was given a database"
    stop = Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    for way in (signal.SIGTERM, signal.SIGINT):
        signal.signal(way, ask)
    policies, watch = Policies.read(known=wire.FACTS), Watch.read()
    keys = keyring(settings)
    LINKS.begin_with(settings.public_url or f"http://{settings.host}:{settings.port}")
    log = structlog.get_logger("notify")
    log.info("started", ledger=settings.ledger)
    bus = carrier(settings.database, settings.brokers, settings.ledger)
    # The sender's process first: it is made before there is a second thread.
    with Apart(settings, keys, stop.set), Ticker(settings.database, ticks(settings, watch, indicators)):
        while not stop.is_set():
            with leading(settings.database, stop) as leads:
                try:
                    if leads:
                        Worker(settings.database, bus, settings.ledger, policies).run(stop)
                except Zombie:
                    log.warning("another process follows the log")
    log.info("stopped")


if __name__ == "__main__":
    from services import logs

    chosen = Settings.read()
    logs.configure("notify", chosen.log_level)
    run(chosen)

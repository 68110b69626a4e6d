"""Follows the bus: feeds every view, from which scores are worked out when they are asked for, until told to stop."""

from threading import Event
from zoneinfo import ZoneInfo

import structlog

from events.carrier import carrier
from projections.catalogue import opened_by
from projections.feed import Feeder
from projections.view import View
from services.master_key import keyring
from services.scoring.boards.beside import Beside
from services.scoring.boards.board_feed import BoardFeeder
from services.settings import Settings

GROUP = "scoring"
LOOK = 0.5
"""Seconds after which a worker that has nothing to do looks whether it shall stop."""

log = structlog.get_logger("scoring")


def views(settings: Settings) -> tuple[View, ...]:
    """Every view that this process feeds.

    Raises:
        Trouble: the master key is not there, or is not the database's.
    """
    return opened_by(keyring(settings))


def follow(settings: Settings, stop: Event) -> None:
    """Feed the views from where they stand, and the board's months; a batch that has begun is finished before it stops.

    Raises:
        Hole: a position is missing in what the bus brought.
        Zombie: somebody else feeds these views, or a table has another shape than its view.
        BusAway, psycopg.OperationalError: the database has not answered for a minute.
        Trouble: the master key is not there, or is not the database's.
    """
    assert settings.database is not None, "serve was given a database"
    fed = views(settings)
    bus = carrier(settings.database, settings.brokers, settings.ledger)
    feeder = Feeder(settings.database, fed, bus, group=GROUP)
    log.info("following", views=[view.name for view in fed])
    months = BoardFeeder(settings.database, ZoneInfo(settings.timezone))
    with Beside(months, stop):
        feeder.run(stop, wait=LOOK)
    log.info("stopped")

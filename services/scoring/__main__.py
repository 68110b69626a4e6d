"""The scoring process, as `caunoi serve scoring` runs it: feeds the views and the scores until SIGTERM."""

import signal
from threading import Event

import structlog

from services.scoring.worker import follow
from services.settings import Settings
from services.trouble import Trouble

log = structlog.get_logger("scoring")


def run(settings: Settings) -> None:
    """Follow the log; returns once asked to stop, with the batch at hand finished.

    Raises:
        Trouble: it cannot go on, for a reason that is in the log; whoever watches it starts it again.
    """
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        follow(settings, stop)
    except Trouble:
        raise
    except Exception as error:
        # The text of an error may quote what somebody entered; the log knows what of it may be said.
        log.critical("cannot go on", exc_info=error)
        raise Trouble(f"scoring cannot go on: {type(error).__name__}, see the log") from None


if __name__ == "__main__":
    from services import logs

    chosen = Settings.read()
    logs.configure("scoring", chosen.log_level)
    run(chosen)

"""The audit process, as `caunoi serve audit` runs it: keeps the tree of the log and signs it until SIGTERM."""

import os
import signal
from threading import Event

import psycopg
import structlog

from services.audit import key
from services.audit.signing import Signer
from services.audit.worker import Worker
from services.settings import Settings

CONNECT_SECONDS = 15
NICE = 10


def run(settings: Settings) -> None:
    """Feed and sign until SIGTERM or SIGINT; the batch at hand is finished first. Called from the main thread.

    Raises:
        Trouble: there is no key, or it is not this database's.
        BusAway, psycopg.Error: the database does not answer.
    """
    assert settings.database is not None, "serve was given a database"
    # Nobody waits for the tree, and no append shall wait for a processor that it has.
    os.nice(NICE)
    stop = Event()
    for way in (signal.SIGTERM, signal.SIGINT):
        signal.signal(way, lambda *_: stop.set())
    signer, where = key.read(settings), key.place(settings)
    with psycopg.connect(settings.database, connect_timeout=CONNECT_SECONDS) as connection:
        key.must_be_ours(connection, signer, where)
    log = structlog.get_logger("audit")
    log.info("started", key=signer.verifier.text())
    Worker(settings.database, Signer(signer, key.memory(settings))).run(stop)
    log.info("stopped")


if __name__ == "__main__":
    from services import logs

    chosen = Settings.read()
    logs.configure("audit", chosen.log_level)
    run(chosen)

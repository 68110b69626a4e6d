"""Follows the ledger: feeds the tree, and signs it once a second while it grows, until it is told to stop."""

from threading import Event
from time import monotonic

import structlog

from events.bus import EmbeddedBus
from projections.merkle.feeding import Feeder
from projections.merkle.tiles import TileBroken
from projections.reading import Hole
from services.audit.signing import Fork, Signer

PAGE = 2000
"""Records at once: enough to be quick, and few enough to stay small."""
LOOK = 0.5
"""Seconds after which a worker that has nothing to do looks whether it shall stop."""
EVERY = 1.0
"""Seconds between two checkpoints, at least."""
AGAIN = 30.0
"""Seconds before a tree that cannot be fed or signed is tried again: somebody has to look at it."""

log = structlog.get_logger("audit")


class Worker:
    """One ledger's tree and its checkpoints. For one thread."""

    def __init__(self, conninfo: str, signer: Signer) -> None:
        self.feeder = Feeder(conninfo, EmbeddedBus(conninfo, page=PAGE))
        self._signer = signer
        self._signed = -1
        self._due = 0.0
        self._refused = False

    def run(self, stop: Event) -> None:
        """Feed and sign until told to stop. A tree that is broken ends nothing: it is said, and looked at again.

        Raises:
            BusAway, psycopg.Error: the database has not answered for a minute.
        """
        while not stop.is_set():
            try:
                self.feeder.run(stop, wait=LOOK, then=self.sign_when_due)
            except (Hole, TileBroken) as broken:
                # Both texts are made of positions.
                log.critical("the tree stands still: run `caunoi audit verify`", why=str(broken))
                stop.wait(AGAIN)

    def sign_when_due(self) -> None:
        """Sign the tree where it has grown, a second after the last time at the earliest."""
        if self.feeder.size != self._signed and monotonic() >= self._due:
            self.sign()

    def sign(self) -> None:
        """Sign the tree as it stands; a fork is said once, and nothing is signed until it is gone."""
        self._due = monotonic() + EVERY
        connection = self.feeder.connected()
        try:
            with connection.transaction():
                if not self.feeder.holds(connection):
                    return
                size = self.feeder.size
                if self._signer.publish(connection, size, self.feeder.root()):
                    log.debug("signed", size=size)
            self._signed, self._refused = size, False
        except Fork as fork:
            self._due = monotonic() + AGAIN
            if not self._refused:
                log.critical("nothing is signed: run `caunoi audit verify`", why=str(fork))
            self._refused = True

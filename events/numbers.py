"""Names of facts and actors stand as numbers in the log; whoever writes there learns them once."""

from collections.abc import Sequence
from typing import Any

import psycopg

from events.request import Request

NAMES = "SELECT * FROM ledger.number_names(%s)"
ACTORS = "SELECT * FROM ledger.number_actors(%s)"
MOST_ACTORS = 10_000


class Numbers:
    """The numbers that one writer has learned so far. They never change."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.actors: dict[str, int] = {}

    def learn(self, connection: psycopg.Connection[Any], requests: Sequence[Request]) -> None:
        """All that these requests need; what has none gets one."""
        names = {entry.name for request in requests for write in request.writes for entry in write.entries}
        if unknown := names.difference(self.names):
            self.names.update(connection.execute(NAMES, [sorted(unknown)]).fetchall())
        actors = {request.by for request in requests}
        if unknown := actors.difference(self.actors):
            if len(self.actors) > MOST_ACTORS:
                self.actors.clear()
                unknown = actors
            self.actors.update(connection.execute(ACTORS, [sorted(unknown)]).fetchall())

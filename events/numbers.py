"""Names of facts and actors stand as numbers in the log; whoever writes there learns them once."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import pq

from events import packed
from events.asking import ask, done, prepare
from events.request import Request

NAMES = b"SELECT name, no FROM ledger.number_names($1)"
ACTORS = b"SELECT actor, no FROM ledger.number_actors($1)"
MOST_ACTORS = 10_000


class Numbers:
    """The numbers that one writer has learned so far. They never change."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.actors: dict[str, int] = {}

    @staticmethod
    def prepare(pgconn: pq.abc.PGconn, patience: float) -> None:
        """Make a new connection ready to be asked for them.

        Raises:
            psycopg.Error: it cannot be.
        """
        prepare(pgconn, b"names", NAMES, patience)
        prepare(pgconn, b"actors", ACTORS, patience)

    def learn(self, connection: psycopg.Connection[Any], requests: Sequence[Request], patience: float) -> None:
        """All that these requests need; what has none gets one.

        Raises:
            psycopg.Error: a text cannot be stored, the connection is lost, or nothing came for so many seconds.
            ValueError: a text cannot be written as UTF-8.
        """
        names = {entry.name for request in requests for write in request.writes for entry in write.entries}
        if unknown := names.difference(self.names):
            self.names.update(_numbered(connection, b"names", unknown, patience))
        actors = {request.by for request in requests}
        if unknown := actors.difference(self.actors):
            if len(self.actors) > MOST_ACTORS:
                self.actors = {}
                unknown = actors
            self.actors.update(_numbered(connection, b"actors", unknown, patience))


def _numbered(connection: psycopg.Connection[Any], what: bytes, texts: set[str], patience: float) -> dict[str, int]:
    pgconn = connection.pgconn
    result = done(pgconn, ask(pgconn, what, [packed.texts(sorted(texts))], patience))
    rows = ((result.get_value(row, 0) or b"", result.get_value(row, 1) or b"") for row in range(result.ntuples))
    return {text.decode(): int.from_bytes(number, "big", signed=True) for text, number in rows}

"""Which facts are struck through, and by which correction."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg
from msgspec import Struct, json

from events.correction import NAMES
from events.fact import Record
from projections.view import View

LATEST = 2**63 - 1


class Row(NamedTuple):
    """The fact at `struck`, of the same stream as the correction at `position`, which was made on that day."""

    struck: int
    position: int
    effective_on: date


class _Said(Struct):
    position: int


_decode = json.Decoder(_Said).decode


def rows(record: Record) -> Iterator[Row]:
    """The one that it strikes."""
    yield Row(_decode(record.data).position, record.position, record.effective_on)


VIEW = View(
    name="corrections",
    columns={"struck": "bigint NOT NULL", "position": "bigint NOT NULL", "effective_on": "date NOT NULL"},
    reads=NAMES,
    each=rows,
    indexes=("(struck)",),
)

STRUCK = "SELECT c.struck, c.position FROM views.corrections c WHERE c.struck = ANY (%s) AND c.position <= %s"


def struck_by(connection: psycopg.Connection[Any], positions: Sequence[int], known: int = LATEST) -> dict[int, int]:
    """Of these facts, those that are struck through as known at a position, and the correction that did it."""
    return dict(connection.execute(STRUCK, (list(positions), known)).fetchall())

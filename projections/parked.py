"""Streams that a view cannot read: a record that raises parks its own stream, visibly, and all others go on."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
import structlog

from events.fact import Id
from projections.fold import Fold, Poison
from projections.opening import readable
from projections.positions import positions
from projections.reading import pasts
from projections.table import Table
from projections.view import View

PARKED = "SELECT view, array_agg(stream::text) FROM views.parked WHERE view = ANY (%s) GROUP BY view"
PARK = """
INSERT INTO views.parked (view, stream, position, record, error) VALUES (%s, %s::uuid, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
UNPARK = "DELETE FROM views.parked WHERE view = %s AND stream = %s::uuid"
GENERATION = "UPDATE views.positions SET generation = generation + 1 WHERE view = %s"

log = structlog.get_logger("views")


class StillPoison(Exception):
    """The record that parked the stream cannot be read yet; the stream stays parked."""


def parked(connection: psycopg.Connection[Any], views: Sequence[str]) -> dict[str, set[Id]]:
    """The parked streams of each of these views; a view without any is missing."""
    found = connection.execute(PARKED, [list(views)]).fetchall()
    return {view: set(streams) for view, streams in found}


def park(connection: psycopg.Connection[Any], view: str, poisons: Iterable[Poison]) -> None:
    """Let streams of a view be, each from one record on."""
    for stream, position, record, error in poisons:
        connection.execute(PARK, (view, stream, position, record, error))
        log.error("parked", view=view, position=position, record=record, error=error)


def unpark(connection: psycopg.Connection[Any], view: View, stream: Id) -> None:
    """Make the rows of a parked stream anew from all its records up to where the view stands; from there it goes on.

    Raises:
        LookupError: the stream is not parked.
        StillPoison: a record raises again; nothing has changed.
    """
    with connection.transaction():
        held = positions(connection, [view.name], hold=True)[view.name]
        if connection.execute(UNPARK, (view.name, stream)).rowcount == 0:
            raise LookupError(f"{view.name} has not parked this stream")
        fold, table = Fold(view), Table(view)
        for past in pasts(connection, [stream], held.position):
            fold.take(readable(connection, fold, past[stream]))
        if fold.poisons:
            poison = fold.poisons[0]
            raise StillPoison(f"{poison.error} at {poison.position}, {poison.record}")
        table.clear(connection, stream)
        table.write(connection, fold.changes())
        connection.execute(GENERATION, [view.name])

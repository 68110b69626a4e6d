"""Blue and green: a view is made anew beside the one that serves, and takes its place in one transaction."""

from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any, NamedTuple

import psycopg
import structlog

from projections.anew import SCHEMA, Anew
from projections.hashes import Difference, Extent, Hash, difference, shown, view_hash
from projections.parked import park, parked
from projections.positions import positions
from projections.reading import last_position
from projections.view import View

NEAR = 1000
"""Records that may be left to read while the live view is held still."""
ATTEMPTS = 20
SWAP = """
DROP TABLE views.{view};
ALTER TABLE rebuild.{view} SET SCHEMA views;
DELETE FROM views.parked WHERE view = '{view}';
UPDATE views.positions SET position = {position}, shape = '{shape}', generation = generation + 1,
    updated_at = clock_timestamp() WHERE view = '{view}'
"""
# Readers that come meanwhile queue behind the swap, so it does not wait long for those who are there.
PATIENCE = "SET LOCAL lock_timeout = '2s'"

log = structlog.get_logger("views")


class Rebuilt(NamedTuple):
    """To which position, from the beginning of the log on, and after how many seconds it served; `parked` streams."""

    position: int
    seconds: float
    parked: int


class Replayed(NamedTuple):
    """What came out, or stands, at a position: its hash, and how many streams are parked."""

    position: int
    hash: Hash
    parked: int


class Comparison(NamedTuple):
    """The live view and the one made anew, as known at one position; `difference` is the first row of either alone."""

    position: int
    live: Hash
    anew: Hash
    difference: Difference | None

    @property
    def same(self) -> bool:
        """Whether they are the same rows."""
        return self.live == self.anew


def rebuild(conninfo: str, view: View) -> Rebuilt:
    """Make a view anew from the whole log; the live one serves, and is fed, until it is replaced.

    Raises:
        Busy: somebody else does.
        LookupError: the view is not installed.
        Hole: a record is missing.
        psycopg.errors.LockNotAvailable: somebody has read the live view for longer than all attempts together took.
    """
    began = monotonic()
    with Anew(conninfo, view) as anew:
        positions(anew.connection, [view.name])
        anew.fill(last_position(anew.connection))
        for attempt in range(1, ATTEMPTS + 1):
            while (head := last_position(anew.connection)) - anew.position > NEAR:
                anew.follow(head)
            try:
                _swap(anew)
                break
            except psycopg.errors.LockNotAvailable:
                anew.fold.forget()
                if attempt == ATTEMPTS:
                    raise
        done = Rebuilt(anew.position, monotonic() - began, len(anew.fold.parked))
        # A new table has no statistics until somebody looks, and is asked in a roundabout way until then.
        anew.connection.execute(f"ANALYZE views.{view.name}".encode())
    log.info("rebuilt", view=view.name, position=done.position, seconds=round(done.seconds, 1), parked=done.parked)
    return done


def replay(
    conninfo: str, view: View, upto: int, day: date | None = None, show: Callable[[dict[str, Any]], None] | None = None
) -> Replayed:
    """Make a view as it would have been made at a position, and leave the live one alone; `show` is given each row.

    The rows are those that stood there and, with a day, held on it.

    Raises:
        Busy, Hole: as above.
        ValueError: its rows have no day.
    """
    with Anew(conninfo, view) as anew:
        anew.fill(upto)
        extent = Extent(upto, then=True, day=day)
        if show is not None:
            for row in shown(anew.connection, view, extent, SCHEMA):
                show(row)
        return Replayed(upto, view_hash(anew.connection, view, extent, SCHEMA), len(anew.fold.parked))


def standing(conninfo: str, view: View) -> Replayed:
    """The view that serves: where it stands, the hash of all that it ever had, and how many streams it has parked.

    Raises:
        LookupError: as above.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        position = positions(connection, [view.name])[view.name].position
        let_be = parked(connection, [view.name]).get(view.name, set())
        return Replayed(position, view_hash(connection, view, Extent(position)), len(let_be))


def compare(conninfo: str, view: View, upto: int | None = None, day: date | None = None) -> Comparison:
    """Make a view anew and compare it with the live one, which goes on undisturbed.

    All that it ever had is compared; as known at an earlier position, or on a day, the rows that stood and held then.

    Raises:
        Busy, LookupError, Hole: as above.
        ValueError: the live table is of another shape than the view, or its rows have no day.
    """
    with Anew(conninfo, view) as anew:
        live = positions(anew.connection, [view.name])[view.name]
        if live.shape != view.shape:
            raise ValueError(f"the table of {view.name} is of another shape than the view: rebuild it")
        position = live.position if upto is None else min(upto, live.position)
        extent = Extent(position, then=upto is not None or day is not None, day=day)
        anew.fill(position)
        hashes = [view_hash(anew.connection, view, extent, schema) for schema in ("views", SCHEMA)]
        first = None if hashes[0] == hashes[1] else difference(anew.connection, view, extent)
        return Comparison(position, hashes[0], hashes[1], first)


def _swap(anew: Anew) -> None:
    """Hold the live view still, read to where it stands or beyond, and put the new table in its place."""
    before = anew.position, set(anew.fold.parked), list(anew.fold.poisons)
    try:
        with anew.connection.transaction():
            anew.connection.execute(PATIENCE)
            live = positions(anew.connection, [anew.view.name], hold=True)[anew.view.name]
            anew.follow(max(live.position, anew.position))
            swap = SWAP.format(view=anew.view.name, position=anew.position, shape=anew.view.shape)
            anew.connection.execute(swap.encode())
            park(anew.connection, anew.view.name, anew.fold.poisons)
    except BaseException:
        anew.position, anew.fold.parked, anew.fold.poisons = before
        raise

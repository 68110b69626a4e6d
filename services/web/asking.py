"""What questions of every service have in common: ids in paths, and waiting until views have read what was written."""

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Annotated
from uuid import UUID

from fastapi import Header

from events.fact import Id
from projections.positions import positions
from projections.waiting import Behind
from services.web.context import Context
from services.web.problem import not_found

AtLeast = Annotated[int | None, Header(alias="Caunoi-At-Least", ge=0, lt=2**62)]
"""Answer from views that have read this position."""

PATIENCE = 5.0
LOOK = 0.01
"""Seconds between two looks; no connection is held in between, so that those who wait keep nobody from reading."""


def ident(text: str, what: str) -> Id:
    """The id in a path, in its canonical form; what is no id is the id of nothing.

    Raises:
        Problem: 404.
    """
    try:
        return Id(str(UUID(text)))
    except ValueError:
        raise not_found(what) from None


def wait(here: Context, views: Sequence[str], position: int | None) -> None:
    """Return once the views are there and have read a position, where one is asked for.

    Raises:
        Behind: they have not within 5 seconds, or have never been fed.
    """
    until = monotonic() + PATIENCE
    while position is not None and not _have_read(here, views, position):
        if monotonic() > until:
            raise Behind(f"position {position} has not been read by {', '.join(views)}")
        sleep(LOOK)


def _have_read(here: Context, views: Sequence[str], position: int) -> bool:
    with here.pool.connection() as connection:
        try:
            return all(held.position >= position for held in positions(connection, views).values())
        except LookupError:
            return False

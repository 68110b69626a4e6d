"""Reading at a moment: once a position has been read (`Caunoi-At-Least`), and only what was recorded by an instant."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic, sleep
from typing import Annotated

from fastapi import Header

from events.fact import EPOCH, MICROSECOND, Record
from projections.positions import positions
from projections.scores import TABLE
from services.web.context import Context
from services.web.problem import Problem

AtLeast = Annotated[int | None, Header(alias="Caunoi-At-Least", ge=0, lt=2**62)]
PATIENCE = 5.0
LOOK = 0.01
RECORDED = "SELECT recorded FROM ledger.log WHERE position = %s"


def wait_for_log(here: Context, at_least: int | None) -> None:
    """Return once the log has reached a position, for what is answered from the log itself.

    Raises:
        Problem: 503, it has not within the time that CONTRACT section 2 gives.
    """
    _wait(here.ledger.head, at_least)


def wait_for_scores(here: Context, at_least: int | None) -> int:
    """Return once the view of scores has read a position; where it stands.

    Raises:
        Problem: 503, as above.
    """

    def stands() -> int:
        with here.pool.connection() as connection:
            try:
                return positions(connection, [TABLE.name])[TABLE.name].position
            except LookupError:
                raise behind("the scores are not kept yet: the scoring process has not run") from None

    return _wait(stands, at_least)


def known(records: Sequence[Record], at: datetime | None) -> Sequence[Record]:
    """Those recorded by an instant; all where none is given."""
    return records if at is None else [record for record in records if record.recorded <= _micros(at)]


def known_position(here: Context, at: datetime) -> int:
    """The last position recorded by an instant; 0 where there was none.

    Positions have no gap and are never recorded earlier than the one before, so a few looks find it.
    """
    with here.ledger.connection() as connection:

        def recorded(position: int) -> int:
            row = connection.execute(RECORDED, (position,)).fetchone()
            assert row is not None, "positions have no gap"
            return int(row[0])

        return bisect_right(range(1, here.ledger.head() + 1), _micros(at), key=recorded)


def behind(why: str) -> Problem:
    """503: ask again in a moment."""
    return Problem(503, "behind", why, headers={"Retry-After": "1"})


def _wait(stands: Callable[[], int], at_least: int | None) -> int:
    until = monotonic() + PATIENCE
    while (position := stands()) < (at_least or 0):
        if monotonic() > until:
            raise behind(f"position {at_least} has not been read yet")
        sleep(LOOK)
    return position


def _micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND

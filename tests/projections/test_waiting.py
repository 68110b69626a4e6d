"""Waiting for a position, finding one by its instant, and telling two tables apart."""

from datetime import datetime, timedelta
from threading import Timer

import pytest

from events.fact import EPOCH, MICROSECOND
from events.ledger import Ledger
from projections.asked import position_at
from projections.hashes import Extent, view_hash
from projections.waiting import Behind, at_least
from tests.database import Database
from tests.examples import LAN
from tests.projections.conftest import Connection, Hire
from tests.projections.odd import EVEN, ODD, tell


def test_a_position_is_waited_for(ledger: Ledger, hire: Hire, connection: Connection) -> None:
    feeder = hire()
    last = tell(ledger, LAN, [1])
    at_least(connection, ["odd"], 0)
    with pytest.raises(Behind):
        at_least(connection, ["odd"], last, timeout=0.1)
    timer = Timer(0.2, feeder.step, args=(1,))
    timer.start()
    at_least(connection, ["odd"], last, timeout=5)
    timer.join()
    with pytest.raises(Behind):
        at_least(connection, ["odd", "even"], last, timeout=0.1)
    with pytest.raises(LookupError):
        at_least(connection, ["nowhere"], 1, timeout=0.1)


def test_the_position_at_an_instant_is_that_of_the_last_record_by_then(ledger: Ledger, connection: Connection) -> None:
    assert position_at(connection, datetime.now().astimezone()) == 0
    for number in range(37):
        tell(ledger, LAN, [number])
    tell(ledger, LAN, *[[number] for number in range(5)])
    records = ledger.read(0)
    for record in records:
        at = EPOCH + record.recorded * MICROSECOND
        assert position_at(connection, at) == max(r.position for r in records if r.recorded <= record.recorded)
        assert position_at(connection, at - MICROSECOND) == max(
            (r.position for r in records if r.recorded < record.recorded), default=0
        )
    assert position_at(connection, EPOCH) == 0
    assert position_at(connection, datetime.now().astimezone() + timedelta(days=1)) == 42


def test_hashes_of_two_databases_with_the_same_rows_are_equal(
    ledger: Ledger, hire: Hire, database: Database, connection: Connection
) -> None:
    tell(ledger, LAN, [1, 2], [2, 3])
    hire([ODD, EVEN]).step(1)
    assert view_hash(connection, ODD, Extent(2)).sum == view_hash(connection, EVEN, Extent(2)).sum

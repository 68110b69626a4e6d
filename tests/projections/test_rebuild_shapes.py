"""A view whose table is of another shape is made anew before it is fed, and serves until then."""

from dataclasses import replace
from typing import Any

import psycopg
import pytest

from events.ledger import Ledger
from projections.positions import Zombie, positions, status
from projections.rebuild import compare
from projections.view import View
from tests.database import Database
from tests.examples import LAN
from tests.projections.conftest import Hire
from tests.projections.odd import ODD, Odd, now, spoil, tell


class Doubled(Odd):
    """The same question, answered otherwise."""

    def rows(self) -> list[tuple[int, str]]:
        return [(2 * number, words) for number, words in super().rows()]


def reshaped(view: View, **changes: Any) -> View:
    return replace(view, subject=Doubled, **changes)


@pytest.mark.parametrize(
    "changed", [reshaped(ODD, version=2), reshaped(ODD, indexes=()), reshaped(ODD, reads=ODD.reads | {"thing.other"})]
)
def test_a_view_of_another_shape_is_made_anew_before_it_is_fed(
    ledger: Ledger, hire: Hire, database: Database, changed: View
) -> None:
    tell(ledger, LAN, [1])
    old = hire()
    old.step(1)
    feeder = hire([changed])
    assert now(database.app) == {LAN: [2]}
    tell(ledger, LAN, [3])
    feeder.step(1)
    assert now(database.app) == {LAN: [6]}
    with pytest.raises(Zombie):
        old.step(1)
    assert compare(database.app, changed).same


def test_until_then_the_status_calls_it_stale_and_it_serves(ledger: Ledger, hire: Hire, database: Database) -> None:
    tell(ledger, LAN, [1])
    hire().step(1)
    spoil(database, f"UPDATE views.positions SET wanted = '{reshaped(ODD, version=2).shape}' WHERE view = 'odd'")
    with psycopg.connect(database.app) as connection:
        assert {view["view"]: view["stale"] for view in status(connection)}["odd"]
        assert positions(connection, ["odd"])["odd"].shape == ODD.shape
    assert now(database.app) == {LAN: [1]}


def test_a_table_of_another_shape_is_not_compared(ledger: Ledger, database: Database) -> None:
    with pytest.raises(ValueError, match="another shape"):
        compare(database.app, reshaped(ODD, version=2))

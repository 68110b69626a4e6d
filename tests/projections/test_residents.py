"""Whom a committee follows where they live."""

from datetime import date

from msgspec.structs import replace

from events.liaison import LiaisonAccepted, LiaisonAssigned
from projections import members
from projections.members import FIRST
from tests.examples import (
    CELL_7,
    COMMUNE,
    HOA,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    LAN_LIVES_IN_HAI_HOA,
    MINH,
    MINH_ADMITTED,
    SURGERY,
    an_id,
)
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said


def test_the_commune_follows_those_who_live_there_and_work_elsewhere(
    tell_and_feed: Tell, connection: Connection
) -> None:
    at_work = replace(LAN_ADMITTED, cell=SURGERY)
    by_place_alone = replace(LAN_LIVES_IN_HAI_HOA, committee=None)
    tell_and_feed(
        *COMMUNE_AND_BLOC[:7],
        Said(LAN, at_work),
        Said(LAN, LAN_LIVES_IN_HAI_HOA, MARCH),
        Said(HOA, replace(at_work, name="Lê Hòa", card=None)),
        Said(HOA, by_place_alone, MARCH),
        Said(MINH, MINH_ADMITTED, MARCH),
        Said(MINH, LAN_LIVES_IN_HAI_HOA, MARCH),
    )

    def residents(day: date, *, own: bool = False, of: str = COMMUNE, **asked: str) -> list[str]:
        lines = members.residents(connection, {"scope": of, **asked}, on(day), FIRST, 9, own=own)
        return [line.id for line in lines]

    assert residents(MARCH) == [HOA, LAN]
    assert residents(MARCH, own=True) == [HOA, LAN, MINH]
    assert residents(MARCH - DAY) == []
    line = members.residents(connection, {"scope": COMMUNE}, on(MAY), FIRST, 9, own=False)[0]
    assert (line.cell, line.since) == (SURGERY, MARCH)
    liaison = an_id("liaison")
    tell_and_feed(
        Said(liaison, LAN_INTRODUCED, APRIL),
        Said(liaison, LiaisonAccepted(), APRIL),
        Said(liaison, LiaisonAssigned(cell=CELL_7), MAY),
    )
    assert residents(MAY, of=CELL_7) == [LAN]
    assert residents(APRIL, of=CELL_7) == []
    assert residents(MAY, strength="medicine") == [LAN]
    assert residents(MAY, strength="law") == []

"""The process that tells, given what the scores' room knows: the indicators that a subscription may watch."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from events.fact import Id
from projections.asked import AsOf
from services.notify.__main__ import run
from services.scoring.boards import board
from services.scoring.boards.formulas import FORMULAS
from services.scoring.boards.indicators import compute
from services.scoring.period import Period
from services.scoring.rules.rulebook import Of
from services.scoring.rules.rules_in_force import RulesInForce
from services.settings import Settings

SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def serve(settings: Settings) -> None:
    """Tell, send and look at the clock until SIGTERM.

    Raises:
        PolicyRefused, Hole, Zombie, BusAway, psycopg.Error: telling cannot begin or cannot go on.
    """
    zone = ZoneInfo(settings.timezone)

    def indicators(connection: psycopg.Connection[Any], of: Id, today: date) -> Mapping[str, Decimal | None]:
        with connection.transaction():
            connection.execute(SNAPSHOT)
            try:
                found = board.read(connection, of, Period.of_year(today.year), AsOf(today), today, zone)
            except (board.TooMany, board.AllBusy):
                return {}  # the months are not kept yet: they will be when it is looked at again
            pack = RulesInForce.read(connection).pack(Of.INDICATORS, of, found.day)
        return {item.id: compute(FORMULAS[item.id], found).value for item in pack.items} if pack else {}

    run(settings, indicators)

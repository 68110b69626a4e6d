"""Tells those who asked for it that an indicator has come to stand beyond a line, once for each time that it does."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import uuid5
from zoneinfo import ZoneInfo

import psycopg

from events.fact import Id
from events.subscription import Side, SubscriptionMade, Way
from projections import crossed, subscribers
from projections.notices import NAME, Told, unknown
from projections.positions import positions
from projections.reading import last_position
from projections.subscribers import Subscribed
from services.notify.subscribing.addressing import tell
from services.notify.telling import NAMESPACE

Indicators = Callable[[psycopg.Connection[Any], Id, date], Mapping[str, Decimal | None]]
"""The indicators of an organisation in the year of a day, as of that day: a value each, None where nothing is known."""


class Crossing(NamedTuple):
    """A subscription whose indicator has a value, and whether that is beyond its line."""

    subscription: Subscribed
    made: SubscriptionMade
    organisation: Id
    indicator: str
    beyond: bool


class Crossings:
    """Looks at the indicators that somebody watches; `look` is a tick's. For one thread."""

    def __init__(self, indicators: Indicators, ledger: str, timezone: str) -> None:
        self._indicators = indicators
        self._ledger = ledger
        self._timezone = timezone

    def look(self, connection: psycopg.Connection[Any], now: datetime) -> int:
        """Tell of what has crossed its line since the last look; the number of new notices.

        One that is beyond its line when it is first looked at in a year is told, too; what was told is told again only
        after it has been back.
        """
        today = now.astimezone(ZoneInfo(self._timezone)).date()
        found = list(self._found(connection, today))
        if not found:
            return 0
        period, head = str(today.year), last_position(connection)
        with connection.transaction():
            positions(connection, [NAME], hold=True)
            before = crossed.seen(connection)
            new = [one for one in found if one.beyond and before.get(one.subscription.id) != (period, True)]
            told = {notice.id: notice for notice in (self._told(one, today, head, now) for one in new)}
            written = tell(connection, unknown(connection, told)).new
            crossed.keep(connection, [(one.subscription.id, period, one.beyond) for one in found])
        return len(written)

    def _found(self, connection: psycopg.Connection[Any], today: date) -> Iterator[Crossing]:
        """Each board is read once, however many watch it."""
        boards: dict[Id, Mapping[str, Decimal | None]] = {}
        for one in subscribers.subscriptions(connection):
            made = one.made
            line = made.about.indicator
            if line is None or one.paused:
                continue
            of = made.about.organisation or one.organisation
            if of not in boards:
                boards[of] = self._indicators(connection, of, today)
            value = boards[of].get(line.indicator)
            if value is not None:
                beyond = value < line.value if line.side is Side.BELOW else value > line.value
                yield Crossing(one, made, of, line.indicator, beyond)

    def _told(self, one: Crossing, today: date, head: int, now: datetime) -> Told:
        subscription = one.subscription
        named = (self._ledger, "crossing", subscription.id, one.indicator, str(head), today.isoformat())
        ways = {channel.way for channel in one.made.channels}
        return Told(
            id=Id(str(uuid5(NAMESPACE, "/".join(named)))),
            position=head,
            subject=one.organisation,
            organisation=subscription.organisation,
            fact="",
            role="subscriber",
            policy=f"subscription/{subscription.id}",
            rule=one.indicator,
            history=False,
            due_at=now,
            acknowledge_by=None,
            channels=(),
            listed=Way.INBOX in ways,
            alert=True,
            day=today,
        )

"""Subscriptions in a log, and what became of what was told by them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from events.endpoint import EndpointRegistered
from events.fact import Id
from events.silence import SilenceBegun
from events.subscription import About, Channel, SubscriptionMade, Way
from tests.database import Database
from tests.examples import BOOK_OPENED, COMMUNE, an_id
from tests.notify.commune import Log

INBOX, EMAIL = Channel(way=Way.INBOX), Channel(way=Way.EMAIL, address=0)
ENDPOINT, SUBSCRIPTION, SILENCE = an_id("endpoint"), an_id("subscription"), an_id("silence")
LONG = datetime.now(UTC) + timedelta(days=7)


def a_subscription(organisation: Id = COMMUNE, **more: Any) -> SubscriptionMade:
    """To all about an organisation and below, in its inbox."""
    said: dict[str, Any] = {
        "organisation": organisation, "facts": ("*",), "about": About(organisation=organisation),
        "channels": (INBOX,), "timezone": "Asia/Ho_Chi_Minh",
    }  # fmt: skip
    return SubscriptionMade(**(said | more))


def to_webhook(endpoint: Id = ENDPOINT) -> Channel:
    return Channel(way=Way.WEBHOOK, endpoint=endpoint)


def put_endpoint(log: Log, organisation: Id = COMMUNE, endpoint: Id = ENDPOINT) -> None:
    log.put(endpoint, EndpointRegistered(organisation=organisation))


def subscribe(log: Log, made: SubscriptionMade, ident: Id = SUBSCRIPTION, on: date = BOOK_OPENED) -> int:
    return log.put(ident, made, on)


def a_silence(organisation: Id = COMMUNE, until: datetime = LONG, **about: Any) -> SilenceBegun:
    return SilenceBegun(organisation=organisation, about=About(**about), until=until)


def told_by_subscription(database: Database, columns: str = "position, organisation::text, policy") -> list[Any]:
    """Every notice that a subscription made, in the order of the log."""
    return asked(database, f"SELECT {columns} FROM exchange.notices WHERE rule = 'subscription' ORDER BY position, id")


def sent(database: Database) -> list[dict[str, Any]]:
    """Every message that was queued: where, by which way, in which chain, and its body."""
    query = "SELECT target::text, channel, chain::text, number, body, type, kind FROM exchange.deliveries ORDER BY seq"
    found = []
    for target, channel, chain, number, body, type_, kind in asked(database, query):
        data = msgspec.json.decode(body)["data"]
        found.append({"target": target, "channel": channel, "chain": chain, "number": number, "data": data,
                      "type": type_, "kind": kind})  # fmt: skip
    return found


def waiting(database: Database) -> list[Any]:
    """What waits: (subscription, why), and until when."""
    return asked(database, "SELECT subscription::text, why, until FROM exchange.waiting ORDER BY until, notice")


def steps(database: Database) -> list[Any]:
    """Every step of every notice: (state, cause)."""
    return asked(database, "SELECT state, cause FROM exchange.steps ORDER BY no")


def asked(database: Database, query: str, *params: Any) -> list[Any]:
    with psycopg.connect(database.app) as connection:
        return connection.execute(query.encode(), params).fetchall()

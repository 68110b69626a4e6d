"""What streams of endpoints, subscriptions and silences say stands in tables, whoever reads it twice."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from events.endpoint import EndpointEnded, EndpointRegistered, EndpointRotated
from events.silence import SilenceBegun, SilenceEnded
from events.subscription import (
    About,
    Channel,
    SubscriptionEnded,
    SubscriptionMade,
    SubscriptionPaused,
    SubscriptionResumed,
    Way,
)
from projections import subscribers
from projections.reading import page
from tests.database import Database
from tests.examples import COMMUNE, an_id
from tests.notify.commune import Log

ENDPOINT, SUBSCRIPTION, SILENCE = an_id("endpoint"), an_id("subscription"), an_id("silence")
MADE = SubscriptionMade(
    organisation=COMMUNE, facts=("member.*",), about=About(), timezone="Asia/Ho_Chi_Minh",
    channels=(Channel(way=Way.INBOX),),
)  # fmt: skip
Connection = psycopg.Connection[Any]
AT = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture
def read(database: Database, log: Log) -> Iterator[Connection]:
    log.put(ENDPOINT, EndpointRegistered(organisation=COMMUNE, fifo=True))
    log.put(ENDPOINT, EndpointRotated(generation=2, at=AT))
    log.put(SUBSCRIPTION, MADE)
    log.put(SUBSCRIPTION, SubscriptionPaused())
    log.put(SILENCE, SilenceBegun(organisation=COMMUNE, about=About(), until=AT))
    with psycopg.connect(database.app, autocommit=True) as connection:
        for _ in range(2):
            subscribers.keep(connection, page(connection, 0, 100))
        yield connection


def test_what_the_streams_say_stands_in_the_tables(read: Connection) -> None:
    (endpoint,) = subscribers.endpoints_of(read, [COMMUNE], 0, 10)
    assert (endpoint.id, endpoint.fifo, endpoint.generation, endpoint.rotated_at) == (ENDPOINT, True, 2, AT)
    (subscription,) = subscribers.subscriptions_of(read, [COMMUNE], 0, 10)
    assert (subscription.made, subscription.paused, subscription.made_in) == (MADE, True, 3)
    (silence,) = subscribers.silences_of(read, [COMMUNE], 0, 10)
    assert (silence.until, silence.by, silence.ended_in) == (AT, "clerk", None)


def test_what_has_ended_is_no_longer_live(read: Connection, log: Log) -> None:
    assert [one.paused for one in subscribers.subscriptions(read)] == [True]
    log.put(SUBSCRIPTION, SubscriptionResumed())
    subscribers.keep(read, page(read, 5, 100))
    assert [one.paused for one in subscribers.subscriptions(read)] == [False]
    log.put(SUBSCRIPTION, SubscriptionEnded())
    log.put(SILENCE, SilenceEnded())
    log.put(ENDPOINT, EndpointEnded())
    subscribers.keep(read, page(read, 6, 100))
    assert (subscribers.subscriptions(read), subscribers.silences(read)) == ([], [])
    ended = [subscribers.endpoint(read, ENDPOINT), subscribers.subscription(read, SUBSCRIPTION)]
    assert [one.ended_in for one in ended if one is not None] == [9, 7]

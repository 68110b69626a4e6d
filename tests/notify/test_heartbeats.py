"""A heartbeat tells every active chain how far the log was read and which message was its last, and leaves no gap."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from events.endpoint import EndpointEnded
from events.fact import Id
from events.keys import Keyring
from services.notify.sending.heartbeats import heartbeat
from tests.database import Database
from tests.examples import COMMUNE, a_reprimand
from tests.keys import keyring
from tests.notify.commune import NAM, Log, position, tell_all
from tests.notify.conftest import Hire
from tests.notify.receiving import a_send, an_endpoint, put, queue
from tests.notify.subscribed import SUBSCRIPTION, a_subscription, subscribe, to_webhook

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ring() -> Keyring:
    return keyring()


def bodies(database: Database, kind: str = "heartbeat") -> list[tuple[Id, dict[str, Any]]]:
    with psycopg.connect(database.app) as connection:
        query = "SELECT chain::text, body FROM exchange.deliveries WHERE kind = %s ORDER BY seq"
        return [(Id(chain), json.loads(body)) for chain, body in connection.execute(query, [kind])]


def beat(database: Database, now: datetime) -> int:
    with psycopg.connect(database.app, autocommit=True) as connection:
        return heartbeat(connection, now)


@pytest.fixture
def endpoint(database: Database, log: Log, hire: Hire, ring: Keyring) -> Id:
    """One that the follower knows."""
    log.put_organisations()
    ident = an_endpoint(database, log.ledger, ring, "https://hooks.example.org/")
    tell_all(hire())
    return ident


def test_a_chain_to_which_nothing_was_sent_is_told_so(database: Database, endpoint: Id) -> None:
    assert beat(database, NOW) == 1
    ((chain, body),) = bodies(database)
    assert (chain, body["type"]) == (endpoint, "caunoi.heartbeat")
    assert body["data"] == {"position": position(database), "waiting": 0, "number": 0, "previous": ""}


def test_it_names_the_last_message_and_is_none_itself(database: Database, endpoint: Id) -> None:
    queue(database, a_send(endpoint, 1), a_send(endpoint, 2))
    beat(database, NOW)
    queue(database, a_send(endpoint, 3))
    ((_, body),) = bodies(database)
    with psycopg.connect(database.app) as connection:
        query = "SELECT number, body FROM exchange.deliveries WHERE kind = 'notice' ORDER BY seq"
        messages = connection.execute(query).fetchall()
    assert [number for number, _ in messages] == [1, 2, 3]
    assert body["data"]["number"] == 2
    assert body["data"]["previous"] == sha256(messages[1][1]).hexdigest()
    assert json.loads(messages[2][1])["data"]["previous"] == body["data"]["previous"]


def test_each_channel_of_a_subscription_hears_by_the_subscriptions_id(
    database: Database, log: Log, hire: Hire, endpoint: Id, ring: Keyring
) -> None:
    other = an_endpoint(database, log.ledger, ring, "https://other.example.org/")
    channels = (to_webhook(endpoint), to_webhook(other))
    subscribe(log, a_subscription(COMMUNE, facts=("member.*",), channels=channels))
    log.put_member()
    log.put(NAM, a_reprimand(), NOW.date())
    tell_all(hire())
    beat(database, NOW)
    heard = [body["data"] for _, body in bodies(database) if "subscription" in body["data"]]
    assert [(one["subscription"], one["number"]) for one in heard] == [(SUBSCRIPTION, 2)] * 2
    with psycopg.connect(database.app) as connection:
        query = "SELECT target::text FROM exchange.deliveries WHERE kind = 'heartbeat' AND chain <> target"
        assert {target for (target,) in connection.execute(query)} == {endpoint, other}


def test_there_is_one_an_hour_and_of_those_that_are_over_the_last_is_kept(database: Database, endpoint: Id) -> None:
    assert [beat(database, NOW), beat(database, NOW + HOUR / 2)] == [1, 0]
    assert beat(database, NOW + HOUR) == 0, "the one before is still on its way"
    with psycopg.connect(database.app) as connection:
        connection.execute("UPDATE exchange.deliveries SET state = 'delivered'")
    assert beat(database, NOW + HOUR) == 1
    assert len(bodies(database)) == 1


def test_an_endpoint_that_ended_or_is_off_hears_none(
    database: Database, log: Log, hire: Hire, endpoint: Id, ring: Keyring
) -> None:
    with psycopg.connect(database.app) as connection:
        connection.execute("INSERT INTO exchange.targets (target, state) VALUES (%s, 'off')", [endpoint])
    assert beat(database, NOW) == 0
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("UPDATE exchange.targets SET state = 'active'")
        ring.load(connection, [endpoint])
    put(log.ledger, ring, endpoint, EndpointEnded())
    tell_all(hire())
    assert beat(database, NOW) == 0

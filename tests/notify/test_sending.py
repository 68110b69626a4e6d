"""What is queued is sent: signed, once, in its order, again when it failed, and nobody waits for anybody else."""

from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Event
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace
from standardwebhooks.webhooks import Webhook as Standard
from svix.webhooks import Webhook as Svix

from events.endpoint import EndpointEnded, EndpointRotated
from events.fact import Id
from events.ledger import Ledger
from services.notify.sending.pace import Pace, pace
from services.notify.sending.running import Sending
from services.settings import Settings
from services.webhook_keys import Keys, kept_key
from tests.database import Database
from tests.examples import COMMUNE, an_id
from tests.keys import keyring
from tests.notify.receiving import Receiver, a_send, an_endpoint, put, queue, states, until

SendFrom = Callable[..., Sending]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as one:
        yield one


@pytest.fixture
def sending(database: Database) -> Iterator[SendFrom]:
    """Starts senders, each in a thread, that are stopped afterwards."""
    settings = Settings.read(database=database.app, webhook_allow="127.0.0.0/8,http")
    with ExitStack() as opened:

        def start(chosen: Pace | None = None) -> Sending:
            return opened.enter_context(Sending(settings, keyring(), lambda: None, chosen))

        yield start


def keys_of(database: Database, endpoint: Id, generation: int = 1) -> Keys:
    with psycopg.connect(database.app) as connection:
        key = kept_key(connection, keyring().master, endpoint)
    assert key is not None
    return Keys.derived(key, generation)


def due_now(database: Database) -> None:
    """As if the wait until the next try were over."""
    with psycopg.connect(database.app) as connection:
        connection.execute("UPDATE exchange.deliveries SET next_at = now() WHERE state = 'failed'")


def one(database: Database, query: str, *params: Any) -> Any:
    with psycopg.connect(database.app) as connection:
        row = connection.execute(query.encode(), params).fetchone()
        assert row is not None
        return row[0] if len(row) == 1 else row


def test_a_message_is_signed_as_the_standard_libraries_want_it(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url("/hook"))
    (ident,) = queue(database, a_send(endpoint))
    sending()
    until(lambda: states(database) == {"delivered": 1})
    (got,) = receiver.got
    keys = keys_of(database, endpoint)
    assert got.id == "msg_" + ident.replace("-", "")
    assert Standard(keys.shown_secret).verify(got.body, got.headers)["data"] == got.data
    assert Svix(keys.shown_secret).verify(got.body, got.headers)["data"] == got.data
    public = Ed25519PublicKey.from_public_bytes(b64decode(keys.shown_public_key.removeprefix("whpk_")))
    (asymmetric,) = [said for said in got.headers["webhook-signature"].split() if said.startswith("v1a,")]
    signed = f"{got.id}.{got.headers['webhook-timestamp']}.".encode() + got.body
    public.verify(b64decode(asymmetric.removeprefix("v1a,")), signed)
    assert one(database, "SELECT no, status, class, answer FROM exchange.attempts") == (1, 200, "ok", b"ok")


def test_messages_are_numbered_in_their_chain_and_each_names_the_hash_of_the_one_before(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    endpoint, chain = an_endpoint(database, ledger, keyring(), receiver.url()), Id(an_id("subscription"))
    queue(database, a_send(endpoint, 1), a_send(endpoint, 2, chain=chain), a_send(endpoint, 3))
    queue(database, a_send(endpoint, 4), a_send(endpoint, 5, kind="heartbeat"), a_send(endpoint, 6))
    sending()
    until(lambda: states(database) == {"delivered": 6})
    by = {got.data["n"]: got for got in receiver.got}
    assert {n: got.data["number"] for n, got in by.items()} == {1: 1, 2: 1, 3: 2, 4: 3, 5: 3, 6: 4}
    assert by[1].data["previous"] == by[2].data["previous"] == ""
    for before, after in ((1, 3), (3, 4), (4, 5), (4, 6)):
        assert by[after].data["previous"] == sha256(by[before].body).hexdigest()


def test_what_failed_is_sent_again_under_the_same_id_with_the_same_bytes(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda before: (503, {}) if before < 2 else (200, {})
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url())
    queue(database, a_send(endpoint))
    sending()
    for times in (1, 2):
        until(lambda: one(database, "SELECT tries, state FROM exchange.deliveries") == (times, "failed"))  # noqa: B023
        due_now(database)
    until(lambda: states(database) == {"delivered": 1})
    assert len({(got.id, got.body) for got in receiver.got}) == 1
    assert len(receiver.got) == 3
    with psycopg.connect(database.app) as connection:
        attempts = connection.execute("SELECT no, status, class FROM exchange.attempts ORDER BY no").fetchall()
    assert attempts == [(1, 503, "broken"), (2, 503, "broken"), (3, 200, "ok")]
    assert one(database, "SELECT failing_since, failures FROM exchange.targets") == (None, 0)


def test_a_wait_that_the_receiver_asks_for_is_heeded(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda _: (429, {"retry-after": "1000"})
    queue(database, a_send(an_endpoint(database, ledger, keyring(), receiver.url())))
    sending()
    until(lambda: states(database) == {"failed": 1})
    wait = one(database, "SELECT extract(epoch FROM next_at - made_at)::float FROM exchange.deliveries")
    assert 999 < wait < 1100


def test_after_the_last_try_it_is_given_up(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda _: (500, {})
    queue(database, a_send(an_endpoint(database, ledger, keyring(), receiver.url())))
    with psycopg.connect(database.app) as connection:
        connection.execute("UPDATE exchange.deliveries SET tries = 9")
    sending()
    until(lambda: states(database) == {"given_up": 1})
    assert one(database, "SELECT no FROM exchange.attempts") == 10


def test_who_answers_that_he_is_gone_is_called_no_more_and_his_owner_is_told(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda _: (410, {})
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url(), fifo=True)
    queue(database, *(a_send(endpoint, n, fifo=True) for n in range(3)))
    sending()
    until(lambda: states(database) == {"given_up": 3})
    until(lambda: one(database, "SELECT state FROM exchange.targets") == "gone")
    told = one(database, "SELECT organisation::text, subject::text, rule, alert, fact FROM exchange.notices")
    assert told == (COMMUNE, endpoint, "endpoint.gone", True, "")
    queue(database, a_send(endpoint, 4))
    until(lambda: states(database) == {"given_up": 4})
    assert len(receiver.got) == 1


def test_after_five_days_of_failures_it_is_switched_off_and_before_it_is_not(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda _: (500, {})
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url())
    queue(database, a_send(endpoint))
    sending()
    until(lambda: states(database) == {"failed": 1})
    move = "UPDATE exchange.targets SET failing_since = now() - %s::interval"
    for since, state in ((timedelta(days=4, hours=23), "failed"), (timedelta(days=5, hours=1), "given_up")):
        with psycopg.connect(database.app) as connection:
            connection.execute(move, [since])
        due_now(database)
        tries = one(database, "SELECT tries FROM exchange.deliveries")
        until(lambda: one(database, "SELECT tries FROM exchange.deliveries") > tries)  # noqa: B023
        until(lambda: states(database) == {state: 1})  # noqa: B023
    assert one(database, "SELECT rule FROM exchange.notices") == "endpoint.switched_off"
    assert one(database, "SELECT state FROM exchange.targets") == "off"


def test_an_ended_endpoint_is_not_called(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url())
    sending()
    queue(database, a_send(endpoint, 1))
    until(lambda: states(database) == {"delivered": 1})
    put(ledger, keyring_with(database, endpoint), endpoint, EndpointEnded())
    queue(database, a_send(endpoint, 2))
    until(lambda: states(database) == {"delivered": 1, "given_up": 1})
    assert len(receiver.got) == 1


def test_after_a_rotation_both_generations_sign_for_a_day(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url())
    ring = keyring_with(database, endpoint)
    sending()
    put(ledger, ring, endpoint, EndpointRotated(generation=2, at=datetime.now(UTC)))
    queue(database, a_send(endpoint))
    until(lambda: len(receiver.got) == 1)
    for generation in (1, 2):
        Standard(keys_of(database, endpoint, generation).shown_secret).verify(
            receiver.got[0].body, receiver.got[0].headers
        )
    put(ledger, ring, endpoint, EndpointRotated(generation=3, at=datetime.now(UTC) - timedelta(days=2)))
    queue(database, a_send(endpoint))
    until(lambda: len(receiver.got) == 2)
    assert len(receiver.got[1].headers["webhook-signature"].split()) == 2


def keyring_with(database: Database, endpoint: Id) -> Any:
    ring = keyring()
    with psycopg.connect(database.app, autocommit=True) as connection:
        ring.load(connection, [endpoint])
    return ring


def test_a_receiver_that_hangs_keeps_nobody_waiting(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.held["/slow"] = Event()
    slow = an_endpoint(database, ledger, keyring(), receiver.url("/slow"))
    quick = an_endpoint(database, ledger, keyring(), receiver.url("/quick"))
    queue(database, *(a_send(slow, n) for n in range(200)))
    sending()
    until(lambda: len(receiver.at("/slow")) == pace().in_flight_unknown)
    queue(database, *(a_send(quick, n) for n in range(50)))
    until(lambda: states(database)["delivered"] == 50)
    assert len(receiver.at("/quick")) == 50
    assert len(receiver.at("/slow")) == pace().in_flight_unknown
    receiver.held["/slow"].set()
    until(lambda: states(database) == {"delivered": 250})


def test_in_order_means_the_next_only_when_the_one_before_was_taken(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.answers["/"] = lambda before: (500, {}) if before == 3 else (200, {})
    endpoint = an_endpoint(database, ledger, keyring(), receiver.url(), fifo=True)
    queue(database, *(a_send(endpoint, n, fifo=True) for n in range(8)))
    sending()
    sending()
    until(lambda: states(database) == {"delivered": 3, "failed": 1, "due": 4})
    assert [got.data["n"] for got in receiver.got] == [0, 1, 2, 3]
    due_now(database)
    until(lambda: states(database) == {"delivered": 8})
    assert [got.data["n"] for got in receiver.got] == [0, 1, 2, 3, 3, 4, 5, 6, 7]


def test_several_senders_send_each_message_once(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    endpoints = [an_endpoint(database, ledger, keyring(), receiver.url(f"/{n}")) for n in range(5)]
    made = queue(database, *(a_send(endpoints[n % 5], n) for n in range(600)))
    for _ in range(3):
        sending()
    until(lambda: states(database) == {"delivered": 600})
    assert Counter(got.id for got in receiver.got) == Counter("msg_" + ident.replace("-", "") for ident in made)
    senders = one(database, "SELECT sum(uncertain), count(*) FILTER (WHERE tries <> 1) FROM exchange.deliveries")
    assert senders == (0, 0)


def test_asked_to_stop_it_gives_back_what_has_not_arrived_and_says_so(
    database: Database, ledger: Ledger, receiver: Receiver, sending: SendFrom
) -> None:
    receiver.held["/slow"] = Event()
    slow = an_endpoint(database, ledger, keyring(), receiver.url("/slow"))
    settings = Settings.read(database=database.app, webhook_allow="127.0.0.0/8,http")
    with Sending(settings, keyring(), lambda: None, replace(pace(), grace=0.1)):
        queue(database, a_send(slow))
        until(lambda: len(receiver.got) == 1)
    assert one(database, "SELECT claimed_by, uncertain, state, tries FROM exchange.deliveries") == (None, 1, "due", 0)
    assert one(database, "SELECT count(*) FROM exchange.senders") == 0
    receiver.held["/slow"].set()
    sending()
    until(lambda: states(database) == {"delivered": 1})
    assert len({got.id for got in receiver.got}) == 1


def test_an_address_that_may_no_longer_be_called_is_not_called(
    database: Database, ledger: Ledger, receiver: Receiver
) -> None:
    queue(database, a_send(an_endpoint(database, ledger, keyring(), receiver.url())))
    with Sending(Settings.read(database=database.app), keyring(), lambda: None):
        until(lambda: states(database) == {"failed": 1})
    assert one(database, "SELECT class, status FROM exchange.attempts") == ("forbidden", None)
    assert receiver.got == []

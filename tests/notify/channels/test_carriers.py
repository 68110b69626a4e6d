"""What an operator has set up carries messages, each to its own address; and what he has not is said to be missing."""

import asyncio
import json
from collections.abc import Iterator

import msgspec
import psycopg
import pytest

from events.fact import Id
from events.ledger import Ledger
from events.subscription import About, Channel, SubscriptionMade, Way
from services.ingest.asked import new_id
from services.notify.sending.carriers import carriers
from services.notify.sending.running import Sending
from services.settings import Settings
from tests.database import Database
from tests.examples import COMMUNE
from tests.keys import keyring
from tests.notify.channels.mailbox import Mailbox, serving_mail
from tests.notify.channels.receiver import OK, receiving, saying
from tests.notify.receiving import a_send, put, queue, states, until

ADDRESSES = ["lan@phuong.example.vn", "+84912345678", "gone@phuong.example.vn"]


@pytest.fixture
def subscription(database: Database) -> Iterator[Id]:
    """A subscription by e-mail, by text message, and to a mailbox that does not exist."""
    ident, ring = new_id(), keyring()
    with psycopg.connect(database.app, autocommit=True) as connection:
        ring.make(connection, [ident])
    channels = (Channel(way=Way.EMAIL, address=0), Channel(way=Way.TEXT, address=1), Channel(way=Way.EMAIL, address=2))
    made = SubscriptionMade(
        organisation=COMMUNE,
        facts=("*",),
        channels=channels,
        about=About(),
        timezone="Asia/Ho_Chi_Minh",
        addresses=msgspec.json.encode(ADDRESSES).decode(),
    )
    with Ledger(database.app) as ledger:
        put(ledger, ring, ident, made)
        yield ident


def attempts(database: Database) -> list[tuple[str, int, str, str]]:
    query = """SELECT d.channel, d.address, d.state, a.class FROM exchange.deliveries d
    JOIN exchange.attempts a ON a.delivery = d.id ORDER BY d.seq"""
    with psycopg.connect(database.app) as connection:
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def test_each_message_goes_its_own_way_to_its_own_address(database: Database, subscription: Id) -> None:
    mailbox = Mailbox()
    mailbox.refuses[ADDRESSES[2]] = "550 5.1.1 no such user"
    with serving_mail(mailbox) as port, receiving(saying(OK)) as gateway:
        settings = Settings.read(
            database=database.app,
            smtp=f"smtp://localhost:{port}?starttls=0",
            mail_from="cau-noi@tinh.example.vn",
            text_gateway=f"http://token@127.0.0.1:{gateway.port}/send",
        )
        with Sending(settings, keyring(), lambda: None):
            queue(
                database,
                a_send(subscription, channel="email", address=0),
                a_send(subscription, channel="text", address=1, chain=new_id()),
                a_send(subscription, channel="email", address=2, chain=new_id()),
                a_send(subscription, channel="push", address=0, chain=new_id()),
            )
            until(lambda: states(database) == {"delivered": 2, "given_up": 1, "failed": 1})
    assert [to for to, _ in mailbox.taken] == [[ADDRESSES[0]]]
    assert json.loads(gateway.met[0].partition(b"\r\n\r\n")[2])["to"] == ADDRESSES[1]
    assert attempts(database) == [
        ("email", 0, "delivered", "ok"),
        ("text", 1, "delivered", "ok"),
        ("email", 2, "given_up", "final"),
        ("push", 0, "failed", "not_set_up"),
    ]


def test_there_are_the_ways_that_settings_speak_of() -> None:
    async def ways(**chosen: str) -> set[str]:
        async with carriers(Settings.read(database="postgresql://nobody/nothing", **chosen)) as found:
            return set(found)

    assert asyncio.run(ways()) == {"webhook"}
    assert asyncio.run(ways(smtp="smtps://mail.example.vn")) == {"webhook"}
    mail = {"smtp": "smtps://mail.example.vn", "mail_from": "a@example.vn"}
    assert asyncio.run(ways(**mail)) == {"webhook", "email"}
    assert asyncio.run(ways(mail_from="a@example.vn", push_key="AQ" * 21 + "A")) == {"webhook", "push"}
    assert asyncio.run(ways(text_gateway="https://sms.example.vn/send")) == {"webhook", "text"}

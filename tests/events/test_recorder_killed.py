"""A process that follows an application is killed, again and again: each event has its one consequence."""

import os
import random
import signal
import subprocess
from time import sleep

import pytest
from eventsourcing.projection import EventSourcedProjectionRunner

from events.ledger import Ledger
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole
from tests.events.billing import BILL, Bill, Billing, Order, Shop

ORDERS, KILLS = 400, 5


@pytest.mark.timeout(120)
def test_a_follower_that_is_killed_loses_and_doubles_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSISTENCE_MODULE", "events.recorder")
    monkeypatch.setenv("CAUNOI_DATABASE", database.app)
    dice = random.Random(20261122)
    stood: list[int] = []
    with Shop() as shop, Billing() as billing:
        for _ in range(KILLS):
            follower = subprocess.Popen(BILL, env=os.environ)
            before = billing.recorder.max_tracking_id("Shop") or 0
            last = shop.save(*(Order(number) for number in range(ORDERS // KILLS)))[-1].notification.id
            billing.recorder.wait("Shop", before + 1, timeout=60)
            sleep(dice.random() * 0.1)
            follower.send_signal(signal.SIGKILL)
            follower.wait(60)
            stood.append(billing.recorder.max_tracking_id("Shop") or 0)
        with EventSourcedProjectionRunner(application_class=Shop, projection_class=Billing) as runner:
            runner.wait(last, timeout=60)
        bills = [
            billing.mapper.to_domain_event(notification)
            for notification in billing.recorder.select_notifications(None, 10 * ORDERS)
        ]
    assert len(bills) == ORDERS
    assert len({bill.originator_id for bill in bills}) == ORDERS
    numbers = [bill.number for bill in bills if isinstance(bill, Bill.Written)]
    assert numbers == list(range(ORDERS // KILLS)) * KILLS
    assert stood == sorted(set(stood))
    with Ledger(database.app) as ledger:
        must_be_whole(everything(ledger))
    must_agree(database.owner)

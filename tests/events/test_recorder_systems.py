"""The library's systems, whose followers pull: each event has its one consequence, whoever recorded it."""

from uuid import UUID

import pytest
from eventsourcing.application import ProcessingEvent
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.system import (
    MultiThreadedRunner,
    NewMultiThreadedRunner,
    NewSingleThreadedRunner,
    ProcessApplication,
    Runner,
    SingleThreadedRunner,
    System,
)

from events.ledger import Ledger
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole, new, to
from tests.events.billing import Bill, Order, Shop

PULLING: list[type[Runner[UUID]]] = [SingleThreadedRunner, MultiThreadedRunner]
TOLD: list[type[Runner[UUID]]] = [NewSingleThreadedRunner, NewMultiThreadedRunner]
"""These hear of what their own process records and of nothing else, whatever keeps it: a limit of the library."""


class Accounts(ProcessApplication[UUID]):
    """Writes a bill for each order."""

    def policy(self, domain_event: DomainEventProtocol[UUID], processing_event: ProcessingEvent[UUID]) -> None:
        if isinstance(domain_event, Order.Opened):
            processing_event.collect_events(Bill(domain_event.number))


@pytest.mark.parametrize("make", [*PULLING, *TOLD], ids=lambda make: make.__name__)
def test_a_system_bills_each_order_once(database: Database, make: type[Runner[UUID]]) -> None:
    environment = {"PERSISTENCE_MODULE": "events.recorder", "CAUNOI_DATABASE": database.app}
    with make(System([[Shop, Accounts]]), env=environment) as runner, Shop(environment) as elsewhere:
        shop, accounts = runner.get(Shop), runner.get(Accounts)
        for number in range(0, 60, 3):
            shop.save(Order(number))
            # What another process records, nobody here is told of; it is pulled with the next one.
            (elsewhere if make in PULLING else shop).save(Order(number + 1))
            with Ledger(database.app) as ours:
                ours.append(to(new(), facts=2))
            last = shop.save(Order(number + 2))[-1].notification.id
        accounts.recorder.wait("Shop", last, timeout=30)
        bills = [accounts.mapper.to_domain_event(one) for one in accounts.recorder.select_notifications(None, 1000)]
    assert [bill.number for bill in bills if isinstance(bill, Bill.Written)] == list(range(60))
    with Ledger(database.app) as ledger:
        must_be_whole(everything(ledger))
    must_agree(database.owner)

"""A shop, and a process that follows it and bills each order, until it is killed.

It is run by `BILL`: as a module that is the program, its classes would not be those that their topics name.
"""

import sys
from uuid import UUID

from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.domain import Aggregate, DomainEventProtocol, event
from eventsourcing.projection import EventSourcedProjection, EventSourcedProjectionRunner

BILL = [sys.executable, "-c", "from tests.events import billing; billing.main()"]


class Order(Aggregate):
    """What somebody wants."""

    class Opened(Aggregate.Created):
        """It was taken."""

        number: int

    @event(Opened)
    def __init__(self, number: int) -> None:
        self.number = number


class Shop(Application[UUID]):
    """Takes orders."""


class Bill(Aggregate):
    """What somebody shall pay."""

    class Written(Aggregate.Created):
        """It was written."""

        number: int

    @event(Written)
    def __init__(self, number: int) -> None:
        self.number = number


class Billing(EventSourcedProjection[UUID]):
    """Writes a bill for each order; a second one would be another bill."""

    def policy(self, domain_event: DomainEventProtocol[UUID], processing_event: ProcessingEvent[UUID]) -> None:
        if isinstance(domain_event, Order.Opened):
            processing_event.collect_events(Bill(domain_event.number))


def main() -> None:
    """Follow without end."""
    with EventSourcedProjectionRunner(application_class=Shop, projection_class=Billing) as runner:
        runner.run_forever()

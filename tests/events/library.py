"""The library's own test cases, as it ships them.

They use its AES cipher over `pycryptodome`, which we do not have; its other one, over `cryptography`, has the same name
and the same form, and stands in for it.
"""

import sys
from importlib.util import find_spec

import eventsourcing.cryptography

if find_spec("Crypto") is None:
    sys.modules.setdefault("eventsourcing.cipher", eventsourcing.cryptography)

from eventsourcing.tests.application import ApplicationTestCase, ExampleApplicationTestCase
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.tests.projection import (
    AggregateEventCountersProjectionTestCase,
    EventCountersView,
    EventCountersViewTestCase,
    EventSourcedProjectionTestCase,
)

__all__ = [
    "AggregateEventCountersProjectionTestCase",
    "AggregateRecorderTestCase",
    "ApplicationRecorderTestCase",
    "ApplicationTestCase",
    "EventCountersView",
    "EventCountersViewTestCase",
    "EventSourcedProjectionTestCase",
    "ExampleApplicationTestCase",
    "InfrastructureFactoryTestCase",
    "NonInterleavingNotificationIDsBaseCase",
    "ProcessRecorderTestCase",
    "TrackingRecorderTestCase",
]

"""The library's own cases for recorders and factories, all of them, against the ledger.

None is left out. Where one asks what the ledger does not promise, the method stands here again and says why.
"""

from abc import ABC
from collections.abc import Iterator
from unittest import TestCase

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from events.ledger import Ledger
from events.recorder import (
    Factory,
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerTrackingRecorder,
    SnapshotRecorder,
)
from tests.database import Database
from tests.events import library
from tests.events.appending import everything, must_agree, must_be_whole


class OnALedger(TestCase, ABC):
    """A ledger of the test's own; what the test has left in it must be whole."""

    database: Database
    ledger: Ledger

    @pytest.fixture(autouse=True)
    def on_a_ledger(self, database: Database) -> Iterator[None]:
        self.database = database
        with Ledger(database.app) as self.ledger:
            yield
            must_be_whole(everything(self.ledger))
        must_agree(database.owner)


class TestAggregateRecorder(OnALedger, library.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return LedgerAggregateRecorder(self.ledger, "TestCase")


class TestSnapshotRecorder(OnALedger, library.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return SnapshotRecorder(self.ledger, "TestCase")


class TestApplicationRecorder(OnALedger, library.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return LedgerApplicationRecorder(self.ledger, "TestCase")

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestProcessRecorderAsApplicationRecorder(OnALedger, library.ApplicationRecorderTestCase[ApplicationRecorder]):
    def create_recorder(self) -> ApplicationRecorder:
        return LedgerProcessRecorder(self.ledger, "TestCase")

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingNotificationIDs(OnALedger, library.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return LedgerApplicationRecorder(self.ledger, "TestCase")


class TestTrackingRecorder(OnALedger, library.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return LedgerTrackingRecorder(self.ledger, "TestCase")


class TestProcessRecorderAsTrackingRecorder(OnALedger, library.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return LedgerProcessRecorder(self.ledger, "TestCase")


class TestProcessRecorder(OnALedger, library.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return LedgerProcessRecorder(self.ledger, "TestCase")


class AViewOfOurs(LedgerTrackingRecorder):
    """What the library's cases call a subclass."""


class TestFactory(library.InfrastructureFactoryTestCase[Factory]):
    @pytest.fixture(autouse=True)
    def environment(self, database: Database) -> None:
        self.env = Environment(
            "TestCase", {InfrastructureFactory.PERSISTENCE_MODULE: "events.recorder", "CAUNOI_DATABASE": database.app}
        )

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return LedgerAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return LedgerApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return LedgerTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return AViewOfOurs

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return LedgerProcessRecorder

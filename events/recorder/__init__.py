"""The ledger as a recorder of the `eventsourcing` library: what `PERSISTENCE_MODULE=events.recorder` leads to."""

from events.recorder.factory import Factory
from events.recorder.recording import LedgerAggregateRecorder, LedgerApplicationRecorder
from events.recorder.snapshots import SnapshotRecorder
from events.recorder.subscribing import LedgerSubscription
from events.recorder.tracking import LedgerProcessRecorder, LedgerTrackingRecorder

__all__ = [
    "Factory",
    "LedgerAggregateRecorder",
    "LedgerApplicationRecorder",
    "LedgerProcessRecorder",
    "LedgerSubscription",
    "LedgerTrackingRecorder",
    "SnapshotRecorder",
]

"""What a library's application is given when its `PERSISTENCE_MODULE` is this package: recorders in one ledger."""

from threading import Lock
from types import TracebackType
from typing import TypeVar

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    NotSupportedError,
    ProcessRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool
from psycopg.conninfo import make_conninfo

from events import schema
from events.ledger import Ledger
from events.recorder.recording import LedgerAggregateRecorder, LedgerApplicationRecorder
from events.recorder.snapshots import SnapshotRecorder
from events.recorder.tracking import LedgerProcessRecorder, LedgerTrackingRecorder
from events.recorder.troubles import in_library_words

DATABASE = "CAUNOI_DATABASE"
POSTGRES = {"dbname": "DBNAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
CREATE_TABLE = "CREATE_TABLE"
INSTALLED = "SELECT to_regclass('recorder.snapshots') IS NOT NULL AND to_regclass('ledger.log') IS NOT NULL"

R = TypeVar("R", bound=LedgerAggregateRecorder)


class Factory(InfrastructureFactory[LedgerTrackingRecorder]):
    """Makes the recorders of one application; opens nothing before one is asked for.

    The database is `CAUNOI_DATABASE`, a libpq URL, or `POSTGRES_DBNAME`, `…_HOST`, `…_PORT`, `…_USER`, `…_PASSWORD`.
    What is missing in it is made, unless `CREATE_TABLE` says no. As for all its variables the library looks for one
    with the application's name before it first: `ORDERS_CAUNOI_DATABASE`.
    """

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        self._conninfo = conninfo(self.env)
        self._ledger: Ledger | None = None
        self._opening = Lock()

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Of the application's events, or of its snapshots.

        Raises:
            NotSupportedError: of anything else.
            InfrastructureFactoryError: the ledger is not there and cannot be made, or the application's name cannot be.
        """
        if purpose == "events":
            return LedgerAggregateRecorder(self.ledger(), self.env.name)
        if purpose == "snapshots":
            return SnapshotRecorder(self.ledger(), self.env.name)
        raise NotSupportedError(f"there are recorders of events and of snapshots, and none of {purpose}")

    def application_recorder(self) -> ApplicationRecorder:
        """Of the application's events, in the order of the log. `APPLICATION_RECORDER_TOPIC` may name a subclass.

        Raises:
            InfrastructureFactoryError: as `aggregate_recorder`.
        """
        return self._chosen(self.APPLICATION_RECORDER_TOPIC, LedgerApplicationRecorder)(self.ledger(), self.env.name)

    def process_recorder(self) -> ProcessRecorder:
        """The same of an application that follows others. `PROCESS_RECORDER_TOPIC` may name a subclass.

        Raises:
            InfrastructureFactoryError: as `aggregate_recorder`.
        """
        return self._chosen(self.PROCESS_RECORDER_TOPIC, LedgerProcessRecorder)(self.ledger(), self.env.name)

    def tracking_recorder(
        self, tracking_recorder_class: type[LedgerTrackingRecorder] | None = None
    ) -> LedgerTrackingRecorder:
        """Of a view. The class is given, or named by `TRACKING_RECORDER_TOPIC`.

        Raises:
            InfrastructureFactoryError: as `aggregate_recorder`.
        """
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        made = tracking_recorder_class or (resolve_topic(topic) if topic else LedgerTrackingRecorder)
        if not (isinstance(made, type) and issubclass(made, LedgerTrackingRecorder)):
            raise InfrastructureFactoryError(f"{made} is no LedgerTrackingRecorder")
        return made(self.ledger(), self.env.name)

    def ledger(self) -> Ledger:
        """The ledger of all of them, opened once.

        Raises:
            InfrastructureFactoryError: it is not there and cannot be made.
            OperationalError: no server answers.
        """
        with self._opening:
            if self._ledger is None:
                if strtobool(self.env.get(CREATE_TABLE) or "yes"):
                    install(self._conninfo)
                self._ledger = Ledger(self._conninfo).open()
            return self._ledger

    def close(self) -> None:
        """Write what waits and give all connections back; its recorders can do nothing more."""
        with self._opening:
            if self._ledger is not None:
                self._ledger.close()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        super().__exit__(exc_type, exc_val, exc_tb)
        self.close()

    def _chosen(self, variable: str, default: type[R]) -> type[R]:
        topic = self.env.get(variable)
        chosen = resolve_topic(topic) if topic else default
        if not (isinstance(chosen, type) and issubclass(chosen, default)):
            raise InfrastructureFactoryError(f"{variable} names {topic}, which is no {default.__name__}")
        return chosen


def conninfo(env: Environment) -> str:
    """How the environment says that the database is reached.

    Raises:
        OSError: it does not say.
    """
    given = env.get(DATABASE)
    if given:
        return given
    parts = {part: value for part, name in POSTGRES.items() if (value := env.get(f"POSTGRES_{name}"))}
    if "dbname" not in parts:
        raise OSError(f"neither {DATABASE} nor POSTGRES_DBNAME is in the environment: one of them names the database")
    return make_conninfo(**parts)


def install(conninfo: str) -> None:
    """Make the ledger where it is missing.

    Raises:
        InfrastructureFactoryError: it is missing and whoever asks may not make it.
        OperationalError: no server answers.
    """
    with in_library_words(), psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as connection:
        row = connection.execute(INSTALLED).fetchone()
        if row is not None and row[0]:
            return
        try:
            schema.install(conninfo)
        except psycopg.errors.InsufficientPrivilege as error:
            raise InfrastructureFactoryError(
                "the database has no ledger, and its tables cannot be made with these rights: connect once as its owner"
            ) from error

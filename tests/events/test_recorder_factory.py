"""What the environment of an application says, and what it is told where that cannot be."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    NotSupportedError,
    OperationalError,
)
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from events.recorder import LedgerApplicationRecorder, LedgerProcessRecorder
from services.program.postgres import Postgres
from tests.database import Database
from tests.events.recording import events


class AShopRecorder(LedgerApplicationRecorder):
    pass


class ABillingRecorder(LedgerProcessRecorder):
    pass


@pytest.fixture
def empty(template: Postgres) -> Iterator[Database]:
    """A database in which nothing is installed."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(template.dsn(database="postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}".encode())
        yield Database(name, template.dsn(database=name), template.dsn("caunoi_app", name))
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def factory(environment: dict[str, str], name: str = "Shop") -> InfrastructureFactory[Any]:
    return InfrastructureFactory.construct(Environment(name, {"PERSISTENCE_MODULE": "events.recorder", **environment}))


def test_an_application_has_its_database_by_a_url(database: Database) -> None:
    with factory({"CAUNOI_DATABASE": database.app}) as made:
        assert made.application_recorder().insert_events(events(2)) == [1, 2]
        assert made.application_recorder().max_notification_id() == 2


def test_or_by_the_variables_of_the_library_s_own_module(database: Database) -> None:
    parts = conninfo_to_dict(database.app)
    said = {"POSTGRES_DBNAME": "dbname", "POSTGRES_HOST": "host", "POSTGRES_USER": "user", "POSTGRES_PORT": "port"}
    with factory({name: str(parts[part]) for name, part in said.items() if part in parts}) as made:
        assert made.application_recorder().insert_events(events(1)) == [1]


def test_a_variable_with_the_application_s_name_before_it_counts_more(database: Database) -> None:
    with factory({"SHOP_CAUNOI_DATABASE": database.app, "CAUNOI_DATABASE": "dbname=none host=/nonexistent"}) as made:
        assert made.application_recorder().insert_events(events(1)) == [1]


def test_no_database_is_said_at_once() -> None:
    with pytest.raises(OSError, match="CAUNOI_DATABASE nor POSTGRES_DBNAME"):
        factory({})


def test_nothing_is_opened_before_a_recorder_is_asked_for() -> None:
    nowhere = factory({"CAUNOI_DATABASE": "dbname=none host=/nonexistent"})
    nowhere.mapper()
    with pytest.raises(OperationalError):
        nowhere.application_recorder()
    nowhere.close()


def test_a_database_of_its_own_is_installed_by_its_owner(empty: Database) -> None:
    with factory({"CAUNOI_DATABASE": empty.owner}) as made:
        assert made.application_recorder().insert_events(events(1)) == [1]
    with factory({"CAUNOI_DATABASE": empty.app}) as made:
        assert made.application_recorder().insert_events(events(1)) == [2]


def test_who_may_not_install_it_is_told_who_may(empty: Database) -> None:
    with factory({"CAUNOI_DATABASE": empty.app}) as made, pytest.raises(InfrastructureFactoryError, match="its owner"):
        made.application_recorder()


def test_it_is_not_installed_where_nobody_wants_that(empty: Database) -> None:
    with factory({"CAUNOI_DATABASE": empty.owner, "CREATE_TABLE": "no"}) as made:
        made.application_recorder()
    with psycopg.connect(empty.owner) as owner:
        assert owner.execute("SELECT to_regnamespace('ledger')").fetchone() == (None,)


@pytest.mark.parametrize("recorder", [AShopRecorder, ABillingRecorder])
def test_a_recorder_of_one_s_own_is_named_by_its_topic(database: Database, recorder: type) -> None:
    topic = f"{recorder.__module__}:{recorder.__name__}"
    environment = {"CAUNOI_DATABASE": database.app, "APPLICATION_RECORDER_TOPIC": topic}
    with factory({**environment, "PROCESS_RECORDER_TOPIC": topic}) as made:
        assert type(made.application_recorder()) is recorder
        if recorder is ABillingRecorder:
            assert type(made.process_recorder()) is recorder
        else:
            with pytest.raises(InfrastructureFactoryError, match="is no LedgerProcessRecorder"):
                made.process_recorder()


def test_what_is_no_recorder_is_refused(database: Database) -> None:
    environment = {"CAUNOI_DATABASE": database.app, "TRACKING_RECORDER_TOPIC": "events.recorder:SnapshotRecorder"}
    with factory(environment) as made:
        with pytest.raises(InfrastructureFactoryError, match="no LedgerTrackingRecorder"):
            made.tracking_recorder()
        with pytest.raises(NotSupportedError):
            made.aggregate_recorder(purpose="audit")


def test_a_factory_that_was_closed_stays_so(database: Database) -> None:
    made = factory({"CAUNOI_DATABASE": database.app})
    recorder = made.application_recorder()
    made.close()
    made.close()
    with pytest.raises(OperationalError):
        recorder.insert_events(events(1))

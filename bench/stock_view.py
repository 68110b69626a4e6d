"""A view in the stock library, as its manual has it: a row and the tracking in one transaction, an event at a time."""

import time
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from bench.facts import STREAM_LENGTH
from bench.server import Database
from bench.stock_app import environment

WAIT_SECONDS = 600.0


class Disciplined(Aggregate):
    """A member with his sanctions."""

    @event("Admitted")
    def __init__(self, name: str) -> None:
        self.name = name

    @event("Disciplined")
    def discipline(self, form: str, number: str, on: str, by: str, note: str) -> None:
        """One more."""


class Discipline(Application[UUID]):
    """Disciplines members, for the figure's sake."""

    def fill(self, events: int) -> int:
        """At least so many events; the id of the last."""
        last = 0
        for _ in range(0, events, 100 * STREAM_LENGTH):
            members = [Disciplined("x") for _ in range(100)]
            for member in members:
                for number in range(STREAM_LENGTH - 1):
                    member.discipline("reprimand", f"{number}-QĐ/ĐU", "2026-11-03", str(member.id), "x" * 100)
            last = self.save(*members)[-1].notification.id
        return int(last)


class Sanctions(PostgresTrackingRecorder):
    """The table, written in the transaction that moves the tracking on."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.check_identifier_length("sanctions")
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {schema}.sanctions (member uuid NOT NULL, version int NOT NULL, "
                "form text NOT NULL, from_on date NOT NULL, PRIMARY KEY (member, version))"
            ).format(schema=Identifier(datastore.schema))
        )

    def add(self, member: UUID, version: int, form: str, on: str, tracking: Tracking) -> None:
        """One row."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute("INSERT INTO sanctions VALUES (%s, %s, %s, %s)", (member, version, form, on), prepare=True)
            self._insert_tracking(cursor, tracking)

    def pass_over(self, tracking: Tracking) -> None:
        """An event that changes no row."""
        self.insert_tracking(tracking)


class SanctionsProjection(Projection[Sanctions]):
    """Keeps it."""

    name = "sanctions"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Whatever is not disciplined."""
        assert domain_event is not None
        self.view.pass_over(tracking)

    @process_event.register
    def _(self, domain_event: Disciplined.Disciplined, tracking: Tracking) -> None:  # type: ignore[name-defined]  # the decorator makes it
        found = domain_event
        self.view.add(found.originator_id, found.originator_version, found.form, found.on, tracking)


def fill(database: Database, events: int) -> int:
    """Put so many events there; the id of the last."""
    app = Discipline(environment(database, 2))
    try:
        return app.fill(events)
    finally:
        app.close()


def rebuild(database: Database, last: int) -> float:
    """Seconds in which the runner makes the view from nothing up to that event.

    Raises:
        RuntimeError: it did not come there.
    """
    with psycopg.connect(database.owner) as connection:
        connection.execute("DROP TABLE IF EXISTS sanctions, sanctions_tracking")
    start = time.perf_counter()
    with ProjectionRunner(
        application_class=Discipline,
        projection_class=SanctionsProjection,
        view_class=Sanctions,
        env=environment(database, 5),
    ) as runner:
        # The runner's own `wait` looks every 0.8 s only.
        while (runner.view.max_tracking_id(runner.app_name) or 0) < last:
            if time.perf_counter() - start > WAIT_SECONDS or runner.is_interrupted.is_set():
                raise RuntimeError("the stock library's runner did not come to the end")
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        runner.view.datastore.close()
    return seconds

"""The library's own cases for applications and projections, all of them, with the ledger below."""

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import Tracking

from events.ledger import Ledger
from events.recorder import Factory, LedgerApplicationRecorder, LedgerTrackingRecorder
from tests.database import Database
from tests.events import library

TABLE = """CREATE TABLE public.counters (what text PRIMARY KEY, number integer NOT NULL);
INSERT INTO public.counters VALUES ('created', 0), ('subsequent', 0);
GRANT SELECT, UPDATE ON public.counters TO caunoi_app"""
ONE_MORE = "UPDATE public.counters SET number = number + 1 WHERE what = %s"
NUMBER = "SELECT number FROM public.counters WHERE what = %s"


class Counters(LedgerTrackingRecorder, library.EventCountersView):
    """The view that the library's cases ask for: rows that are written with the position, or not at all."""

    def get_created_event_counter(self) -> int:
        return self._number("created")

    def get_subsequent_event_counter(self) -> int:
        return self._number("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        with self.moving(tracking) as connection:
            connection.execute(ONE_MORE, ("created",))

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        with self.moving(tracking) as connection:
            connection.execute(ONE_MORE, ("subsequent",))

    def _number(self, what: str) -> int:
        with self.ledger.connection() as connection:
            row = connection.execute(NUMBER, (what,)).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("PERSISTENCE_MODULE", "events.recorder")
    monkeypatch.setenv("CAUNOI_DATABASE", database.app)
    return database


@pytest.fixture
def counters(environment: Database) -> Database:
    with psycopg.connect(environment.owner) as owner:
        owner.execute(TABLE)
    return environment


@pytest.mark.usefixtures("environment")
@pytest.mark.filterwarnings("always:'log' is deprecated:DeprecationWarning")  # which is what one of its cases asks for
class TestApplication(library.ApplicationTestCase):
    pass


@pytest.mark.usefixtures("environment")
class TestExampleApplication(library.ExampleApplicationTestCase):
    expected_factory_topic = "events.recorder.factory:Factory"


@pytest.mark.usefixtures("counters")
class TestView(library.EventCountersViewTestCase):
    @pytest.fixture(autouse=True)
    def on_a_ledger(self, counters: Database) -> Iterator[None]:
        with Ledger(counters.app) as self.ledger:
            yield

    def construct_event_counters_view(self) -> library.EventCountersView:
        return Counters(self.ledger, "counters")


@pytest.mark.usefixtures("counters")
class TestProjection(library.AggregateEventCountersProjectionTestCase):
    view_class = Counters
    env: ClassVar[dict[str, str]] = {}


@pytest.mark.usefixtures("environment")
class TestEventSourcedProjection(library.EventSourcedProjectionTestCase):
    env: ClassVar[dict[str, str]] = {}


def test_the_cases_are_asked_of_the_ledger(environment: Database) -> None:
    with Application[UUID]() as application:
        assert type(application.factory) is Factory
        assert type(application.recorder) is LedgerApplicationRecorder

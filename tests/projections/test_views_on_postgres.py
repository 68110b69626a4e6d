"""Every view on a real database: whatever is told, in whatever batches, its table is what is made anew from the log."""

from importlib import import_module
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import wire
from events.bus import EmbeddedBus
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.request import Entry, NotAppended, Request, Write
from projections.catalogue import VIEWS
from projections.feed import Feeder
from projections.rebuild import compare
from projections.view import View
from services.program.postgres import Postgres
from tests.database import fresh
from tests.events.facts_at_random import any_fact
from tests.examples import BOOK_OPENED, an_id
from tests.projections.log import Said, put
from tests.projections.stories import STORIES

# Each example has a database of its own, so they are few; the laws of the fold are tried by the hundred without one.
FEW = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
STREAMS = [an_id(str(number)) for number in range(12)]


def fed_and_compared(conninfo: str, page: int, warm: int) -> int:
    """Feeds all views to the end; the number of streams that were parked. Every view must equal itself made anew."""
    feeder = Feeder(conninfo, VIEWS, EmbeddedBus(conninfo, page=page), warm=warm)
    feeder.open()
    while feeder.step(0.01):
        pass
    feeder.close()
    for view in VIEWS:
        told = compare(conninfo, view)
        assert told.same, f"{view.name}: {told}"
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("SELECT count(*) FROM views.parked").fetchone()
    return row[0] if row else 0


@FEW
@given(story=STORIES, page=st.integers(1, 20), warm=st.integers(1, 10))
def test_stories_that_make_some_sense(template: Postgres, story: list[Said], page: int, warm: int) -> None:
    with fresh(template) as database:
        with Ledger(database.app) as ledger:
            put(ledger, *story)
        fed_and_compared(database.app, page, warm)


@FEW
@given(
    facts=st.lists(st.tuples(st.sampled_from(STREAMS), any_fact()), min_size=30, max_size=60), page=st.integers(5, 40)
)
def test_facts_of_any_kind_that_make_none_park_what_they_must_and_stop_nothing(
    template: Postgres, facts: list[tuple[Id, Fact]], page: int
) -> None:
    with fresh(template) as database:
        with Ledger(database.app) as ledger:
            versions: dict[Id, int] = {}
            for stream, fact in facts:
                entry = Entry(stored_name(fact), BOOK_OPENED, wire.encode(fact))
                version = versions.get(stream, 0)
                try:
                    ledger.append(Request(Id(str(uuid4())), "clerk", [Write(stream, version, [entry])]))
                except NotAppended:
                    continue
                versions[stream] = version + 1
            last = ledger.head()
        fed_and_compared(database.app, page, warm=3)
        with psycopg.connect(database.app) as connection:
            found = connection.execute("SELECT DISTINCT position FROM views.positions").fetchall()
        assert (0 if not found else max(found)[0]) == last


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_has_its_own_file_and_its_name(view: View) -> None:
    assert import_module(f"projections.{view.name}").VIEW is view

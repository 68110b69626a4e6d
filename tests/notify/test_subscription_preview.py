"""What a preview says of a time is what the follower told in that time."""

from datetime import date, timedelta
from typing import NamedTuple

import psycopg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from events.bus import EmbeddedBus
from events.correction import STRIKES
from events.fact import Fact, Id
from events.ledger import Ledger
from events.meeting import MeetingCancelled
from events.member import MemberDied, MemberRecognised
from events.organisation import OrganisationAbsorbed, OrganisationHandedOver, OrganisationJoinedBy
from events.subscription import About, SubscriptionMade
from projections import notices
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services.notify.subscribing import previewing
from services.notify.subscribing.previewing import preview
from services.notify.worker import Worker
from services.program.postgres import Postgres
from tests.database import Database, fresh
from tests.examples import BLOC, CELL_7, CELL_8, COMMUNE, HOSPITAL, MEETING, PROVINCE, SURGERY, a_certificate, an_id
from tests.examples import MARCH_MEETING as CALLED
from tests.notify.commune import NAM, PAEDIATRICS, SHIPPED, WARD, Log, introduced, living_in, tell_all
from tests.notify.subscribed import EMAIL, a_subscription, asked, subscribe

MINH = an_id("minh of the preview")
WAYS = (an_id("way 1"), an_id("way 2"))
FIRST = date(2025, 6, 1)


class Said(NamedTuple):
    """A fact, where, on which day after the first, and whether it was entered as history."""

    stream: Id
    fact: Fact
    day: int
    history: bool = False


def some(*said: tuple[Id, Fact]) -> st.SearchStrategy[Said]:
    return st.builds(
        lambda one, day, history: Said(one[0], one[1], day, history == 0), st.sampled_from(said), st.integers(0, 300),
        st.integers(0, 6),
    )  # fmt: skip


FACTS = some(
    *[(who, fact) for who in (NAM, MINH) for fact in (
        MemberRecognised(), a_certificate(), living_in(COMMUNE), living_in(WARD), living_in(None), MemberDied(),
        STRIKES["member"](position=12), introduced(WAYS[0], CELL_7), introduced(WAYS[1], PAEDIATRICS),
    )],
    (CELL_7, OrganisationHandedOver(to=WARD)), (SURGERY, OrganisationHandedOver(to=BLOC)),
    (HOSPITAL, OrganisationAbsorbed(into=BLOC)), (BLOC, OrganisationJoinedBy(organisation=HOSPITAL)),
    (COMMUNE, OrganisationAbsorbed(into=WARD)), (MEETING, MeetingCancelled()),
)  # fmt: skip
STORIES = st.lists(FACTS, min_size=6, max_size=25)
ABOUT = st.one_of(
    st.none(),  # about the subscriber itself
    st.sampled_from([PROVINCE, BLOC, HOSPITAL, COMMUNE, CELL_7, CELL_8, SURGERY]).map(
        lambda one: About(organisation=one)
    ),
    st.sampled_from([COMMUNE, WARD]).map(lambda one: About(residents_of=one)),
    st.sampled_from([NAM, MINH]).map(lambda one: About(member=one)),
)
PATTERNS = st.sampled_from([("*",), ("member.*",), ("member.re*", "organisation.*"), ("meeting.*",), ("*.struck",)])


SUBSCRIBERS = st.sampled_from([PROVINCE, BLOC, HOSPITAL, COMMUNE, WARD, CELL_7, SURGERY])


def read_views(database: Database) -> None:
    feeder = Feeder(database.app, VIEWS, EmbeddedBus(database.app))
    try:
        feeder.open()
        while feeder.step(0.1):
            pass
    finally:
        feeder.close()


def tell(database: Database) -> None:
    worker = Worker(database.app, EmbeddedBus(database.app), "local", SHIPPED)
    try:
        worker.open()
        tell_all(worker)
    finally:
        worker.close()


def previewed(database: Database, made: SubscriptionMade, after: int, few: int) -> list[int]:
    with psycopg.connect(database.app, autocommit=True) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(previewing, "FEW", few)
        patch.setattr(previewing, "AT_ONCE", 3)
        return preview(connection, "local", made, after, 10_000).positions


@given(STORIES, SUBSCRIBERS, ABOUT, PATTERNS)
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_a_preview_is_what_the_follower_told_of_the_same_log(
    template: Postgres, story: list[Said], organisation: Id, about: About | None, patterns: tuple[str, ...]
) -> None:
    with fresh(template) as database, Ledger(database.app) as ledger:
        notices.install(database.owner)
        log = Log(ledger)
        log.put_organisations()
        log.put_member(NAM)
        log.put_member(MINH, CELL_7, WARD)
        log.put(MEETING, CALLED)
        whom = about or About(organisation=organisation)
        made = a_subscription(organisation, about=whom, facts=patterns, channels=(EMAIL,), addresses="[]")
        after = subscribe(log, made)
        for stream, fact, day, history in story:
            log.put(stream, fact, FIRST + timedelta(days=day), backfill=history)
        tell(database)
        read_views(database)
        query = "SELECT (convert_from(body, 'UTF8')::jsonb #>> '{data,position}')::bigint FROM exchange.deliveries"
        told = sorted(row[0] for row in asked(database, query))
        assert previewed(database, made, after, few=10_000) == told
        assert previewed(database, made, after, few=0) == told

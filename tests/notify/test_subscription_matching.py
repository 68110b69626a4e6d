"""Which records a subscription tells of: by name, by whom they are about, and by both clocks."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from events.fact import Id
from events.meeting import MeetingCalled, MeetingCancelled, MeetingKind
from events.member import MemberRecognised
from events.organisation import (
    OrganisationAbsorbed,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationRenamed,
)
from events.subscription import About, SubscriptionEnded, SubscriptionPaused, SubscriptionResumed
from projections import inbox
from projections.inbox import NEWEST
from services.notify.rebuild import rebuild
from services.notify.subscribing import index
from tests.database import Database
from tests.examples import BLOC, CELL_7, CELL_8, COMMUNE, HOSPITAL, PROVINCE, SURGERY, a_certificate, a_reprimand, an_id
from tests.notify.commune import NAM, PAEDIATRICS, SHIPPED, WARD, Log, introduced, living_in, received, tell_all
from tests.notify.conftest import Hire
from tests.notify.subscribed import EMAIL, SUBSCRIPTION, a_subscription, asked, subscribe, told_by_subscription

MARCH = date(2026, 3, 2)


@pytest.fixture
def nam(log: Log) -> None:
    """Works in the hospital's surgery, lives in the commune."""
    log.put_organisations()
    log.put_member()


def positions(database: Database) -> list[int]:
    return [row[0] for row in told_by_subscription(database)]


@pytest.mark.usefixtures("nam")
def test_a_superior_is_told_of_what_happens_below_it(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(BLOC, facts=("member.*",)))
    at = log.put(NAM, a_reprimand(), MARCH)
    log.put(SURGERY, OrganisationRenamed(name="Chi bộ Ngoại"), MARCH)
    tell_all(hire())
    assert told_by_subscription(database) == [(at, BLOC, f"subscription/{SUBSCRIPTION}")]


@pytest.mark.usefixtures("nam")
@pytest.mark.parametrize("organisation", [HOSPITAL, SURGERY, PROVINCE])
def test_whoever_stands_above_the_cell_may_ask(database: Database, log: Log, hire: Hire, organisation: Id) -> None:
    subscribe(log, a_subscription(organisation))
    at = log.put(NAM, a_certificate(), MARCH)
    tell_all(hire())
    assert positions(database) == [at]


@pytest.mark.usefixtures("nam")
@pytest.mark.parametrize(("organisation", "about"), [(CELL_7, CELL_7), (CELL_7, SURGERY), (PAEDIATRICS, HOSPITAL)])
def test_nobody_is_told_of_what_is_beside_or_above_him(
    database: Database, log: Log, hire: Hire, organisation: Id, about: Id
) -> None:
    subscribe(log, a_subscription(organisation, about=About(organisation=about)))
    log.put(NAM, a_certificate(), MARCH)
    tell_all(hire())
    assert positions(database) == []


@pytest.mark.usefixtures("nam")
def test_who_moved_is_told_of_to_his_old_superior_before_and_to_his_new_one_after(
    database: Database, log: Log, hire: Hire
) -> None:
    old, new = an_id("old"), an_id("new")
    subscribe(log, a_subscription(SURGERY, facts=("member.reward_given",)), old)
    subscribe(log, a_subscription(CELL_8, facts=("member.reward_given",)), new)
    transfer = an_id("transfer")
    log.put(NAM, introduced(transfer, CELL_8), date(2026, 2, 1))
    log.put(NAM, received(transfer), date(2026, 2, 10))
    before = log.put(NAM, a_certificate(), date(2026, 2, 5))
    after = log.put(NAM, a_certificate(), MARCH)
    tell_all(hire())
    found = told_by_subscription(database, "position, policy")
    assert found == [(before, f"subscription/{old}"), (after, f"subscription/{new}")]


@pytest.mark.usefixtures("nam")
def test_a_committee_subscribes_about_its_residents_of_the_day(database: Database, log: Log, hire: Hire) -> None:
    residents = About(residents_of=COMMUNE)
    subscribe(log, a_subscription(COMMUNE, facts=("member.recognised",), about=residents))
    here = log.put(NAM, MemberRecognised(), date(2026, 1, 5))
    log.put(NAM, living_in(WARD), date(2026, 2, 1))
    log.put(NAM, MemberRecognised(), MARCH)
    late = log.put(NAM, MemberRecognised(), date(2026, 1, 9))
    tell_all(hire())
    assert positions(database) == [here, late]


@pytest.mark.usefixtures("nam")
def test_a_member_is_followed_for_as_long_as_he_is_ones_own(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.recognised",), about=About(member=NAM)))
    own = log.put(NAM, MemberRecognised(), date(2026, 2, 1))
    log.put(NAM, introduced(an_id("transfer"), CELL_7), date(2026, 2, 9))
    log.put(NAM, received(an_id("transfer")), date(2026, 2, 10))
    log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert positions(database) == [own]


@pytest.mark.usefixtures("nam")
def test_an_organisation_that_the_policy_has_told_gets_no_second_notice(
    database: Database, log: Log, hire: Hire
) -> None:
    subscribe(log, a_subscription(COMMUNE, about=About(residents_of=COMMUNE)))
    at = log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    assert asked(database, "SELECT rule FROM exchange.notices WHERE position = %s", at) == [("sanction-residence",)]


@pytest.mark.usefixtures("nam")
def test_two_subscriptions_of_one_organisation_are_one_notice(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL), an_id("first"))
    subscribe(log, a_subscription(HOSPITAL, about=About(organisation=SURGERY)), an_id("second"))
    at = log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    found = [row for row in told_by_subscription(database) if row[0] == at]
    assert found == [(at, HOSPITAL, f"subscription/{an_id('first')}")]


@pytest.mark.usefixtures("nam")
def test_all_of_a_meeting_is_about_the_cell_that_was_called(database: Database, log: Log, hire: Hire) -> None:
    meeting = an_id("meeting")
    called = MeetingCalled(
        cell=SURGERY, kind=MeetingKind.REGULAR, planned_at=datetime(2026, 3, 5, 7, tzinfo=UTC), agenda=("1",)
    )
    log.put(meeting, called, MARCH)
    subscribe(log, a_subscription(HOSPITAL, facts=("meeting.*",)))
    at = log.put(meeting, MeetingCancelled(), MARCH)
    tell_all(hire())
    assert told_by_subscription(database, "position, subject::text") == [(at, meeting)]


@pytest.mark.usefixtures("nam")
def test_what_rests_or_has_ended_tells_nothing_and_what_happened_meanwhile_stays_untold(
    database: Database, log: Log, hire: Hire
) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",)))
    told = [log.put(NAM, MemberRecognised(), MARCH)]
    log.put(SUBSCRIPTION, SubscriptionPaused(), MARCH)
    log.put(NAM, MemberRecognised(), MARCH)
    worker = hire(page=2)
    tell_all(worker)
    log.put(SUBSCRIPTION, SubscriptionResumed(), MARCH)
    told.append(log.put(NAM, MemberRecognised(), MARCH))
    tell_all(worker)
    log.put(SUBSCRIPTION, SubscriptionEnded(), MARCH)
    log.put(NAM, MemberRecognised(), MARCH)
    tell_all(worker)
    assert positions(database) == told


@pytest.mark.usefixtures("nam")
def test_history_that_is_entered_is_told_by_no_subscription(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL))
    log.put(NAM, a_certificate(), MARCH, backfill=True)
    tell_all(hire())
    assert positions(database) == []


@pytest.mark.usefixtures("nam")
def test_what_is_in_no_inbox_is_not_listed(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, channels=(EMAIL,)))
    log.put(NAM, a_certificate(), MARCH)
    tell_all(hire())
    assert told_by_subscription(database, "listed") == [(False,)]
    with psycopg.connect(database.app) as connection:
        assert inbox.inbox(connection, [HOSPITAL], None, NEWEST, 10) == []
        assert HOSPITAL in {one.organisation for one in inbox.about(connection, NAM, NEWEST, 10)}


@pytest.mark.usefixtures("nam")
def test_the_successor_of_a_subscriber_is_told_in_its_place(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), about=About(organisation=SURGERY)))
    log.put(SURGERY, OrganisationHandedOver(to=BLOC), date(2026, 2, 1))
    log.put(HOSPITAL, OrganisationAbsorbed(into=BLOC), date(2026, 2, 1))
    log.put(BLOC, OrganisationJoinedBy(organisation=HOSPITAL), date(2026, 2, 1))
    at = log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert told_by_subscription(database, "position, organisation::text") == [(at, BLOC)]


@pytest.mark.usefixtures("nam")
def test_a_worker_that_begins_anew_and_a_rebuild_match_as_the_one_before(
    database: Database, log: Log, hire: Hire
) -> None:
    subscribe(log, a_subscription(HOSPITAL))
    subscribe(log, a_subscription(COMMUNE, about=About(residents_of=COMMUNE)), an_id("second"))
    log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    log.put(an_id("second"), SubscriptionPaused(), MARCH)
    log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert len(positions(database)) >= 3
    difference = rebuild(database.app, "local", SHIPPED)
    assert (difference.missing, difference.surplus, difference.different) == (0, 0, 0)


def test_a_record_looks_at_no_subscription_about_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[tuple[str, ...]] = []

    def matches(patterns: tuple[str, ...], name: str) -> bool:
        looked_at.append(patterns)
        return True

    monkeypatch.setattr(index, "matches", matches)
    kept: index.Index[None] = index.Index()
    for number in range(10_000):
        of = an_id(str(number))
        kept.add(index.Wish(of, of, ("organisation", of), ("member.*",), number, None, "clerk"))
    key = ("organisation", an_id("7"))
    for _ in range(3):
        assert kept.wants("member.recognised")
        assert [wish.position for wish in kept.of([key], ["member.recognised"])] == [7]
    assert len(looked_at) == 2, "once for the name, once for the key, and remembered"

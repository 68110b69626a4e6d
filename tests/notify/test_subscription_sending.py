"""How what is told is sent: by which endpoints and addresses, at once, later, together, or not at all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from events.fact import Id
from events.member import MemberAppointed, MemberRecognised
from events.organisation import OrganisationAbsorbed, OrganisationJoinedBy
from events.silence import SilenceEnded
from events.subscription import About, Digest, Quiet, SubscriptionEnded
from projections.notices import Told, write
from services.notify.subscribing.addressing import address
from services.notify.subscribing.releasing import release
from tests.database import Database
from tests.examples import COMMUNE, HOSPITAL, PROVINCE, SURGERY, a_reprimand, an_id
from tests.notify.commune import NAM, WARD, Log, tell_all
from tests.notify.conftest import Hire, ReadViews
from tests.notify.subscribed import (
    EMAIL,
    ENDPOINT,
    INBOX,
    SILENCE,
    SUBSCRIPTION,
    a_silence,
    a_subscription,
    asked,
    put_endpoint,
    sent,
    steps,
    subscribe,
    to_webhook,
    waiting,
)

MARCH = date(2026, 3, 2)
ALWAYS = Quiet(since="00:00", until="23:59")
LATER = datetime.now(UTC) + timedelta(days=20)


@pytest.fixture
def nam(log: Log, read_views: ReadViews) -> None:
    """Works in the hospital's surgery, lives in the commune."""
    log.put_organisations()
    log.put_member()
    read_views()


def released(database: Database, now: datetime = LATER) -> int:
    with psycopg.connect(database.app, autocommit=True) as connection:
        return release(connection, now)


def states(database: Database, rule: str = "subscription") -> list[Any]:
    query = """SELECT queued_at IS NOT NULL, deferred_until IS NOT NULL, silenced_by::text FROM exchange.notices
    WHERE rule = %s ORDER BY seq"""
    return asked(database, query, rule)


@pytest.mark.usefixtures("nam")
def test_an_endpoint_is_told_all_that_its_organisation_is_told(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log)
    at = log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    (message,) = sent(database)
    assert (message["target"], message["chain"], message["type"]) == (ENDPOINT, ENDPOINT, "member.disciplined")
    data = message["data"]
    assert (data["position"], data["subject"], data["organisation"]) == (at, NAM, COMMUNE)
    assert data["link"].endswith(f"/notices/{data['notice']}")


@pytest.mark.usefixtures("nam")
def test_another_organisations_endpoint_is_told_nothing(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log, WARD)
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    assert sent(database) == []


@pytest.mark.usefixtures("nam")
def test_history_is_sent_to_nobody(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log)
    log.put(NAM, a_reprimand(), MARCH, backfill=True)
    tell_all(hire())
    assert sent(database) == []


@pytest.mark.usefixtures("nam")
def test_an_absorbed_committees_endpoint_is_its_successors(
    database: Database, log: Log, hire: Hire, read_views: ReadViews
) -> None:
    put_endpoint(log)
    log.put(COMMUNE, OrganisationAbsorbed(into=WARD), date(2026, 2, 1))
    log.put(WARD, OrganisationJoinedBy(organisation=COMMUNE), date(2026, 2, 1))
    read_views()
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    (message,) = sent(database)
    assert (message["target"], message["data"]["organisation"]) == (ENDPOINT, WARD)


@pytest.mark.usefixtures("nam")
def test_a_subscription_has_a_chain_of_its_own_for_each_channel(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log, HOSPITAL)
    channels = (to_webhook(), EMAIL, INBOX)
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=channels, addresses='["a@example.org"]'))
    for _ in range(2):
        log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    messages = sent(database)
    assert [(m["channel"], m["number"]) for m in messages] == [
        ("webhook", 1),
        ("email", 1),
        ("webhook", 2),
        ("email", 2),
    ]
    assert [m["target"] for m in messages[:2]] == [ENDPOINT, SUBSCRIPTION]
    assert messages[0]["chain"] == SUBSCRIPTION != messages[1]["chain"]
    assert {m["data"]["subscription"] for m in messages} == {SUBSCRIPTION}


@pytest.mark.usefixtures("nam")
def test_an_endpoint_that_a_subscription_names_is_told_once(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log)
    residents = About(residents_of=COMMUNE)
    subscribe(log, a_subscription(COMMUNE, about=residents, channels=(to_webhook(),)))
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    assert [message["chain"] for message in sent(database)] == [SUBSCRIPTION]


@pytest.mark.usefixtures("nam")
def test_quiet_hours_defer_and_drop_nothing(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=(EMAIL,), quiet=ALWAYS))
    for _ in range(3):
        log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert sent(database) == []
    assert states(database) == [(False, True, None)] * 3
    assert {row[1] for row in waiting(database)} == {"deferred"}
    assert (released(database), released(database)) == (3, 0)
    assert [message["kind"] for message in sent(database)] == ["notice"] * 3
    assert states(database) == [(True, False, None)] * 3


@pytest.mark.usefixtures("nam")
def test_what_a_policy_tells_the_subscriber_waits_as_it_wants_and_is_told_once(
    database: Database, log: Log, hire: Hire
) -> None:
    """Nam works elsewhere, and only lives in the commune, whose subscription is about itself."""
    put_endpoint(log)
    subscribe(log, a_subscription(COMMUNE, facts=("member.*",), channels=(to_webhook(),), quiet=ALWAYS))
    log.put(NAM, a_reprimand(), MARCH)
    log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert sent(database) == []
    assert [(of, why) for of, why, _ in waiting(database)] == [(SUBSCRIPTION, "deferred")]
    released(database)
    assert [(message["chain"], message["type"]) for message in sent(database)] == [(SUBSCRIPTION, "member.disciplined")]


@pytest.mark.usefixtures("nam")
def test_nobody_else_sends_what_a_policy_tells_a_committee(database: Database, log: Log, hire: Hire) -> None:
    about = About(organisation=COMMUNE)
    subscribe(log, a_subscription(PROVINCE, about=about, facts=("member.*",), channels=(EMAIL,), addresses="[]"))
    log.put(NAM, MemberAppointed(post="Giám đốc"), MARCH)
    tell_all(hire())
    assert sent(database) == []


@pytest.mark.usefixtures("nam")
def test_a_digest_is_one_message_that_says_how_many(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=(EMAIL,), digest=Digest.DAILY))
    for _ in range(3):
        log.put(NAM, MemberRecognised(), MARCH)
    tell_all(hire())
    assert (released(database, datetime.now(UTC)), released(database)) == (0, 3)
    (message,) = sent(database)
    assert (message["type"], message["kind"], message["data"]["count"]) == ("caunoi.digest", "digest", 3)
    told = asked(database, "SELECT id::text FROM exchange.notices WHERE rule = 'subscription' ORDER BY seq")
    assert message["data"]["notices"] == [row[0] for row in told]


@pytest.mark.usefixtures("nam")
def test_what_comes_within_a_window_is_sent_together(database: Database, log: Log, hire: Hire) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=(EMAIL,), group_minutes=60))
    worker = hire()
    for _ in range(2):
        log.put(NAM, MemberRecognised(), MARCH)
        tell_all(worker)
    assert len({until for *_, until in waiting(database)}) == 1
    assert released(database) == 2
    assert [message["data"]["count"] for message in sent(database)] == [2]
    assert [state for state, _ in steps(database)].count("grouped") == 2


@pytest.mark.usefixtures("nam")
def test_what_waits_of_a_subscription_that_has_ended_is_sent_to_nobody_and_says_why(
    database: Database, log: Log, hire: Hire
) -> None:
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=(EMAIL,), digest=Digest.DAILY))
    log.put(NAM, MemberRecognised(), MARCH)
    log.put(SUBSCRIPTION, SubscriptionEnded(), MARCH)
    tell_all(hire())
    released(database)
    assert sent(database) == []
    assert ("silenced", f"subscription {SUBSCRIPTION} has ended") in steps(database)


@pytest.mark.usefixtures("nam")
def test_a_silence_keeps_the_notice_in_the_inbox_and_names_its_author(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log)
    log.put(SILENCE, a_silence(member=NAM))
    log.put(NAM, a_reprimand(), MARCH)
    worker = hire()
    tell_all(worker)
    assert sent(database) == []
    assert states(database, "sanction-residence") == [(False, False, SILENCE)]
    ((state, cause),) = steps(database)
    assert state == "silenced"
    assert f"silence {SILENCE} by clerk until" in cause
    log.put(SILENCE, SilenceEnded())
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(worker)
    assert len(sent(database)) == 1


@pytest.mark.usefixtures("nam")
@pytest.mark.parametrize("about", [{"member": SURGERY}, {"organisation": WARD}])
def test_a_silence_about_something_else_or_one_that_is_over_silences_nothing(
    database: Database, log: Log, hire: Hire, about: dict[str, Any]
) -> None:
    put_endpoint(log)
    log.put(SILENCE, a_silence(**about))
    log.put(an_id("over"), a_silence(until=datetime(2026, 1, 1, tzinfo=UTC), member=NAM))
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    assert len(sent(database)) == 1


def an_alert(subject: Id, organisation: Id, rule: str = "no-meeting") -> Told:
    return Told(
        id=an_id(f"{subject}{organisation}{rule}"), position=1, subject=subject, organisation=organisation, fact="",
        role="superior", policy="absence@1", rule=rule, history=False, due_at=datetime.now(UTC), acknowledge_by=None,
        alert=True, day=MARCH,
    )  # fmt: skip


def raised(database: Database, alert: Told) -> None:
    with psycopg.connect(database.app) as connection:
        address(connection, write(connection, [alert], ()))


@pytest.mark.usefixtures("nam")
def test_an_alert_goes_to_endpoints_and_to_those_who_asked_for_alerts(database: Database, log: Log, hire: Hire) -> None:
    put_endpoint(log, HOSPITAL)
    subscribe(log, a_subscription(HOSPITAL, facts=("alert.*",), channels=(EMAIL,)))
    subscribe(log, a_subscription(HOSPITAL, facts=("member.*",), channels=(EMAIL,)), an_id("other"))
    tell_all(hire())
    raised(database, an_alert(SURGERY, HOSPITAL))
    messages = sent(database)
    assert [message["target"] for message in messages] == [SUBSCRIPTION, ENDPOINT]
    assert {(message["type"], message["data"]["position"]) for message in messages} == {("alert.no-meeting", None)}


@pytest.mark.usefixtures("nam")
def test_an_alert_about_a_cell_that_has_ended_is_inhibited(
    database: Database, log: Log, hire: Hire, read_views: ReadViews
) -> None:
    put_endpoint(log, HOSPITAL)
    log.put(SURGERY, OrganisationAbsorbed(into=an_id("paediatrics")), MARCH)
    tell_all(hire())
    read_views()
    raised(database, an_alert(SURGERY, HOSPITAL))
    assert sent(database) == []
    assert steps(database) == [("silenced", f"inhibited: {SURGERY} ended on 2026-03-02")]

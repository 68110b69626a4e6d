"""An organisation subscribes, pauses, silences, looks at it and previews it; what there is not is refused by name."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from events.bus import EmbeddedBus
from projections import watched
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services.notify.worker import Worker
from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.notify.commune import SHIPPED, tell_all

INBOX = [{"inbox": True}]
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def served(template: Postgres) -> Iterator[Commune]:
    with fresh(template) as database, a_commune(database) as made:
        read_views(made)
        yield made


@pytest.fixture(scope="module")
def service(served: Commune) -> Iterator[httpx2.Client]:
    """The commune's own system."""
    with served.client("service", served.commune) as one:
        yield one


@pytest.fixture(scope="module")
def clerk(served: Commune) -> Iterator[httpx2.Client]:
    with served.client("clerk", served.commune) as one:
        yield one


def read_views(served: Commune) -> None:
    feeder = Feeder(served.database.app, VIEWS, EmbeddedBus(served.database.app))
    try:
        feeder.open()
        while feeder.step(0.2):
            pass
    finally:
        feeder.close()


def tell(served: Commune) -> None:
    read_views(served)
    worker = Worker(served.database.app, EmbeddedBus(served.database.app), "local", SHIPPED)
    try:
        worker.open()
        tell_all(worker)
    finally:
        worker.close()


def asking(served: Commune, **more: Any) -> dict[str, Any]:
    return {"organisation": served.commune, "facts": ["member.*"], "channels": INBOX, **more}


def subscribed(one: httpx2.Client, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = one.post("/subscriptions", json=body)
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


def refused(answer: Any, status: int = 422) -> tuple[str, str]:
    """The pointer and the message of the first error."""
    assert answer.status_code == status, answer.text
    (error, *_) = answer.json()["errors"]
    return error["pointer"], error["message"]


def stored(served: Commune, stream: str) -> bytes:
    """All of a stream as it lies in the log."""
    with psycopg.connect(served.database.app) as connection:
        rows = connection.execute("SELECT l::text FROM ledger.log l WHERE stream = %s", [stream]).fetchall()
        data = connection.execute("SELECT data FROM ledger.log WHERE stream = %s", [stream]).fetchall()
    return b"".join([*(row[0].encode() for row in rows), *(row[0] for row in data)])


def test_a_subscription_is_shown_as_it_was_asked_for(served: Commune, service: httpx2.Client) -> None:
    body = asking(
        served, about={"residents_of": served.commune}, channels=[{"inbox": True}, {"email": "bi-thu@example.org"}],
        digest="weekly", quiet={"from": "22:00", "to": "06:00"}, group_minutes=15,
    )  # fmt: skip
    ident = subscribed(service, body)["id"]
    tell(served)
    shown = service.get(f"/subscriptions/{ident}").json()
    assert {name: shown[name] for name in body} == body
    assert (shown["timezone"], shown["state"]) == ("Asia/Ho_Chi_Minh", "active")
    assert ident in [item["id"] for item in service.get("/subscriptions").json()["items"]]
    assert b"bi-thu" not in stored(served, ident)


def test_it_is_paused_resumed_and_ended(served: Commune, service: httpx2.Client) -> None:
    ident = subscribed(service, asking(served))["id"]
    names = []
    for what in ("pauses", "resumptions", "endings"):
        answer = service.post(f"/subscriptions/{ident}/{what}", json={})
        assert answer.status_code == 201, answer.text
        names.append(answer.json()["facts"][0]["name"])
        again = service.post(f"/subscriptions/{ident}/{what}", json={})
        assert (again.status_code, again.json()["facts"]) == (200, [])
    assert names == ["subscription.paused", "subscription.resumed", "subscription.ended"]
    late = service.post(f"/subscriptions/{ident}/pauses", json={})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/subscription.ended")
    tell(served)
    assert service.get(f"/subscriptions/{ident}").json()["state"] == "ended"


@pytest.mark.parametrize(
    ("facts", "nearest"),
    [
        (["member.diciplined"], "member.disciplined"),
        (["member.*", "membr.*"], "member.*"),
        (["meeting.heldd"], "meeting.held"),
    ],
)
def test_an_unknown_fact_is_refused_with_the_nearest(
    served: Commune, service: httpx2.Client, facts: list[str], nearest: str
) -> None:
    pointer, message = refused(service.post("/subscriptions", json=asking(served, facts=facts)))
    assert pointer == f"/facts/{len(facts) - 1}"
    assert message == f"there is no fact {facts[-1]!r}; the nearest is {nearest!r}"


def test_an_unknown_alert_is_refused_with_the_nearest(served: Commune, service: httpx2.Client) -> None:
    subscribed(service, asking(served, facts=["alert.whatever"]))  # nothing was watched here yet
    with psycopg.connect(served.database.app) as connection:
        today = date(2026, 1, 1)
        rules = ("absence-national/no-contact", "absence-national/no-regular-meeting")
        watched.keep(connection, [(rule, watched.Watched(today, today, 0)) for rule in rules])
    days = {"since": "2026-01-01", "until": "2026-02-01"}
    for path, more in (("/subscriptions", {}), ("/subscriptions/previews", days)):
        body = asking(served, facts=["member.*", "alert.no-contct"]) | more
        pointer, message = refused(service.post(path, json=body))
        assert (pointer, message) == (
            "/facts/1",
            "there is no alert 'alert.no-contct'; the nearest is 'alert.no-contact'",
        )
    subscribed(service, asking(served, facts=["alert.no-regular-meeting", "alert.*", "alert.no-*"]))


def mistyped(ident: str) -> str:
    return ident[:-1] + ("0" if ident[-1] != "0" else "1")


@pytest.mark.parametrize("field", ["organisation", "residents_of", "member"])
def test_an_unknown_organisation_or_member_is_refused_with_the_nearest(
    served: Commune, service: httpx2.Client, field: str
) -> None:
    meant = served.lan if field == "member" else served.village_cell
    answer = service.post("/subscriptions", json=asking(served, about={field: mistyped(meant)}))
    pointer, message = refused(answer)
    assert pointer == f"/about/{field}"
    assert message.endswith(f"the nearest is {meant!r}")


def test_an_unknown_subscriber_is_refused_with_the_nearest(served: Commune) -> None:
    body = asking(served) | {"organisation": mistyped(served.commune)}
    pointer, message = refused(served.operator.post("/subscriptions", json=body))
    assert pointer == "/organisation"
    assert message.endswith(f"the nearest is {served.commune!r}")


def test_an_unknown_timezone_or_indicator_is_refused_with_the_nearest(served: Commune, service: httpx2.Client) -> None:
    quiet = {"from": "22:00", "to": "06:00", "timezone": "Asia/Ho_Chi_Min"}
    pointer, message = refused(service.post("/subscriptions", json=asking(served, quiet=quiet)))
    assert (pointer, "'Asia/Ho_Chi_Minh'" in message) == ("/quiet/timezone", True)
    about = {"indicator": {"id": "atendance", "below": 0.85}}
    pointer, message = refused(service.post("/subscriptions", json=asking(served, about=about)))
    assert (pointer, "'attendance'" in message) == ("/about/indicator/id", True)


def test_an_indicator_is_watched_without_facts(served: Commune, service: httpx2.Client) -> None:
    body = asking(served, about={"indicator": {"id": "attendance", "below": 0.85}})
    del body["facts"]
    ident = subscribed(service, body)["id"]
    tell(served)
    about = service.get(f"/subscriptions/{ident}").json()["about"]
    assert about == {"organisation": served.commune, "indicator": {"id": "attendance", "below": 0.85}}


def test_an_endpoint_is_ones_own_and_there(served: Commune, service: httpx2.Client) -> None:
    pointer, message = refused(
        service.post("/subscriptions", json=asking(served, channels=[{"webhook": str(uuid4())}]))
    )
    assert (pointer, message.startswith("there is no endpoint")) == ("/channels/0/webhook", True)
    others = served.post("/endpoints", {"organisation": served.agency, "url": "https://hook.example.org/x"})["id"]
    answer = service.post("/subscriptions", json=asking(served, channels=[{"webhook": others}]))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/subscription.endpoint_of_another")
    ones_own = served.post("/endpoints", {"organisation": served.commune, "url": "https://hook.example.org/y"})["id"]
    subscribed(service, asking(served, channels=[{"webhook": ones_own}]))


def test_nobody_subscribes_for_another_or_about_what_is_not_his(served: Commune, service: httpx2.Client) -> None:
    subscribed(service, asking(served) | {"organisation": served.agency}, 403)
    subscribed(service, asking(served, about={"organisation": served.province}), 403)
    subscribed(service, asking(served, about={"residents_of": served.agency}), 403)
    subscribed(service, asking(served, about={"organisation": served.village_cell}))
    # She works elsewhere, and lives here.
    subscribed(service, asking(served, about={"member": served.lan}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"facts": []},
        {"facts": ["member.*"] * 51},
        {"facts": ["Member!"]},
        {"channels": []},
        {"channels": [{}]},
        {"channels": [{"inbox": False}]},
        {"channels": [{"inbox": True, "email": "a@example.org"}]},
        {"channels": [{"email": "no address"}]},
        {"channels": [{"text": "0912"}]},
        {"digest": "monthly"},
        {"quiet": {"from": "22:00"}},
        {"quiet": {"from": "22:00", "to": "22:00"}},
        {"quiet": {"from": "24:00", "to": "06:00"}},
        {"group_minutes": -1},
        {"about": {"indicator": {"id": "attendance"}}},
        {"timezone": "../etc/passwd"},
    ],
)
def test_what_cannot_be_is_refused(served: Commune, service: httpx2.Client, wrong: dict[str, Any]) -> None:
    refused(service.post("/subscriptions", json=asking(served) | wrong))


def test_about_two_things_at_once_is_refused(served: Commune, service: httpx2.Client) -> None:
    about = {"organisation": served.commune, "member": served.lan}
    refused(service.post("/subscriptions", json=asking(served, about=about)))


def test_who_only_reads_neither_makes_nor_changes_a_subscription(served: Commune, service: httpx2.Client) -> None:
    ident = subscribed(service, asking(served))["id"]
    tell(served)
    for above in (served.commune, served.province):
        with served.client("inspector", above) as inspector:
            subscribed(inspector, asking(served), 403)
            for what in ("pauses", "resumptions", "endings"):
                assert inspector.post(f"/subscriptions/{ident}/{what}", json={}).status_code == 403
            assert inspector.get(f"/subscriptions/{ident}").json()["state"] == "active"


def test_a_channel_is_named_once(served: Commune, service: httpx2.Client) -> None:
    endpoint = served.post("/endpoints", {"organisation": served.commune, "url": "https://hook.example.org/z"})["id"]
    for twice in ({"webhook": endpoint}, {"email": "bi-thu@example.org"}, {"inbox": True}):
        body = asking(served, channels=[{"text": "+84912345678"}, twice, twice])
        pointer, message = refused(service.post("/subscriptions", json=body))
        assert (pointer, message) == ("/channels/2", "this channel is named twice")


def test_a_silence_says_until_when_whose_it_is_and_why(served: Commune, clerk: httpx2.Client) -> None:
    body = {"about": {"member": served.lan}, "until": TOMORROW, "reason": "chuyển trụ sở"}
    answer = clerk.post("/silences", json=body)
    assert answer.status_code == 201, answer.text
    ident = answer.json()["id"]
    tell(served)
    shown = clerk.get(f"/silences/{ident}").json()
    assert (shown["about"], shown["reason"], shown["state"]) == ({"member": served.lan}, "chuyển trụ sở", "active")
    assert [item["id"] for item in clerk.get("/silences").json()["items"]] == [ident]
    assert "chuyển".encode() not in stored(served, ident)
    assert clerk.post(f"/silences/{ident}/endings", json={}).status_code == 201
    tell(served)
    assert clerk.get(f"/silences/{ident}").json()["state"] == "ended"


def test_a_silence_ends_in_the_future_and_has_a_reason(served: Commune, clerk: httpx2.Client) -> None:
    about = {"member": served.lan}
    past = clerk.post("/silences", json={"about": about, "until": "2026-01-01T00:00:00Z", "reason": "x"})
    assert refused(past)[0] == "/until"
    assert refused(clerk.post("/silences", json={"about": about, "until": TOMORROW}))[0] == "/reason"


def test_a_service_silences_nothing(served: Commune, service: httpx2.Client) -> None:
    body = {"about": {"member": served.lan}, "until": TOMORROW, "reason": "x"}
    assert service.post("/silences", json=body).status_code == 403


def test_a_preview_says_how_much_and_shows_the_last_of_it(served: Commune, service: httpx2.Client) -> None:
    today = date.today().isoformat()  # noqa: DTZ011  # whatever the zone, the day before and after are in
    days = {"since": "2026-01-01", "until": (date.fromisoformat(today) + timedelta(days=1)).isoformat()}
    body = asking(served, about={"residents_of": served.commune}) | days
    answer = service.post("/subscriptions/previews", json=body)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["count"] == len(said["examples"]) >= 1
    assert {example["subject"] for example in said["examples"]} == {served.lan}
    before = service.post("/subscriptions/previews", json=body | {"since": "2020-01-01", "until": "2020-12-31"})
    assert before.json()["count"] == 0


def test_a_preview_is_refused_where_the_subscription_would_be(served: Commune, service: httpx2.Client) -> None:
    days = {"since": "2026-01-01", "until": "2026-02-01"}
    unknown = service.post("/subscriptions/previews", json=asking(served, facts=["membr.*"]) | days)
    assert refused(unknown)[0] == "/facts/0"
    above = asking(served, about={"organisation": served.province}) | days
    assert service.post("/subscriptions/previews", json=above).status_code == 403
    back = asking(served) | {"since": "2026-02-01", "until": "2026-01-01"}
    assert refused(service.post("/subscriptions/previews", json=back))[0] == "/until"


def test_whatever_a_subscription_tells_can_be_read(served: Commune, service: httpx2.Client) -> None:
    subscribed(service, asking(served, facts=["organisation.*", "meeting.*", "subscription.*", "endpoint.*"]))
    tell(served)
    served.post(f"/organisations/{served.village_cell}/renamings", {"name": "Chi bộ thôn Một"})
    planned = {"planned_at": "2026-03-05T14:00:00+07:00", "agenda": ["1"], "effective_on": "2026-03-01"}
    served.post("/meetings", {"cell": served.village_cell, "kind": "regular", **planned})
    subscribed(service, asking(served))
    tell(served)
    inbox = service.get("/inbox").json()["items"]
    facts = {item["fact"]: item["id"] for item in inbox if item["rule"] == "subscription"}
    assert facts.keys() >= {"organisation.renamed", "meeting.called", "subscription.made"}
    for ident in facts.values():
        answer = service.get(f"/notices/{ident}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["sentence"].endswith(".")

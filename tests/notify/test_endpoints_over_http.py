"""An organisation's system registers an endpoint, gets its keys, pings it, sees what was sent, asks for it again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest
from standardwebhooks.webhooks import Webhook

from events.bus import EmbeddedBus
from services.notify.sending.running import Sending
from services.notify.worker import Worker
from services.program.postgres import Postgres
from services.settings import Settings
from tests.database import fresh
from tests.ingest.conftest import Commune
from tests.keys import keyring
from tests.notify.commune import SHIPPED, tell_all
from tests.notify.receiving import Receiver, a_send, queue, until
from tests.serving import client, serving

ALLOW = "127.0.0.0/8,http"


@pytest.fixture(scope="module")
def served(template: Postgres) -> Iterator[Commune]:
    """A commune behind HTTP, where webhooks may be sent to this machine."""
    with (
        fresh(template) as database,
        serving(database, webhook_allow=ALLOW) as address,
        client(address, database) as operator,
    ):
        made = Commune(database, address, operator)
        made.province = made.establish("Đảng bộ tỉnh", "province")
        made.commune = made.establish("Đảng bộ xã Hải Hòa", "superior", made.province)
        made.agency = made.establish("Đảng bộ khối cơ quan", "superior", made.province)
        yield made


@pytest.fixture(scope="module")
def service(served: Commune) -> Iterator[httpx2.Client]:
    """The commune's own system."""
    with served.client("service", served.commune) as one:
        yield one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def sending(served: Commune) -> Iterator[None]:
    settings = Settings.read(database=served.database.app, webhook_allow=ALLOW)
    with Sending(settings, keyring(), lambda: None):
        yield


def registered(service: httpx2.Client, served: Commune, url: str, **more: Any) -> dict[str, Any]:
    answer = service.post("/endpoints", json={"organisation": served.commune, "url": url, **more})
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def deliveries(service: httpx2.Client, endpoint: str, **asked: str) -> list[dict[str, Any]]:
    answer = service.get(f"/endpoints/{endpoint}/deliveries", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_the_answer_shows_the_keys_and_the_same_key_shows_them_again(
    service: httpx2.Client, served: Commune, receiver: Receiver
) -> None:
    body, key = {"organisation": served.commune, "url": receiver.url()}, {"Idempotency-Key": "endpoint"}
    first, again = (service.post("/endpoints", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()
    assert first.json()["secret"].startswith("whsec_")
    assert first.json()["public_key"].startswith("whpk_")
    (record,) = [
        line
        for line in served.log()
        if line["name"] == "endpoint.registered" and line["stream"].endswith(first.json()["id"])
    ]
    with psycopg.connect(served.database.app) as connection:
        (data,) = connection.execute("SELECT data FROM ledger.log WHERE position = %s", [record["position"]]).fetchone()  # type: ignore[misc]
    assert receiver.url().encode() not in bytes(data), "the address is sealed"


def test_a_ping_arrives_signed_with_the_key_that_was_shown(
    service: httpx2.Client, served: Commune, receiver: Receiver, sending: None
) -> None:
    made = registered(service, served, receiver.url())
    pinged = service.post(f"/endpoints/{made['id']}/pings")
    assert pinged.status_code == 201, pinged.text
    until(lambda: deliveries(service, made["id"])[0]["state"] == "delivered")
    (got,) = receiver.got
    assert Webhook(made["secret"]).verify(got.body, got.headers)["type"] == "caunoi.ping"
    (line,) = deliveries(service, made["id"])
    assert line["webhook_id"] == got.id == pinged.json()["webhook_id"]
    (attempt,) = line["attempts"]
    assert (attempt["status"], attempt["class"], attempt["answer"]) == (200, "ok", "ok")
    assert service.get(f"/deliveries/{line['id']}").json() == line
    rotated = service.post(f"/endpoints/{made['id']}/rotations")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != made["secret"]
    service.post(f"/endpoints/{made['id']}/pings")
    until(lambda: len(receiver.got) == 2)
    for secret in (made["secret"], rotated.json()["secret"]):
        assert Webhook(secret).verify(receiver.got[1].body, receiver.got[1].headers)


def test_what_failed_since_an_instant_is_sent_again_in_its_order(
    service: httpx2.Client, served: Commune, receiver: Receiver, sending: None
) -> None:
    receiver.answers["/"] = lambda before: (500, {}) if before < 6 or before == 7 else (200, {})
    made = registered(service, served, receiver.url(), fifo=False)
    for number in range(6):
        queue(served.database, a_send(made["id"], number))
    until(lambda: len(deliveries(service, made["id"], state="failed")) == 6)
    with psycopg.connect(served.database.app) as connection:
        connection.execute(
            "UPDATE exchange.deliveries SET state = 'given_up' WHERE target = %s AND number = 2", [made["id"]]
        )
        since = connection.execute(
            "SELECT min(made_at) FROM exchange.deliveries WHERE target = %s AND number = 2", [made["id"]]
        ).fetchone()[0]  # type: ignore[index]
    recovered = service.post(f"/endpoints/{made['id']}/recoveries", json={"since": since.isoformat()})
    assert (recovered.status_code, recovered.json()) == (201, {"queued": 5})
    until(lambda: len(deliveries(service, made["id"], state="delivered")) == 4)
    again = receiver.got[6:]
    assert [got.data["n"] for got in again] == [1, 2, 3, 4, 5], "one that fails again does not hold the others"
    assert {got.id for got in again} <= {got.id for got in receiver.got[:6]}
    for failed in deliveries(service, made["id"], state="failed"):
        assert service.post(f"/deliveries/{failed['id']}/retries").status_code == 201
    until(lambda: len(deliveries(service, made["id"], state="delivered")) == 6)
    assert [len(line["attempts"]) for line in deliveries(service, made["id"])] == [2, 2, 2, 3, 2, 2]


def test_an_endpoint_that_was_switched_off_is_resumed(
    service: httpx2.Client, served: Commune, receiver: Receiver, sending: None
) -> None:
    receiver.answers["/"] = lambda before: (410, {}) if before == 0 else (200, {})
    made = registered(service, served, receiver.url())
    path = f"/endpoints/{made['id']}"
    queue(served.database, a_send(made["id"]))
    until(lambda: service.get(path).json()["state"] == "gone")
    refused = service.post(f"{path}/pings")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/endpoint.off")
    assert service.post(f"{path}/resumptions").json()["state"] == "active"
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert service.post(f"{path}/recoveries", json={"since": since}).json() == {"queued": 1}
    until(lambda: service.get(path).json()["waiting"] == 0)
    assert [line["state"] for line in deliveries(service, made["id"])] == ["delivered"]


def test_one_that_ended_is_called_no_more(service: httpx2.Client, served: Commune, receiver: Receiver) -> None:
    made = registered(service, served, receiver.url())
    path = f"/endpoints/{made['id']}"
    assert service.post(f"{path}/endings").status_code == 201
    assert service.post(f"{path}/endings").status_code == 200
    assert service.get(path).json()["state"] == "ended"
    for noun in ("rotations", "pings", "resumptions"):
        answer = service.post(f"{path}/{noun}")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/endpoint.ended"), noun


def test_lists_are_of_an_organisation_and_page(service: httpx2.Client, served: Commune, receiver: Receiver) -> None:
    made = [registered(service, served, receiver.url(f"/{number}"))["id"] for number in range(3)]
    worker = Worker(served.database.app, EmbeddedBus(served.database.app), "local", SHIPPED)
    worker.open()
    tell_all(worker)
    worker.close()
    whole = service.get("/endpoints").json()["items"]
    assert [line["id"] for line in whole][-3:] == made
    assert whole[-1]["url"] == receiver.url("/2")
    paged: list[str] = []
    after = None
    while after is not None or not paged:
        page = service.get("/endpoints", params={"limit": 2} | ({"after": after} if after else {})).json()
        paged += [line["id"] for line in page["items"]]
        after = page["next"]
    assert paged == [line["id"] for line in whole]


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://169.254.169.254/latest", "ftp://example.org/", "https://[::1]/", "hook", ""]
)
def test_an_address_that_may_not_be_called_is_refused_with_the_reason(
    service: httpx2.Client, served: Commune, url: str
) -> None:
    answer = service.post("/endpoints", json={"organisation": served.commune, "url": url})
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/url"]


def test_others_neither_look_nor_touch(service: httpx2.Client, served: Commune, receiver: Receiver) -> None:
    made = registered(service, served, receiver.url())
    with served.client("service", served.agency) as stranger, served.client("inspector", served.commune) as inspector:
        body = {"organisation": served.commune, "url": receiver.url()}
        assert stranger.post("/endpoints", json=body).status_code == 403
        assert inspector.post("/endpoints", json=body).status_code == 403
        path = f"/endpoints/{made['id']}"
        assert stranger.get(path).status_code == 403
        assert inspector.get(path).status_code == 200
        for one_ in (stranger, inspector):
            for noun in ("rotations", "endings", "pings", "resumptions"):
                assert one_.post(f"{path}/{noun}").status_code == 403, noun
            assert one_.post(f"{path}/recoveries", json={"since": "2026-03-02T08:00:00Z"}).status_code == 403
    assert service.get("/endpoints/not-an-id").status_code == 404
    assert service.post(f"/endpoints/{made['id']}/recoveries", json={"since": "yesterday"}).status_code == 422

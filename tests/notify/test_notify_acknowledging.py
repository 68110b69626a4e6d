"""A committee says that it knows: once, under its key, for its own side, and in a form that can be kept."""

from datetime import date, datetime

import pytest

from events import wire
from tests.examples import COMMUNE, SURGERY, an_id
from tests.keys import keyring
from tests.notify.commune import NAM, WARD, Log, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items


@pytest.mark.parametrize("role", ["secretary"])
def test_an_acknowledgement_is_a_fact_and_once_is_enough(
    reprimanded: int, log: Log, hire: Hire, ask: As, role: str
) -> None:
    client = ask(role, COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}/acknowledgements"
    first = client.post(path, json={})
    at = reprimanded + 1
    assert first.status_code == 201
    assert first.json() == {
        "id": line["id"], "stream": f"notice/{line['id']}", "version": 1, "position": at,
        "facts": [{"name": "notice.acknowledged", "position": at}],
    }  # fmt: skip
    assert (first.headers["etag"], first.headers["caunoi-position"]) == ('"1"', str(at))
    second = client.post(path)
    assert second.status_code == 200
    assert second.json() == {**first.json(), "facts": []}
    tell_all(hire())
    assert items(client, state="open") == []
    (line,) = items(client, state="acknowledged")
    assert line["state"] == "acknowledged"
    (record,) = log.ledger.stream(line["id"])
    assert record.cause == reprimanded
    assert wire.decode(record.name, record.data).organisation == COMMUNE  # type: ignore[attr-defined]
    times = client.get(f"/notices/{line['id']}").json()["times"]
    assert datetime.fromisoformat(times["acknowledged"]) == record.recorded_at


def test_the_same_key_answers_the_same_again(reprimanded: int, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path, key = f"/notices/{line['id']}/acknowledgements", {b"Idempotency-Key": "thứ nhất".encode()}
    first, again = client.post(path, json={}, headers=key), client.post(path, json={}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for another in ({"reason": "đã biết"}, {"effective_on": "2026-03-03"}):
        other = client.post(path, json=another, headers=key)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")


def test_a_key_of_one_who_came_late_is_kept_too(reprimanded: int, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path, key = f"/notices/{line['id']}/acknowledgements", {"Idempotency-Key": "k"}
    client.post(path, json={})
    first, again = client.post(path, json={}, headers=key), client.post(path, json={}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["facts"] == []
    assert again.headers["idempotency-replayed"] == "true"
    assert client.post(path, json={"reason": "x"}, headers=key).status_code == 422


def test_a_stale_version_is_refused(reprimanded: int, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}/acknowledgements"
    stale = client.post(path, json={}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"0"')
    assert client.post(path, json={}, headers={"If-Match": '"0"'}).status_code == 201


BODIES = [
    (b"{", 400),
    (b"[]", 422),
    (b'{"said": "yes"}', 422),
    (b'{"effective_on": "2099-01-01"}', 422),
    (b'{"effective_on": "1066-10-14"}', 422),
    (b'{"reason": "a\\u0000b"}', 422),
    (b'{"reason": "\\ud800"}', 400),
    (b'{"reason": 7}', 422),
]


def test_a_body_that_is_no_acknowledgement_writes_nothing(reprimanded: int, log: Log, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}/acknowledgements"
    for body, status in BODIES:
        answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, answer.text
    assert log.ledger.head() == reprimanded


@pytest.mark.parametrize(
    "body",
    [b"", '{"effective_on": "2026-03-03", "reason": "đã biết", "backfill": true}'.encode()],
    ids=["empty", "full"],
)
def test_what_may_be_said_is_kept(reprimanded: int, log: Log, ask: As, body: bytes) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}/acknowledgements"
    assert client.post(path, content=body, headers={"Content-Type": "application/json"}).status_code == 201
    (stored,) = log.ledger.stream(line["id"])
    assert stored.reason == "", "what is said about a member is sealed"
    with log.ledger.connection() as connection:
        (record,) = keyring().opened(connection, [stored])
    assert (record.reason, record.effective_on == date(2026, 3, 3)) == (("đã biết", True) if body else ("", False))


def test_a_body_too_large_or_of_another_kind_is_not_read(reprimanded: int, log: Log, ask: As) -> None:
    client = ask("secretary", COMMUNE)
    (line,) = items(client)
    path = f"/notices/{line['id']}/acknowledgements"
    large = b'{"reason": "' + b"x" * (1 << 20) + b'"}'
    assert client.post(path, content=large, headers={"Content-Type": "application/json"}).status_code == 413
    assert client.post(path, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(path, json={}, headers={"If-Match": "x"}).status_code == 412
    assert client.post(path, json={}, headers={"Idempotency-Key": "k" * 256}).status_code == 422
    assert log.ledger.head() == reprimanded


@pytest.mark.parametrize("role", ["inspector", "service", "clerk"])
def test_who_only_looks_acknowledges_nothing(reprimanded: int, ask: As, role: str) -> None:
    client = ask(role, COMMUNE)
    (line,) = items(client)
    assert client.get(f"/notices/{line['id']}").status_code == 200
    assert client.post(f"/notices/{line['id']}/acknowledgements", json={}).status_code == 403


def test_others_neither_read_nor_acknowledge(reprimanded: int, log: Log, read_views: ReadViews, ask: As) -> None:
    read_views()
    (line,) = items(ask())
    for organisation in (WARD, SURGERY):
        stranger = ask("secretary", organisation)
        assert stranger.get("/inbox", params={"organisation": COMMUNE}).status_code == 403
        assert stranger.get(f"/notices/{line['id']}").status_code == 403
        assert stranger.post(f"/notices/{line['id']}/acknowledgements", json={}).status_code == 403
    assert ask("secretary", WARD).get(f"/members/{NAM}/notices").status_code == 403
    assert log.ledger.head() == reprimanded


def test_who_stands_above_reads_and_acknowledges(reprimanded: int, read_views: ReadViews, ask: As) -> None:
    read_views()
    province = ask("secretary", an_id("province"))
    (line,) = items(province)
    assert province.post(f"/notices/{line['id']}/acknowledgements", json={}).status_code == 201

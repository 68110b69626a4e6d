"""A stream tells all that its reader may see, once, in order, also to whoever comes again, and to nobody else."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from time import monotonic, sleep
from typing import Any

import httpx2
import psycopg
import pytest

from services.notify.feeds import stream
from services.notify.feeds.following import Next, Records
from tests.database import Database
from tests.examples import CELL_7, COMMUNE, HOSPITAL, a_reprimand
from tests.notify.commune import NAM, Log, tell_all
from tests.notify.conftest import Hire, ReadViews
from tests.serving import client, serving

Told = Iterator[dict[str, Any]]


@pytest.fixture
def address(database: Database, log: Log) -> Iterator[str]:
    log.put_organisations()
    log.put_member()
    with serving(database) as found:
        yield found


def events(answer: httpx2.Response) -> Told:
    """What is told, comments left out: `id` as a number, `data` where there is any."""
    found: dict[str, Any] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and found:
            yield found
            found = {}
        elif name == "id":
            found["id"] = int(value)
        elif name == "data":
            found["data"] = json.loads(value)


def positions(who: httpx2.Client, count: int, **asked: Any) -> list[int]:
    with who.stream("GET", "/stream", **asked) as answer:
        assert answer.status_code == 200, answer.read()
        return [one["data"]["position"] for one in islice(events(answer), count)]


def last(database: Database) -> int:
    with psycopg.connect(database.app) as connection:
        row = connection.execute("SELECT position FROM ledger.counter").fetchone()
        assert row is not None
        return int(row[0])


def test_records_come_as_they_are_recorded_under_their_positions(address: str, database: Database, log: Log) -> None:
    with client(address, database) as who, who.stream("GET", "/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = events(answer)
        at = [log.put(NAM, a_reprimand(), date(2026, 3, day)) for day in (2, 3, 4)]
        found = list(islice(told, 3))
    assert [one["id"] for one in found] == at
    with client(address, database) as who:
        assert [one["data"] for one in found] == [who.get(f"/log/{position}").json() for position in at]


def test_whoever_comes_again_loses_nothing_and_is_told_nothing_twice(
    address: str, database: Database, log: Log
) -> None:
    for day in range(1, 29):
        for month in range(1, 10):
            log.put(NAM, a_reprimand(), date(2026, month, day))
    end = last(database)
    assert end > 2 * 100, "several pages"
    found: list[int] = []
    with client(address, database) as who:
        for piece in (1, 3, 99, 100, 101):
            headers = {"last-event-id": str(found[-1] if found else 0)}
            found += positions(who, min(piece, end - len(found)), headers=headers)
        assert found == list(range(1, len(found) + 1))
        assert positions(who, 2, params={"after": end - 2}) == [end - 1, end]
        assert positions(who, 1, params={"after": 1}, headers={"last-event-id": str(end - 1)}) == [end]


def test_a_committee_is_told_what_concerns_something_in_its_reach(
    address: str, database: Database, log: Log, read_views: ReadViews
) -> None:
    log.put(NAM, a_reprimand(), date(2026, 3, 2))
    read_views()
    end = last(database)
    with client(address, database, "inspector", HOSPITAL) as who:
        each = range(1, end + 1)
        reachable = [position for position in each if who.get(f"/log/{position}").status_code == 200]
        assert 0 < len(reachable) < end
        assert positions(who, len(reachable), params={"after": 0}) == reachable
    with client(address, database, "service", HOSPITAL) as who:
        assert positions(who, len(reachable), params={"after": 0}) == reachable
    with client(address, database, "clerk", HOSPITAL) as who:
        assert who.get("/stream").status_code == 403


def test_notices_come_to_their_organisation_under_their_numbers(
    address: str, database: Database, log: Log, hire: Hire, read_views: ReadViews
) -> None:
    read_views()
    worker = hire()
    log.put(NAM, a_reprimand(), date(2026, 3, 2))
    tell_all(worker)
    with client(address, database, "service", COMMUNE) as who:
        asked = {"notices": True, "after": 0}
        with who.stream("GET", "/stream", params=asked) as answer:
            told = events(answer)
            first = next(told)
            log.put(NAM, a_reprimand(), date(2026, 3, 9))
            tell_all(worker)
            second = next(told)
        assert first["id"] < second["id"]
        assert {first["data"]["organisation"], second["data"]["organisation"]} == {COMMUNE}
        again = {item["id"]: item["number"] for item in who.get("/inbox").json()["items"]}
        assert {one["data"]["id"]: one["id"] for one in (first, second)} == again
        with who.stream("GET", "/stream", params=asked, headers={"last-event-id": str(first["id"])}) as answer:
            assert next(events(answer)) == second
        assert who.get("/stream", params={"notices": True, "organisation": HOSPITAL}).status_code == 403


def test_who_hears_nothing_is_told_that_the_stream_lives(
    address: str, database: Database, log: Log, read_views: ReadViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.3)
    read_views()
    with client(address, database, "service", HOSPITAL) as who, who.stream("GET", "/stream") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line) == ": caunoi"
        assert next(line for line in lines if line) == ": "


def test_a_stream_ends_when_its_token_is_revoked(
    address: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.3)
    with client(address, database) as who, who.stream("GET", "/stream") as answer:
        with psycopg.connect(database.owner) as connection:
            connection.execute("UPDATE access.tokens SET revoked_at = now()")
        assert [one for one in events(answer) if "data" in one] == []


@pytest.mark.parametrize(
    ("asked", "headers", "status"),
    [
        ({"after": -1}, {}, 422),
        ({"afters": 1}, {}, 422),
        ({}, {"last-event-id": "x"}, 422),
        ({"organisation": CELL_7}, {}, 422),
    ],
)
def test_a_question_that_cannot_be_is_refused(
    address: str, database: Database, asked: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    with client(address, database) as who:
        assert who.get("/stream", params=asked, headers=headers).status_code == status


def test_a_slow_reader_is_not_read_ahead_for(
    address: str, database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it does not take is not fetched: pages stop while the connection is full."""
    fetched: list[int] = []
    page = Records.after

    def counted(self: Records, place: int) -> Next:
        fetched.append(place)
        found = page(self, 0)
        return Next([event._replace(data=event.data + b" " * 100_000) for event in found.events], place + 1)

    monkeypatch.setattr(Records, "after", counted)
    with client(address, database) as who, who.stream("GET", "/stream", params={"after": 0}) as answer:
        next(events(answer))
        settled = _settled(lambda: len(fetched))
        assert settled < 200, "some tens of megabytes are in the sockets, and no more in memory"


def _settled(count: Callable[[], int]) -> int:
    """The number once it no longer grows for a second, within half a minute."""
    until, seen, since = monotonic() + 30, count(), monotonic()
    while monotonic() < until and monotonic() - since < 1:
        sleep(0.05)
        if count() != seen:
            seen, since = count(), monotonic()
    return seen

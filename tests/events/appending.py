"""Requests in a few words, for the tests of the ledger."""

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg

from events.copying import copy
from events.fact import Id, Record
from events.ledger import Ledger
from events.request import Appended, Entry, Request, Write
from tests.database import Database

DAY = date(2026, 10, 1)
NAME = "thing.happened"
_number = count(1)


def new() -> Id:
    """An id that nothing has yet."""
    return Id(str(uuid4()))


def entries(number: int = 1) -> list[Entry]:
    """So many facts, no two of which say the same."""
    return [Entry(NAME, DAY, b'{"number":%d}' % next(_number)) for _ in range(number)]


def to(stream: Id, expected: int = 0, facts: int = 1, **more: Any) -> Request:
    """Facts for one stream."""
    return Request(more.pop("command", None) or new(), "an office", [Write(stream, expected, entries(facts))], **more)


def silent(**more: Any) -> Request:
    """A command that has nothing new to say."""
    return Request(more.pop("command", None) or new(), "an office", [], **more)


def outcomes(ledger: Ledger, *requests: Request) -> list[Appended | Exception]:
    """What comes of requests that are there at the same time: one group, but for those that touch each other."""
    return asyncio.run(ledger.append_all(requests))


def copied(database: Database, *requests: Request) -> list[Appended | Exception]:
    """The outcomes of a copy, after a look whether they come in the order of the requests."""
    pairs = list(copy(database.app, requests))
    assert [request for request, _ in pairs] == list(requests)
    return [outcome for _, outcome in pairs]


def everything(ledger: Ledger) -> list[Record]:
    """The whole log."""
    return ledger.read(0, 1_000_000)


def must_be_whole(records: Sequence[Record]) -> None:
    """Positions without a gap from 1 on, versions without a gap in each stream, instants that never go back."""
    assert [record.position for record in records] == list(range(1, len(records) + 1))
    versions: dict[Id, int] = {}
    for record in records:
        versions[record.stream] = versions.get(record.stream, 0) + 1
        assert record.version == versions[record.stream], f"{record.position} has a wrong version"
    instants = [record.recorded for record in records]
    assert instants == sorted(instants)


def must_agree(conninfo: str) -> None:
    """The counter and the heads say what the log says."""
    with psycopg.connect(conninfo) as connection:
        assert connection.execute(
            "SELECT position = (SELECT coalesce(max(position), 0) FROM ledger.log), "
            "recorded >= (SELECT coalesce(max(recorded), 0) FROM ledger.log) FROM ledger.counter"
        ).fetchone() == (True, True)
        wrong = connection.execute(
            "SELECT * FROM (SELECT stream, max(version) AS version, count(*) FROM ledger.log GROUP BY stream) l "
            "FULL JOIN ledger.heads h USING (stream) WHERE (l.version, l.count) IS DISTINCT FROM (h.version, h.version)"
        ).fetchall()
        assert wrong == []

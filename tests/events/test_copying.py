"""Bulk: what an append promises, for much at once."""

import random

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import chunk
from events.fact import Id
from events.ledger import Ledger
from events.request import (
    Appended,
    Claimed,
    CommandReused,
    Conflict,
    Request,
    Unstorable,
    Write,
)
from tests.database import Database
from tests.events import writers
from tests.events.appending import copied, entries, everything, must_be_whole, new, silent, to


def test_what_is_copied_stands_as_if_it_were_appended(database: Database, ledger: Ledger) -> None:
    ledger.append(to(new()))
    stream, other = new(), new()
    written = entries(7)
    requests = [
        Request(new(), "văn phòng", [Write(stream, 0, written[:3])], reason="vì “…”", cause=1, digest=-5),
        Request(new(), "another", [Write(other, 0, written[3:4]), Write(stream, 3, written[4:6])]),
        Request(new(), "another", [Write(other, 1, written[6:])], takes=[("card:1", other)]),
    ]
    said = copied(database, *requests)
    records = everything(ledger)[1:]
    assert [(r.stream, r.version) for r in records] == [
        (stream, 1), (stream, 2), (stream, 3), (other, 1), (stream, 4), (stream, 5), (other, 2),
    ]  # fmt: skip
    assert [r.data for r in records] == [entry.data for entry in written]
    assert [(r.by, r.reason, r.cause) for r in records[2:4]] == [("văn phòng", "vì “…”", 1), ("another", "", 0)]
    assert said == [
        Appended(2, 3, records[0].recorded),
        Appended(5, 3, records[0].recorded),
        Appended(8, 1, records[0].recorded),
    ]
    assert ledger.holders(["card:1"]) == {"card:1": other}
    known = ledger.known(requests[0].command)
    assert known is not None
    assert known.digest == -5
    must_be_whole(everything(ledger))


def test_chunks_follow_each_other_without_a_gap(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "CHUNK_FACTS", 100)
    dice = random.Random(7)
    streams = {new(): 0 for _ in range(30)}
    requests = []
    for _ in range(1000):
        stream, facts = dice.choice(list(streams)), dice.choice((1, 1, 2, 9))
        requests.append(to(stream, streams[stream], facts))
        streams[stream] += facts
    said = copied(database, *requests)
    assert all(isinstance(outcome, Appended) and not outcome.replayed for outcome in said)
    records = everything(ledger)
    must_be_whole(records)
    assert [r.command for r in records] == [request.command for request in requests for _ in range(request.size)]
    # And once more: the same answers.
    assert copied(database, *requests) == [o._replace(replayed=True) for o in said if isinstance(o, Appended)]
    assert ledger.head() == len(records)


def test_each_refusal_is_its_own_and_the_neighbours_are_in(database: Database, ledger: Ledger) -> None:
    stream, holder, known, nothing = new(), new(), to(new(), digest=1), silent(digest=3, answer=b"nothing")
    ledger.append(to(stream))
    ledger.append(to(holder, takes=[("card:1", holder)]))
    first = ledger.append(known)
    follows = new()
    said = copied(
        database,
        to(new()),
        to(stream, 0),
        known,
        to(new(), conditions=[(holder, 0)]),
        to(new(), reason="\0"),
        to(new(), facts=3),
        to(new(), takes=[("card:1", new())]),
        to(new(), command=known.command, digest=2),
        nothing,
        to(follows, takes=[("card:1", follows)]),
        to(follows, 1),
        to(follows),
        to(new(), conditions=[(follows, 1)]),
        to(new()),
    )
    assert [type(outcome) for outcome in said] == [
        Appended, Conflict, Appended, Conflict, Unstorable, Appended, Claimed, CommandReused, Appended,
        Claimed, Conflict, Appended, Appended, Appended,
    ]  # fmt: skip
    assert said[2] == first._replace(replayed=True)
    assert said[8] == Appended(0, 0, 0)
    stored = ledger.known(nothing.command)
    assert stored is not None
    assert (stored.digest, stored.answer) == (3, b"nothing")
    must_be_whole(everything(ledger))
    assert ledger.head() == 3 + 7


def test_claims_are_taken_and_released_as_by_an_append(database: Database, ledger: Ledger) -> None:
    holder, thief, heir = new(), new(), new()
    ledger.append(to(holder, takes=[("card:1", holder), ("card:2", holder)]))
    said = copied(
        database,
        to(thief, releases=[("card:2", thief)]),
        to(thief, releases=[("card:3", thief)]),
        to(holder, 1, releases=[("card:1", holder)]),
        to(heir, takes=[("card:1", heir)]),
        to(thief, takes=[("card:1", thief)]),
    )
    assert [type(outcome) for outcome in said] == [Claimed, Claimed, Appended, Appended, Claimed]
    assert ledger.holders(["card:1", "card:2", "card:3"]) == {"card:1": heir, "card:2": holder}


def test_many_refusals_do_not_slow_down_for_ever(database: Database, ledger: Ledger) -> None:
    wrong = new()
    chain = [to(wrong, version) for version in range(1, 60)]
    good = [to(new()) for _ in range(200)]
    said = copied(
        database, *[request for pair in zip(good, chain, strict=False) for request in pair], *good[len(chain) :]
    )
    assert sum(isinstance(outcome, Conflict) for outcome in said) == len(chain)
    assert sum(isinstance(outcome, Appended) for outcome in said) == len(good)
    must_be_whole(everything(ledger))


@pytest.mark.parametrize(
    "odd",
    [
        lambda stream: Request(new(), "x", [Write(stream, 0, entries()), Write(stream, 1, entries())]),
        lambda stream: to(stream, takes=[("card:1", stream), ("card:1", stream)]),
        lambda stream: to(Id(stream.upper())),
        lambda _: to(Id("nobody")),
    ],
)
def test_oddities_are_the_databases_to_judge(database: Database, ledger: Ledger, odd: object) -> None:
    assert callable(odd)
    stream = new()
    said = copied(database, to(new()), odd(stream), to(stream), to(new()))
    assert [type(outcome) for outcome in said[::3]] == [Appended, Appended]
    assert [type(outcome) for outcome in said[1:3]].count(Appended) == 1
    must_be_whole(everything(ledger))


def test_a_chunk_is_one_notification_and_one_instant(database: Database, ledger: Ledger) -> None:
    with psycopg.connect(database.app, autocommit=True) as listener:
        listener.execute("LISTEN ledger")
        said = copied(database, *[to(new()) for _ in range(500)])
        heard = [notify.payload for notify in listener.notifies(timeout=1, stop_after=1)]
        heard += [notify.payload for notify in listener.notifies(timeout=0.2)]
    assert heard == ["500"]
    assert len({outcome.recorded for outcome in said if isinstance(outcome, Appended)}) == 1


def test_copies_and_appends_at_once_keep_one_order(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk, "CHUNK_FACTS", 200)
    started = [writers.Writer(database.app, threads=3, requests=60, seed=n) for n in range(2)]
    said = copied(database, *[to(new(), facts=n % 4 + 1) for n in range(1500)])
    heard = writers.hear(started)
    assert all(isinstance(outcome, Appended) for outcome in said)
    assert len(heard.done) == 2 * 3 * 60
    records = everything(ledger)
    must_be_whole(records)
    writers.must_be_kept(heard, records)


def test_what_is_larger_than_a_part_of_the_log_is_copied_too(database: Database, ledger: Ledger) -> None:
    with psycopg.connect(database.owner) as owner:
        owner.execute("DROP TABLE ledger.log_0, ledger.log_1")
        owner.execute("UPDATE ledger.counter SET partition_size = 100")
        owner.execute("SELECT ledger.extend(0)")
    said = copied(database, *[to(new(), facts=3) for _ in range(200)])
    assert all(isinstance(outcome, Appended) for outcome in said)
    must_be_whole(everything(ledger))


# As if one after the other


SOME = st.integers(0, 3)
PROGRAMMES = st.lists(
    st.tuples(SOME, st.integers(0, 4), st.integers(0, 2), st.none() | SOME, st.none() | SOME), max_size=12
)
"""Requests for four streams: (stream, version expected, facts, stream that must have one fact, claim)."""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PROGRAMMES)
def test_a_copy_answers_as_if_each_came_alone(
    database: Database, ledger: Ledger, programme: list[tuple[int, int, int, int | None, int | None]]
) -> None:
    def requests() -> list[Request]:
        streams = [new() for _ in range(4)]
        return [
            Request(
                new(),
                "x",
                [Write(streams[stream], expected, entries(facts))],
                conditions=[(streams[looked_at], 1)] if looked_at is not None and looked_at != stream else (),
                takes=[(f"claim:{streams[claim]}", streams[stream])] if claim is not None else (),
            )
            for stream, expected, facts, looked_at, claim in programme
        ]

    def alone(request: Request) -> type:
        try:
            return type(ledger.append(request))
        except (Conflict, Claimed) as refusal:
            return type(refusal)

    assert [type(outcome) for outcome in copied(database, *requests())] == [alone(request) for request in requests()]

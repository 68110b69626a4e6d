"""What an append promises: versions, conditions, and that nobody's refusal touches his neighbours."""

from collections.abc import Callable
from datetime import date

import pytest

from events.fact import Id
from events.ledger import Ledger
from events.request import Appended, Claimed, CommandReused, Conflict, Entry, Request, Unstorable, Write
from tests.events.appending import entries, everything, must_be_whole, new, outcomes, silent, to

# Facts


def test_a_record_comes_back_as_it_was_appended(ledger: Ledger) -> None:
    stream, command = new(), new()
    first = ledger.append(to(new())).first
    entry = Entry("member.rewarded", date(1, 1, 1), '{"note":"Đảng ủy"}'.encode())
    done = ledger.append(Request(command, "văn phòng", [Write(stream, 0, [entry])], reason="vì …", cause=first))
    (record,) = ledger.stream(stream)
    assert record[:6] == (2, stream, 1, "member.rewarded", date(1, 1, 1), done.recorded)
    assert record[6:] == ("văn phòng", "vì …", command, first, entry.data)
    assert ledger.at([2]) == [record]


def test_facts_of_one_request_stand_side_by_side_in_their_order(ledger: Ledger) -> None:
    one, other = new(), new()
    written = entries(5)
    done = ledger.append(Request(new(), "x", [Write(one, 0, written[:3]), Write(other, 0, written[3:])]))
    records = everything(ledger)
    assert (done.first, done.facts) == (1, 5)
    assert [(r.stream, r.version) for r in records] == [(one, 1), (one, 2), (one, 3), (other, 1), (other, 2)]
    assert [r.data for r in records] == [entry.data for entry in written]
    assert {r.recorded for r in records} == {done.recorded}


def test_a_group_stands_in_the_order_in_which_it_came(ledger: Ledger) -> None:
    requests = [to(new(), facts=n % 3 + 1) for n in range(50)]
    said = outcomes(ledger, *requests)
    records = everything(ledger)
    must_be_whole(records)
    assert [r.command for r in records] == [request.command for request in requests for _ in range(request.size)]
    for request, outcome in zip(requests, said, strict=True):
        assert isinstance(outcome, Appended)
        assert [r.command for r in ledger.at(range(outcome.first, outcome.first + outcome.facts))] == (
            [request.command] * request.size
        )


# Versions and conditions


@pytest.mark.parametrize("facts", [1, 2])
def test_a_stream_grows_only_from_where_it_stands(ledger: Ledger, facts: int) -> None:
    stream = new()
    ledger.append(to(stream, 0, facts))
    for wrong in (0, facts - 1, facts + 1, -1):
        with pytest.raises(Conflict) as conflict:
            ledger.append(to(stream, wrong, facts))
        assert (conflict.value.stream, conflict.value.stands) == (stream, facts)
    assert ledger.append(to(stream, facts, facts)).first == facts + 1
    assert ledger.versions([stream, new()]) == {stream: 2 * facts}


def test_who_writes_two_streams_loses_both_when_one_has_moved(ledger: Ledger) -> None:
    one, other = new(), new()
    ledger.append(to(other))
    with pytest.raises(Conflict):
        ledger.append(Request(new(), "x", [Write(one, 0, entries()), Write(other, 0, entries())]))
    assert ledger.stream(one) == []


def test_a_condition_is_the_version_of_a_stream_that_was_looked_at(ledger: Ledger) -> None:
    looked_at, absent = new(), new()
    ledger.append(to(looked_at))
    assert ledger.append(to(new(), conditions=[(looked_at, 1), (absent, 0)])).facts == 1
    for stream, version, stands in ((looked_at, 0, 1), (looked_at, 2, 1), (absent, 1, 0)):
        with pytest.raises(Conflict) as conflict:
            ledger.append(to(new(), conditions=[(stream, version)]))
        assert (conflict.value.stream, conflict.value.stands) == (stream, stands)


def test_a_write_without_facts_is_a_condition(ledger: Ledger) -> None:
    stream = new()
    ledger.append(to(stream))
    assert ledger.append(Request(new(), "x", [Write(stream, 1, []), Write(new(), 0, entries())])).facts == 1
    with pytest.raises(Conflict):
        ledger.append(Request(new(), "x", [Write(stream, 0, []), Write(new(), 0, entries())]))


def test_a_condition_sees_what_the_same_group_wrote_before_it(ledger: Ledger) -> None:
    stream = new()
    said = outcomes(ledger, to(stream), to(new(), conditions=[(stream, 0)]), to(new(), conditions=[(stream, 1)]))
    assert [type(outcome) for outcome in said] == [Appended, Conflict, Appended]


def test_a_condition_does_not_see_what_the_same_group_writes_after_it(ledger: Ledger) -> None:
    stream = new()
    said = outcomes(ledger, to(new(), conditions=[(stream, 0)]), to(stream), to(new(), conditions=[(stream, 1)]))
    assert [type(outcome) for outcome in said] == [Appended] * 3


def test_of_two_in_a_group_that_want_the_same_version_the_first_wins(ledger: Ledger) -> None:
    stream = new()
    won, lost, later = outcomes(ledger, to(stream, 0), to(stream, 0), to(stream, 1))
    assert isinstance(won, Appended)
    assert isinstance(later, Appended)
    assert isinstance(lost, Conflict)
    assert lost.stands == 1


# One request's refusal never touches its neighbours


def too_long_a_claim() -> Request:
    # The index would take it if it could be compressed.
    return to(new(), takes=[("".join(new() for _ in range(1000)), new())])


UNSTORABLE: dict[str, Callable[[], Request]] = {
    "a NUL in the reason": lambda: to(new(), reason="a\0b"),
    "a NUL in the actor": lambda: Request(new(), "a\0b", [Write(new(), 0, entries())]),
    "a NUL in a claim": lambda: to(new(), takes=[("card:\0", new())]),
    "half a character": lambda: to(new(), reason="\ud800"),
    "half a character in the actor": lambda: Request(new(), "\ud800", [Write(new(), 0, entries())]),
    "no UUID": lambda: to(Id("nobody")),
    "too short a UUID": lambda: to(Id("00ff")),
    "a number too large": lambda: to(new(), digest=2**63),
    "a cause too large": lambda: to(new(), cause=2**63, facts=2),
    "a version too large": lambda: to(new(), 2**31 - 1, facts=2),
    "a claim too long for its index": too_long_a_claim,
    "a stream twice": lambda: Request(new(), "x", [Write(s := new(), 0, entries()), Write(s, 0, entries())]),
    "a claim twice": lambda: to(new(), takes=[("card:1", new()), ("card:1", new())]),
}
"""Requests that no decision makes, and that nobody but whoever makes them shall feel."""


@pytest.mark.parametrize("what", UNSTORABLE)
def test_what_the_database_cannot_hold_is_refused_alone(ledger: Ledger, what: str) -> None:
    bad = UNSTORABLE[what]()
    before, after = [to(new()) for _ in range(5)], [to(new(), facts=2) for _ in range(5)]
    said = outcomes(ledger, *before, bad, *after)
    assert [type(outcome) for outcome in said] == [Appended] * 5 + [Unstorable] + [Appended] * 5
    with pytest.raises(Unstorable):
        ledger.append(bad)
    must_be_whole(everything(ledger))
    assert ledger.head() == 15


@pytest.mark.parametrize("entry", [Entry("a.b", "2026-10-01", b"{}"), Entry("a.b", date(2026, 1, 1), "{}")])  # type: ignore[arg-type]
def test_a_mistake_in_the_program_is_its_own_and_nobody_elses(ledger: Ledger, entry: Entry) -> None:
    bad = Request(new(), "x", [Write(new(), 0, [entry])])
    said = outcomes(ledger, to(new()), bad, to(new()))
    assert [type(outcome) for outcome in said[::2]] == [Appended, Appended]
    assert isinstance(said[1], AttributeError | TypeError)
    must_be_whole(everything(ledger))


def test_every_kind_of_refusal_in_one_group_leaves_the_others_in(ledger: Ledger) -> None:
    stream, holder, known = new(), new(), to(new(), digest=1)
    ledger.append(to(stream))
    ledger.append(to(holder, takes=[("card:1", holder)]))
    first = ledger.append(known)
    said = outcomes(
        ledger,
        to(new()),
        to(stream, 0),
        known,
        to(new(), conditions=[(holder, 0)]),
        to(new(), reason="\0"),
        to(new(), facts=3),
        to(new(), takes=[("card:1", new())]),
        to(new(), command=known.command, digest=2),
        silent(),
        to(new()),
    )
    assert [type(outcome) for outcome in said] == [
        Appended, Conflict, Appended, Conflict, Unstorable, Appended, Claimed, CommandReused, Appended, Appended,
    ]  # fmt: skip
    assert said[2] == first._replace(replayed=True)
    records = everything(ledger)
    must_be_whole(records)
    assert len(records) == 3 + 5

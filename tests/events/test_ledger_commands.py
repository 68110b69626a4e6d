"""Commands happen once: asked again, they answer what they answered first."""

import pytest

from events.ledger import Ledger
from events.request import Appended, CommandReused, Conflict, Request, Unstorable, Write
from tests.database import Database
from tests.events.appending import entries, new, outcomes, silent, to


@pytest.mark.parametrize("facts", [1, 3])
def test_a_command_asked_again_answers_what_it_answered_first(database: Database, ledger: Ledger, facts: int) -> None:
    request = to(new(), facts=facts, digest=-7)
    first = ledger.append(request)
    ledger.append(to(new()))
    again = ledger.append(request)
    with Ledger(database.app) as restarted:
        after = restarted.append(request)
        known = restarted.known(request.command)
    assert again == after == first._replace(replayed=True)
    assert known is not None
    assert (known.digest, [r.position for r in known.records]) == (-7, list(range(1, facts + 1)))
    assert ledger.head() == facts + 1


def test_a_command_is_known_even_when_its_facts_would_be_others_now(ledger: Ledger) -> None:
    request = to(new(), facts=2)
    first = ledger.append(request)
    fewer = Request(request.command, "x", [], answer=b"nothing new")
    assert ledger.append(fewer) == first._replace(replayed=True)
    assert ledger.append(to(new(), 5, command=request.command)) == first._replace(replayed=True)


def test_a_command_that_had_nothing_to_say_says_it_again(database: Database, ledger: Ledger) -> None:
    request = silent(digest=5, answer='{"facts":[]} Ồ'.encode())
    first = ledger.append(request)
    assert first == Appended(0, 0, 0)
    assert ledger.append(request) == first._replace(replayed=True)
    # By now it would have something to say; it was answered, though.
    with_facts = to(new(), command=request.command, digest=5)
    assert ledger.append(with_facts) == first._replace(replayed=True)
    with Ledger(database.app) as restarted:
        known = restarted.known(request.command)
    assert known is not None
    assert (known.digest, known.records, known.answer) == (5, [], request.answer)
    assert ledger.head() == 0


@pytest.mark.parametrize("first", [to(new(), digest=1), silent(digest=1), to(new(), facts=2, digest=1)])
def test_a_command_with_another_body_is_refused(ledger: Ledger, first: Request) -> None:
    ledger.append(first)
    for other in (to(new(), command=first.command, digest=2), silent(command=first.command, digest=2)):
        with pytest.raises(CommandReused):
            ledger.append(other)


def test_a_stream_that_exists_is_named_once_too(ledger: Ledger) -> None:
    ledger.append(to(stream := new()))
    with pytest.raises(Unstorable):
        ledger.append(Request(new(), "x", [Write(stream, 1, entries()), Write(stream, 1, entries())]))
    assert ledger.append(to(stream, 1)).first == 2


def test_a_command_twice_in_a_group_happens_once(ledger: Ledger) -> None:
    request, nothing = to(new()), silent()
    first, again, reused, _, silently = outcomes(
        ledger, request, request, to(new(), command=request.command, digest=9), nothing, nothing
    )
    assert isinstance(first, Appended)
    assert again == first._replace(replayed=True)
    assert isinstance(reused, CommandReused)
    assert silently == Appended(0, 0, 0, replayed=True)
    assert ledger.head() == 1


def test_a_refused_command_may_be_asked_again(ledger: Ledger) -> None:
    stream, command = new(), new()
    for refused in (to(stream, 1, command=command), silent(conditions=[(stream, 1)], command=command)):
        with pytest.raises(Conflict):
            ledger.append(refused)
        assert ledger.known(command) is None
    assert not ledger.append(to(stream, 0, command=command)).replayed


def test_a_known_command_is_known_before_its_version_is_looked_at(ledger: Ledger) -> None:
    request = to(new(), takes=[("card:1", new())])
    first = ledger.append(request)
    assert ledger.append(request) == first._replace(replayed=True)

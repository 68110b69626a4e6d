"""A request that stands on what a view said is in only where nothing was recorded since that says otherwise."""

from typing import Any

import pytest

from events.fact import Id
from events.ledger import Ledger
from events.request import Appended, Conflict, Entry, Request, Unless, Write
from tests.database import Database
from tests.events.appending import DAY, NAME, copied, everything, new, outcomes, to


def about(ident: Id, name: str = NAME) -> Request:
    """Somebody's fact that names something."""
    return Request(new(), "an office", [Write(new(), 0, [Entry(name, DAY, b'{"cell":"%b"}' % ident.encode())])])


def asked(*ids: Id, after: int = 0, names: tuple[str, ...] = (), **more: Any) -> Request:
    return to(new(), unless=Unless(after, ids, names), **more)


def test_what_is_named_after_the_position_refuses_it_and_what_was_named_before_does_not(ledger: Ledger) -> None:
    cell = new()
    ledger.append(about(cell))
    ledger.append(about(new()))
    with pytest.raises(Conflict):
        ledger.append(asked(cell))
    assert len(everything(ledger)) == 2
    assert ledger.append(asked(cell, after=1)).first == 3
    assert ledger.append(asked(new())).first == 4


def test_a_fact_of_a_name_refuses_it_whatever_it_names(ledger: Ledger) -> None:
    ledger.append(about(new(), "thing.arrived"))
    with pytest.raises(Conflict):
        ledger.append(asked(new(), names=("thing.arrived", "thing.struck")))
    ledger.append(asked(new(), names=("thing.struck",)))


def test_a_known_command_is_answered_as_the_first_time_whatever_came_since(ledger: Ledger) -> None:
    cell = new()
    request = asked(cell)
    first = ledger.append(request)
    ledger.append(about(cell))
    assert ledger.append(request)[:3] == first[:3]


def test_who_comes_at_the_same_time_is_before_it_or_after_it(ledger: Ledger) -> None:
    cell, other = new(), new()
    said = outcomes(ledger, about(other), about(cell), asked(cell), about(cell), asked(other, after=1))
    assert [isinstance(one, Appended) for one in said] == [True, True, False, True, True]
    assert isinstance(said[2], Conflict)


def test_in_a_copy_it_is_judged_as_in_an_append(database: Database, ledger: Ledger) -> None:
    cell = new()
    said = copied(database, about(cell), asked(cell), to(new()), asked(new()), to(new()))
    assert [isinstance(one, Appended) for one in said] == [True, False, True, True, True]
    assert len(everything(ledger)) == 4

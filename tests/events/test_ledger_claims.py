"""Claims: one holder each, taken and released with the facts that say so."""

import pytest

from events.ledger import Ledger
from events.request import Appended, Claimed, Conflict
from tests.events.appending import new, outcomes, to


def test_a_claim_has_one_holder_until_it_is_released(ledger: Ledger) -> None:
    holder, other = new(), new()
    ledger.append(to(holder, takes=[("card:1", holder)]))
    assert ledger.holders(["card:1", "card:2"]) == {"card:1": holder}
    with pytest.raises(Claimed) as claimed:
        ledger.append(to(other, takes=[("card:1", other)]))
    assert claimed.value.claim == "card:1"
    assert "1" not in str(claimed.value)
    ledger.append(to(holder, 1, releases=[("card:1", holder)]))
    ledger.append(to(other, takes=[("card:1", other)]))
    assert ledger.holders(["card:1"]) == {"card:1": other}


def test_a_claim_is_released_only_by_its_holder(ledger: Ledger) -> None:
    holder, other = new(), new()
    ledger.append(to(holder, takes=[("card:1", holder)]))
    for claim in ("card:1", "card:2"):
        with pytest.raises(Claimed):
            ledger.append(to(other, releases=[(claim, other)]))
    assert ledger.holders(["card:1"]) == {"card:1": holder}
    assert ledger.stream(other) == []


def test_of_two_in_a_group_that_take_the_same_claim_the_first_gets_it(ledger: Ledger) -> None:
    one, other, third = new(), new(), new()
    said = outcomes(
        ledger,
        to(one, takes=[("card:1", one)]),
        to(other, takes=[("card:1", other)]),
        to(third, takes=[("card:2", third)]),
    )
    assert [type(outcome) for outcome in said] == [Appended, Claimed, Appended]
    assert ledger.holders(["card:1", "card:2"]) == {"card:1": one, "card:2": third}


def test_a_claim_that_is_released_is_free_for_the_next_in_the_same_group(ledger: Ledger) -> None:
    one, other = new(), new()
    ledger.append(to(one, takes=[("card:1", one)]))
    said = outcomes(ledger, to(one, 1, releases=[("card:1", one)]), to(other, takes=[("card:1", other)]))
    assert [type(outcome) for outcome in said] == [Appended, Appended]
    assert ledger.holders(["card:1"]) == {"card:1": other}


def test_who_is_refused_takes_and_releases_nothing(ledger: Ledger) -> None:
    one, other = new(), new()
    ledger.append(to(one, takes=[("card:1", one)]))
    with pytest.raises(Conflict):
        ledger.append(to(one, 0, takes=[("card:2", one)], releases=[("card:1", one)]))
    said = outcomes(ledger, to(one, 7, takes=[("card:3", one)]), to(other))
    assert [type(outcome) for outcome in said] == [Conflict, Appended]
    assert ledger.holders(["card:1", "card:2", "card:3"]) == {"card:1": one}

"""`given(State, facts).when(decision, …, on=day).then(facts)`: a decision said as a sentence, and asked twice."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import pytest

from events.fact import Fact, Refused, State

S = TypeVar("S", bound=State)

DAY = date(2026, 3, 2)
"""A Monday, on which all happens that is given no day of its own."""

Dated = Fact | tuple[Fact, date]


def seen(new_state: Callable[[], S], *facts: Dated) -> S:
    """The state after these facts, at positions 1, 2, …"""
    state = new_state()
    for position, dated in enumerate(facts, start=1):
        fact, on = dated if isinstance(dated, tuple) else (dated, DAY)
        state.see(fact, on, position)
    return state


@dataclass
class Given(Generic[S]):
    new_state: Callable[[], S]
    facts: tuple[Dated, ...]

    def when(self, decision: Callable[..., list[Fact]], *asked: Any, on: date = DAY, **options: Any) -> "When[S]":
        return When(self, decision, asked, on, options)


@dataclass
class When(Generic[S]):
    given: Given[S]
    decision: Callable[..., list[Fact]]
    asked: tuple[Any, ...]
    on: date
    options: dict[str, Any]

    def then(self, *facts: Fact) -> None:
        """It answers these facts; asked again once they are on record, it is silent."""
        assert self._decide() == list(facts)
        assert self._decide(*facts) == [], "asked twice, it must be silent"

    def ignored(self) -> None:
        """Already done: nothing new."""
        self.then()

    def refused(self, rule: str) -> None:
        with pytest.raises(Refused) as refusal:
            self._decide()
        assert refusal.value.rule == rule
        assert str(refusal.value), "a refusal says why"

    def _decide(self, *more: Fact) -> list[Fact]:
        state = seen(self.given.new_state, *self.given.facts, *((fact, self.on) for fact in more))
        before = deepcopy(state)
        try:
            return self.decision(state, *self.asked, self.on, **self.options)
        finally:
            assert state == before, "a decision changes nothing by itself"


def given(new_state: Callable[[], S], *facts: Dated) -> Given[S]:
    """Facts of one stream; one that took effect on a day of its own is a pair `(fact, day)`."""
    return Given(new_state, facts)

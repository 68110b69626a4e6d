"""What else a meeting's facts might have been: one change of them, and how facts are exchanged for others."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from events.fact import Fact
from events.meeting import MeetingHeld
from services.scoring.meetings.meeting_facts import MeetingFacts, Told
from services.scoring.rules.rulebook import Item

Items = Sequence[Item]
"""The items of a pack that one rule measures."""
Made = Callable[[MeetingFacts], MeetingFacts]
"""A change of facts."""


class Wish(NamedTuple):
    """One change: in words that go on after `Nếu`, and how it is made."""

    text: str
    made: Made


def instead(facts: MeetingFacts, *new: Fact) -> MeetingFacts:
    """The facts with new ones in the place of the last of their classes, as after a correction: they come last."""
    gone = {last.position for fact in new if (last := facts.last(type(fact))) is not None}
    return altered(facts, gone, new)


def altered(facts: MeetingFacts, gone: set[int], new: Sequence[Fact] = ()) -> MeetingFacts:
    """Without those at some positions, and with new ones after the last position."""
    kept = [told for told in facts.told if told.position not in gone]
    after = facts.position + 1
    told = [*kept, *(Told(after + number, fact) for number, fact in enumerate(new))]
    return MeetingFacts(facts.meeting, told, facts.zone, facts.context)


def said(fact: Fact) -> Made:
    """The fact, in the place of the last one of its class."""
    return lambda facts: instead(facts, fact)


def added(fact: Fact) -> Made:
    """The fact, beside those of its class."""
    return lambda facts: altered(facts, set(), [fact])


def both(first: Wish, second: Wish) -> Wish:
    """One after the other."""
    return Wish(f"{first.text} và {second.text}", lambda facts: second.made(first.made(facts)))


def bounds(items: Items, measure: str) -> set[Decimal]:
    """The figures that the items' options name for a measure."""
    options = (option for item in items for option in item.options)
    said = (option.bounds[measure] for option in options if measure in option.bounds)
    figures = (figure for one in said for figure in (one.at_least, one.above, one.at_most, one.below))
    return {figure for figure in figures if figure is not None}


def session_of(facts: MeetingFacts) -> MeetingHeld:
    """Of a meeting that was held."""
    held = facts.last(MeetingHeld)
    assert held is not None, "only of a meeting that was held something else is wished"
    return held.fact

"""Whether the parts of a pack fit together: sums, references, and bands without a hole, an overlap or an empty one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from events.bands import Band as MeetingBand
from events.classification import YearBand
from services.scoring.rules.measures import MEASURES
from services.scoring.rules.rulebook import Band, Body, Gate, Item, Of, Pack
from services.scoring.rules.rulebook_options import unclear

Place = tuple[str | int, ...]
"""The path to a field, as pydantic gives it: `("items", 2, "max")`."""

BANDS: Mapping[Of, tuple[str, ...]] = {Of.MEETING: tuple(MeetingBand), Of.YEAR: tuple(YearBand)}

Found = Iterator[tuple[Place, str]]


def faults(pack: Pack) -> Found:
    """Everything that is wrong with a pack whose fields are right one by one."""
    if pack.valid_to is not None and pack.valid_to <= pack.valid_from:
        yield ("valid_to",), f"it ends on {pack.valid_to}, before it begins on {pack.valid_from}"
    yield from _doubled("items", [item.id for item in pack.items])
    yield from _doubled("bands", [band.id for band in pack.bands])
    yield from _for_whom(pack)
    if pack.of is Of.INDICATORS:
        for number, item in enumerate(pack.items):
            yield from _indicator(("items", number), item)
        if pack.bands or pack.gates:
            yield ("bands",) if pack.bands else ("gates",), "indicators have targets, and neither bands nor gates"
        return
    for number, item in enumerate(pack.items):
        yield from _item(("items", number), item, MEASURES[pack.of])
    if (total := sum(item.max for item in pack.items)) != pack.full:
        yield ("items",), f"the maxima add up to {total}, not to {pack.full}"
    yield from _known_bands(pack)
    yield from _bands(pack.bands, pack.full)
    yield from _gates(pack)


def _doubled(name: str, ids: Sequence[str]) -> Found:
    for ident, times in Counter(ids).items():
        if times > 1:
            last = max(number for number, other in enumerate(ids) if other == ident)
            yield (name, last, "id"), f"{ident!r} stands here {times} times"


def _for_whom(pack: Pack) -> Found:
    for field, values in (("kinds", pack.kinds), ("scored_by", pack.scored_by)):
        if len(set(values)) < len(values):
            yield (field,), "something stands here twice"
    if not pack.scored_by:
        yield ("scored_by",), f"somebody scores: {', '.join(Body)}"
    for number, item in enumerate(pack.items):
        for field, condition in (("when", item.when), ("full_when", item.full_when)):
            if condition is not None and pack.of is not Of.MEETING:
                yield ("items", number, field), "only a meeting has a month and a cell that it may depend on"


def _indicator(place: Place, item: Item) -> Found:
    """An indicator is computed by the rule of its id, and has at most a target."""
    known = MEASURES[Of.INDICATORS]
    if item.id not in known:
        yield (*place, "id"), f"there is no indicator {item.id!r}; there are: {', '.join(sorted(known))}"
    for field in ("max", "judged", "rule", "options", "when", "full_when"):
        if field in item.model_fields_set:
            yield (*place, field), "an indicator has a target, and nothing that gives points"


def _item(place: Place, item: Item, rules: Mapping[str, frozenset[str]]) -> Found:
    if item.max == 0:
        yield (*place, "max"), f"{item.id!r} needs a maximum above 0"
    if item.target is not None:
        yield (*place, "target"), "only indicators have a target"
    if not item.judged and item.rule is None:
        yield place, f"{item.id!r} is judged by people (judged = true), measured by a rule, or both"
        return
    if item.whole and not item.judged:
        yield (*place, "whole"), f"{item.id!r} is not judged by people"
    if item.rule is None:
        if item.options:
            yield (*place, "options"), f"{item.id!r} is judged by people, who need no options"
        return
    if item.rule not in rules:
        yield (*place, "rule"), f"there is no rule {item.rule!r}; there are: {', '.join(sorted(rules)) or 'none'}"
        return
    yield from _options(place, item, rules[item.rule])


def _options(place: Place, item: Item, measures: frozenset[str]) -> Found:
    for number, option in enumerate(item.options):
        at = (*place, "options", number)
        for name in option.bounds.keys() - measures:
            yield (
                (*at, "if", name),
                f"the rule {item.rule!r} has no measure {name!r}; it has: {', '.join(sorted(measures))}",
            )
        for name, bounds in option.bounds.items():
            if not bounds.model_fields_set:
                yield (*at, "if", name), "bounds without a bound"
        if option.points > item.max:
            yield (*at, "points"), f"{option.points} points are more than the item's {item.max}"
    for number, why in unclear(item.options):
        yield (*place, "options", number), why
    if all(option.points != item.max for option in item.options):
        yield place, f"no option of {item.id!r} gives its {item.max} points"


def _known_bands(pack: Pack) -> Found:
    """Bodies decide on bands by their names, which are the same for every table."""
    known = BANDS.get(pack.of)
    for number, band in enumerate(pack.bands):
        if known is not None and band.id not in known:
            yield ("bands", number, "id"), f"there is no band {band.id!r}; there are: {', '.join(known)}"


def _bands(bands: Sequence[Band], full: Decimal) -> Found:
    """Every number of points from 0 to full marks is in one band, and every band holds one of them."""
    if not bands:
        yield ("bands",), "there are no bands"
        return
    places = sorted(range(len(bands)), key=lambda number: (bands[number].at_least, bands[number].below or 101))
    first, last = places[0], places[-1]
    if bands[first].at_least != 0:
        yield ("bands", first, "at_least"), f"there is no band below {bands[first].at_least} points"
    if (top := bands[last].below) is not None:
        yield ("bands", last, "below"), f"the best band ends below {top} points; leave its upper end open"
    for number, band in enumerate(bands):
        if band.below is not None and band.below <= band.at_least:
            yield ("bands", number), f"nothing reaches {band.id!r}: from {band.at_least} and below {band.below}"
        elif band.at_least > full:
            yield ("bands", number, "at_least"), f"nothing reaches {band.id!r}: there are {full} points at most"
    for lower, upper in pairwise(places):
        ends, begins = bands[lower].below, bands[upper].at_least
        pair = f"{bands[lower].id!r} and {bands[upper].id!r}"
        if ends is None or ends > begins:
            yield ("bands", lower), f"{pair} overlap from {begins} points on"
        elif ends < begins:
            yield ("bands", lower, "below"), f"there is a hole between {pair}, from {ends} to below {begins} points"


def _gates(pack: Pack) -> Found:
    items, bands = {item.id for item in pack.items}, {band.id: band.at_least for band in pack.bands}
    yield from _doubled("gates", [gate.id for gate in pack.gates])
    for number, gate in enumerate(pack.gates):
        yield from _condition(("gates", number), gate, MEASURES[pack.of])
        if pack.of is Of.MEETING and not gate.items:
            yield ("gates", number), "a gate of a meeting's rubric asks for items"
        for item in set(gate.items) - items:
            yield ("gates", number, "items"), f"there is no item {item!r}"
        for field, band in (("band", gate.band), ("otherwise", gate.otherwise)):
            if band not in bands:
                yield ("gates", number, field), f"there is no band {band!r}"
        if bands.get(gate.otherwise, 0) >= bands.get(gate.band, 101):
            yield ("gates", number, "otherwise"), f"{gate.otherwise!r} is not below {gate.band!r}"


def _condition(place: Place, gate: Gate, rules: Mapping[str, frozenset[str]]) -> Found:
    """A gate asks for items, for the measures of a rule, or for what people judge: for one of the three."""
    if (bool(gate.items), gate.rule is not None, gate.judged).count(True) != 1:
        yield place, f"{gate.id!r} asks for `items`, for a `rule`, or is `judged`: one of the three"
        return
    if not gate.items and gate.title is None:
        yield (*place, "title"), f"{gate.id!r} says in its title what it asks for"
    if gate.rule is None:
        if gate.bounds:
            yield (*place, "if"), "bounds are for a rule"
        return
    if gate.rule not in rules:
        yield (*place, "rule"), f"there is no rule {gate.rule!r}; there are: {', '.join(sorted(rules)) or 'none'}"
        return
    if not gate.bounds:
        yield (*place, "if"), "the rule needs bounds"
    for name in gate.bounds.keys() - rules[gate.rule]:
        yield (*place, "if", name), f"the rule {gate.rule!r} has no measure {name!r}"

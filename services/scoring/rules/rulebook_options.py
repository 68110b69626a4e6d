"""Whether an item's options say one thing of every case: no two that give different points, no hole between them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise, product
from math import prod

from services.scoring.rules.rulebook import Bounds, Option

MOST_CASES = 600
"""How many cases of one item are looked at."""

Case = Mapping[str, Decimal]
Wrong = tuple[int, str]
"""The number of the option, from 0, and what is wrong with it."""


def unclear(options: Sequence[Option]) -> Iterator[Wrong]:
    """Options that contradict each other, are never reached, or leave a hole between cases for which there are some.

    Looked at are all cases that the bounds tell apart: each bound itself, between two of them, and beyond. What lies
    beyond all options is no hole: it gives no points, as many tables mean it to.
    """
    names = sorted({name for option in options for name in option.bounds})
    axes = {name: _values([option.bounds[name] for option in options if name in option.bounds]) for name in names}
    if prod(map(len, axes.values())) > MOST_CASES:
        yield len(options) - 1, "its options tell too many cases apart to be checked: make two items of it"
        return
    cases = [dict(zip(names, values, strict=True)) for values in product(*axes.values())]
    first = [_first(options, case) for case in cases]
    # Most measures are never negative: such a case is named only where there is no other.
    yield from _overlaps(options, sorted(cases, key=lambda case: min(case.values(), default=0) < 0))
    for number in sorted(set(range(len(options))) - set(first)):
        yield number, "no case reaches this option"
    yield from _holes(axes, dict(zip((tuple(case.values()) for case in cases), first, strict=True)))


def _overlaps(options: Sequence[Option], cases: Sequence[Case]) -> Iterator[Wrong]:
    told = set()
    for case in cases:
        held = [number for number, option in enumerate(options) if option.holds(case)]
        for one, other in pairwise(held):
            if options[one].points != options[other].points and (one, other) not in told:
                told.add((one, other))
                points = f"{options[one].points} and {options[other].points}"
                yield other, f"this option and option {one + 1} overlap: {_words(case)} would give {points} points"


def _holes(axes: Mapping[str, Sequence[Decimal]], first: Mapping[tuple[Decimal, ...], int | None]) -> Iterator[Wrong]:
    """The first one: along some measure, between two cases that have an option, one that has none."""
    names = list(axes)
    for place, name in enumerate(names):
        others = [values for other, values in axes.items() if other != name]
        for fixed in product(*others):
            line = [(*fixed[:place], value, *fixed[place:]) for value in axes[name]]
            held = [number for number, case in enumerate(line) if first[case] is not None]
            for before, after in pairwise(held):
                if after > before + 1:
                    case = dict(zip(names, line[before + 1], strict=True))
                    number = first[line[after]] or 0
                    yield number, f"there is a hole between the options: nothing is said of {_words(case)}"
                    return


def _first(options: Sequence[Option], case: Case) -> int | None:
    return next((number for number, option in enumerate(options) if option.holds(case)), None)


def _values(bounds: Sequence[Bounds]) -> list[Decimal]:
    """Every end, a value between each two, and one beyond on either side; between 0 and 1 persons there is nobody."""
    ends = sorted({end for one in bounds for end in one.model_dump(exclude_none=True).values()})
    if not ends:
        return [Decimal()]
    between = [(a + b) / 2 for a, b in pairwise(ends) if not (b - a == 1 and a == a.to_integral_value())]
    return sorted([ends[0] - 1, *ends, *between, ends[-1] + 1])


def _words(case: Case) -> str:
    return " and ".join(f"{name} = {value.normalize():f}" for name, value in case.items())

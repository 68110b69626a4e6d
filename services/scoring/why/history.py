"""How a meeting's score became what it is: the records that changed it, found by judging what was known before each."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from events.fact import Id
from services.scoring.meetings.cell_year import CellYear
from services.scoring.meetings.meeting_score import score_in_force
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Number, Score

DEEPEST = 5_000
"""Records that are looked at; more have never been about one cell's year."""


@dataclass(frozen=True, slots=True)
class Turn:
    """From `position` on the score was `after`, and `before` until then; None: there was none."""

    position: int
    before: Score | None
    after: Score | None


@dataclass(frozen=True, slots=True)
class Other:
    """An item's points before and after."""

    item: str
    before: Number | None
    after: Number | None


def turns(
    year: CellYear, meeting: Id, known: int, rules: Callable[[int], RulesInForce], changed: Sequence[int]
) -> list[Turn]:
    """The records up to `known` that changed a meeting's score, oldest first.

    `rules` are those of a position; `changed` the positions, rising, at which they may have become others.
    """
    found: list[Turn] = []
    later: tuple[int, Score | None] | None = None
    for position, judged in _backwards(year, meeting, known, rules, changed):
        if later is not None and differ(judged, later[1]):
            found.append(Turn(later[0], judged, later[1]))
        later = position, judged
    return found[::-1]


def differ(before: Score | None, after: Score | None) -> bool:
    """Whether anybody would see another score: points, bands or the lines' points."""
    if before is None or after is None:
        return before is not after
    return (before.bands, before.points, before.rubric) != (after.bands, after.points, after.rubric) or bool(
        others(before, after)
    )


def others(before: Score | None, after: Score | None) -> list[Other]:
    """The items that have other points, in the order of the rubric."""
    then = {line.item: line.points for line in before.lines} if before else {}
    now = {line.item: line.points for line in after.lines} if after else {}
    return [Other(item, then.get(item), now.get(item)) for item in {**now, **then} if then.get(item) != now.get(item)]


def _backwards(
    year: CellYear, meeting: Id, known: int, rules: Callable[[int], RulesInForce], changed: Sequence[int]
) -> Iterator[tuple[int, Score | None]]:
    """The score of now, then that of before each record from which it may follow; and since when each was it."""
    position = known
    for _ in range(DEEPEST):
        then = year.at(position)
        facts = next((one for one in then.meetings if one.meeting == meeting), None)
        if facts is None:
            break
        place = bisect_right(changed, position)
        since = max(facts.position, facts.context.position, changed[place - 1] if place else 0)
        yield since, score_in_force(facts, rules(position))
        position = since - 1
    yield 0, None

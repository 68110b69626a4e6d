"""What would change a score: the nearest facts that move its band, found by trying them on the pure function."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, product

from msgspec.structs import replace

from events.fact import Fact
from events.meeting import MeetingHeld, SelfScored
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_lines import lines
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.rulebook import Item, Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Change, Score
from services.scoring.why.changes_told import Tried, judged_text, made_change, striking, total_text, watched
from services.scoring.why.wish import Made, Wish, instead
from services.scoring.why.wishes import WISHES

Judge = Callable[[MeetingFacts], Score]
"""The pure function: the same cell, day and pack, other facts."""
Values = Mapping[str, Decimal | None]
"""Points by item."""

MOST = 8
"""Changes that are told; who wants more looks at the lines."""
TOGETHER = 3
"""Rules that are met at once; who misses more did not come near."""
WISHED = 150
"""Changes that are tried of one rule."""
JUDGED = 200
"""Times that the pure function is asked altogether, so that who asks is not kept waiting."""
FOUND = 24
"""Changes that are found before the nearest of them are told."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A wish of one rule, what its items have then, and how much more that is."""

    wish: Wish
    gives: Mapping[str, Decimal]
    gains: Decimal


@dataclass(frozen=True, slots=True)
class _Raise:
    """The committee gives the items that it judges so many points more."""

    wish: Wish
    items: tuple[str, ...]
    needed: Decimal


def with_changes(facts: MeetingFacts, told: Score, rules: RulesInForce) -> Score:
    """The score of these facts, and what would change it; without a pack nothing is known to."""
    pack = rules.pack(Of.MEETING, told.cell, told.on, facts.context.cell_kind)
    if pack is None:
        return told
    return dataclasses.replace(told, changes=changes(facts, pack, lambda other: score(other, told.cell, told.on, pack)))


def changes(facts: MeetingFacts, pack: Pack, judge: Judge) -> tuple[Change, ...]:
    """The nearest changes of a held meeting's facts that would move its band: first what lifts it, then what lowers it.

    The band is the one in force or, where the superior has decided, which no fact changes, the computed one. What lifts
    it: one more fact before several at once, and of equally many those that need fewer points. What lowers it: a record
    that is struck through.
    """
    if facts.last(MeetingHeld) is None:
        return ()
    trial = _Trial(facts, pack, judge)
    lifting = sorted(islice(trial.lifting(), FOUND), key=lambda found: found[0])
    tried = Tried(facts, pack, trial.score)
    return (*[change for _, change in lifting[:MOST]], *striking(tried, judge))[:MOST]


class _Trial:
    """One score. Points of items add up, so most of what could be is reckoned; what is told was judged in full."""

    def __init__(self, facts: MeetingFacts, pack: Pack, judge: Judge) -> None:
        self.facts, self.pack, self.judge = facts, pack, judge
        self.score = judge(facts)
        self.now = watched(self.score)
        self.own: Values = {line.item: line.points for line in self.score.lines if line.applies}
        self.tried = Tried(facts, pack, self.score)
        self.judged = 0

    def lifting(self) -> Iterator[tuple[tuple[int, Decimal], Change]]:
        """By how many steps, and by how many points more; no step of a change that is told could be left out."""
        steps, enough, by_people = self._steps(), list[frozenset[Wish]](), set[str]()
        for several in range(min(TOGETHER, len(steps)) + 1):
            for some in (some for chosen in combinations(steps, several) for some in product(*chosen)):
                wishes = frozenset(step.wish for step in some)
                if any(less <= wishes for less in enough):
                    continue
                then = dict(self.own) | {item: points for step in some for item, points in step.gives.items()}
                if self._lifts(then):
                    found = self._change([step.wish for step in some], _items(some))
                    if found is not None:
                        enough.append(wishes)
                        yield (several, found[0]), found[1]
                    continue
                for more in self._raises(then, by_people):
                    found = self._change([*(step.wish for step in some), more.wish], (*_items(some), *more.items))
                    if found is None or found[1].band in by_people:
                        continue
                    if not some:
                        by_people.add(found[1].band)
                    yield (several + 1, found[0]), found[1]

    def _steps(self) -> list[tuple[_Step, ...]]:
        """For each rule the nearest wish for each number of points that it may give more."""
        by_rule: dict[str, list[Item]] = {}
        for item in self.pack.items:
            if item.rule is not None and item.rule in WISHES and item.id in self.own:
                by_rule.setdefault(item.rule, []).append(item)
        found = []
        for rule, items in by_rule.items():
            part = self.pack.model_copy(update={"items": tuple(items)})
            steps: dict[Decimal, _Step] = {}
            if all(self.own[item.id] == item.max for item in items):
                continue
            for wish in islice(WISHES[rule](self.facts, items), WISHED):
                gives = {
                    line.item: line.points for line in lines(wish.made(self.facts), part) if line.points is not None
                }
                gains = [points - (self.own[item] or 0) for item, points in gives.items()]
                if gains and min(gains) >= 0 and (more := sum(gains, Decimal())) > 0 and more not in steps:
                    steps[more] = _Step(wish, gives, more)
            if steps:
                found.append(tuple(steps.values()))
        return found

    def _lifts(self, then: Values) -> bool:
        """Whether the band would be another one, as far as adding up says."""
        known = [points for points in then.values() if points is not None]
        if len(known) < len(then):
            return False
        band = self.pack.band(min(sum(known, Decimal()), Decimal(100)))
        for gate in self.pack.gates:
            if band == gate.band and any(
                then.get(item.id) != item.max for item in self.pack.items if item.id in gate.items
            ):
                band = gate.otherwise
        return band != self.now

    def _raises(self, then: Values, reached: Collection[str]) -> Iterator[_Raise]:
        """People give what they judge as many points more as the next band needs, then the one after it.

        Bands that are `reached` by their points alone need nothing else.
        """
        scored = self.facts.last(SelfScored)
        if scored is not None and scored.fact.total is not None and not self.score.bands.superior:
            if not reached:
                yield from self._totals(scored.fact, scored.fact.total)
            return
        judged = [line for line in self.score.lines if line.judged and line.applies]
        room = sum((line.max - (line.points or 0) for line in judged), Decimal())
        given = {} if scored is None or scored.fact.total is not None else scored.fact.items
        points = sum((points or Decimal() for points in then.values()), Decimal())
        bands = sorted(band.at_least - points for band in self.pack.bands)
        least = max((needed for needed in bands if needed <= 0), default=Decimal())
        complete = None not in then.values()
        for needed in bands:
            if not room or needed > room or needed < least or (complete and needed <= 0):
                continue
            if self.pack.band(points + needed) in reached:
                continue
            own = {line.item: line.points or Decimal() for line in judged}
            values = _spread(own, {line.item: line.max for line in judged}, max(needed, Decimal()))
            items = {**given, **values}
            fact = replace(scored.fact, items=items, total=None) if scored else SelfScored(items=items)
            raised = tuple(line.item for line in judged if items[line.item] != line.points)
            yield _Raise(Wish(judged_text(judged, needed), _instead(fact)), raised, needed)

    def _totals(self, scored: SelfScored, total: Decimal) -> Iterator[_Raise]:
        for least in sorted(band.at_least for band in self.pack.bands):
            if least > total:
                fact = replace(scored, total=least)
                yield _Raise(Wish(total_text(least, total), _instead(fact)), (), least - total)

    def _change(self, wishes: Sequence[Wish], items: Iterable[str]) -> tuple[Decimal, Change] | None:
        """The points that it gives more, and the change; None where judging in full says that nothing moves."""
        facts = self.facts
        self.judged += 1
        if self.judged > JUDGED:
            return None
        for wish in wishes:
            facts = wish.made(facts)
        then = self.judge(facts)
        if watched(then) in {None, self.now}:
            return None
        more = (then.points or Decimal()) - (self.score.points or Decimal())
        return more, made_change(self.tried, facts, [wish.text for wish in wishes], tuple(dict.fromkeys(items)), then)


def _items(steps: Iterable[_Step]) -> tuple[str, ...]:
    return tuple(item for step in steps for item in step.gives)


def _spread(own: Mapping[str, Decimal], most: Mapping[str, Decimal], needed: Decimal) -> dict[str, Decimal]:
    """Values that are together so many points above what the items have; the first ones are filled first."""
    values = {}
    for item, points in own.items():
        more = min(needed, most[item] - points)
        values[item] = points + more
        needed -= more
    return values


def _instead(fact: Fact) -> Made:
    return lambda facts: instead(facts, fact)

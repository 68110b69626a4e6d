"""What would change a score: the nearest facts that move its band, found by trying them on the pure function."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

import msgspec
from msgspec.structs import replace

from events import wire
from events.fact import Fact, stored_name
from events.meeting import (
    AttendanceRecorded,
    DocumentsSent,
    MeetingHeld,
    MeetingPostponed,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
    VoteTaken,
)
from services.scoring.meeting_facts import MeetingFacts
from services.scoring.meeting_rules import figure
from services.scoring.rulebook import Pack
from services.scoring.score import Change, Line, Score
from services.scoring.wishes import WISHES, Made, Wish, altered, instead

Judge = Callable[[MeetingFacts], Score]
"""The pure function: the same cell, day and pack, other facts."""

MOST = 8
"""Changes that are told; who wants more looks at the lines."""
TOGETHER = 4
"""Items that are changed at once."""
TRIES = 600
"""Times that the function is asked altogether, so that a question about one score stays quick."""
WHAT: dict[type[Fact], str] = {
    MeetingPostponed: "dời cuộc họp",
    PreMeetingHeld: "họp chi ủy trước",
    DocumentsSent: "gửi tài liệu",
    AttendanceRecorded: "danh sách tham dự",
    ResolutionAdopted: "kết luận, nghị quyết",
    MinutesApproved: "thông qua biên bản",
    SelfScored: "tự chấm điểm",
    VoteTaken: "biểu quyết của chi bộ",
}
"""The records that may be struck through while the meeting stays one that was held."""


@dataclass(slots=True)
class _Trial:
    """One score, and how often something else was tried on it."""

    facts: MeetingFacts
    pack: Pack
    judge: Judge
    score: Score
    tried: int = 0

    def asked(self, facts: MeetingFacts) -> Score | None:
        """What it would be worth; None when enough was tried."""
        self.tried += 1
        return self.judge(facts) if self.tried <= TRIES else None


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that gives an item more points, `gains` on its own."""

    items: tuple[str, ...]
    wish: Wish
    gains: Decimal


def changes(facts: MeetingFacts, pack: Pack, judge: Judge) -> tuple[Change, ...]:
    """The nearest changes of a held meeting's facts that would move its band: first what lifts it, then what lowers it.

    The band is the one in force or, where the superior has decided, which no fact changes, the computed one. What lifts
    it: one more fact before several at once, and of equally many those that need fewer points. What lowers it: a record
    that is struck through.
    """
    trial = _Trial(facts, pack, judge, judge(facts))
    if facts.last(MeetingHeld) is None:
        return ()
    lifting = sorted(_lifting(trial), key=lambda found: found[0])[:MOST]
    told = [change for _, change in lifting]
    return (*told, *_striking(trial))[:MOST]


def watched(score: Score) -> str | None:
    """The band that facts can move."""
    return score.bands.computed if score.bands.superior else score.band


def _lifting(trial: _Trial) -> Iterator[tuple[tuple[int, Decimal], Change]]:
    """By how many steps, and by how many points more; no step in what is told could be left out."""
    steps = _steps(trial)
    enough: list[frozenset[Wish]] = []
    by_people: set[str | None] = set()
    for several in range(min(TOGETHER, len(steps)) + 1):
        for chosen in combinations(steps, several):
            for some in product(*chosen):
                wishes = frozenset(step.wish for step in some)
                if any(less <= wishes for less in enough):
                    continue
                base = _made(trial.facts, (step.wish.made for step in some))
                score = trial.asked(base) if some else trial.score
                if score is None:
                    return
                if _moved(trial, score):
                    enough.append(wishes)
                    yield (several, _more(trial, score)), _change(trial, base, some, score)
                    continue
                for step in _judged(trial, base, score):
                    higher = step.wish.made(base)
                    after = trial.asked(higher)
                    if after is None or not _moved(trial, after) or watched(after) in by_people:
                        continue
                    if not some:
                        by_people.add(watched(after))
                    yield (several + 1, _more(trial, after)), _change(trial, higher, (*some, step), after)


def _steps(trial: _Trial) -> list[tuple[_Step, ...]]:
    """For each item that facts decide, the nearest change for each number of points above its own."""
    found: list[tuple[_Step, ...]] = []
    for number, line in enumerate(trial.score.lines):
        rule = trial.pack.items[number].rule
        if rule is None or rule not in WISHES or line.points == line.max or not line.applies:
            continue
        best = line.points or Decimal()
        steps: dict[Decimal, _Step] = {}
        for wish in WISHES[rule](trial.facts, trial.pack.items[number]):
            score = trial.asked(wish.made(trial.facts))
            if score is None:
                return found
            points = score.lines[number].points
            if points is not None and points > best and points not in steps:
                steps[points] = _Step((line.item,), wish, points - best)
        if steps:
            found.append(tuple(steps[points] for points in sorted(steps)))
    return _once(found)


def _once(found: list[tuple[_Step, ...]]) -> list[tuple[_Step, ...]]:
    """Items that the same change helps are one step."""
    by: dict[tuple[str, ...], tuple[_Step, ...]] = {}
    for steps in found:
        texts = tuple(step.wish.text for step in steps)
        known = by.get(texts)
        by[texts] = (
            steps
            if known is None
            else tuple(
                _Step((*old.items, *new.items), old.wish, old.gains + new.gains)
                for old, new in zip(known, steps, strict=True)
            )
        )
    return list(by.values())


def _judged(trial: _Trial, facts: MeetingFacts, score: Score) -> Iterator[_Step]:
    """People give the items that they judge as many points more as the next band needs, then the one after it."""
    scored = facts.last(SelfScored)
    if scored is not None and scored.fact.total is not None and not score.bands.superior:
        yield from _in_total(trial, scored.fact, scored.fact.total)
        return
    lines = [line for line in score.lines if line.judged and line.applies]
    room = sum((line.max - (line.points or 0) for line in lines), Decimal())
    given = {} if scored is None or scored.fact.total is not None else dict(scored.fact.items)
    bands = {band.at_least - (score.points or Decimal()) for band in trial.pack.bands}
    least = max((needed for needed in bands if needed <= 0), default=Decimal())
    for needed in sorted(bands):
        if not room or needed > room or needed < least or (score.complete and needed <= 0):
            continue
        items = given | _spread(lines, max(needed, Decimal()))
        changed = replace(scored.fact, items=items, total=None) if scored else SelfScored(items=items)
        raised = tuple(line.item for line in lines if items[line.item] != line.points)
        yield _Step(raised, Wish(_asked_for(lines, needed), _instead(changed)), needed)


def _in_total(trial: _Trial, scored: SelfScored, total: Decimal) -> Iterator[_Step]:
    for band in sorted(trial.pack.bands, key=lambda band: band.at_least):
        if band.at_least > total:
            text = f"tổng điểm tự chấm đạt ít nhất {figure(band.at_least)} điểm (đã tự chấm {figure(total)} điểm)"
            yield _Step((), Wish(text, _instead(replace(scored, total=band.at_least))), band.at_least - total)


def _spread(lines: Sequence[Line], needed: Decimal) -> dict[str, Decimal]:
    """Values for all of the lines, together that many points above what they have; the first ones are filled first."""
    values = {}
    for line in lines:
        own = line.points or Decimal()
        more = min(needed, line.max - own)
        values[line.item] = own + more
        needed -= more
    return values


def _asked_for(lines: Sequence[Line], needed: Decimal) -> str:
    if any(line.points is None for line in lines):
        least = sum((line.points or Decimal() for line in lines), max(needed, Decimal()))
        most = sum((line.max for line in lines), Decimal())
        if not least:
            return "các mục do tập thể đánh giá được chấm đủ"
        return f"các mục do tập thể đánh giá được chấm đủ, tổng cộng ít nhất {figure(least)}/{figure(most)} điểm"
    room = [(line.title, line.max - (line.points or 0)) for line in lines if line.points != line.max]
    short = ", ".join(f"“{title}” còn {figure(more)}" for title, more in room)
    return f"các mục do tập thể đánh giá được thêm {figure(needed)} điểm ({short})"


def _striking(trial: _Trial) -> Iterator[Change]:
    """What is on record once and would be missed; or what stands in the way."""
    for told in trial.facts.told:
        if (what := WHAT.get(type(told.fact))) is None:
            continue
        less = altered(trial.facts, {told.position})
        score = trial.judge(less)
        if watched(score) is not None and watched(trial.score) is not None and _moved(trial, score):
            text = f"bản ghi số {told.position} ({what}) bị gạch bỏ"
            before = {line.item: line.points for line in trial.score.lines}
            items = tuple(line.item for line in score.lines if line.points != before[line.item])
            yield _change(trial, less, (_Step(items, Wish(text, lambda facts: facts), Decimal()),), score)


def _moved(trial: _Trial, score: Score) -> bool:
    return watched(score) is not None and watched(score) != watched(trial.score)


def _more(trial: _Trial, score: Score) -> Decimal:
    return (score.points or Decimal()) - (trial.score.points or Decimal())


def _made(facts: MeetingFacts, made: Iterable[Made]) -> MeetingFacts:
    for one in made:
        facts = one(facts)
    return facts


def _instead(fact: Fact) -> Made:
    return lambda facts: instead(facts, fact)


def _change(trial: _Trial, facts: MeetingFacts, steps: Sequence[_Step], score: Score) -> Change:
    """In words, and as corrections or records that a committee could make."""
    before = {told.position: told.fact for told in trial.facts.told}
    after = {told.position: told.fact for told in facts.told}
    return Change(
        sentence=_sentence(trial, steps, score),
        points=score.points,
        band=watched(score) or "",
        items=tuple(dict.fromkeys(item for step in steps for item in step.items)),
        strikes=tuple(position for position in before if position not in after),
        facts=tuple(
            {"name": stored_name(type(fact)), "data": msgspec.json.decode(wire.encode(fact))}
            for position, fact in after.items()
            if position not in before
        ),
    )


def _sentence(trial: _Trial, steps: Sequence[_Step], score: Score) -> str:
    wished = "; ".join(step.wish.text for step in steps)
    said = f"Nếu {wished} thì {_worth(trial.pack, score)} (hiện nay {_worth(trial.pack, trial.score)})."
    return said + (_DECIDED if trial.score.bands.superior else "")


_DECIDED = " Mức do cấp trên quyết định vẫn giữ nguyên cho đến khi cấp trên quyết định lại."


def _worth(pack: Pack, score: Score) -> str:
    """A total that the committee gave is nobody's sum of lines, so only its band is told."""
    band = watched(score)
    title = next((one.title.lower() for one in pack.bands if one.id == band), band)
    said = f"xếp loại {title}" if title else "chưa xếp loại"
    if score.points is None or (band is not None and not score.complete):
        return said
    return f"{figure(score.points)} điểm, {said}"

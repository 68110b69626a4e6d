"""What each item gives a meeting, and its line: measured where an item has a rule, and people's word otherwise."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from events.meeting import SelfScored
from services.scoring.meetings.meeting_facts import MeetingFacts, Told
from services.scoring.meetings.meeting_rules import RULES, Finding, figure
from services.scoring.rules.rulebook import Condition, Gate, Item, Option, Pack
from services.scoring.score import GateLine, Line


class Mark(msgspec.Struct, frozen=True):
    """What an item gives. `points`: None: nothing can be known yet, or nobody has judged; `facts`: the positions that
    say so; `why`: the sentence, put together only where somebody reads it. The rest is as in the `Line` made of it.
    """

    of: Item
    points: Decimal | None
    facts: tuple[int, ...]
    why: Callable[[], str]
    judged: bool
    claimed: Decimal | None
    applies: bool = True

    def line(self) -> Line:
        """The same laid out for people; the difference to what the committee claims is told with it."""
        of, because = self.of, self.why()
        if not self.judged and self.claimed is not None and self.points is not None and self.claimed != self.points:
            because += f" Chi ủy tự chấm {figure(self.claimed)} điểm, dữ kiện cho {figure(self.points)} điểm."
        facts, judged = self.facts, self.judged
        return Line(of.id, of.title, self.points, of.max, because, facts, of.source, judged, self.claimed, self.applies)


UNLESS = {
    Condition.THEMATIC_MONTH: "trong tháng chi bộ không sinh hoạt chuyên đề (nguồn không quy định quy đổi điểm)",
    Condition.SECRETARY_ONLY: "chi bộ có chi ủy",
}
"""Why an item is not asked for."""
AS = {
    Condition.THEMATIC_MONTH: "trong tháng chi bộ có sinh hoạt chuyên đề",
    Condition.SECRETARY_ONLY: "chi bộ chỉ có bí thư, không có chi ủy",
}
"""Why an item gives its maximum."""

NOTHING = Decimal()
WHY_GATE = {True: "Đạt điểm tối đa các mục bắt buộc.", None: "Chưa đủ điểm các mục bắt buộc để xét."}


def lines(facts: MeetingFacts, pack: Pack, items: Sequence[Item] | None = None) -> tuple[Line, ...]:
    """A line for each item of the pack, in its order; or for some of them."""
    return tuple([mark.line() for mark in marks(facts, pack, items)])


def marks(facts: MeetingFacts, pack: Pack, items: Sequence[Item] | None = None) -> tuple[Mark, ...]:
    """What each item of the pack gives, in its order; or some of them."""
    scored = facts.last(SelfScored)
    return tuple([_mark(facts, item, scored) for item in (pack.items if items is None else items)])


def gates(pack: Pack, of: Sequence[Mark]) -> tuple[GateLine, ...]:
    """Whether the conditions on top of points are met, in the order of the pack."""
    return tuple([_gate(gate, of) for gate in pack.gates])


def holds(condition: Condition, facts: MeetingFacts) -> bool:
    """Whether the surroundings of a meeting are such."""
    context = facts.context
    return context.thematic_in_month if condition is Condition.THEMATIC_MONTH else context.secretary_only


def _mark(facts: MeetingFacts, item: Item, scored: Told[SelfScored] | None) -> Mark:
    claimed = None if scored is None else scored.fact.items.get(item.id)
    when, full = item.when, item.full_when
    if when is not None and not holds(when, facts):
        return Mark(item, None, (), lambda: f"Không xét mục này: {UNLESS[when]}.", item.judged, claimed, False)
    if full is not None and holds(full, facts):
        return Mark(item, item.max, _why(full, facts), lambda: f"Đạt điểm tối đa: {AS[full]}.", False, claimed)
    if item.rule is not None:
        found = _measured(item, _found(facts, item.rule), claimed)
        # People judge where no facts are on record that decide.
        if found.points is not None or not item.judged:
            return found
    return _judged(item, scored, claimed)


def _found(facts: MeetingFacts, rule: str) -> Finding:
    """What a rule finds in the facts, by however many items it is asked."""
    found: Finding | None = facts.findings.get(rule)
    if found is None:
        found = facts.findings[rule] = RULES[rule].find(facts)
    return found


def _why(condition: Condition, facts: MeetingFacts) -> tuple[int, ...]:
    context = facts.context
    return context.thematic_facts if condition is Condition.THEMATIC_MONTH else context.secretary_facts


def _measured(item: Item, finding: Finding, claimed: Decimal | None) -> Mark:
    option = None if finding.measures is None else item.option(finding.measures)
    unsure = finding.or_else is not None and _worth(option) != _worth(item.option(finding.or_else))
    if finding.measures is None or unsure:
        return Mark(item, None, finding.facts, lambda: finding.figures, False, claimed)
    return Mark(item, _worth(option), finding.facts, lambda: _reached(item, finding, option), False, claimed)


def _worth(option: Option | None) -> Decimal:
    return NOTHING if option is None else option.points


def _reached(item: Item, finding: Finding, option: Option | None) -> str:
    if option is not None:
        return f"{finding.figures} Đạt: {option.text}."
    return f"{finding.figures} Chưa đạt: {'; hoặc '.join(option.text for option in item.options)}."


def _judged(item: Item, scored: Told[SelfScored] | None, claimed: Decimal | None) -> Mark:
    """The value as given. One above the maximum counts for nothing: to cut it down would be a third body's word."""
    points = claimed if claimed is not None and claimed <= item.max else None
    facts = () if scored is None else (scored.position,)
    return Mark(item, points, facts, lambda: _word(item, scored, claimed), True, claimed)


def _word(item: Item, scored: Told[SelfScored] | None, claimed: Decimal | None) -> str:
    if scored is None:
        return "Mục này do tập thể đánh giá; chưa có bản tự chấm điểm."
    if claimed is None:
        return "Mục này do tập thể đánh giá; bản tự chấm không cho điểm riêng."
    if claimed > item.max:
        return f"Chi ủy tự chấm {figure(claimed)} điểm, quá mức tối đa {figure(item.max)} điểm nên không được tính."
    return f"Chi ủy tự chấm {figure(claimed)}/{figure(item.max)} điểm."


def _gate(gate: Gate, of: Sequence[Mark]) -> GateLine:
    needed = [mark for mark in of if mark.applies and mark.of.id in gate.items]
    short = [mark.of.title for mark in needed if mark.points is not None and mark.points < mark.of.max]
    if short:
        return GateLine(gate.id, gate.band, False, f"Chưa đạt điểm tối đa: {', '.join(short)}.", gate.source)
    met = None if any(mark.points is None for mark in needed) else True
    return GateLine(gate.id, gate.band, met, WHY_GATE[met], gate.source)

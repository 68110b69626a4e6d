"""The lines of a meeting's score: measured where an item has a rule, and people's word otherwise."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from events.meeting import SelfScored
from services.scoring.meeting_facts import MeetingFacts, Told
from services.scoring.meeting_rules import RULES, Finding, figure
from services.scoring.rulebook import Condition, Gate, Item, Option, Pack
from services.scoring.score import GateLine, Line


class Said(NamedTuple):
    """Points (None: nothing can be known yet, or nobody has judged), why, and the positions that say so."""

    points: Decimal | None
    because: str
    facts: tuple[int, ...]


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

WHY_GATE = {True: "Đạt điểm tối đa các mục bắt buộc.", None: "Chưa đủ điểm các mục bắt buộc để xét."}


def lines(facts: MeetingFacts, pack: Pack, items: Sequence[Item] | None = None) -> tuple[Line, ...]:
    """A line for each item of the pack, in its order; or for some of them."""
    scored = facts.last(SelfScored)
    return tuple([_line(facts, item, scored) for item in (pack.items if items is None else items)])


def gates(pack: Pack, of: tuple[Line, ...]) -> tuple[GateLine, ...]:
    """Whether the conditions on top of points are met, in the order of the pack."""
    return tuple(_gate(gate, of) for gate in pack.gates)


def holds(condition: Condition, facts: MeetingFacts) -> bool:
    """Whether the surroundings of a meeting are such."""
    context = facts.context
    return context.thematic_in_month if condition is Condition.THEMATIC_MONTH else context.secretary_only


def _line(facts: MeetingFacts, item: Item, scored: Told[SelfScored] | None) -> Line:
    claimed = None if scored is None else scored.fact.items.get(item.id)
    if item.when is not None and not holds(item.when, facts):
        because = f"Không xét mục này: {UNLESS[item.when]}."
        return Line(item.id, item.title, None, item.max, because, (), item.source, item.judged, claimed, False)
    if item.full_when is not None and holds(item.full_when, facts):
        said = Said(item.max, f"Đạt điểm tối đa: {AS[item.full_when]}.", _why(item.full_when, facts))
        return _made(item, said, claimed, judged=False)
    finding = _found(facts, item.rule) if item.rule is not None else None
    measured = _measured(item, finding) if finding is not None else None
    # People judge where no facts are on record that decide.
    if measured is None or (item.judged and measured.points is None):
        return _made(item, _judged(scored, item), claimed, judged=True)
    return _made(item, measured, claimed, judged=False)


def _found(facts: MeetingFacts, rule: str) -> Finding:
    """What a rule finds in the facts, by however many items it is asked."""
    found: Finding | None = facts.findings.get(rule)
    if found is None:
        found = facts.findings[rule] = RULES[rule].find(facts)
    return found


def _made(item: Item, said: Said, claimed: Decimal | None, *, judged: bool) -> Line:
    because = said.because
    if not judged and claimed is not None and said.points is not None and claimed != said.points:
        because += f" Chi ủy tự chấm {figure(claimed)} điểm, dữ kiện cho {figure(said.points)} điểm."
    return Line(item.id, item.title, said.points, item.max, because, said.facts, item.source, judged, claimed)


def _why(condition: Condition, facts: MeetingFacts) -> tuple[int, ...]:
    context = facts.context
    return context.thematic_facts if condition is Condition.THEMATIC_MONTH else context.secretary_facts


def _measured(item: Item, finding: Finding) -> Said:
    if finding.measures is None:
        return Said(None, finding.figures, finding.facts)
    option = item.option(finding.measures)
    if finding.or_else is not None and _worth(option) != _worth(item.option(finding.or_else)):
        return Said(None, finding.figures, finding.facts)
    if option is not None:
        return Said(option.points, f"{finding.figures} Đạt: {option.text}.", finding.facts)
    needed = "; hoặc ".join(option.text for option in item.options)
    return Said(Decimal(), f"{finding.figures} Chưa đạt: {needed}.", finding.facts)


def _worth(option: Option | None) -> Decimal:
    return Decimal() if option is None else option.points


def _judged(scored: Told[SelfScored] | None, item: Item) -> Said:
    """The value as given. One above the maximum counts for nothing: to cut it down would be a third body's word."""
    if scored is None:
        return Said(None, "Mục này do tập thể đánh giá; chưa có bản tự chấm điểm.", ())
    value = scored.fact.items.get(item.id)
    if value is None:
        return Said(None, "Mục này do tập thể đánh giá; bản tự chấm không cho điểm riêng.", (scored.position,))
    if value > item.max:
        said = f"Chi ủy tự chấm {figure(value)} điểm, quá mức tối đa {figure(item.max)} điểm nên không được tính."
        return Said(None, said, (scored.position,))
    return Said(value, f"Chi ủy tự chấm {figure(value)}/{figure(item.max)} điểm.", (scored.position,))


def _gate(gate: Gate, of: tuple[Line, ...]) -> GateLine:
    needed = [line for line in of if line.applies and line.item in gate.items]
    short = [line.title for line in needed if line.points is not None and line.points < line.max]
    if short:
        return GateLine(gate.id, gate.band, False, f"Chưa đạt điểm tối đa: {', '.join(short)}.", gate.source)
    met = None if any(line.points is None for line in needed) else True
    return GateLine(gate.id, gate.band, met, WHY_GATE[met], gate.source)

"""The lines of a meeting's score: measured where an item has a rule, and people's word otherwise."""

from decimal import Decimal

from events.meeting import SelfScored
from services.scoring.meeting_facts import MeetingFacts
from services.scoring.meeting_rules import RULES, Finding, figure
from services.scoring.rulebook import Gate, Item, Pack
from services.scoring.score import GateLine, Line

Valued = tuple[Decimal | None, str, tuple[int, ...]]
"""Points (None: nothing can be known yet, or nobody has judged), because, positions."""

WHY_GATE = {True: "Đạt điểm tối đa các mục bắt buộc.", None: "Chưa đủ điểm các mục bắt buộc để xét."}


def lines(facts: MeetingFacts, pack: Pack) -> tuple[Line, ...]:
    """A line for each item of the pack, in its order."""
    return tuple(_line(facts, item) for item in pack.items)


def gates(pack: Pack, of: tuple[Line, ...]) -> tuple[GateLine, ...]:
    """Whether the conditions on top of points are met, in the order of the pack."""
    return tuple(_gate(gate, of) for gate in pack.gates)


def _line(facts: MeetingFacts, item: Item) -> Line:
    finding = RULES[item.rule].find(facts) if item.rule is not None else None
    # People judge where no facts are on record that decide.
    judged = finding is None or (item.judged and finding.measures is None)
    points, because, positions = _judged(facts, item) if finding is None or judged else _measured(item, finding)
    return Line(item.id, item.title, points, item.max, because, positions, item.source, judged)


def _measured(item: Item, finding: Finding) -> Valued:
    if finding.measures is None:
        return None, finding.figures, finding.facts
    option = item.option(finding.measures)
    if option is not None:
        return option.points, f"{finding.figures} Đạt: {option.text}.", finding.facts
    needed = "; hoặc ".join(option.text for option in item.options)
    return Decimal(), f"{finding.figures} Chưa đạt: {needed}.", finding.facts


def _judged(facts: MeetingFacts, item: Item) -> Valued:
    """The value as given. One above the maximum counts for nothing: to cut it down would be a third body's word."""
    scored = facts.last(SelfScored)
    if scored is None:
        return None, "Mục này do tập thể đánh giá; chưa có bản tự chấm điểm.", ()
    value = scored.fact.items.get(item.id)
    if value is None:
        return None, "Mục này do tập thể đánh giá; bản tự chấm không cho điểm riêng.", (scored.position,)
    if value > item.max:
        said = f"Chi ủy tự chấm {figure(value)} điểm, quá mức tối đa {figure(item.max)} điểm nên không được tính."
        return None, said, (scored.position,)
    return value, f"Chi ủy tự chấm {figure(value)}/{figure(item.max)} điểm.", (scored.position,)


def _gate(gate: Gate, of: tuple[Line, ...]) -> GateLine:
    needed = [line for line in of if line.item in gate.items]
    short = [line.title for line in needed if line.points is not None and line.points < line.max]
    if short:
        return GateLine(gate.id, gate.band, False, f"Chưa đạt điểm tối đa: {', '.join(short)}.", gate.source)
    met = None if any(line.points is None for line in needed) else True
    return GateLine(gate.id, gate.band, met, WHY_GATE[met], gate.source)

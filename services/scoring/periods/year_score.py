"""How a year is classified and why: what was decided, the frame's conditions, and what else is on record about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from events import wire
from events.classification import Classification, ClassificationDecided, ClassificationReopened, Rated
from events.fact import Id, Record
from services.scoring.meetings.meeting_rules import Finding, figure
from services.scoring.rules.rulebook import Gate, Item, Pack
from services.scoring.score import Bands, GateLine, Line, Number, Rubric


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is on record about the year and gives no points by itself; `value` is None where nothing can be known."""

    item: str
    title: str
    value: Number | None
    because: str
    facts: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True)
class YearStep:
    """A decision, or the opening again of one: then there is neither band nor points."""

    position: int
    on: date
    band: str | None
    points: Number | None


@dataclass(frozen=True, slots=True)
class YearScore:
    """A year of an organisation or a member.

    `band` is the superior's; `bands.computed` what points and conditions give, None where they leave it open. The
    decision keeps a total and no points by item, so `complete` is False and the lines say so. It is charged to
    `charged_to` (a member's cell, or the organisation itself) as it stood on `placed_on`. `late`: recorded after the
    decision; it changes the conditions and no band that was decided.
    """

    subject: Id
    kind: Rated
    year: int
    points: Number | None
    band: str | None
    complete: bool
    rubric: Rubric | None
    bands: Bands
    lines: tuple[Line, ...]
    gates: tuple[GateLine, ...]
    late: tuple[int, ...]
    position: int
    reopened: bool
    charged_to: Id | None
    placed_on: date | None
    history: tuple[YearStep, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class YearFacts:
    """What a year's score looks at: the subject's classification, what its rules found, what else is on record."""

    subject: Id
    kind: Rated
    year: int
    records: Sequence[Record]
    findings: dict[str, Finding] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


def score_year_of(facts: YearFacts, pack: Pack | None) -> YearScore:
    """The score of a year by one pack; without one only what was decided can be told."""
    known, history = _folded(facts.records)
    standing = known.decided if known.band is not None else None
    points = standing.points if standing is not None else None
    gates = tuple(_gate(gate, facts) for gate in pack.gates if _applies(gate, facts)) if pack else ()
    band = standing.band.value if standing is not None else None
    decided = next((step.position for step in reversed(history) if step.band is not None), None) if band else None
    looked_at = {at for finding in facts.findings.values() for at in finding.facts}
    looked_at.update(at for one in facts.evidence for at in one.facts)
    placed = known.decided
    return YearScore(
        subject=facts.subject,
        kind=facts.kind,
        year=facts.year,
        points=points,
        band=band,
        complete=False,
        rubric=Rubric.of(pack) if pack else None,
        bands=Bands(_computed(pack, points, gates, facts), None, None, band),
        lines=tuple(_line(item, standing, decided) for item in pack.items) if pack else (),
        gates=gates,
        late=tuple(sorted(at for at in looked_at if decided is not None and at > decided)),
        position=max([*looked_at, *(record.position for record in facts.records)], default=0),
        reopened=known.reopened is not None,
        charged_to=(placed.cell or placed.subject) if placed else None,
        placed_on=placed.placed_on if placed else None,
        history=history,
        evidence=facts.evidence,
    )


def _folded(records: Iterable[Record]) -> tuple[Classification, tuple[YearStep, ...]]:
    state, steps = Classification(), []
    for record in records:
        fact = wire.decode(record.name, record.data)
        state.see(fact, record.effective_on, record.position)
        if isinstance(fact, ClassificationDecided):
            steps.append(YearStep(record.position, record.effective_on, fact.band.value, fact.points))
        elif isinstance(fact, ClassificationReopened):
            steps.append(YearStep(record.position, record.effective_on, None, None))
    return state, tuple(steps)


def _computed(pack: Pack | None, points: Decimal | None, gates: Sequence[GateLine], facts: YearFacts) -> str | None:
    """The band of the points under the conditions; None where it turns on one of which nobody can know."""
    if pack is None or points is None:
        return None
    band, told = pack.band(points), {gate.gate: gate.met for gate in gates}
    asked = [gate for gate in pack.gates if _applies(gate, facts) and gate.band == band]
    if (missed := next((gate for gate in asked if told[gate.id] is False), None)) is not None:
        return missed.otherwise
    return None if any(told[gate.id] is None for gate in asked) else band


def _applies(gate: Gate, facts: YearFacts) -> bool:
    """What is asked of an organisation's work is not asked of a person: then nothing has looked for it."""
    return gate.rule is None or gate.rule in facts.findings


def _gate(gate: Gate, facts: YearFacts) -> GateLine:
    title = gate.title or gate.id
    if gate.rule is None:
        because = f"{title}: do nơi quyết định xếp loại đánh giá, không có dữ kiện để tính."
        return GateLine(gate.id, gate.band, None, because, gate.source)
    finding = facts.findings[gate.rule]
    met = None if finding.measures is None else gate.holds(finding.measures)
    return GateLine(gate.id, gate.band, met, f"{title}: {finding.figures}", gate.source)


def _line(item: Item, standing: ClassificationDecided | None, position: int | None) -> Line:
    if standing is None:
        because = "Mục này do tập thể đánh giá; năm này chưa có kết quả xếp loại."
    elif standing.points is None:
        because = "Mục này do tập thể đánh giá; quyết định xếp loại không ghi điểm."
    else:
        because = f"Mục này do tập thể đánh giá; quyết định chỉ ghi tổng điểm {figure(standing.points)}."
    facts = () if position is None else (position,)
    return Line(item.id, item.title, None, item.max, because, facts, item.source, True)

"""What a cell's month, quarter or year is worth: the mean of its meetings, a line each, and how regularly it met."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from events.fact import Id
from events.meeting import MeetingCalled, MeetingHeld, MeetingKind
from services.scoring.meetings.cell_year import CellYear, score_year
from services.scoring.meetings.meeting_bands import computed_band
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_rules import figure
from services.scoring.period import Period
from services.scoring.periods.rhythm import Life, Rhythm, rhythm
from services.scoring.periods.year_score import YearScore
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import BANDS, Bands, GateLine, Line, Number, Rubric, Score

DIGITS = Decimal("0.01")
KINDS = {MeetingKind.REGULAR: "thường kỳ", MeetingKind.THEMATIC: "chuyên đề", MeetingKind.EXTRAORDINARY: "bất thường"}
SOURCE = "Điểm của kỳ là trung bình cộng điểm các cuộc họp đã có đủ điểm trong kỳ"
BODIES = {
    "superior": "cấp trên quyết định",
    "vote": "chi bộ biểu quyết",
    "self": "chi ủy tự chấm",
    "computed": "tính từ sự kiện",
}


@dataclass(frozen=True, slots=True)
class PeriodScore:
    """A cell's score of a period.

    `points`: the mean of those of its meetings that have all of their points, cut off after two digits; None where
    there is none. `complete`: every meeting that was held has them. Only the computed band can be told of a period, by
    the rubric of its last meeting. `lines`: a meeting that was held each, `item` is its id. `meetings` counts them by
    the band in force (`none` where there is none). `year`: how the cell is classified, where the period is a year.
    """

    cell: Id
    period: str
    points: Number | None
    band: str | None
    complete: bool
    rubric: Rubric | None
    bands: Bands
    lines: tuple[Line, ...]
    gates: tuple[GateLine, ...]
    late: tuple[int, ...]
    position: int
    rhythm: Rhythm
    meetings: Mapping[str, int]
    year: YearScore | None = None


def score_period(year: CellYear, period: Period, rules: RulesInForce, life: Life, today: date) -> PeriodScore:
    """The score of a period that lies in that year, by the facts that the year has been read with.

    `today` is the day up to which anything can be known: months that are not over by then are asked for nothing yet.
    """
    held = [facts for facts in year.meetings if facts.day in period and facts.last(MeetingHeld) is not None]
    within = CellYear(year.cell, year.year, tuple(facts for facts in held if not facts.is_cancelled))
    scores = score_year(within, rules)
    whole = [score for score in scores if score.complete and score.points is not None]
    points = mean([score.points for score in whole if score.points is not None])
    pack = _pack(year.cell, within.meetings, rules)
    gates = _gates(scores)
    complete = bool(scores) and len(whole) == len(scores)
    band = _band(pack, points, gates) if complete else None
    return PeriodScore(
        cell=year.cell,
        period=period.text,
        points=points,
        band=band,
        complete=complete,
        rubric=Rubric.of(pack) if pack else None,
        bands=Bands(band, None, None, None),
        lines=tuple(_line(facts, score) for facts, score in zip(within.meetings, scores, strict=True)),
        gates=gates,
        late=tuple(sorted({position for score in scores for position in score.late})),
        position=max((score.position for score in scores), default=0),
        rhythm=rhythm(within.meetings, period, life, today),
        meetings=dict(Counter(score.band or "none" for score in scores)),
    )


def mean(points: Sequence[Decimal]) -> Decimal | None:
    """Their mean, cut off after two digits, so that what fell short never looks reached; None of none."""
    if not points:
        return None
    return (sum(points, Decimal()) / len(points)).quantize(DIGITS, ROUND_DOWN)


def _pack(cell: Id, meetings: Sequence[MeetingFacts], rules: RulesInForce) -> Pack | None:
    for facts in reversed(meetings):
        if facts.day is not None and (found := rules.pack(Of.MEETING, cell, facts.day, facts.context.cell_kind)):
            return found
    return None


def _band(pack: Pack | None, points: Decimal | None, gates: tuple[GateLine, ...]) -> str | None:
    if pack is None or points is None:
        return None
    known = {gate.gate for gate in gates}
    same = all(gate.id in known for gate in pack.gates) and len(known) == len(pack.gates)
    # Meetings by another rubric than the last one's were not held to its gates.
    return computed_band(pack, points, tuple(gates)) if same else pack.band(points)


def _gates(scores: Iterable[Score]) -> tuple[GateLine, ...]:
    """A gate of a period is met where every one of its meetings has met it."""
    found: dict[str, list[GateLine]] = {}
    for score in scores:
        for gate in score.gates:
            found.setdefault(gate.gate, []).append(gate)
    return tuple(_gate(lines) for lines in found.values())


def _gate(lines: Sequence[GateLine]) -> GateLine:
    last, missed = lines[-1], sum(line.met is False for line in lines)
    if missed:
        because = f"{missed}/{len(lines)} cuộc họp chưa đạt điều kiện."
        return GateLine(last.gate, last.band, False, because, last.source)
    met = None if any(line.met is None for line in lines) else True
    because = "Mọi cuộc họp đều đạt điều kiện." if met else "Có cuộc họp chưa đủ điểm để xét điều kiện."
    return GateLine(last.gate, last.band, met, because, last.source)


def _line(facts: MeetingFacts, score: Score) -> Line:
    """A meeting's line. Its facts are all that its own score looked at."""
    called = facts.last(MeetingCalled)
    kind = KINDS[called.fact.kind] if called else ""
    full = sum((line.max for line in score.lines), Decimal()) or Decimal(100)
    positions = sorted({told.position for told in facts.told} | {at for line in score.lines for at in line.facts})
    return Line(
        item=score.meeting,
        title=f"Sinh hoạt {kind} ngày {score.on:%d/%m/%Y}",
        points=score.points if score.complete else None,
        max=full,
        because=_because(score),
        facts=tuple(positions),
        source=_source(score.rubric),
        judged=any(line.judged for line in score.lines),
    )


def _because(score: Score) -> str:
    if score.complete and score.points is not None:
        said = f"{figure(score.points)} điểm"
    else:
        missing = [line.title for line in score.lines if line.points is None and line.applies]
        said = f"Chưa đủ điểm ({len(missing)} mục chưa có)" if missing else "Chưa có bảng điểm áp dụng ngày này"
    body = next((name for name in BODIES if getattr(score.bands, name) is not None), None)
    return (
        f"{said}." if body is None else f"{said}; xếp loại {BANDS.get(score.band or '', score.band)}, {BODIES[body]}."
    )


def _source(rubric: Rubric | None) -> str:
    if rubric is None:
        return SOURCE
    return f"{rubric.number} ngày {rubric.on:%d/%m/%Y} của {rubric.issuer}; {SOURCE[0].lower()}{SOURCE[1:]}"

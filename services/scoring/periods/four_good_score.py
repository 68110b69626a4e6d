"""What a four-good candidacy is worth: both bodies' points beside each other, by the table of their issuer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from events import wire
from events.candidacy import (
    Candidacy,
    CandidacyAppraised,
    CandidacyRecognised,
    CandidacySelfAssessed,
    Step,
)
from events.fact import Id, Record, stored_name
from services.scoring.meetings.meeting_rules import figure
from services.scoring.periods.cell_period import PeriodScore
from services.scoring.periods.year_score import Evidence
from services.scoring.rules.rulebook import Gate, Item, Pack
from services.scoring.score import Bands, GateLine, Line, Number, Rubric

OWN_TABLE = "Bảng điểm riêng của cấp trên, chưa công bố trên hệ thống"
LOG = "Sổ ghi sự kiện"


@dataclass(frozen=True, slots=True)
class FourGoodScore:
    """A candidacy's score.

    `points` are the superior's, else the cell's own; a line's `points` likewise, its `claimed` the cell's own. A line
    of an item that the table does not have is of a table that nobody has published here. `bands.self` and
    `bands.superior` are those of either body's points; `standard` is the mark of the best band, None without a table.
    `evidence` is what the cell's meetings of the year say; it gives no points.
    """

    candidacy: Id
    cell: Id
    year: int
    step: Step
    points: Number | None
    band: str | None
    complete: bool
    standard: Number | None
    rubric: Rubric | None
    bands: Bands
    lines: tuple[Line, ...]
    gates: tuple[GateLine, ...]
    late: tuple[int, ...]
    position: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a body gave, and the position that says so."""

    items: Mapping[str, Decimal]
    position: int

    @property
    def total(self) -> Decimal:
        """All of it together."""
        return sum(self.items.values(), Decimal())


@dataclass(frozen=True, slots=True)
class FourGoodFacts:
    """A candidacy as its records tell of it."""

    candidacy: Id
    state: Candidacy
    own: Given | None
    appraised: Given | None
    recognised: int | None
    position: int

    @property
    def cell(self) -> Id:
        """Whose candidacy it is."""
        assert self.state.registered is not None, "it was registered"
        return self.state.registered.cell


def gather(candidacy: Id, records: Iterable[Record]) -> FourGoodFacts | None:
    """What the records of a candidacy tell; None where nobody registered it."""
    state, said, position = Candidacy(), dict[str, int](), 0
    for record in records:
        state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
        said[record.name], position = record.position, record.position
    if state.registered is None:
        return None
    own, appraised = state.self_assessed, state.appraised
    return FourGoodFacts(
        candidacy=candidacy,
        state=state,
        own=Given(own.items, said[stored_name(CandidacySelfAssessed)]) if own else None,
        appraised=Given(appraised.items, said[stored_name(CandidacyAppraised)]) if appraised else None,
        recognised=said.get(stored_name(CandidacyRecognised)),
        position=position,
    )


def score_four_good(facts: FourGoodFacts, pack: Pack | None, meetings: PeriodScore | None = None) -> FourGoodScore:
    """The score by one table; without one only what both bodies gave can be told. `meetings` are those of its year."""
    given = facts.appraised or facts.own
    lines = _lines(facts, pack)
    best = _best(pack) if pack else None
    own, superior = (_band(pack, one) for one in (facts.own, facts.appraised))
    if facts.recognised is not None and best is not None:
        superior = best[0]
    evidence = _evidence(meetings) if meetings is not None else ()
    looked_at = [position for one in evidence for position in one.facts]
    registered = facts.state.registered
    assert registered is not None, "gathered from a registration"
    return FourGoodScore(
        candidacy=facts.candidacy,
        cell=registered.cell,
        year=registered.year,
        step=facts.state.steps.changes[-1].value,
        points=given.total if given else None,
        band=superior or own,
        complete=bool(lines) and all(line.points is not None for line in lines),
        standard=best[1] if best else None,
        rubric=Rubric.of(pack) if pack else None,
        bands=Bands(None, own, None, superior),
        lines=lines,
        gates=tuple(_gate(gate, lines) for gate in pack.gates) if pack else (),
        late=tuple(sorted(at for at in set(looked_at) if facts.recognised is not None and at > facts.recognised)),
        position=max([facts.position, *looked_at]),
        evidence=evidence,
    )


def _best(pack: Pack) -> tuple[str, Decimal]:
    """The best band of a table, and from how many points on."""
    best = max(pack.bands, key=lambda band: band.at_least)
    return best.id, best.at_least


def _band(pack: Pack | None, given: Given | None) -> str | None:
    """The band of a body's points; a gate that its own items do not meet leads to the band behind it."""
    if pack is None or given is None:
        return None
    band = pack.band(given.total)
    for gate in pack.gates:
        if gate.band == band and not _met(gate, pack, given.items):
            band = gate.otherwise
    return band


def _met(gate: Gate, pack: Pack, items: Mapping[str, Decimal]) -> bool:
    return all(items.get(item.id, Decimal()) >= item.max for item in pack.items if item.id in gate.items)


def _gate(gate: Gate, lines: Sequence[Line]) -> GateLine:
    needed = [line for line in lines if line.item in gate.items]
    short = [line.title for line in needed if line.points is not None and line.points < line.max]
    if short:
        return GateLine(gate.id, gate.band, False, f"Chưa đạt điểm tối đa: {', '.join(short)}.", gate.source)
    met = None if not needed or any(line.points is None for line in needed) else True
    return GateLine(gate.id, gate.band, met, gate.title or "Đạt điểm tối đa các mục bắt buộc.", gate.source)


def _lines(facts: FourGoodFacts, pack: Pack | None) -> tuple[Line, ...]:
    items = pack.items if pack else ()
    known = {item.id for item in items}
    others = [one for given in (facts.own, facts.appraised) if given for one in given.items if one not in known]
    mine = [_line(facts, item.id, item) for item in items]
    return (*mine, *(_line(facts, ident, None) for ident in dict.fromkeys(others)))


def _line(facts: FourGoodFacts, ident: str, item: Item | None) -> Line:
    own = facts.own.items.get(ident) if facts.own else None
    superior = facts.appraised.items.get(ident) if facts.appraised else None
    points = superior if facts.appraised else own
    most = item.max if item else max((one for one in (own, superior) if one is not None), default=Decimal())
    said = []
    if facts.own is not None:
        said.append(f"chi bộ tự chấm {_of(own, item)}")
    if facts.appraised is not None:
        said.append(f"cấp trên thẩm định {_of(superior, item)}")
    because = "; ".join(said) or "chưa có bản tự đánh giá"
    return Line(
        item=ident,
        title=item.title if item else ident,
        points=points,
        max=most,
        because=f"{because[0].upper()}{because[1:]}.",
        facts=tuple(given.position for given in (facts.own, facts.appraised) if given and ident in given.items),
        source=item.source if item else OWN_TABLE,
        judged=True,
        claimed=own,
    )


def _of(points: Decimal | None, item: Item | None) -> str:
    if points is None:
        return "không cho điểm mục này"
    if item is not None and item.whole:
        return "đạt" if points == item.max else "không đạt"
    return f"{figure(points)}/{figure(item.max)} điểm" if item else f"{figure(points)} điểm"


def _evidence(meetings: PeriodScore) -> tuple[Evidence, ...]:
    """What the meetings of the year say beside the bodies' points."""
    regular, thematic = meetings.rhythm.regular, meetings.rhythm.thematic
    held, good = len(meetings.lines), meetings.meetings.get("good", 0)
    quality = f"{held} cuộc họp, {thematic.meetings} chuyên đề; {good} xếp loại tốt."
    rhythm = f"Thường kỳ {regular.held}/{regular.of} tháng; chuyên đề {thematic.held}/{thematic.of} quý."
    facts = tuple(sorted({position for line in meetings.lines for position in line.facts}))
    both = tuple(sorted({*regular.facts, *thematic.facts}))
    share = Decimal(regular.held) / regular.of if regular.of else None
    return (
        Evidence("meetings", "Điểm trung bình các cuộc họp trong năm", meetings.points, quality, facts, LOG),
        Evidence("rhythm", "Nền nếp sinh hoạt trong năm", share, rhythm, both, meetings.rhythm.source),
    )

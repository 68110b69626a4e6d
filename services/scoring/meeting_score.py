"""What a meeting is worth: a pure function of its records and a dated rule pack; every point names its facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from events.fact import Id
from services.scoring.meeting_bands import bands, computed_band, late
from services.scoring.meeting_facts import MeetingFacts
from services.scoring.meeting_lines import gates, lines
from services.scoring.rulebook import Of, Pack
from services.scoring.rules_in_force import RulesInForce
from services.scoring.score import Line, Rubric, Score, in_force

NO_LINES: Mapping[str, Line] = {}


def score_in_force(facts: MeetingFacts, rules: RulesInForce) -> Score | None:
    """The score by the pack that held for its cell on its day; None of one that nobody called, or that was called off.

    Its day is the day on which it began, or is planned to by now, on the committees' clock.
    """
    cell, day = facts.cell, facts.day
    if cell is None or day is None or facts.is_cancelled:
        return None
    return score(facts, cell, day, rules.pack(Of.MEETING, cell, day, facts.context.cell_kind))


def score(facts: MeetingFacts, cell: Id, day: date, pack: Pack | None, known: Mapping[str, Line] = NO_LINES) -> Score:
    """The score by one pack; without one only the superior's band can be told.

    `known` are lines of the same facts by the same items, which need not be found out again.
    """
    told = _lines(facts, pack, known) if pack else ()
    conditions = gates(pack, told) if pack else ()
    given = [line.points for line in told if line.points is not None]
    points = sum(given, Decimal()) if given else None
    complete = bool(given) and len(given) == sum(line.applies for line in told)
    computed = computed_band(pack, points, conditions) if pack and complete and points is not None else None
    said = bands(facts, pack, computed, told)
    return Score(
        meeting=facts.meeting,
        cell=cell,
        on=day,
        points=points,
        band=in_force(said),
        complete=complete,
        rubric=Rubric.of(pack) if pack else None,
        bands=said,
        lines=told,
        gates=conditions,
        late=late(facts, told),
        position=facts.position,
    )


def _lines(facts: MeetingFacts, pack: Pack, known: Mapping[str, Line]) -> tuple[Line, ...]:
    if not known:
        return lines(facts, pack)
    others = iter(lines(facts, pack, [item for item in pack.items if item.id not in known]))
    return tuple([known[item.id] if item.id in known else next(others) for item in pack.items])

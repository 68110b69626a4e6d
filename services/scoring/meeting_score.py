"""What a meeting is worth: a pure function of its records and a dated rule pack; every point names its facts."""

from datetime import date
from decimal import Decimal

from events.fact import Id
from services.scoring.meeting_bands import bands, computed_band, late
from services.scoring.meeting_facts import MeetingFacts
from services.scoring.meeting_lines import gates, lines
from services.scoring.rulebook import Of, Pack
from services.scoring.rules_in_force import RulesInForce
from services.scoring.score import Rubric, Score, in_force


def score_in_force(facts: MeetingFacts, rules: RulesInForce) -> Score | None:
    """The score by the pack that held for its cell on its day; None of one that nobody called, or that was called off.

    Its day is the day on which it began, or is planned to by now, on the committees' clock.
    """
    cell, day = facts.cell, facts.day
    if cell is None or day is None or facts.is_cancelled:
        return None
    return score(facts, cell, day, rules.pack(Of.MEETING, cell, day, facts.context.cell_kind))


def score(facts: MeetingFacts, cell: Id, day: date, pack: Pack | None) -> Score:
    """The score by one pack; without one only the superior's band can be told."""
    told = lines(facts, pack) if pack else ()
    conditions = gates(pack, told) if pack else ()
    known = [line.points for line in told if line.points is not None]
    points = sum(known, Decimal()) if known else None
    complete = bool(known) and len(known) == sum(line.applies for line in told)
    computed = computed_band(pack, points, conditions) if pack and complete and points is not None else None
    said = bands(facts, pack, computed, told)
    return Score(
        meeting=facts.meeting,
        cell=cell,
        on=day,
        points=points,
        band=in_force(said),
        complete=complete,
        rubric=Rubric(pack.id, pack.version, pack.issuer, pack.number, pack.on) if pack else None,
        bands=said,
        lines=told,
        gates=conditions,
        late=late(facts),
        position=facts.position,
    )

"""What a meeting is worth: a pure function of its records and a dated rule pack; every point names its facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import msgspec

from events.fact import Id
from services.scoring.meetings.meeting_bands import bands, computed_band, late
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_lines import Mark, gates, marks
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import Bands, GateLine, Rubric, Score, in_force

NO_MARKS: Mapping[str, Mark] = {}


class Worth(msgspec.Struct, frozen=True):
    """What a meeting is worth, not yet laid out in words; the fields are as those of the `Score` made of it."""

    points: Decimal | None
    complete: bool
    bands: Bands
    marks: tuple[Mark, ...]
    gates: tuple[GateLine, ...]

    @property
    def band(self) -> str | None:
        """The band in force."""
        return in_force(self.bands)


def score_in_force(facts: MeetingFacts, rules: RulesInForce) -> Score | None:
    """The score by the pack that held for its cell on its day; None of one that nobody called, or that was called off.

    Its day is the day on which it began, or is planned to by now, on the committees' clock.
    """
    cell, day = facts.cell, facts.day
    if cell is None or day is None or facts.is_cancelled:
        return None
    return score(facts, cell, day, rules.pack(Of.MEETING, cell, day, facts.context.cell_kind))


def worth_in_force(facts: MeetingFacts, rules: RulesInForce) -> Worth | None:
    """The same without the words."""
    cell, day = facts.cell, facts.day
    if cell is None or day is None or facts.is_cancelled:
        return None
    return worth(facts, rules.pack(Of.MEETING, cell, day, facts.context.cell_kind))


def score(facts: MeetingFacts, cell: Id, day: date, pack: Pack | None) -> Score:
    """The score by one pack; without one only the superior's band can be told."""
    found = worth(facts, pack)
    return Score(
        meeting=facts.meeting,
        cell=cell,
        on=day,
        points=found.points,
        band=found.band,
        complete=found.complete,
        rubric=Rubric.of(pack) if pack else None,
        bands=found.bands,
        lines=tuple([mark.line() for mark in found.marks]),
        gates=found.gates,
        late=late(facts, found.marks),
        position=facts.position,
    )


def worth(facts: MeetingFacts, pack: Pack | None, known: Mapping[str, Mark] = NO_MARKS) -> Worth:
    """What a meeting is worth by one pack, or by none.

    `known` is what the same items give by the same facts, which need not be found out again.
    """
    told = _marks(facts, pack, known) if pack else ()
    conditions = gates(pack, told) if pack else ()
    given = [mark.points for mark in told if mark.points is not None]
    points = sum(given, Decimal()) if given else None
    complete = bool(given) and len(given) == sum([mark.applies for mark in told])
    computed = computed_band(pack, points, conditions) if pack and complete and points is not None else None
    return Worth(points, complete, bands(facts, pack, computed, told), told, conditions)


def _marks(facts: MeetingFacts, pack: Pack, known: Mapping[str, Mark]) -> tuple[Mark, ...]:
    if not known:
        return marks(facts, pack)
    others = iter(marks(facts, pack, [item for item in pack.items if item.id not in known]))
    return tuple([known[item.id] if item.id in known else next(others) for item in pack.items])

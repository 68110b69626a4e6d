"""What surrounds each meeting of a year: from its circumstances, and from the other meetings of the same cell."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate

from events.fact import Id
from events.meeting import Attendance, MeetingCalled, MeetingHeld, MeetingKind, Presence
from services.scoring.meetings.circumstances import NOBODY, Circumstances
from services.scoring.meetings.meeting_context import MeetingContext, Positions, Run
from services.scoring.meetings.meeting_facts import MeetingFacts

NO_IDS: frozenset[Id] = frozenset()


def contexts(
    cell: Id, meetings: Sequence[MeetingFacts], around: Circumstances, known: int, changed: int
) -> list[MeetingContext]:
    """Of each of a year's meetings, in their order. `changed`: the last position that struck a fact of one of them."""
    held = [facts.session for facts in meetings]
    members: set[Id] = set()
    if around.absences:
        members = around.absences.keys() & set().union(*(facts.listed for facts in meetings))
    rolled = {spell.what for spell in around.rolls.get(cell, ())}
    settled = max(changed, around.position(cell, members, known))
    last = list(accumulate((max((settled, *positions)) for positions in held), max))
    thematic = _thematic(meetings)
    runs, found = Runs(), []
    for facts, position in zip(meetings, last, strict=True):
        day = facts.day
        assert day is not None, "it was called"
        outside = around.outside(cell, members, day, known) if members else {}
        there = facts.listed
        missing = around.unlisted(cell, there, day, known) if there and not rolled <= there else NOBODY
        alone = around.secretary_alone(cell, day, known)
        themes = thematic.get((day.year, day.month), ())
        found.append(
            MeetingContext(
                cell_kind=around.kind(cell, day, known),
                secretary_only=bool(alone),
                outside=frozenset(outside) if outside else NO_IDS,
                unlisted=missing.members,
                thematic_in_month=bool(themes),
                excused_run=runs.after(facts, outside.keys()),
                position=max(position, missing.last),
                secretary_facts=alone,
                outside_facts=tuple(sorted(set(outside.values()))) if outside else (),
                roll_facts=missing.facts,
                thematic_facts=themes,
            )
        )
    return found


def _thematic(meetings: Iterable[MeetingFacts]) -> dict[tuple[int, int], Positions]:
    """The sessions of thematic meetings, by year and month."""
    found: dict[tuple[int, int], Positions] = {}
    for facts in meetings:
        called, held, day = facts.last(MeetingCalled), facts.last(MeetingHeld), facts.day
        if called is not None and called.fact.kind is MeetingKind.THEMATIC and held is not None and day is not None:
            found[day.year, day.month] = (*found.get((day.year, day.month), ()), held.position)
    return found


class Runs:
    """How many meetings in a row each member has missed with a reason, session by session.

    One who need not come (he is not listed, or outside the base) neither goes on with his run nor breaks it. Where a
    session has counts alone, anybody may have been among the excused.
    """

    def __init__(self) -> None:
        self._at_least: dict[Id, int] = {}
        self._at_most: dict[Id, int] = {}
        self._blank = 0
        """The longest run that one may have of whom no session has told anything."""
        self._sessions: list[int] = []

    def after(self, facts: MeetingFacts, outside: Iterable[Id]) -> Run:
        """The longest run that this meeting goes on with, or begins; none where it was not held."""
        held = facts.last(MeetingHeld)
        if held is None:
            return Run()
        self._sessions.append(held.position)
        away = set(outside)
        listed = [one for one in facts.attendance if one.member not in away] if away else facts.attendance
        counts = held.fact.counts
        least, most = self._counted(counts.excused) if counts and not listed else self._named(listed)
        return Run(least, most, tuple(sorted(self._sessions[-most:])) if most else (self._sessions[-1],))

    def _named(self, listed: Iterable[Attendance]) -> tuple[int, int]:
        least = most = 0
        for one in listed:
            if one.status is Presence.EXCUSED:
                self._at_least[one.member] = mine = self._at_least.get(one.member, 0) + 1
                self._at_most[one.member] = its = self._at_most.get(one.member, self._blank) + 1
                least, most = max(least, mine), max(most, its)
            elif self._blank or one.member in self._at_most:
                # Of whom nothing is kept the same is known, unless somebody without a name may have been he.
                self._at_least[one.member] = self._at_most[one.member] = 0
        return least, most

    def _counted(self, excused: int) -> tuple[int, int]:
        if excused == 0:
            self._at_least, self._at_most, self._blank = {}, {}, 0
            return 0, 0
        self._at_least = {}
        self._at_most = {member: most + 1 for member, most in self._at_most.items()}
        self._blank += 1
        return 1, max((self._blank, *self._at_most.values()))


def day_of(facts: MeetingFacts) -> date:
    """The day of a meeting that was called."""
    day = facts.day
    assert day is not None, "it was called"
    return day

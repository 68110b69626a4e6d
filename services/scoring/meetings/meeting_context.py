"""What surrounds a meeting, as far as a rubric asks: its cell, its members of that day, the year's other meetings."""

from dataclasses import dataclass, replace

from events.fact import Id
from events.organisation import CellKind

Positions = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The longest run of meetings, this one the last of them, that one member missed with a reason, since 1 January.

    It is `at_least` and at most `at_most` meetings long: old books keep counts without names, so that nobody knows
    whether it was the same member each time. `facts` are the sessions' positions.
    """

    at_least: int = 0
    at_most: int = 0
    facts: Positions = ()


@dataclass(frozen=True, slots=True)
class MeetingContext:
    """Of one meeting. `outside`: the members who do not belong to the base on its day (exempt, suspended, away).
    `unlisted`: those who do, by the roll of that day, and are not among the names of its session.

    `secretary_only`: a small cell that has a secretary and no committee. `thematic_in_month`: the cell held a thematic
    meeting in the same calendar month. Each has the positions that say so. `position` is the last one from which any of
    it may follow but the thematic meetings, which have their own; 0 where nothing is known.
    """

    cell_kind: CellKind | None = None
    secretary_only: bool = False
    outside: frozenset[Id] = frozenset()
    unlisted: frozenset[Id] = frozenset()
    thematic_in_month: bool = False
    excused_run: Run = Run()
    position: int = 0
    secretary_facts: Positions = ()
    outside_facts: Positions = ()
    roll_facts: Positions = ()
    thematic_facts: Positions = ()
    result_facts: Positions = ()
    """What was told of the last resolution since the committee scored itself, and what was told before; else ()."""

    @property
    def last(self) -> int:
        """The last position from which any of it follows."""
        return max(self.position, *self.thematic_facts) if self.thematic_facts else self.position

    def upto(self, position: int) -> "MeetingContext":
        """What of it was known at a position from which only thematic meetings of the month may be missing."""
        facts = tuple(fact for fact in self.thematic_facts if fact <= position)
        if facts == self.thematic_facts:
            return self
        return replace(self, thematic_facts=facts, thematic_in_month=bool(facts))


ALONE = MeetingContext()
"""Of a meeting of which nothing else is known."""

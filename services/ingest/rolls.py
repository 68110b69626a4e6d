"""Who and what is below an organisation on a day: the questions behind a frozen roll and before a dissolution.

Views answer them, so it becomes a condition of the append that nothing was recorded since which says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from events.fact import Id
from events.request import Unless
from projections import roll, tree
from projections.asked import AsOf
from projections.folded import COMINGS_AND_GOINGS
from projections.reading import last_position
from projections.roll import rolls_below
from projections.waiting import at_least
from services.ingest.streams import Source

COME_WITHOUT_A_WORD = ("member.transfer_received", "member.struck", "organisation.struck")
"""Facts by which somebody or something comes to an organisation that they do not name; all others name it."""
CHANGES_OF_ROLLS = (
    *COME_WITHOUT_A_WORD, *sorted(COMINGS_AND_GOINGS), "organisation.established", "organisation.handed_over",
    "organisation.absorbed", "organisation.consolidated", "organisation.split", "organisation.dissolved",
    "organisation.disbanded",
)  # fmt: skip
"""Facts that may change the rolls of a branch without naming one of its cells."""


class Rolls(NamedTuple):
    """The members of each living cell, as the log is known up to a position; an empty cell is there with nobody."""

    position: int
    cells: Mapping[Id, tuple[Id, ...]]

    @property
    def unless(self) -> Unless:
        """That they are so still."""
        return Unless(self.position, tuple(self.cells), CHANGES_OF_ROLLS)


@dataclass(frozen=True, slots=True)
class RollsBelow:
    """The members of each living cell below `scope` on `day`, as the whole log up to now knows it."""

    scope: Id
    day: date

    def ask(self, source: Source) -> Rolls:
        """By cell.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        connection = source.connection
        position = last_position(connection)
        return Rolls(position, rolls_below(connection, self.scope, self.day))


Since = Mapping[Id, date]
"""From which day on, the day asked about or a later one."""


class Belonging(NamedTuple):
    """What an organisation has on a day, and what comes to it later, as far as that is on record already."""

    day: date
    members: Since
    guests: Since
    """With it for a time, on the roll of another."""
    children: Since
    """What stands directly below it."""
    organisation: Id
    position: int
    """Up to which the log is known."""

    @property
    def is_empty(self) -> bool:
        """Nobody and nothing is there, or comes."""
        return not (self.members or self.guests or self.children)

    @property
    def comes_later(self) -> bool:
        """Whether anybody or anything comes on a later day only."""
        return any(on > self.day for found in (self.members, self.guests, self.children) for on in found.values())


@dataclass(frozen=True, slots=True)
class BelongingTo:
    """Who is on the roll of an organisation, its guest, or directly below it, as the whole log up to now knows it."""

    organisation: Id
    day: date

    def ask(self, source: Source) -> Belonging:
        """From that day on.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        connection = source.connection
        position = last_position(connection)
        at_least(connection, (roll.VIEW.name, tree.VIEW.name), position)
        as_of = AsOf(self.day)
        return Belonging(
            self.day,
            roll.belonging_from(connection, self.organisation, as_of),
            roll.guests_from(connection, self.organisation, as_of),
            tree.children_from(connection, self.organisation, as_of),
            self.organisation,
            position,
        )


def still(*found: Belonging) -> Unless:
    """That nobody and nothing has come to any of these since."""
    after = min(one.position for one in found)
    return Unless(after, tuple(one.organisation for one in found), COME_WITHOUT_A_WORD)

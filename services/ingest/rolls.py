"""Who and what is below an organisation on a day: the questions behind a frozen roll and before a dissolution."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from psycopg import Connection

from events.fact import Id
from events.ledger import HEAD
from projections import roll, tree
from projections.asked import AsOf
from projections.roll import rolls_below
from projections.waiting import at_least


@dataclass(frozen=True, slots=True)
class RollsBelow:
    """The members of each living cell below `scope` on `day`, as the whole log up to now knows it."""

    scope: Id
    day: date

    def ask(self, connection: Connection[Any]) -> dict[Id, tuple[Id, ...]]:
        """By cell; an empty cell is there with nobody.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        return rolls_below(connection, self.scope, self.day)


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

    def ask(self, connection: Connection[Any]) -> Belonging:
        """From that day on.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        row = connection.execute(HEAD).fetchone()
        at_least(connection, (roll.VIEW.name, tree.VIEW.name), row[0] if row else 0)
        as_of = AsOf(self.day)
        return Belonging(
            self.day,
            roll.belonging_from(connection, self.organisation, as_of),
            roll.guests_from(connection, self.organisation, as_of),
            tree.children_from(connection, self.organisation, as_of),
        )

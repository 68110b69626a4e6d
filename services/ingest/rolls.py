"""Who and what is below an organisation on a day: the questions behind a frozen roll and before a dissolution."""

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


class Belonging(NamedTuple):
    """What an organisation has on a day; each of its lists is in the order of ids."""

    members: tuple[Id, ...]
    guests: tuple[Id, ...]
    """With it for a time, on the roll of another."""
    children: tuple[Id, ...]
    """What stands directly below it."""
    comes_later: bool
    """Whether anything comes to it on a later day, which is on record already."""

    @property
    def is_empty(self) -> bool:
        """Nobody and nothing is there, or comes."""
        return not (self.members or self.guests or self.children or self.comes_later)


@dataclass(frozen=True, slots=True)
class BelongingTo:
    """Who is on the roll of an organisation, its guest, or directly below it, as the whole log up to now knows it."""

    organisation: Id
    day: date

    def ask(self, connection: Connection[Any]) -> Belonging:
        """Of that day.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        row = connection.execute(HEAD).fetchone()
        at_least(connection, (roll.VIEW.name, tree.VIEW.name), row[0] if row else 0)
        as_of = AsOf(self.day)
        members = roll.belonging_from(connection, self.organisation, as_of)
        guests = roll.guests_from(connection, self.organisation, as_of)
        children = tree.children_from(connection, self.organisation, as_of)
        then = [tuple(sorted(one for one, then in found.items() if then)) for found in (members, guests, children)]
        comes_later = not all(then for found in (members, guests, children) for then in found.values())
        return Belonging(then[0], then[1], then[2], comes_later)
